"""Fixtures that several folders of tests use."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage, generate_uid

from Testing.slicer_core.presence import missing

if TYPE_CHECKING:
    from LVSegULib.modelfolder.folder import ModelFolder

SAMPLE = Path(__file__).parents[1] / "Resources" / "SampleData" / "SCD0000101-cine-dicom.tar.bz2"

# Before anything imports Qt or VTK: draw without a screen.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")

# PyTorch's CUDA build for Linux brings Triton, and drawing without a screen brings Mesa. Each has an LLVM of its own,
# and Python dies where Triton's is loaded second.
with suppress(ImportError):
    import triton  # noqa: F401


def pytest_report_header() -> list[str]:
    """Say so where the tests of the Slicer module are left out."""
    absent = missing()
    return [f"tests of the Slicer module are left out, not installed: {', '.join(absent)}"] if absent else []


def beating_phantom(frames: int, slices: int, rows: int, columns: int) -> NDArray[np.int16]:
    """A bright disc (T, K, J, I) that shrinks and grows; the first pixel holds 100 * frame + slice."""
    j, i = np.mgrid[:rows, :columns]
    radius = 5 + 2 * np.cos(2 * np.pi * np.arange(frames) / frames)
    inside = (j - rows / 2) ** 2 + (i - columns / 2) ** 2 < radius[:, None, None, None] ** 2
    images = np.where(inside, 900, 100 + i + j).astype(np.int16)
    images = np.repeat(images, slices, axis=1) if images.shape[1] == 1 else images
    images[..., 0, 0] = 100 * np.arange(frames)[:, None] + np.arange(slices)
    return images


@dataclass
class DicomPhantom:
    """Writes a beating phantom as the DICOM files of a scanner; `alter` may spoil each file before it is written.

    Slices run from base to apex as in a person: `step` points to the left, forward and down (LPS).
    """

    folder: Path
    along_rows: tuple[float, float, float] = (0.6, 0.8, 0.0)
    along_columns: tuple[float, float, float] = (0.0, 0.0, -1.0)
    step: tuple[float, float, float] = (6.4, -4.8, 0.0)  # 8 mm along the normal of rows and columns
    origin: tuple[float, float, float] = (-40.0, 20.0, 30.0)
    pixel_mm: tuple[float, float] = (1.5, 1.25)  # from row to row, from column to column
    study: str = field(default_factory=generate_uid)
    images: NDArray[np.int16] = field(default_factory=lambda: beating_phantom(5, 4, 24, 20))

    def write(
        self,
        alter: Callable[[FileDataset, int, int], bool | None] = lambda _, __, ___: None,
        *,
        series_number: int = 7,
        description: str = "cine sax",
        below: str = "",
    ) -> list[Path]:
        """Write every image; `alter(dataset, frame, slice)` returns False for a file that is to be left out."""
        uid, paths = generate_uid(), []
        for k in range(self.images.shape[1]):
            for t in range(self.images.shape[0]):
                dataset = self._dataset(t, k, uid, series_number, description)
                if alter(dataset, t, k) is False:
                    continue
                path = self.folder / below / f"MR{series_number}_{(37 * len(paths)) % 1009:04d}"  # no ending, no order
                path.parent.mkdir(parents=True, exist_ok=True)
                dataset.save_as(path, enforce_file_format=True)
                paths.append(path)
        return paths

    def _dataset(self, t: int, k: int, series: str, series_number: int, description: str) -> FileDataset:
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = MRImageStorage, generate_uid()
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dataset = FileDataset("", Dataset(), file_meta=meta, preamble=b"\0" * 128)
        dataset.SOPClassUID, dataset.SOPInstanceUID = MRImageStorage, meta.MediaStorageSOPInstanceUID
        dataset.PatientID, dataset.Modality = "Phantom/1", "MR"
        dataset.StudyInstanceUID, dataset.SeriesInstanceUID = self.study, series
        dataset.SeriesNumber, dataset.SeriesDescription = series_number, description
        dataset.InstanceNumber = 1 + t + k * self.images.shape[0]
        dataset.TriggerTime = 10 + 40 * t + k  # differs from slice to slice
        dataset.SliceLocation = -5.0 * k  # disagrees with the position, as scanners do
        dataset.ImagePositionPatient = [o + k * s for o, s in zip(self.origin, self.step, strict=True)]
        dataset.ImageOrientationPatient = [*self.along_rows, *self.along_columns]
        dataset.PixelSpacing, dataset.SliceThickness = list(self.pixel_mm), 6
        dataset.Rows, dataset.Columns = self.images.shape[2:]
        dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
        dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 16, 15, 1
        dataset.PixelData = self.images[t, k].tobytes()
        return dataset


LATIN_1 = os.fsdecode(b"M\xfcller")
"""A name as an old disk or archive has it: not UTF-8."""

has_names_of_bytes = pytest.mark.skipif(sys.platform != "linux", reason="names are UTF-8 on Windows and macOS")


@pytest.fixture
def close_folder(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Take the permission to list a folder away, from the superuser too."""

    def close(folder: Path) -> None:
        for owner, name in ((os, "listdir"), (os, "scandir"), (Path, "iterdir")):
            monkeypatch.setattr(owner, name, _refusing(folder, getattr(owner, name)))

    return close


def _refusing(folder: Path, listing: Callable[..., Any]) -> Callable[..., Any]:
    def refuse(path: object = ".", *arguments: Any) -> Any:
        if str(path) == str(folder):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return listing(path, *arguments)

    return refuse


@pytest.fixture
def a_dicom_phantom(tmp_path: Path) -> DicomPhantom:
    return DicomPhantom(tmp_path / "scan")


@pytest.fixture(scope="session")
def the_sample_patient(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the shipped patient, unpacked once: a small Sunnybrook release."""
    from LVSegULib.reading.sample import unpack_sample

    return unpack_sample(SAMPLE, tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="session")
def a_data_set_of_phantom_hearts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from Testing import phantom_hearts

    return phantom_hearts.write_data_set(tmp_path_factory.mktemp("data") / "Dataset900_Phantom", patients=6)


@pytest.fixture(scope="session")
def two_folds(a_data_set_of_phantom_hearts: Path, tmp_path_factory: pytest.TempPathFactory) -> list[ModelFolder]:
    """Two networks of 4, 8 and 12 filters that find phantom hearts; the first kept phantom0 and phantom4 back."""
    from LVSegULib.modelfolder.folder import open_model
    from LVSegULib.training.run import train
    from Testing import phantom_hearts

    folder = tmp_path_factory.mktemp("run")
    config = phantom_hearts.a_small_run(a_data_set_of_phantom_hearts)
    for fold in (0, 1):
        train(replace(config, steps=150, validate_every=150, fold=fold), folder / f"fold{fold}")
    return [open_model(folder / f"fold{fold}" / "last") for fold in (0, 1)]


@pytest.fixture(scope="session")
def a_trained_model(two_folds: list[ModelFolder]) -> ModelFolder:
    return two_folds[0]


@pytest.fixture
def intervals_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two patients have an interval already, so that a test needs no more of them."""
    monkeypatch.setattr("LVSegULib.evaluation.bootstrap.FEWEST_PATIENTS", 2)
