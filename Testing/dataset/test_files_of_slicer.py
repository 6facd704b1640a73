"""Volumes and segmentations that Slicer's own core has written, with the segments that Segment Editor would make."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from LVSegULib.commands.main import main
from LVSegULib.dataset.case import make_cases
from LVSegULib.dataset.pair import Pair
from LVSegULib.labels import CAVITY
from LVSegULib.reading.nnunet import open_raw_dataset
from Testing.dataset.drawings import SPACING_MM, a_cavity, a_filled_epicardium, an_image, ijk_to_ras
from Testing.desktop.scene import add_volume


@pytest.fixture
def a_volume(the_desktop: Any) -> Iterator[Any]:
    """An oblique volume in Slicer's scene."""
    the_desktop.mrmlScene.Clear(0)
    node = add_volume(an_image()[0])
    node.SetSpacing(*SPACING_MM)
    node.SetIJKToRASDirections((ijk_to_ras()[:3, :3] / SPACING_MM).tolist())
    node.SetOrigin(*ijk_to_ras()[:3, 3])
    yield node
    the_desktop.mrmlScene.Clear(0)


def save(volume: Any, folder: Path, *, is_cropped: bool, **masks: NDArray[np.bool_]) -> Pair:
    """Draw segments over the volume and save both as Slicer does."""
    import slicer

    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Segmentation")
    node.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    for name, mask in masks.items():
        segment = node.GetSegmentation().AddEmptySegment(name, name)
        slicer.util.updateSegmentBinaryLabelmapFromArray(mask.astype(np.uint8), node, segment, volume)
    node.AddDefaultStorageNode()
    node.GetStorageNode().SetCropToMinimumExtent(is_cropped)
    folder.mkdir(parents=True)
    assert slicer.util.saveNode(volume, str(folder / "sax.nrrd"))
    assert slicer.util.saveNode(node, str(folder / "Segmentation.seg.nrrd"))
    return Pair(folder / "sax.nrrd", folder / "Segmentation.seg.nrrd")


def set_code(name: str, label: Any) -> None:
    import slicer

    segmentation = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLSegmentationNode").GetSegmentation()
    tag = f"a list~SCT^123037004^Anatomical Structure~SCT^{label.snomed}^{label.meaning}~^^~another list~^^~^^"
    segmentation.GetSegment(name).SetTag(slicer.vtkSegment.GetTerminologyEntryTagName(), tag)


@pytest.mark.parametrize("is_cropped", [True, False])
def test_overlapping_segments(a_volume: Any, tmp_path: Path, is_cropped: bool) -> None:
    pair = save(a_volume, tmp_path / "anna", is_cropped=is_cropped, LV=a_cavity(), epi=a_filled_epicardium())
    (case,) = make_cases(pair)
    np.testing.assert_array_equal(case.image, an_image()[0])
    np.testing.assert_array_equal(case.painted.labels, np.where(a_cavity(), 1, 2 * a_filled_epicardium()))
    assert case.painted.notes == ()


def test_segments_that_share_a_layer(a_volume: Any, tmp_path: Path) -> None:
    ring = a_filled_epicardium() & ~a_cavity()
    pair = save(a_volume, tmp_path / "anna", is_cropped=True, myocardium=ring, cavity=a_cavity())
    assert b"dimension: 3" in pair.segmentation.read_bytes()
    (case,) = make_cases(pair)
    np.testing.assert_array_equal(case.painted.labels, np.where(a_cavity(), 1, 2 * ring))


def test_the_code_that_was_chosen_in_segment_editor(a_volume: Any, tmp_path: Path) -> None:
    import slicer

    pair = save(a_volume, tmp_path / "anna", is_cropped=True, mine=a_cavity(), aorta=a_filled_epicardium())
    set_code("mine", CAVITY)
    assert slicer.util.saveNode(slicer.util.getNode("Segmentation"), str(pair.segmentation))
    (case,) = make_cases(pair)
    np.testing.assert_array_equal(case.painted.labels, a_cavity())
    assert case.painted.taken["LV"].startswith('cavity from segment "mine" (SNOMED 87878005), 4 slices')


def test_a_segmentation_of_slicer_without_segments(
    a_volume: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pair = save(a_volume, tmp_path / "anna", is_cropped=True)
    assert main(["dataset", "add", str(tmp_path / "Mine"), str(pair.volume), str(pair.segmentation)]) == 3
    assert "Segmentation.seg.nrrd: is empty: nothing is drawn in it" in capsys.readouterr().err


def test_a_folder_of_patients_saved_from_slicer(
    a_volume: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("anna", "bo"):
        save(a_volume, tmp_path / "patients" / name, is_cropped=True, LV=a_cavity())
    assert main(["dataset", "add", str(tmp_path / "Mine"), str(tmp_path / "patients")]) == 0
    assert open_raw_dataset(tmp_path / "Mine").patients == ("anna", "bo")
    assert "2 cases of 2 patients" in capsys.readouterr().out
