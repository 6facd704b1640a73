"""Files of a folder that are no usable DICOM image."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydicom.dataset import Dataset

from LVSegULib.errors import InputError
from LVSegULib.reading.dicom import read_dicom_cine

if TYPE_CHECKING:
    from Testing.conftest import DicomPhantom


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is empty"):
        read_dicom_cine(tmp_path)


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        read_dicom_cine(tmp_path / "nowhere")


def test_a_folder_without_dicom(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear doctor")
    with pytest.raises(InputError, match=r"no grey DICOM image \(no DICOM: 1\)"):
        read_dicom_cine(tmp_path)


def colour(dataset: Dataset, _: int, __: int) -> None:
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation, dataset.PlanarConfiguration = 3, "RGB", 0
    dataset.PixelData = dataset.PixelData * 3


def test_colour_images_are_refused(a_dicom_phantom: DicomPhantom) -> None:
    a_dicom_phantom.write(colour)
    with pytest.raises(InputError, match="colour images: 20"):
        read_dicom_cine(a_dicom_phantom.folder)
