"""One function for every kind of input."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import SimpleITK

from LVSegULib.errors import InputError, UsageError
from LVSegULib.reading import read_cine
from LVSegULib.reading.images import read_label_map

if TYPE_CHECKING:
    from Testing.conftest import DicomPhantom


def test_a_folder_is_read_as_dicom(a_dicom_phantom: DicomPhantom) -> None:
    a_dicom_phantom.write()
    assert read_cine(a_dicom_phantom.folder, "7").frames.shape == (5, 4, 24, 20)


def test_a_file_is_read_by_its_ending(tmp_path: Path) -> None:
    path = tmp_path / "stack.mha"
    SimpleITK.WriteImage(SimpleITK.GetImageFromArray(np.arange(60, dtype=np.int16).reshape(3, 4, 5)), str(path))
    assert read_cine(path).frames.shape == (1, 3, 4, 5)
    with pytest.raises(UsageError, match="leave it out"):
        read_cine(path, series="7")


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        read_cine(tmp_path / "nowhere")


def test_a_picture_is_no_cine(tmp_path: Path) -> None:
    path = tmp_path / "slice.png"
    SimpleITK.WriteImage(SimpleITK.Image(4, 4, SimpleITK.sitkUInt8), str(path))
    with pytest.raises(InputError, match=r"unknown kind of file, expected a DICOM folder or one of \.nii\.gz"):
        read_cine(path)


def test_importing_it_loads_no_reader() -> None:
    code = "import sys, LVSegULib.reading; sys.exit('SimpleITK' in sys.modules or 'pydicom' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=False).returncode == 0


def test_a_segmentation_is_not_segmented(tmp_path: Path) -> None:
    (tmp_path / "anna.seg.nrrd").write_bytes(b"NRRD0005")
    with pytest.raises(InputError, match=r"anna\.seg\.nrrd: is a segmentation by its name"):
        read_cine(tmp_path / "anna.seg.nrrd")
    with pytest.raises(InputError, match=r"holds segmentations \(anna\.seg\.nrrd\) and no image"):
        read_cine(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes")
@pytest.mark.parametrize("name", ["scan", "beat.nii.gz"])
def test_what_is_no_regular_file_is_refused(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(InputError, match=rf"{name}: is no regular file: save what it gives in a file or folder"):
        read_cine(tmp_path / name)
    with pytest.raises(InputError, match=r"is no regular file|unknown kind"):
        read_label_map(tmp_path / name)
