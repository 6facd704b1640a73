from __future__ import annotations

import json
from pathlib import Path

import nibabel
import numpy as np
import pytest

from LVSegULib.dataset.segmentation import read_segmentation
from LVSegULib.errors import InputError
from LVSegULib.labels import CAVITY, MYOCARDIUM
from LVSegULib.writing.seg_nrrd import write_segmentation_nrrd
from Testing.dataset.drawings import (
    LV,
    MYO,
    Drawn,
    a_cavity,
    a_filled_epicardium,
    an_image,
    ijk_to_ras,
    write_segmentation,
    write_volume,
)


@pytest.mark.parametrize("is_cropped", [True, False])
def test_overlapping_segments_of_slicer_lie_where_they_were_drawn(tmp_path: Path, is_cropped: bool) -> None:
    drawn = (Drawn("LV", a_cavity(), LV), Drawn("epi", a_filled_epicardium(), layer=1))
    found = read_segmentation(write_segmentation(tmp_path / "a.seg.nrrd", drawn, is_cropped=is_cropped))
    assert [(one.name, one.codes) for one in found.segments] == [("LV", (LV,)), ("epi", ("85756007",))]
    for segment, one in zip(found.segments, drawn, strict=True):
        corner = np.argwhere(segment.mask(0)).min(axis=0)[::-1]
        expected = np.argwhere(one.mask).min(axis=0)[::-1]
        np.testing.assert_allclose(found.ijk_to_ras @ [*corner, 1], ijk_to_ras() @ [*expected, 1], atol=1e-9)
        assert segment.mask(0).sum() == one.mask.sum()


def test_segments_of_one_layer_are_told_apart_by_their_values(tmp_path: Path) -> None:
    ring = a_filled_epicardium() & ~a_cavity()
    drawn = (Drawn("LV", a_cavity(), value=1), Drawn("MYO", ring, value=2))
    found = read_segmentation(write_segmentation(tmp_path / "a.seg.nrrd", drawn, is_cropped=False))
    np.testing.assert_array_equal(found.segments[0].mask(0), a_cavity())
    np.testing.assert_array_equal(found.segments[1].mask(0), ring)


def test_what_lvsegu_segment_writes(tmp_path: Path) -> None:
    labels = np.zeros((3, *a_cavity().shape), np.uint8)
    labels[0][a_filled_epicardium()] = MYOCARDIUM.value
    labels[0][a_cavity()] = CAVITY.value
    labels[2, 2, 8, 8] = CAVITY.value
    write_segmentation_nrrd(tmp_path / "a.seg.nrrd", labels, ijk_to_ras(), [CAVITY, MYOCARDIUM], {"ED": 0, "ES": 2})
    found = read_segmentation(tmp_path / "a.seg.nrrd")
    names = ["LV blood pool, ED", "LV myocardium, ED", "LV blood pool, ES", "LV myocardium, ES"]
    assert [one.name for one in found.segments] == names
    assert [one.codes for one in found.segments] == [(LV,), (MYO,)] * 2
    assert [one.mask(0).sum() for one in found.segments] == [256, 320, 1, 0]  # 4 x 8 x 8; 4 x 12 x 12 - 256
    np.testing.assert_allclose(found.ijk_to_ras, ijk_to_ras(), atol=1e-9)


@pytest.mark.parametrize("ending", [".nii.gz", ".nrrd"])
def test_values_of_a_label_map_are_segments_without_names(tmp_path: Path, ending: str) -> None:
    values = np.where(a_cavity(), 3, a_filled_epicardium()).astype(np.uint8)
    found = read_segmentation(write_volume(tmp_path / f"a{ending}", values))
    assert [(one.name, one.value, one.mask(0).sum()) for one in found.segments] == [("", 1, 320), ("", 3, 256)]
    assert found.listed() == "value 1, value 3"


def test_values_of_what_lvsegu_wrote_have_their_names(tmp_path: Path) -> None:
    values = np.zeros((4, 4, 2), np.uint8)
    values[0], values[1] = 1, 2
    nibabel.save(nibabel.Nifti1Image(values, np.eye(4)), tmp_path / "anna.nii.gz")
    (tmp_path / "anna.json").write_text(json.dumps({"name": "anna", "input": {}, "measures": {}}), encoding="utf-8")
    assert [segment.name for segment in read_segmentation(tmp_path / "anna.nii.gz").segments] == ["LV", "MYO"]


def test_the_code_may_be_in_the_anatomic_region(tmp_path: Path) -> None:
    path = write_segmentation(tmp_path / "a.seg.nrrd", (Drawn("x", a_cavity()),))
    region = path.read_bytes().replace(b"master list~^^~^^", f"master list~SCT^{LV}^Left ventricle~^^".encode())
    path.write_bytes(region)
    assert read_segmentation(path).segments[0].codes == ("85756007", LV)


def test_a_segmentation_without_segments(tmp_path: Path) -> None:
    path = write_volume(tmp_path / "a.seg.nrrd", np.zeros((1, 1, 1), np.uint8))
    with pytest.raises(InputError, match=r"a\.seg\.nrrd: is empty: nothing is drawn in it$"):
        read_segmentation(path)


def test_an_image_is_no_segmentation(tmp_path: Path) -> None:
    path = write_volume(tmp_path / "sax.nrrd", an_image()[0] + np.int16(5))
    with pytest.raises(InputError, match=r"different values: it is an image.*volume first"):
        read_segmentation(path)


def test_a_file_that_is_cut_short(tmp_path: Path) -> None:
    path = write_segmentation(tmp_path / "a.seg.nrrd", (Drawn("LV", a_cavity()),))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match="cut short or damaged"):
        read_segmentation(path)


@pytest.mark.parametrize("layer", ["7", "-3", "x"])
def test_a_segment_in_a_layer_that_is_not_there(tmp_path: Path, layer: str) -> None:
    path = write_segmentation(tmp_path / "a.seg.nrrd", (Drawn("LV", a_cavity()),))
    path.write_bytes(path.read_bytes().replace(b"Segment0_Layer:=0", f"Segment0_Layer:={layer}".encode()))
    with pytest.raises(InputError, match='segment "LV" is in no layer of the file'):
        read_segmentation(path)


def test_four_axes_in_space_are_of_an_old_slicer(tmp_path: Path) -> None:
    path = write_volume(tmp_path / "a.seg.nrrd", np.stack([a_cavity()] * 2).astype(np.uint8))
    header, data = path.read_bytes().split(b"\n\n", 1)
    path.write_bytes(header + b"\nSegment0_ID:=LV\n\n" + data)
    with pytest.raises(InputError, match="not written by 3D Slicer 5: load it there and save it again"):
        read_segmentation(path)


def test_a_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        read_segmentation(tmp_path / "a.seg.nrrd")
