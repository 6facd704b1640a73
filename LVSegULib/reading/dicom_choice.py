"""Find the short-axis cine among all the images of a DICOM folder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from LVSegULib.cine import LONGEST_SPACING_MM, SHORTEST_SPACING_MM
from LVSegULib.errors import GeometryError, InputError, UsageError
from LVSegULib.reading.dicom_header import NOT_MR, DicomHeader, FolderContents
from LVSegULib.reading.dicom_stack import group_slices, slice_normal
from LVSegULib.reading.limits import FARTHEST_MM
from LVSegULib.reading.names import IMAGE_ENDINGS, has_image_ending, is_segmentation
from LVSegULib.reading.suitable import LONG_AXIS, SHORT_AXIS
from LVSegULib.shown import counted

PARALLEL_DEGREES = 0.2
"""Slices of one stack may be tilted against each other by the rounding of the header's numbers only."""

OTHER_VIEW_DEGREES = 20.0
"""Images of one series that are tilted by more than this are another view; by less, a slice gone wrong."""


@dataclass(frozen=True)
class Candidate:
    """Images that may form one stack.

    Attributes:
        headers: its images.
        slices: number of slices, 0 if unknown.
        problem: why it cannot be read, None if nothing is known against it.
        repeated: slices that were left out because a later series repeats them.
    """

    headers: tuple[DicomHeader, ...]
    slices: int
    problem: str | None = None
    repeated: int = 0

    @property
    def frames(self) -> int:
        """Number of frames: images per slice, rounded up."""
        return -(-len(self.headers) // max(self.slices, 1))

    @property
    def series(self) -> str:
        """Its series for people: 'series 300 "CINE SAX"', or the first and last of several."""
        numbers = sorted({h.series_number for h in self.headers if h.series_number is not None})
        described = next((f' "{h.description}"' for h in self.headers if h.description), "")
        if len({h.series for h in self.headers}) > 1 and len(numbers) > 1:
            return f"series {numbers[0]} to {numbers[-1]}{described}"
        return f"series {numbers[0] if numbers else self.headers[0].series or '(no number)'}{described}"

    def __str__(self) -> str:
        """Its series and how much there is in it."""
        if self.problem:
            return f"{self.series} ({counted(len(self.headers), 'image')}, unreadable)"
        return f"{self.series} ({counted(self.slices, 'slice')} x {self.frames})"

    @property
    def rank(self) -> tuple[bool, int, int, int]:
        """Greater for what is rather a short-axis cine: slices and frames, then its name, then how many there are."""
        text = " ".join({h.description for h in self.headers})
        hint = bool(SHORT_AXIS.search(text)) - bool(LONG_AXIS.search(text))
        return self.slices > 1 and self.frames > 1, hint, self.slices, self.frames

    def is_meant_by(self, series: str) -> bool:
        """Whether `series` is the number, the UID or part of the description of one of its series."""
        wanted = series.strip().casefold()
        return any(
            wanted in (str(h.series_number), h.series.casefold()) or (wanted and wanted in h.description.casefold())
            for h in self.headers
        )


def list_candidates(headers: Iterable[DicomHeader]) -> list[Candidate]:
    """Every stack in these images, the likeliest short-axis cine first; a file that cannot be taken is by itself."""
    by_series: dict[tuple[str, str, str | None], list[DicomHeader]] = defaultdict(list)
    for header in headers:
        by_series[header.study, header.series, header.problem].append(header)
    found = [candidate for images in by_series.values() for candidate in _split_series(images)]
    return sorted(_join_single_slices(found), key=lambda candidate: candidate.rank, reverse=True)


def choose_candidate(folder: Path, contents: FolderContents, series: str | None) -> tuple[Candidate, list[Candidate]]:
    """The short-axis cine, or what `series` asks for; and the other stacks.

    Raises:
        InputError: there is no image, no cine, cines of several patients or studies, or the likeliest one cannot be
            read.
        UsageError: `series` fits nothing.
    """
    if not contents.headers:
        raise InputError(_nothing_there(folder, contents))
    every = list_candidates(contents.headers)
    wanted = every if series is None else [candidate for candidate in every if candidate.is_meant_by(series)]
    if not wanted:
        raise UsageError(f"{folder}: no series fits {series!r}, there are: {listed(every)}")
    chosen = _best(folder, wanted)
    if chosen.problem:
        raise GeometryError(chosen.problem)
    return chosen, [candidate for candidate in every if candidate is not chosen]


def _nothing_there(folder: Path, contents: FolderContents) -> str:
    if folder.is_file() and "no DICOM" in contents.left_out:
        return f"{folder}: unknown kind of file, expected a DICOM folder or one of {', '.join(IMAGE_ENDINGS)}"
    if not contents.left_out:
        return f"{folder}: is empty, expected the DICOM files of a short-axis cine"
    if folder.is_dir() and (results := [file for file in sorted(folder.iterdir()) if is_segmentation(file)]):
        return f"{folder}: holds segmentations ({results[0].name}) and no image, expected what they were drawn on"
    if set(contents.left_out) == {"no DICOM"} and (image := _image_further_down(folder)):
        return (
            f"{folder}: holds images in its sub-folders only, such as {image.relative_to(folder)}: give these folders, "
            "or use lvsegu cohort, which looks into all"
        )
    found = ", ".join(f"{reason}: {count}" for reason, count in contents.left_out.most_common())
    kind = "MR" if any(reason.endswith(NOT_MR) for reason in contents.left_out) else "grey DICOM"
    hint = "; if they are MR, correct their Modality (0008,0060)" if kind == "MR" else ""
    return f"{folder}: holds no {kind} image ({found}), expected the DICOM files of a short-axis cine{hint}"


def _image_further_down(folder: Path) -> Path | None:
    """The first image file below the folders in `folder`; None if there is none, or one lies in the folder itself."""
    images = [path for path in sorted(folder.rglob("[!.]*")) if has_image_ending(path) and not is_segmentation(path)]
    return images[0] if images and all(image.parent != folder for image in images) else None


def listed(candidates: Sequence[Candidate], most: int = 12) -> str:
    """The first candidates, for people."""
    return "; ".join(map(str, candidates[:most])) + ("; ..." if len(candidates) > most else "")


def _best(folder: Path, candidates: Sequence[Candidate]) -> Candidate:
    readable = [c for c in candidates if not c.problem and (c.slices > 1 or c.frames > 1)]
    cines = [c for c in readable if c.slices > 1 and c.frames > 1]
    _refuse_several_patients(folder, cines)
    _refuse_several_studies(folder, cines)
    best = cines[0] if cines else readable[0] if len(readable) == 1 else None
    broken = max((c for c in candidates if c.problem), key=lambda c: len(c.headers), default=None)
    if broken and len(broken.headers) > (len(best.headers) if best else 1):
        return broken
    if not cines and (refused := next((c for c in candidates if c.headers[0].problem), None)):
        return refused
    if best:
        return best
    if readable:
        raise InputError(
            f"{folder}: holds no stack of several slices with several frames; choose with --series from: "
            f"{listed(candidates)}"
        )
    raise InputError(f"{folder}: holds no cine, only single images: {listed(candidates)}")


def _refuse_several_patients(folder: Path, cines: Sequence[Candidate]) -> None:
    patients = sorted({c.headers[0].patient for c in cines})
    if len(patients) > 1:
        raise InputError(
            f"{folder}: holds cines of {len(patients)} patients ({', '.join(patients[:6])}): give the folder of "
            "one, or choose a series with --series"
        )


def _refuse_several_studies(folder: Path, cines: Sequence[Candidate]) -> None:
    """One of two visits must not be taken for the other; their series often have the same numbers and names."""
    by_study = {cine.headers[0].study: cine for cine in reversed(cines)}
    if len(by_study) > 1:
        found = "; ".join(f"{cine.headers[0].series} for {cine}" for cine in list(reversed(by_study.values()))[:6])
        raise InputError(
            f"{folder}: holds cines of {len(by_study)} studies of one patient: give the folder of one, or choose with "
            f"--series from: {found}"
        )


def _split_series(headers: Sequence[DicomHeader]) -> list[Candidate]:
    """The views of one series, or the series as a whole with the reason why it cannot be read."""
    problem = next((text for text in map(_missing, headers) if text), None)
    if problem:
        return [Candidate(tuple(headers), 0, problem)]
    views: list[list[DicomHeader]] = []
    directions = _Directions(OTHER_VIEW_DEGREES)
    for header in headers:
        near = directions.near(slice_normal(header))
        if near:
            views[near[0]].append(header)
        else:
            views.append([header])
            directions.add(slice_normal(header))
    return [_view(view) for view in views]


class _Directions:
    """Finds unit vectors that are nearly the same, quickly among thousands."""

    def __init__(self, degrees: float) -> None:
        self._cosine = np.cos(np.radians(degrees))
        self._vectors = np.empty((0, 3))

    def near(self, vector: NDArray[np.float64]) -> list[int]:
        """Which of the vectors that were added before are nearer than the angle."""
        return [int(index) for index in np.flatnonzero(self._vectors @ vector > self._cosine)]

    def add(self, vector: NDArray[np.float64]) -> None:
        """Add one."""
        self._vectors = np.vstack([self._vectors, vector])


def _view(headers: list[DicomHeader]) -> Candidate:
    usual = _most_common_grid(headers)
    odd = next((text for text in (_difference(usual, header) for header in headers) if text), None)
    return Candidate(tuple(headers), 0 if odd else len(group_slices(headers)), odd)


def _missing(header: DicomHeader) -> str | None:
    if header.problem:
        return header.problem
    for value, name in (
        (header.position_mm, "slice position (ImagePositionPatient)"),
        (header.orientation, "slice orientation (ImageOrientationPatient)"),
        (header.pixel_mm, "PixelSpacing"),
    ):
        if value is None or not np.isfinite(value).all():
            return f"{header.path}: has no {name}: export the series again with its header complete"
    if not all(SHORTEST_SPACING_MM <= size <= LONGEST_SPACING_MM for size in header.pixel_mm or ()):
        return f"{header.path}: its PixelSpacing is impossible, {_shown(header)} mm: correct the header"
    if max(map(abs, header.position_mm or ())) > FARTHEST_MM:
        return f"{header.path}: its ImagePositionPatient is impossible, {header.position_mm}: correct the header"
    if not _are_directions(header.orientation or ()):
        return f"{header.path}: its ImageOrientationPatient is impossible, {header.orientation}: correct the header"
    return None


def _are_directions(orientation: tuple[float, ...]) -> bool:
    """Whether these are two unit vectors at right angles."""
    if max(map(abs, orientation)) > 1.01:
        return False
    along_rows, along_columns = np.array(orientation).reshape(2, 3)
    lengths = np.linalg.norm([along_rows, along_columns], axis=1)
    return bool(np.abs(lengths - 1).max() <= 1e-2 and abs(along_rows @ along_columns) <= 1e-2)


def _most_common_grid(headers: Sequence[DicomHeader]) -> DicomHeader:
    by_grid: dict[object, list[DicomHeader]] = defaultdict(list)
    for header in headers:
        by_grid[header.size, header.pixel_mm, tuple(np.round(header.orientation or (), 3))].append(header)
    return max(by_grid.values(), key=len)[0]


def _difference(usual: DicomHeader, header: DicomHeader) -> str | None:
    """Why an image does not fit into the stack of `usual`, None if it does."""
    if header.size != usual.size:
        what = f"is {header.size[1]} x {header.size[0]} pixels, other slices {usual.size[1]} x {usual.size[0]}"
    elif not np.allclose(header.pixel_mm or (), usual.pixel_mm or (), rtol=1e-3):
        what = f"has pixels of {_shown(header)} mm, other slices {_shown(usual)} mm"
    elif _tilt_degrees(usual, header) > PARALLEL_DEGREES:
        what = f"is tilted by {_tilt_degrees(usual, header):.1f} degrees against other slices"
    elif _turn_degrees(usual, header) > PARALLEL_DEGREES:
        what = f"is turned in its plane by {_turn_degrees(usual, header):.1f} degrees against other slices"
    else:
        return None
    return f"{header.path}: {what} of its series (such as {usual.path.name}): remove it, or choose another --series"


def _shown(header: DicomHeader) -> str:
    return " x ".join(f"{size:g}" for size in header.pixel_mm or ())


def _tilt_degrees(one: DicomHeader, other: DicomHeader) -> float:
    return _angle_degrees(slice_normal(one), slice_normal(other))


def _turn_degrees(one: DicomHeader, other: DicomHeader) -> float:
    return _angle_degrees(np.array(one.orientation or ())[:3], np.array(other.orientation or ())[:3])


def _angle_degrees(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.degrees(np.arctan2(np.linalg.norm(np.cross(one, other)), one @ other)))


def _join_single_slices(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Join series of one slice each into stacks: same study, grid, orientation and number of frames."""
    joined: list[Candidate] = [c for c in candidates if c.slices != 1]
    groups: list[list[Candidate]] = []
    directions = _Directions(2 * PARALLEL_DEGREES)
    for candidate in (c for c in candidates if c.slices == 1):
        normal = slice_normal(candidate.headers[0])
        alike = (groups[index] for index in directions.near(normal))
        group = next((group for group in alike if _belong_together(group[0], candidate)), None)
        if group is None:
            groups.append([candidate])
            directions.add(normal)
        else:
            group.append(candidate)
    return joined + [_joined(group) for group in groups]


def _belong_together(one: Candidate, other: Candidate) -> bool:
    first, second = one.headers[0], other.headers[0]
    return first.study == second.study and one.frames == other.frames and _difference(first, second) is None


def _joined(group: Sequence[Candidate]) -> Candidate:
    """One stack of these slices; of slices at the same place the one with the highest series number is taken."""
    kept: list[Candidate] = []
    ordered = sorted(group, key=lambda c: (c.headers[0].series_number or 0, c.headers[0].series), reverse=True)
    for candidate in ordered:
        if len(group_slices([c.headers[0] for c in (*kept, candidate)])) > len(kept):
            kept.append(candidate)
    headers = tuple(header for candidate in kept for header in candidate.headers)
    return Candidate(headers, len(kept), repeated=len(group) - len(kept))
