from __future__ import annotations

from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest

from LVSegULib.dataset.case import NewCase, make_cases
from LVSegULib.dataset.pair import Pair
from LVSegULib.dataset.regions import assignment_from
from LVSegULib.errors import InputError
from Testing.conftest import DicomPhantom
from Testing.dataset.drawings import (
    LV,
    MYO,
    SHAPE,
    Drawn,
    a_cavity,
    a_filled_epicardium,
    an_image,
    ijk_to_ras,
    write_segmentation,
    write_volume,
)

BOTH = (Drawn("inner", a_cavity(), LV), Drawn("outer", a_filled_epicardium(), MYO, layer=1))
EXPECTED = np.where(a_cavity(), 1, 2 * a_filled_epicardium())


def cases(tmp_path: Path, volume: Path, *given: str, **said: Any) -> list[NewCase]:
    drawn = write_segmentation(tmp_path / "drawn.seg.nrrd", BOTH)
    return make_cases(Pair(volume, drawn, **said), [assignment_from(text) for text in given])


@pytest.mark.parametrize("name", ["sax.nrrd", "sax.nii.gz", "sax_0000.nii.gz", "sax.mha"])
def test_image_and_labels_share_a_grid(tmp_path: Path, name: str) -> None:
    (case,) = cases(tmp_path, write_volume(tmp_path / name, an_image()[0]))
    assert case.name == "sax"
    assert case.image.dtype == np.int16
    np.testing.assert_array_equal(case.image, an_image()[0])
    np.testing.assert_array_equal(case.painted.labels, EXPECTED)
    np.testing.assert_allclose(case.ijk_to_ras, ijk_to_ras(), atol=1e-4)


def test_a_frame_of_a_cine(tmp_path: Path) -> None:
    volume = write_volume(tmp_path / "beat.nrrd", an_image(5))
    (case,) = cases(tmp_path, volume, frames={None: 3}, patient="Anna B")
    assert case.name == "Anna_B_frame03"
    np.testing.assert_array_equal(case.image, an_image(5)[3])


def test_a_name_is_not_given_its_phase_twice(tmp_path: Path) -> None:
    volume = write_volume(tmp_path / "anna_ED.nrrd", an_image()[0])
    assert [case.name for case in cases(tmp_path, volume, phase="ED")] == ["anna_ED"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("anna_ed", "anna_ED"), ("anna-ES", "anna_ES"), ("anna es", "anna_ES"), ("anna_Frame07", "anna_frame07")],
)
def test_phase_and_frame_are_written_as_data_sets_have_them(tmp_path: Path, name: str, expected: str) -> None:
    (case,) = cases(tmp_path, write_volume(tmp_path / f"{name}.nrrd", an_image()[0]))
    assert case.name == expected


def test_a_label_map_of_a_cine_gives_a_case_for_each_frame_that_is_drawn(tmp_path: Path) -> None:
    values = np.zeros((3, *SHAPE), np.uint8)
    values[0], values[2] = 4 * a_filled_epicardium(), 4 * a_cavity()
    values[1, 0] = 9  # something else
    volume = write_volume(tmp_path / "beat.nii.gz", an_image(3))
    pair = Pair(volume, write_volume(tmp_path / "beat_seg.nii.gz", values))
    first, last = make_cases(pair, [assignment_from("4=LV")])
    assert (first.name, last.name) == ("beat_frame00", "beat_frame02")
    np.testing.assert_array_equal(last.image, an_image(3)[2])
    np.testing.assert_array_equal(last.painted.labels, a_cavity())
    assert first.painted.taken["LV"].startswith("cavity from value 4, 4 slices")


def test_a_dicom_folder(tmp_path: Path, a_dicom_phantom: DicomPhantom) -> None:
    a_dicom_phantom.write()
    matrix = np.eye(4)
    along = np.array([a_dicom_phantom.along_rows, a_dicom_phantom.along_columns])
    matrix[:3, 0], matrix[:3, 1] = along[0] * a_dicom_phantom.pixel_mm[1], along[1] * a_dicom_phantom.pixel_mm[0]
    matrix[:3, 2], matrix[:3, 3] = a_dicom_phantom.step, a_dicom_phantom.origin
    drawn = np.zeros(a_dicom_phantom.images.shape[:0:-1], np.uint8)  # I, J, K
    drawn[8:12, 10:14, 1:3] = 1
    label = tmp_path / "label.nii.gz"
    nibabel.save(nibabel.Nifti1Image(drawn, np.diag([-1, -1, 1, 1]) @ matrix), label)
    pair = Pair(a_dicom_phantom.folder, label, frames={None: 2}, phase="ES", series="7")
    (case,) = make_cases(pair, [assignment_from("1=LV")])
    assert case.name == "Phantom_1_ES"
    np.testing.assert_array_equal(case.image, a_dicom_phantom.images[2])
    np.testing.assert_array_equal(case.painted.labels, drawn.T)
    assert case.painted.notes == ()


@pytest.mark.parametrize(
    ("values", "kind"),
    [([0], np.uint8), ([0, 65535], np.uint16), ([-7, 300], np.int16), ([0, 70000], np.float32), ([0.5], np.float32)],
)
def test_intensities_are_kept(tmp_path: Path, values: list[float], kind: type) -> None:
    image = an_image()[0].astype(np.float32) % 200
    image.flat[: len(values)] = values
    (case,) = cases(tmp_path, write_volume(tmp_path / "sax.nrrd", image))
    assert case.image.dtype == kind
    np.testing.assert_array_equal(case.image, image)


def test_the_segmentation_first_is_a_mistake(tmp_path: Path) -> None:
    write_volume(tmp_path / "sax.nrrd", an_image()[0])
    drawn = write_segmentation(tmp_path / "sax.seg.nrrd", BOTH)
    with pytest.raises(InputError, match="is a segmentation: give the volume first"):
        make_cases(Pair(drawn, tmp_path / "sax.nrrd"))


def test_a_two_dimensional_image(tmp_path: Path) -> None:
    nibabel.save(nibabel.Nifti1Image(np.arange(20.0, dtype="f4").reshape(4, 5), np.eye(4)), tmp_path / "flat.nii.gz")
    with pytest.raises(InputError, match="single 2-D image"):
        cases(tmp_path, tmp_path / "flat.nii.gz")
