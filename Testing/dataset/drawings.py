"""Volumes, and segmentations of them as 3D Slicer writes them: in layers, cropped to what is drawn."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK
from numpy.typing import NDArray

SHAPE = (6, 20, 24)  # K, J, I
SPACING_MM = (1.5, 1.25, 8.0)  # I, J, K
ORIGIN_LPS = (-10.0, 20.0, 30.0)
VOXEL_ML = 1.5 * 1.25 * 8.0 / 1000

LV, MYO, RV = "87878005", "49848007", "53085002"


def directions() -> NDArray[np.float64]:
    """Unit vectors of I, J, K in LPS, as columns: turned about two axes."""
    c, s = np.cos(0.4), np.sin(0.4)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ np.array([[1, 0, 0], [0, c, -s], [0, s, c]])


def ijk_to_ras() -> NDArray[np.float64]:
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = directions() * SPACING_MM, ORIGIN_LPS
    return np.diag([-1.0, -1.0, 1.0, 1.0]) @ matrix


def an_image(frames: int = 1) -> NDArray[np.int16]:
    """Intensities (T, K, J, I) of which no two frames agree."""
    return np.random.default_rng(3).integers(-5, 900, (frames, *SHAPE)).astype(np.int16)


def a_cavity() -> NDArray[np.bool_]:
    """4 slices of 8 x 8 voxels."""
    mask = np.zeros(SHAPE, bool)
    mask[1:5, 6:14, 8:16] = True
    return mask


def a_filled_epicardium() -> NDArray[np.bool_]:
    """4 slices of 12 x 12 voxels around the cavity."""
    mask = np.zeros(SHAPE, bool)
    mask[1:5, 4:16, 6:18] = True
    return mask


def write_volume(path: Path, pixels: NDArray[Any]) -> Path:
    """Write (K, J, I) or a cine (T, K, J, I) on the grid of this file."""
    volumes = [SimpleITK.GetImageFromArray(volume) for volume in (pixels if pixels.ndim == 4 else pixels[np.newaxis])]
    for volume in volumes:
        volume.SetSpacing(SPACING_MM)
        volume.SetOrigin(ORIGIN_LPS)
        volume.SetDirection(directions().ravel().tolist())
    path.parent.mkdir(parents=True, exist_ok=True)
    SimpleITK.WriteImage(SimpleITK.JoinSeries(volumes) if len(volumes) > 1 else volumes[0], str(path))
    return path


@dataclass(frozen=True)
class Drawn:
    """A segment to write: its name, mask (K, J, I), SNOMED CT code and the layer it goes into."""

    name: str
    mask: NDArray[np.bool_]
    code: str = "85756007"  # tissue, which a new segment has in 3D Slicer
    layer: int = 0
    value: int = 1


def write_segmentation(path: Path, drawn: Sequence[Drawn], *, is_cropped: bool = True) -> Path:
    """Write segments as 3D Slicer 5 does (the fields and keys are those of a file that it wrote)."""
    layers = np.zeros((max(one.layer for one in drawn) + 1, *SHAPE), np.uint8)
    for one in drawn:
        layers[one.layer][one.mask] = one.value
    filled = np.argwhere(layers.any(axis=0))
    first, last = (filled.min(axis=0), filled.max(axis=0)) if is_cropped and len(filled) else (0, np.array(SHAPE) - 1)
    offset = np.broadcast_to(first, 3)
    layers = layers[(slice(None), *(slice(a, b + 1) for a, b in zip(offset, last, strict=True)))]
    columns = directions() * SPACING_MM
    origin = np.array(ORIGIN_LPS) + columns @ offset[::-1]
    sizes, several = layers.shape[:0:-1], len(layers) > 1
    vectors = [f"({','.join(f'{x:.17g}' for x in vector)})" for vector in (*columns.T, origin)]
    lines = [
        "NRRD0004",
        "# Complete NRRD file format specification at:",
        "type: unsigned char",
        f"dimension: {4 if several else 3}",
        "space: left-posterior-superior",
        f"sizes: {f'{len(layers)} ' if several else ''}{' '.join(map(str, sizes))}",
        f"space directions: {'none ' if several else ''}{' '.join(vectors[:3])}",
        f"kinds: {'list ' if several else ''}domain domain domain",
        "encoding: gzip",
        f"space origin: {vectors[3]}",
    ]
    for number, one in enumerate(drawn):
        term = f"SCT^123037004^Anatomical Structure~SCT^{one.code}^x~^^~Anatomic codes - DICOM master list~^^~^^"
        lines += [
            f"Segment{number}_ID:=Segment_{number}",
            f"Segment{number}_Name:={one.name}",
            f"Segment{number}_LabelValue:={one.value}",
            f"Segment{number}_Layer:={one.layer}",
            f"Segment{number}_Tags:=Segmentation.Status:inprogress|TerminologyEntry:General Anatomy list~{term}|",
        ]
    lines += [f"Segmentation_ReferenceImageExtentOffset:={' '.join(map(str, offset[::-1]))}", "", ""]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("\n".join(lines).encode() + gzip.compress(np.moveaxis(layers, 0, -1).tobytes()))
    return path


def write_report(folder: Path, source: Any, name: str = "anna") -> Path:
    """NAME.json as `lvsegu segment` writes it; gives the path of the segmentation beside it."""
    report = {"name": name, "input": {"source": source, "frames": 1}, "measures": {}, "model": {}}
    (folder / f"{name}.json").write_text(json.dumps(report), encoding="utf-8")
    return folder / f"{name}.seg.nrrd"
