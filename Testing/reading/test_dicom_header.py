"""Files of a folder that are no usable DICOM image."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydicom.dataset import Dataset

from LVSegULib.errors import InputError
from LVSegULib.reading import dicom_header
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


@pytest.mark.parametrize("closed", [".", "series2"])
def test_a_folder_that_cannot_be_listed_is_not_passed_over(
    a_dicom_phantom: DicomPhantom, close_folder: Callable[[Path], None], closed: str
) -> None:
    a_dicom_phantom.write(below="series1")
    a_dicom_phantom.write(below="series2", series_number=8)
    close_folder(a_dicom_phantom.folder / closed)
    with pytest.raises(InputError, match=r"cannot be listed .*: check its permissions"):
        read_dicom_cine(a_dicom_phantom.folder)


def test_a_file_that_may_not_be_read_is_not_called_damaged(
    a_dicom_phantom: DicomPhantom, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_dicom_phantom.write()

    def refuse(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(dicom_header, "DicomFile", refuse)
    with pytest.raises(InputError, match=r"cannot be opened \(Permission denied\): check its permissions"):
        read_dicom_cine(a_dicom_phantom.folder)
