"""Inputs that are broken in twenty ways, each of them a case that a cohort must give a reason for."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import FileDataset

from Testing.conftest import DicomPhantom, beating_phantom

Spoil = Callable[[FileDataset, int, int], "bool | None"]


def break_inputs(folder: Path, count: int) -> int:
    """Write `count` broken cases below `folder`, of all kinds in turn; gives the number of kinds."""
    for number in range(count):
        kind, write = KINDS[number % len(KINDS)]
        write(folder / f"broken{number:04d}-{kind}")
    return len(KINDS)


def _nifti(pixels: NDArray[np.generic], spacing: tuple[float, ...] = (1.5, 1.5, 8.0, 1.0)) -> bytes:
    image = nibabel.Nifti1Image(pixels, np.diag([*spacing[:3], 1.0]))
    image.header["pixdim"][1 : 1 + len(spacing)] = spacing
    return bytes(image.to_bytes())


def _beat() -> NDArray[np.int16]:
    return beating_phantom(4, 5, 32, 32).transpose(3, 2, 1, 0)  # as NIfTI has it: I, J, K, T


def _file(content: Callable[[], bytes], ending: str = ".nii.gz") -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_name(path.name + ending).write_bytes(content())

    return write


def _packed(pixels: Callable[[], NDArray[np.generic]]) -> Callable[[], bytes]:
    return lambda: gzip.compress(_nifti(pixels()), 1)


def _with_pixel(value: float) -> NDArray[np.float32]:
    pixels = _beat().astype(np.float32)
    pixels[3, 3, 2, 1] = value
    return pixels


def _without_spacing() -> bytes:
    content = bytearray(_nifti(_beat()))
    content[80:84] = np.float32(0).tobytes()  # pixdim[1]
    content[252:256] = bytes(4)  # neither qform nor sform
    return gzip.compress(bytes(content), 1)


def _colour() -> NDArray[np.generic]:
    dtype = np.dtype([("R", "u1"), ("G", "u1"), ("B", "u1")])
    return np.zeros((16, 16, 4), dtype)


def _nrrd(sizes: str, data: str) -> bytes:
    lines = ["NRRD0004", "type: short", "dimension: 3", "space: left-posterior-superior", f"sizes: {sizes}"]
    lines += ["space directions: (1.5,0,0) (0,1.5,0) (0,0,8)", "encoding: raw", "endian: little", data, ""]
    return "\n".join(lines).encode() + bytes(500)


def _series(spoil: Spoil) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        phantom = DicomPhantom(path)

        def alter(dataset: FileDataset, t: int, k: int) -> bool | None:
            dataset.PatientID = path.name
            return spoil(dataset, t, k)

        phantom.write(alter)

    return write


def _no_position(dataset: FileDataset, _t: int, k: int) -> None:
    if k == 1:
        del dataset.ImagePositionPatient


def _cut_short(dataset: FileDataset, t: int, k: int) -> None:
    if (t, k) == (1, 1):
        dataset.PixelData = dataset.PixelData[:-200]


def _twice(dataset: FileDataset, t: int, _k: int) -> None:
    dataset.TriggerTime = 10 if t == 1 else dataset.TriggerTime


def _frame_missing(_dataset: FileDataset, t: int, k: int) -> bool:
    return (t, k) != (2, 2)


def _slice_missing(_dataset: FileDataset, _t: int, k: int) -> bool:
    return k != 1


def _other_size(dataset: FileDataset, _t: int, k: int) -> None:
    if k == 2:
        dataset.Rows = int(dataset.Rows) // 2
        dataset.PixelData = dataset.PixelData[: len(dataset.PixelData) // 2]


def _tilted(dataset: FileDataset, _t: int, k: int) -> None:
    if k == 3:
        dataset.ImageOrientationPatient = [0.6, 0.8, 0.0, 0.08, -0.06, -0.995]


def _single(_dataset: FileDataset, t: int, k: int) -> bool:
    return (t, k) == (0, 0)


KINDS: list[tuple[str, Callable[[Path], None]]] = [
    ("empty", _file(lambda: b"")),
    ("gzip-cut-short", _file(lambda: _packed(_beat)()[:-300])),
    ("text", _file(lambda: b"this is no image at all\n" * 40)),
    ("zero-spacing", _file(_without_spacing)),
    ("absurd-spacing", _file(lambda: gzip.compress(_nifti(_beat(), (1500.0, 1500.0, 8000.0, 1.0)), 1))),
    ("nan", _file(_packed(lambda: _with_pixel(float("nan"))))),
    ("constant", _file(_packed(lambda: np.full((16, 16, 4, 2), 7, np.int16)))),
    ("single-image", _file(_packed(lambda: _beat()[:, :, 0, 0]))),
    ("colour", _file(_packed(_colour))),
    ("mask", _file(_packed(lambda: (_beat() > 500).astype(np.uint8)))),
    ("nifti-cut-short", _file(lambda: _nifti(_beat())[:-900], ".nii")),
    ("nrrd-without-data", _file(lambda: _nrrd("16 16 4", "data file: nowhere.raw"), ".nhdr")),
    ("nrrd-absurd-size", _file(lambda: _nrrd("90000 90000 90000", ""), ".nrrd")),
    ("no-position", _series(_no_position)),
    ("pixels-cut-short", _series(_cut_short)),
    ("frame-twice", _series(_twice)),
    ("frame-missing", _series(_frame_missing)),
    ("slice-missing", _series(_slice_missing)),
    ("other-size", _series(_other_size)),
    ("tilted", _series(_tilted)),
    ("no-cine", _series(_single)),
]
