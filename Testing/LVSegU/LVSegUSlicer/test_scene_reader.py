"""Nodes become cines in the right place; what cannot be segmented is refused with a reason."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from LVSegULib.errors import GeometryError, InputError
from LVSegULib.reading import read_cine
from Testing.desktop.scene import a_beating_heart, add_cine, add_volume


@pytest.fixture
def reader(a_scene: Any) -> Any:
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLVolumeNode") == 0
    from LVSegUSlicer import scene_reader

    return scene_reader


def a_stack() -> NDArray[np.int16]:
    """(K, J, I) = (5, 8, 6), every voxel different."""
    return np.arange(5 * 8 * 6, dtype=np.int16).reshape(5, 8, 6)


def place(node: Any, ijk_to_ras: NDArray[np.float64]) -> None:
    import slicer

    node.SetIJKToRASMatrix(slicer.util.vtkMatrixFromArray(ijk_to_ras))


def ras_of(cine: Any, voxel: int) -> NDArray[np.float64]:
    """Where the voxel with this value lies."""
    k, j, i = np.argwhere(cine.frames[0] == voxel)[0]
    return (cine.ijk_to_ras @ [i, j, k, 1])[:3]


OBLIQUE = np.array([[1.2, 0.3, -3.0, 10.0], [-0.4, 1.1, 5.0, -20.0], [0.1, -0.6, 7.0, 30.0], [0, 0, 0, 1.0]])
OBLIQUE[:3, :3] = np.linalg.qr(OBLIQUE[:3, :3])[0] * [1.4, 1.3, 8.0]


def test_the_shipped_patient_is_the_same_from_the_scene_as_from_dicom(reader: Any, the_sample_patient: Path) -> None:
    from LVSegUSlicer.sample_data import loadSamplePatient

    expected = read_cine(the_sample_patient)
    found = reader.readInput(loadSamplePatient())
    np.testing.assert_array_equal(found.cine.frames, expected.frames)
    np.testing.assert_allclose(found.cine.ijk_to_ras, expected.ijk_to_ras, atol=1e-6)
    assert expected.time_ms is not None
    np.testing.assert_allclose(found.cine.time_ms, expected.time_ms, rtol=1e-5)
    assert found.items == tuple(range(20))
    assert found.cine.describe() == expected.describe()


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (1, 2, 0), (2, 1, 0), (0, 2, 1)])
@pytest.mark.parametrize("mirrored", [False, True])
def test_the_order_of_the_axes_does_not_move_a_voxel(reader: Any, order: tuple[int, int, int], mirrored: bool) -> None:
    """The same stack stored with its axes in another order lies in the same place, slices first."""
    pixels, ijk_to_ras = a_stack(), OBLIQUE.copy()
    if mirrored:
        ijk_to_ras[:3, 0] *= -1
    stored = pixels.transpose(order)
    columns = [2 - order[2], 2 - order[1], 2 - order[0], 3]
    node = add_volume(np.ascontiguousarray(stored), "turned")
    place(node, ijk_to_ras[:, columns])
    found = reader.readInput(node)
    assert found.cine.spacing_mm[0] == pytest.approx(8.0)
    assert found.cine.slice_count == 5
    for voxel in (0, 77, 239):
        k, j, i = np.argwhere(pixels == voxel)[0]
        np.testing.assert_allclose(ras_of(found.cine, voxel), (ijk_to_ras @ [i, j, k, 1])[:3], atol=1e-4)
    back = found.toNodeGrid(found.cine.frames.astype(np.uint8))
    np.testing.assert_array_equal(back[0], stored.astype(np.uint8))


def test_a_parent_transform_moves_the_cine(reader: Any, a_scene: Any) -> None:
    import slicer

    node = add_volume(a_stack())
    turn = np.array([[0.0, -1, 0, 5], [1, 0, 0, -7], [0, 0, 1, 9], [0, 0, 0, 1]])
    transform = a_scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    transform.SetMatrixTransformToParent(slicer.util.vtkMatrixFromArray(turn))
    before = reader.readInput(node).cine
    node.SetAndObserveTransformNodeID(transform.GetID())
    np.testing.assert_allclose(reader.readInput(node).cine.ijk_to_ras, turn @ before.ijk_to_ras)


def test_a_transform_that_bends_is_refused(reader: Any, a_scene: Any) -> None:
    node = add_volume(a_stack())
    transform = a_scene.AddNewNodeByClass("vtkMRMLBSplineTransformNode")
    node.SetAndObserveTransformNodeID(transform.GetID())
    with pytest.raises(GeometryError, match="harden the transform"):
        reader.readInput(node)


def test_a_sequence_its_browser_and_its_volume_are_one_input(reader: Any, a_scene: Any) -> None:
    proxy = add_cine(a_beating_heart(frames=4))
    browser = a_scene.GetFirstNodeByClass("vtkMRMLSequenceBrowserNode")
    sequence = a_scene.GetFirstNodeByClass("vtkMRMLSequenceNode")
    found = [reader.readInput(node) for node in (proxy, browser, sequence)]
    for one in found:
        np.testing.assert_array_equal(one.cine.frames, a_beating_heart(frames=4))
        assert (one.inputNodeID, one.browserID, one.sequenceID) == (proxy.GetID(), browser.GetID(), sequence.GetID())
        np.testing.assert_array_equal(one.cine.time_ms, [0, 40, 80, 120])


def test_the_current_frame_is_the_one_that_is_shown(reader: Any, a_scene: Any) -> None:
    proxy = add_cine(a_beating_heart(frames=4))
    a_scene.GetFirstNodeByClass("vtkMRMLSequenceBrowserNode").SetSelectedItemNumber(2)
    found = reader.readInput(proxy, allFrames=False)
    np.testing.assert_array_equal(found.cine.frames[0], a_beating_heart(frames=4)[2])
    assert found.items == (2,)
    assert found.cine.time_ms is None


def test_seconds_become_milliseconds(reader: Any, a_scene: Any) -> None:
    proxy = add_cine(a_beating_heart(frames=3))
    sequence = a_scene.GetFirstNodeByClass("vtkMRMLSequenceNode")
    sequence.SetIndexUnit("s")
    for value, seconds in (("40", "0.04"), ("80", "0.08")):
        sequence.UpdateIndexValue(value, seconds)
    np.testing.assert_allclose(reader.readInput(proxy).cine.time_ms, [0, 40, 80])


def test_a_sequence_that_is_not_shown_says_what_to_do(reader: Any, a_scene: Any) -> None:
    """Its playback is off, and the volume that showed it was removed."""
    proxy = add_cine(a_beating_heart(frames=3))
    browser = a_scene.GetFirstNodeByClass("vtkMRMLSequenceBrowserNode")
    sequence = a_scene.GetFirstNodeByClass("vtkMRMLSequenceNode")
    browser.SetPlayback(sequence, False)
    a_scene.RemoveNode(proxy)
    for read in (reader.readInput, reader.describeInput, reader.readKey):
        for node in (browser, sequence):
            with pytest.raises(InputError, match="cine: its sequence is not shown: tick Playback beside it"):
                read(node)


def no_input(_scene: Any) -> Any:
    return None


def a_colour_volume(_scene: Any) -> Any:
    return add_volume(np.zeros((6, 8, 8, 3), np.uint8), "colour", "vtkMRMLVectorVolumeNode")


def a_multi_volume(_scene: Any) -> Any:
    """A cine as the extension MultiVolumeExplorer keeps it: a frame in each value of a voxel."""
    import vtk

    node = add_volume(a_stack(), "multi")
    image = vtk.vtkImageData()
    image.SetDimensions(*node.GetImageData().GetDimensions())
    image.AllocateScalars(vtk.VTK_SHORT, 20)
    node.SetAndObserveImageData(image)
    return node


def a_label_map(_scene: Any) -> Any:
    return add_volume(np.zeros((6, 8, 8), np.uint8), "labels", "vtkMRMLLabelMapVolumeNode")


def a_ct(_scene: Any) -> Any:
    return add_volume(a_stack() - np.int16(1000), "chest")


def a_model(scene: Any) -> Any:
    return scene.AddNewNodeByClass("vtkMRMLModelNode", "mesh")


def an_empty_volume(scene: Any) -> Any:
    return scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "empty")


def a_single_slice(_scene: Any) -> Any:
    return add_volume(a_stack()[:1], "one")


def a_long_axis_view(_scene: Any) -> Any:
    return add_volume(a_stack()[:3], "cine 4CH")


def a_sequence_of_nothing(scene: Any) -> Any:
    return scene.AddNewNodeByClass("vtkMRMLSequenceBrowserNode", "browser")


def pixels_that_are_no_numbers(_scene: Any) -> Any:
    pixels = a_stack().astype(np.float32)
    pixels[2, 3, 4] = np.nan
    return add_volume(pixels, "hole")


def frames_of_differing_geometry(scene: Any) -> Any:
    proxy = add_cine(a_beating_heart(frames=3), "mixed")
    scene.GetFirstNodeByClass("vtkMRMLSequenceNode").GetNthDataNode(1).SetOrigin(0, 0, 4)
    return proxy


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (no_input, "There is no input: choose"),
        (a_colour_volume, "colour: .*colour image.*choose grey MR"),
        (a_multi_volume, "multi: .*several values.*load a multi-volume again as a volume sequence"),
        (a_label_map, "labels: this is a label map: choose the images"),
        (a_ct, "chest: its darkest pixel is -1000, as in CT: choose cine MR images"),
        (a_model, "mesh: this is not a volume: choose"),
        (an_empty_volume, "empty: this volume holds no image: load"),
        (a_single_slice, "one: a single slice .*needs a short-axis stack"),
        (a_long_axis_view, "cine 4CH: 3 slices named as a long-axis view: choose"),
        (a_sequence_of_nothing, "browser: no sequence of volumes"),
        (pixels_that_are_no_numbers, "hole: 1 pixels are NaN"),
        (frames_of_differing_geometry, "mixed: frame 1 differs from the first frame.*choose"),
    ],
)
def test_what_cannot_be_segmented_is_refused_with_a_reason(reader: Any, a_scene: Any, make: Any, reason: str) -> None:
    with pytest.raises((InputError, GeometryError), match=reason):
        reader.readInput(make(a_scene))


def test_the_modality_of_dicom_counts(reader: Any, a_scene: Any) -> None:
    from LVSegUSlicer.hierarchy import hierarchyNode, itemOf

    assert a_scene is not None
    node = add_volume(a_stack(), "sax")
    assert "5 slices x 1 frame" in reader.describeInput(node)
    hierarchyNode().SetItemAttribute(itemOf(node), "DICOM.Modality", "CT")
    with pytest.raises(InputError, match='sax: DICOM says its modality is "CT": choose cine MR images'):
        reader.describeInput(node)
    hierarchyNode().SetItemAttribute(itemOf(node), "DICOM.Modality", "OT")  # "other" tells nothing
    assert "5 slices x 1 frame" in reader.describeInput(node)


def test_times_that_are_left_out_are_told_of_in_the_log_once(reader: Any, a_scene: Any, caplog: Any) -> None:
    assert a_scene is not None
    caplog.set_level("INFO")
    assert reader.readInput(add_cine(a_beating_heart(), "beat", step_ms=350)).cine.time_ms is not None
    assert caplog.messages == []
    assert reader.readInput(add_cine(a_beating_heart(), "slow", step_ms=600)).cine.time_ms is None
    assert caplog.messages == [
        "slow: its 600 ms from frame to frame are not those of a heartbeat: its times are left out"
    ]
