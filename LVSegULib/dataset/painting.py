"""Turn the segments that were drawn in one frame into a label map on the image's grid, and say what was taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from LVSegULib.dataset.frames import DrawnFrame
from LVSegULib.dataset.placing import is_same_grid, placed, share_inside
from LVSegULib.dataset.segmentation import Segment, Segmentation
from LVSegULib.errors import GeometryError, InputError
from LVSegULib.labels import ALL_LABELS, BY_KEY, CAVITY, MYOCARDIUM, Label
from LVSegULib.measures.digits import digits
from LVSegULib.shown import counted

LEAST_INSIDE = 0.5
"""A region of which less lies inside the image was drawn on another one."""

LOST_TO_SAY = 0.005
"""From this share on, the user is told what lies outside of the image."""


@dataclass(frozen=True)
class Painted:
    """The labels of one frame.

    Attributes:
        labels: label values (K, J, I) of `LVSegULib.labels`.
        taken: what each region was taken from, for people, by the region's key ("LV").
        notes: what the user should know, one sentence each.
    """

    labels: NDArray[np.uint8]
    taken: dict[str, str]
    notes: tuple[str, ...]


def paint(
    segmentation: Segmentation, frame: DrawnFrame, shape: tuple[int, int, int], ijk_to_ras: NDArray[np.float64]
) -> Painted:
    """The labels of `frame` on the grid of an image (K, J, I).

    Where regions overlap, the first of `ALL_LABELS` wins, so that the cavity is cut out of a myocardium that was drawn
    as a filled epicardium.

    Raises:
        InputError: a region is empty, or covered by others.
        GeometryError: most of a region lies outside of the image.
    """
    labels: NDArray[np.uint8] = np.zeros(shape, np.uint8)
    notes = _other_grid(segmentation, shape, ijk_to_ras)
    is_cut = False
    drawn = {label: _drawn(segmentation, frame, label) for label in ALL_LABELS if label.key in frame.drawing.regions}
    for label, region in reversed(drawn.items()):
        inside = share_inside(region, segmentation.ijk_to_ras, shape, ijk_to_ras)
        mask = placed(region, segmentation.ijk_to_ras, shape, ijk_to_ras)
        if inside < LEAST_INSIDE or not mask.any():
            raise GeometryError(
                f"{segmentation.path}: {100 * inside:.0f} % of the {label.word} lies inside the image: give the "
                "volume that it was drawn on"
            )
        if 1 - inside > LOST_TO_SAY:
            notes.append(f"{100 * (1 - inside):.0f} % of the {label.word} lies outside of the image: left out")
        is_cut = is_cut or (label == CAVITY and bool((labels[mask] == MYOCARDIUM.value).any()))
        labels[mask] = label.value
    voxel_ml = abs(float(np.linalg.det(ijk_to_ras[:3, :3]))) / 1000
    taken = {key: _taken(key, segments, labels, voxel_ml) for key, segments in frame.drawing.regions.items()}
    if covered := [BY_KEY[key].word for key, text in taken.items() if not text]:
        raise InputError(f"{segmentation.path}: other regions cover all of the {covered[0]}: draw it again")
    if is_cut:
        taken[MYOCARDIUM.key] += " (cavity cut out)"
    return Painted(labels, taken, (*notes, *_gaps(labels)))


def _drawn(segmentation: Segmentation, frame: DrawnFrame, label: Label) -> NDArray[np.bool_]:
    """The voxels (K, J, I) of a region on the segmentation's own grid."""
    segments = frame.drawing.regions[label.key]
    mask = np.logical_or.reduce([segment.mask(frame.of_drawing) for segment in segments])
    if not mask.any():
        where = f" in frame {frame.of_drawing}" if len(segments[0].layer) > 1 else ""
        raise InputError(
            f"{segmentation.path}: the {label.word} ({_listed(segments)}) is empty{where}: draw it, or take the "
            "segment out"
        )
    return np.asarray(mask)


def _other_grid(segmentation: Segmentation, shape: tuple[int, int, int], ijk_to_ras: NDArray[np.float64]) -> list[str]:
    if is_same_grid(segmentation.ijk_to_ras, shape, ijk_to_ras):
        return []
    i_mm, j_mm, k_mm = np.linalg.norm(segmentation.ijk_to_ras[:3, :3], axis=0)
    return [
        f"the segmentation lies on another grid ({i_mm:.2f} x {j_mm:.2f} x {k_mm:.2f} mm): each voxel of the image "
        "took the nearest of it"
    ]


def _taken(key: str, segments: tuple[Segment, ...], labels: NDArray[np.uint8], voxel_ml: float) -> str:
    """What was taken as a region, for people; "" if nothing of it is left."""
    label = BY_KEY[key]
    mask = labels == label.value
    if not mask.any():
        return ""
    code = f" (SNOMED {label.snomed})" if any(label.snomed in segment.codes for segment in segments) else ""
    kind = f"segment{'s' * (len(segments) != 1)} " if segments[0].name else ""
    slices = counted(int(mask.any(axis=(1, 2)).sum()), "slice")
    return f"{label.word} from {kind}{_listed(segments)}{code}, {slices}, {digits(int(mask.sum()) * voxel_ml)} mL"


def _listed(segments: Sequence[Segment]) -> str:
    return ", ".join(str(segment) for segment in segments)


def _gaps(labels: NDArray[np.uint8]) -> list[str]:
    """A word on slices without cavity between slices with it: training takes them for slices without heart."""
    has_cavity = (labels == CAVITY.value).any(axis=(1, 2))
    drawn = np.flatnonzero(has_cavity)
    empty = [str(k) for k in range(drawn[0], drawn[-1]) if not has_cavity[k]]
    if not empty:
        return []
    which = f"slice {empty[0]}" if len(empty) == 1 else f"slices {', '.join(empty)}"
    return [f"{which} (from 0) between slices with cavity has none: training will take it for a slice without heart"]
