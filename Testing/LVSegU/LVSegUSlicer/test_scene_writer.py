"""Labels become segments that lie where the images lie, play with the cine, keep corrections and survive saving."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from LVSegULib.errors import InputError
from LVSegULib.labels import ALL_LABELS, CAVITY, MYOCARDIUM
from Testing.desktop.scene import a_beating_heart, add_cine, add_volume
from Testing.LVSegU.segmenting import process
from Testing.three_labels import heart_images, heart_labels, save_three_label_model

REGIONS = (CAVITY, MYOCARDIUM)


def rings(frames: int = 4, slices: int = 6, size: int = 64) -> NDArray[np.uint8]:
    """A cavity that beats inside a ring of myocardium (T, K, J, I); neither is in the first slice."""
    j, i = np.mgrid[:size, :size]
    distance = np.hypot(j - size / 2 + 3, i - size / 2 - 4)
    labels = np.zeros((frames, slices, size, size), np.uint8)
    for frame in range(frames):
        radius = 10 + 3 * np.cos(2 * np.pi * frame / frames)
        labels[frame, 1:] = np.where(distance < radius, 1, np.where(distance < radius + 5, 2, 0))
    return labels


def write(node: Any, labels: NDArray[np.uint8], *, show3D: bool = False, allFrames: bool = True) -> Any:
    from LVSegUSlicer.scene_reader import readInput
    from LVSegUSlicer.scene_writer import writeSegmentation

    scene = readInput(node, allFrames=allFrames)
    return writeSegmentation(scene, labels, REGIONS, smoothing=0.0, show3D=show3D)


def read(node: Any) -> Any:
    from LVSegUSlicer.scene_labels import readLabels

    return readLabels(node)


def test_a_cine_gets_back_what_was_written(a_scene: Any) -> None:
    assert a_scene is not None
    node = write(add_cine(a_beating_heart()), rings())
    found = read(node)
    np.testing.assert_array_equal(found.labels, rings())
    assert found.spacing_mm == (8.0, 1.5, 1.5)
    np.testing.assert_array_equal(found.time_ms, [0, 40, 80, 120])


def test_a_volume_gets_a_plain_segmentation(a_scene: Any) -> None:
    node = write(add_volume(a_beating_heart()[0]), rings(frames=1))
    np.testing.assert_array_equal(read(node).labels, rings(frames=1))
    assert read(node).time_ms is None
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLSequenceNode") == 0


def test_segments_have_names_colours_and_codes(a_scene: Any) -> None:
    import slicer
    import vtk

    assert a_scene is not None
    segmentation = write(add_volume(a_beating_heart()[0]), rings(frames=1)).GetSegmentation()
    assert [segmentation.GetNthSegment(n).GetName() for n in range(2)] == ["LV blood pool", "LV myocardium"]
    segment = segmentation.GetSegment("LV")
    assert segment.GetColor() == pytest.approx(CAVITY.colour)
    entry = slicer.vtkSlicerTerminologyEntry()
    tag = vtk.mutable("")
    assert segment.GetTag(slicer.vtkSegment.GetTerminologyEntryTagName(), tag)
    slicer.vtkSlicerTerminologiesModuleLogic().DeserializeTerminologyEntry(str(tag), entry)
    category, kind = entry.GetCategoryObject(), entry.GetTypeObject()
    assert (category.GetCodingSchemeDesignator(), category.GetCodeValue()) == ("SCT", "123037004")
    assert (kind.GetCodingSchemeDesignator(), kind.GetCodeValue()) == ("SCT", "87878005")


def test_three_labels_come_back_with_their_names_colours_and_codes(a_scene: Any, tmp_path: Path) -> None:
    import slicer
    import vtk

    from LVSegUSlicer.logic import LVSegULogic

    labels = heart_labels()
    model = str(save_three_label_model(tmp_path / "cardiac").path)
    results = process(LVSegULogic(), add_cine(heart_images(labels)), model=model)
    node = results.segmentationNode
    np.testing.assert_array_equal(read(node).labels, labels)
    assert results.measures.RVEF is not None and results.measures.wall_slices == (4, 4)
    segmentation = node.GetSegmentation()
    assert segmentation.GetNumberOfSegments() == 3
    for label in ALL_LABELS:
        segment = segmentation.GetSegment(label.key)
        assert (segment.GetName(), segment.GetColor()) == (label.name, pytest.approx(label.colour))
        tag = vtk.mutable("")
        assert segment.GetTag(slicer.vtkSegment.GetTerminologyEntryTagName(), tag)
        assert f"~SCT^{label.snomed}^{label.meaning}" in str(tag)
        surface = node.GetClosedSurfaceInternalRepresentation(label.key)
        assert surface is not None and surface.GetNumberOfPoints() > 0
    assert slicer.util.saveScene(str(tmp_path / "scene.mrb"))
    a_scene.Clear(0)
    slicer.util.loadScene(str(tmp_path / "scene.mrb"))
    found = slicer.util.getFirstNodeByClassByName("vtkMRMLSegmentationNode", "cine LV")
    np.testing.assert_array_equal(read(found).labels, labels)
    assert LVSegULogic().resultsOf(found).measures == results.measures


def test_playing_the_cine_plays_the_contours(a_scene: Any) -> None:
    proxy = add_cine(a_beating_heart())
    browser = a_scene.GetFirstNodeByClass("vtkMRMLSequenceBrowserNode")
    browser.SetSelectedItemNumber(1)
    node = write(proxy, rings())
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode") == 1
    assert browser.GetSelectedItemNumber() == 1
    from LVSegUSlicer.scene_labels import _labelsOf, referenceGrid

    for frame in (0, 2, 3, 1):
        browser.SetSelectedItemNumber(frame)
        np.testing.assert_array_equal(_labelsOf(node, REGIONS, referenceGrid(node)), rings()[frame])
    assert node.GetNodeReference("LVSegU.Input") is proxy
    assert node.GetName() == "cine LV"


def test_the_3d_model_beats(a_scene: Any) -> None:
    node = write(add_cine(a_beating_heart()), rings(), show3D=True)
    browser = a_scene.GetFirstNodeByClass("vtkMRMLSequenceBrowserNode")
    heights = []
    for frame in (0, 2):
        browser.SetSelectedItemNumber(frame)
        surface = node.GetClosedSurfaceInternalRepresentation("LV")
        bounds = surface.GetBounds()
        heights.append(bounds[1] - bounds[0])
    assert heights[0] - heights[1] == pytest.approx(12 * 1.5, abs=3)  # radii of 13 and 7 pixels of 1.5 mm
    assert node.GetDisplayNode().GetVisibility3D()


def test_a_correction_stays_in_its_frame(a_scene: Any) -> None:
    import slicer

    proxy = add_cine(a_beating_heart())
    node = write(proxy, rings())
    browser = a_scene.GetFirstNodeByClass("vtkMRMLSequenceBrowserNode")
    browser.SetSelectedItemNumber(2)
    corrected = np.zeros((6, 64, 64), np.uint8)
    corrected[3, 20:30, 20:30] = 1
    slicer.util.updateSegmentBinaryLabelmapFromArray(corrected, node, "LV", proxy)
    for elsewhere in (2, 0):
        browser.SetSelectedItemNumber(elsewhere)
        labels = read(node).labels
        assert np.count_nonzero(labels[2] == 1) == 100
        for frame in (0, 1, 3):
            np.testing.assert_array_equal(labels[frame], rings()[frame])


@pytest.mark.parametrize("order", [(1, 0, 2), (2, 1, 0)])
def test_permuted_axes_hold_the_same_region(a_scene: Any, order: tuple[int, int, int]) -> None:
    """The stack is stored with its slices along another axis; the segments lie at the same places."""
    import slicer

    from LVSegUSlicer.scene_reader import readInput

    assert a_scene is not None
    straight = add_volume(a_beating_heart()[0])
    node = add_volume(np.ascontiguousarray(a_beating_heart()[0].transpose(order)))
    matrix = np.diag([1.5, 1.5, 8.0, 1.0])
    node.SetIJKToRASMatrix(slicer.util.vtkMatrixFromArray(matrix[:, [2 - order[2], 2 - order[1], 2 - order[0], 3]]))
    cine = readInput(node)
    labels = rings(frames=1)
    back = cine.cine.frames.transpose(0, 1, 2, 3)
    swapped = not np.array_equal(back, readInput(straight).cine.frames)
    result = write(node, labels.swapaxes(2, 3) if swapped else labels)
    np.testing.assert_array_equal(read(result).labels[0], labels[0].transpose(order))
    bounds = np.zeros(6)
    result.GetRASBounds(bounds)
    expected = np.zeros(6)
    write(straight, labels).GetRASBounds(expected)
    np.testing.assert_allclose(bounds, expected, atol=1e-6)


def test_it_moves_with_the_images_and_lies_beside_them(a_scene: Any) -> None:
    import slicer

    from LVSegUSlicer.hierarchy import hierarchyNode, itemOf, putIntoStudy

    volume = add_volume(a_beating_heart()[0])
    putIntoStudy(volume, "P", "S")
    transform = a_scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    transform.SetMatrixTransformToParent(slicer.util.vtkMatrixFromArray(np.diag([2.0, 1, 1, 1])))
    volume.SetAndObserveTransformNodeID(transform.GetID())
    node = write(volume, rings(frames=1))
    assert node.GetParentTransformNode() is transform
    assert read(node).spacing_mm == (8.0, 1.5, 3.0)
    hierarchy = hierarchyNode()
    assert hierarchy.GetItemParent(itemOf(node)) == hierarchy.GetItemParent(itemOf(volume))


def test_another_segmentation_is_not_ours(a_scene: Any) -> None:
    node = a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "theirs")
    with pytest.raises(InputError, match="theirs: LVSegU did not make"):
        read(node)


@pytest.mark.parametrize("ending", ["mrb", "mrml"])
def test_a_saved_scene_brings_everything_back(a_scene: Any, tmp_path: Path, ending: str) -> None:
    import slicer

    node = write(add_cine(a_beating_heart(), "sax"), rings(), show3D=True)
    name = node.GetName()
    assert slicer.util.saveScene(str(tmp_path / f"scene.{ending}"))
    a_scene.Clear(0)
    slicer.util.loadScene(str(tmp_path / f"scene.{ending}"))
    found = slicer.util.getFirstNodeByClassByName("vtkMRMLSegmentationNode", name)
    np.testing.assert_array_equal(read(found).labels, rings())
    assert found.GetNodeReference("LVSegU.Input").IsA("vtkMRMLScalarVolumeNode")
    browser = a_scene.GetFirstNodeByClass("vtkMRMLSequenceBrowserNode")
    browser.SetSelectedItemNumber(3)
    from LVSegUSlicer.scene_labels import _labelsOf, referenceGrid

    np.testing.assert_array_equal(_labelsOf(found, REGIONS, referenceGrid(found)), rings()[3])
