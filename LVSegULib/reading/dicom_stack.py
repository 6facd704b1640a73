"""A stack of parallel DICOM slices over the beat: its slices in order, its frames in order, its place in space."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from LVSegULib.cine import LONGEST_SPACING_MM, SHORTEST_SPACING_MM
from LVSegULib.errors import GeometryError, InputError
from LVSegULib.reading.dicom_header import FRAME_ORDER, TIMES_IN_MS, DicomHeader
from LVSegULib.reading.right_angles import straightened
from LVSegULib.reading.stored_image import LPS_TO_RAS

TOWARDS_APEX_LPS = np.array([1.0, -1.0, -1.0])
"""From base to apex a human left ventricle points to the left, forward and down."""

SAME_SLICE_MM = 0.1
"""Images whose planes are nearer than this are frames of one slice."""

UNEQUAL_DISTANCE = 0.05
"""Slice distances that differ by more than this share of their median mean a missing slice."""

NOTED_SHIFT_MM = 1.0
"""Slices that are shifted in their plane by more than this against a straight stack are noted."""

MOST_NAMED = 3
"""Images that were left out and are named where a frame is missing; of others the number is told."""


@dataclass(frozen=True)
class DicomStack:
    """Which image is which slice and frame.

    Attributes:
        headers: the images (T, K); slices run from base to apex as far as anatomy tells (`TOWARDS_APEX_LPS`).
        ijk_to_ras: 4x4 matrix, voxel indices to RAS mm; left-handed where the slice order asks for it.
        time_ms: mean over the slices of each frame's time after the R wave (T,), None if the files do not say.
        notes: what the user should know.
    """

    headers: tuple[tuple[DicomHeader, ...], ...]
    ijk_to_ras: NDArray[np.float64]
    time_ms: NDArray[np.float64] | None
    notes: tuple[str, ...]

    @property
    def instances(self) -> NDArray[np.int64]:
        """InstanceNumber (T, K) of every image, -1 where it has none."""
        return np.array([[-1 if h.instance is None else h.instance for h in frame] for frame in self.headers])


def slice_normal(header: DicomHeader) -> NDArray[np.float64]:
    """Unit vector (LPS) at right angles to the image, along the rows times along the columns; NaN if unknown."""
    return _normal(header.orientation)


@lru_cache(maxsize=256)
def _normal(orientation: tuple[float, ...] | None) -> NDArray[np.float64]:
    axes = np.array(orientation or [np.nan] * 6)
    normal = np.cross(axes[:3], axes[3:])
    unit = np.asarray(normal / np.linalg.norm(normal))
    unit.setflags(write=False)
    return unit


def group_slices(headers: Iterable[DicomHeader]) -> list[list[DicomHeader]]:
    """Images of parallel planes, put together by plane, in the order of their position along the normal."""
    headers = list(headers)
    normal = slice_normal(headers[0])
    placed = sorted(((float(np.dot(normal, h.position_mm or np.nan)), h) for h in headers), key=lambda pair: pair[0])
    slices = [[placed[0][1]]]
    for (before, _), (place, header) in pairwise(placed):
        if place - before > SAME_SLICE_MM:
            slices.append([])
        slices[-1].append(header)
    return slices


def build_stack(headers: Sequence[DicomHeader], left_out: Mapping[Path, str]) -> DicomStack:
    """Order the images of one stack; all must have position, orientation and pixel spacing, and be parallel.

    Args:
        headers: of the images.
        left_out: images that were not taken, with the reason, to be named where a frame is missing.

    Raises:
        InputError: a frame is there twice, or slices have different numbers of frames.
        GeometryError: slices are not equally far apart, or the distance of a single slice is unknown.
    """
    _refuse_same_image_twice(headers)
    slices = group_slices(headers)
    if len(slices) > 1 and float(_step(slices) @ TOWARDS_APEX_LPS) < 0:
        slices.reverse()
    ordered, time_ms = _order_frames(slices)
    _refuse_different_counts(ordered, left_out)
    ijk_to_ras, notes = _geometry(ordered)
    return DicomStack(tuple(zip(*ordered, strict=True)), ijk_to_ras, time_ms, notes)


def _step(slices: Sequence[Sequence[DicomHeader]]) -> NDArray[np.float64]:
    first, last = (np.array(images[0].position_mm) for images in (slices[0], slices[-1]))
    return np.asarray(last - first)


def _refuse_same_image_twice(headers: Iterable[DicomHeader]) -> None:
    seen: dict[str, DicomHeader] = {}
    for header in headers:
        other = seen.setdefault(header.uid, header)
        if other is not header:
            raise InputError(f"{header.path}: is the same image as {other.path} (SOPInstanceUID): remove one of them")


def _order_frames(slices: Sequence[list[DicomHeader]]) -> tuple[list[list[DicomHeader]], NDArray[np.float64] | None]:
    """The frames of every slice in order of time, and the mean times of the frames if they are in ms."""
    name = next((name for name in FRAME_ORDER if _tells_order(name, slices)), None)
    if name is None:
        if max(len(images) for images in slices) == 1:
            return [list(images) for images in slices], None
        raise InputError(
            f"{slices[0][0].path.parent}: nothing tells the order of the frames (looked for {', '.join(FRAME_ORDER)}): "
            "export the series again with its header complete"
        )
    ordered = [sorted(images, key=lambda header: header.order[name]) for images in slices]
    for images in ordered:
        for before, after in pairwise(images):
            if before.order[name] == after.order[name]:
                raise InputError(
                    f"{after.path}: is a duplicated frame: same slice and same {name} ({after.order[name]:g}) as "
                    f"{before.path}: remove one of them"
                )
    if name not in TIMES_IN_MS or len({len(images) for images in ordered}) > 1:
        return ordered, None
    return ordered, np.array([[header.order[name] for header in images] for images in ordered]).mean(axis=0)


def _tells_order(name: str, slices: Sequence[Sequence[DicomHeader]]) -> bool:
    """Whether every image has the attribute, and it differs inside every slice of several frames."""
    if not all(name in header.order for images in slices for header in images):
        return False
    return all(len(images) == 1 or len({header.order[name] for header in images}) > 1 for images in slices)


def _refuse_different_counts(slices: Sequence[Sequence[DicomHeader]], left_out: Mapping[Path, str]) -> None:
    counts = Counter(len(images) for images in slices)
    usual = counts.most_common(1)[0][0]
    for number, images in enumerate(slices, start=1):
        if len(images) != usual:
            raise InputError(
                f"{images[0].path}: its slice (number {number} of {len(slices)}) has {len(images)} frames, the others "
                f"{usual}: add the missing images or remove the slice{_named(left_out)}"
            )


def _named(left_out: Mapping[Path, str]) -> str:
    """Which images were left out, "" if none."""
    if not left_out:
        return ""
    shown = [f"{path.name} ({why})" for path, why in list(left_out.items())[:MOST_NAMED]]
    more = f" and {len(left_out) - MOST_NAMED} more" if len(left_out) > MOST_NAMED else ""
    return f"; left out were {', '.join(shown)}{more}"


def _geometry(slices: Sequence[Sequence[DicomHeader]]) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    first = slices[0][0]
    normal = slice_normal(first)
    positions = np.array([images[0].position_mm for images in slices])
    places = positions @ normal
    distance_mm, notes = _slice_distance(places, slices)
    if len(slices) > 1 and places[-1] < places[0]:
        normal = -normal
    along_rows, along_columns = np.array(first.orientation).reshape(2, 3)
    row_mm, column_mm = first.pixel_mm or (np.nan, np.nan)
    ijk_to_lps = np.eye(4)
    axes = np.stack([along_rows * column_mm, along_columns * row_mm, normal * distance_mm], axis=1)
    ijk_to_lps[:3, :3] = straightened(axes)
    ijk_to_lps[:3, 3] = positions[0]
    from_first = positions - positions[0]
    in_plane = from_first - np.outer(from_first @ normal, normal)
    shift_mm = float(np.linalg.norm(in_plane, axis=1).max())
    if shift_mm > NOTED_SHIFT_MM:
        notes.append(
            f"slices are shifted in their plane by up to {shift_mm:.1f} mm: volumes are right, positions are those of "
            "a straight stack"
        )
    return np.asarray(LPS_TO_RAS @ ijk_to_lps), tuple(notes)


def _slice_distance(places: NDArray[np.float64], slices: Sequence[Sequence[DicomHeader]]) -> tuple[float, list[str]]:
    first = slices[0][0]
    if len(slices) == 1:
        if first.slice_mm is None:
            raise GeometryError(
                f"{first.path}: a single slice without SpacingBetweenSlices or SliceThickness has no volume: "
                "add one of them to the header"
            )
        if not SHORTEST_SPACING_MM <= first.slice_mm <= LONGEST_SPACING_MM:
            raise GeometryError(f"{first.path}: a slice of {first.slice_mm:g} mm is not possible: correct its header")
        return first.slice_mm, ["a single slice: volumes are those of this slice alone"]
    distances = np.abs(np.diff(places))
    usual = float(np.median(distances))
    worst = int(np.abs(distances - usual).argmax())
    if abs(distances[worst] - usual) > UNEQUAL_DISTANCE * usual:
        raise GeometryError(
            f"{slices[worst][0].path}: is {distances[worst]:.2f} mm away from the next slice "
            f"({slices[worst + 1][0].path.name}), the others {usual:.2f} mm: is a slice missing, or one too many?"
        )
    return float(distances.mean()), []
