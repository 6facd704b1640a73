"""A segmentation as somebody drew it: the segments of a file of 3D Slicer, or the values of a label map."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from LVSegULib.errors import InputError
from LVSegULib.labels import ALL_LABELS
from LVSegULib.reading.images import read_label_map
from LVSegULib.reading.nrrd import read_nrrd_layers
from LVSegULib.reading.nrrd_header import NrrdHeader, read_nrrd_header
from LVSegULib.reading.results import is_label_map_of_ours

MOST_VALUES = 100
"""A file of more different values is an image, not a label map."""

_NRRD = (".nrrd", ".nhdr")
_TERMINOLOGY = "TerminologyEntry:"


@dataclass(frozen=True)
class Segment:
    """One region that was drawn.

    Attributes:
        name: its name in 3D Slicer; "" in a label map, which has no names.
        codes: SNOMED CT codes of what it is (type, then anatomic region), where the file gives them.
        layer: the voxels (T, K, J, I) that it is stored in, together with others.
        value: its value there.
    """

    name: str
    codes: tuple[str, ...]
    layer: NDArray[Any]
    value: int

    def mask(self, frame: int) -> NDArray[np.bool_]:
        """Its voxels (K, J, I) in one frame."""
        return np.asarray(self.layer[frame] == self.value)

    def __str__(self) -> str:
        return f'"{self.name}"' if self.name else f"value {self.value}"


@dataclass(frozen=True)
class Segmentation:
    """All segments of a file, and where its voxels lie.

    Attributes:
        path: the file.
        segments: in the file's order.
        ijk_to_ras: 4x4 matrix from voxel indices (i, j, k, 1) to RAS millimetres.
    """

    path: Path
    segments: tuple[Segment, ...]
    ijk_to_ras: NDArray[np.float64]

    def listed(self) -> str:
        """The segments, for people."""
        return ", ".join(str(segment) for segment in self.segments) or "nothing"


def read_segmentation(path: Path) -> Segmentation:
    """Read a segmentation of 3D Slicer (`.seg.nrrd`), or a label map as NIfTI, NRRD or MetaImage, 3-D or 4-D.

    The values of a label map have no names, but for those that `lvsegu segment` wrote.

    3D Slicer stores segments that overlap in several layers, and may crop the file to what is drawn; its origin is then
    that of the cropped volume (vtkMRMLSegmentationStorageNode), so the matrix alone tells where it lies.

    Raises:
        InputError: the file is missing or damaged, 2-D, an image, or a label map without any region.
        GeometryError: impossible spacing or orientation.
    """
    header = read_nrrd_header(path) if path.is_file() and path.name.lower().endswith(_NRRD) else None
    if header is not None and _has_segment(header.keys, 0):
        return _of_slicer(header)
    values, ijk_to_ras = read_label_map(path)
    present = [int(value) for value in np.unique(values) if value]
    if len(present) > MOST_VALUES:
        raise InputError(
            f"{path}: holds {len(present)} different values: it is an image, expected a segmentation: give the volume "
            "first and its segmentation second"
        )
    if not present:
        raise InputError(f"{path}: is empty: nothing is drawn in it")
    names = {label.value: label.key for label in ALL_LABELS} if is_label_map_of_ours(path) else {}
    return Segmentation(path, tuple(Segment(names.get(value, ""), (), values, value) for value in present), ijk_to_ras)


def _has_segment(keys: dict[str, str], number: int) -> bool:
    return f"Segment{number}_ID" in keys or f"Segment{number}_Name" in keys


def _of_slicer(header: NrrdHeader) -> Segmentation:
    layers, ijk_to_ras = read_nrrd_layers(header)
    numbers = itertools.takewhile(lambda number: _has_segment(header.keys, number), itertools.count())
    segments = tuple(_segment(number, header.keys, layers, header.path) for number in numbers)
    return Segmentation(header.path, segments, ijk_to_ras)


def _segment(number: int, keys: dict[str, str], layers: NDArray[Any], path: Path) -> Segment:
    """Where a key is missing, what 3D Slicer then takes."""
    name = keys.get(f"Segment{number}_Name") or keys.get(f"Segment{number}_ID", "")
    try:
        layer, value = int(keys.get(f"Segment{number}_Layer", number)), int(keys.get(f"Segment{number}_LabelValue", 1))
        voxels = layers[np.newaxis, range(len(layers))[layer]]
    except (ValueError, IndexError) as error:
        raise InputError(
            f'{path}: its segment "{name}" is in no layer of the file: save it in 3D Slicer again'
        ) from error
    return Segment(name, _codes(keys.get(f"Segment{number}_Tags", "")), voxels, value)


def _codes(tags: str) -> tuple[str, ...]:
    """Type and anatomic region of 3D Slicer's terminology entry: context~category~type~modifier~context~region~..."""
    entry = next((tag for tag in tags.split("|") if tag.startswith(_TERMINOLOGY)), "").split("~")
    terms = (entry[place].split("^") for place in (2, 5) if place < len(entry))
    return tuple(term[1] for term in terms if len(term) > 1 and term[0] == "SCT" and term[1])
