"""NIfTI headers, checked against nibabel."""

from __future__ import annotations

import struct
from pathlib import Path

import nibabel
import numpy as np
import pytest

from LVSegULib.errors import GeometryError, InputError
from LVSegULib.reading.images import read_image
from LVSegULib.reading.nifti_header import read_nifti_file


def write(path: Path, order: str = "<") -> Path:
    header = nibabel.Nifti1Header(endianness=order)
    header.set_xyzt_units("mm", "msec")
    image = nibabel.Nifti1Image(np.arange(5 * 4 * 3 * 2, dtype="f4").reshape(5, 4, 3, 2), np.eye(4), header)
    image.header["pixdim"][1:5] = 1.5, 1.25, 8, 40
    nibabel.save(image, path)
    return path


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("ending", [".nii", ".nii.gz"])
def test_shape_spacing_and_time(tmp_path: Path, order: str, ending: str) -> None:
    file = read_nifti_file(write(tmp_path / f"beat{ending}", order))
    assert (file.order, file.shape, file.spacing) == (order, (5, 4, 3, 2), (1.5, 1.25, 8, 40))
    assert file.frame_ms == 40
    assert (file.not_finite(), file.missing_bytes()) == (0, 0)


def test_a_zero_spacing_is_refused_where_itk_would_make_it_1_mm(tmp_path: Path) -> None:
    path = write(tmp_path / "flat.nii")
    content = bytearray(path.read_bytes())
    struct.pack_into("<f", content, 76 + 3 * 4, 0.0)  # pixdim[3], nifti1.h
    path.write_bytes(content)
    with pytest.raises(GeometryError, match=r"1\.5 x 1\.25 x 0 mm is not possible"):
        read_image(path)


def test_nifti_2_is_named(tmp_path: Path) -> None:
    path = tmp_path / "new.nii.gz"
    nibabel.save(nibabel.Nifti2Image(np.zeros((4, 4, 4), "i2"), np.eye(4)), path)
    with pytest.raises(InputError, match="no NIfTI-1 file"):
        read_nifti_file(path)
