"""A DICOM folder comes into the scene as the command line reads it, or not at all."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from LVSegULib.reading import read_cine
from Testing.conftest import DicomPhantom, beating_phantom
from Testing.desktop.scene import node_ids
from Testing.desktop.user import wait_until

pytestmark = pytest.mark.usefixtures("the_desktop")


def load(folder: Path) -> tuple[Any, str]:
    """The node and what happened."""
    from LVSegUSlicer.dicom_folder import FolderReader

    ends: list[tuple[Any, str]] = []
    reader = FolderReader(lambda *_: None, lambda *end: ends.append(end))
    reader.start(folder)
    wait_until(lambda: not reader.isRunning)
    (end,) = ends
    return end


def write_a_series_for_each_slice(phantom: DicomPhantom) -> None:
    """As some scanners do it; two slices of a localiser lie among them."""
    for k in range(phantom.images.shape[1]):
        phantom.write(
            lambda _dataset, _frame, slice_, k=k: slice_ == k, series_number=10 + k, description=f"cine sax {k}"
        )


@pytest.mark.parametrize("is_split", [False, True])
def test_one_series_or_one_for_each_slice(a_scene: Any, a_dicom_phantom: DicomPhantom, *, is_split: bool) -> None:
    from LVSegUSlicer.hierarchy import hierarchyNode, itemOf
    from LVSegUSlicer.scene_reader import readInput

    assert a_scene is not None
    if is_split:
        write_a_series_for_each_slice(a_dicom_phantom)
    else:
        a_dicom_phantom.write()
    node, _ = load(a_dicom_phantom.folder)
    cine, expected = readInput(node).cine, read_cine(a_dicom_phantom.folder)
    np.testing.assert_array_equal(cine.frames, expected.frames)
    np.testing.assert_allclose(cine.ijk_to_ras, expected.ijk_to_ras, atol=1e-9)
    # the phantom's first pixel holds 100 * frame + slice
    np.testing.assert_array_equal(np.sort(cine.frames[2, :, 0, 0]), [200, 201, 202, 203])
    hierarchy = hierarchyNode()
    study = hierarchy.GetItemParent(itemOf(node))
    assert hierarchy.GetItemName(study) == a_dicom_phantom.folder.name


def test_one_frame_is_a_volume(a_scene: Any, a_dicom_phantom: DicomPhantom) -> None:
    a_dicom_phantom.images = beating_phantom(1, 4, 24, 20)
    a_dicom_phantom.write()
    node, _ = load(a_dicom_phantom.folder)
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLSequenceNode") == 0
    assert node.GetImageData().GetDimensions() == (20, 24, 4)


def test_a_folder_without_a_cine_leaves_nothing(a_scene: Any, tmp_path: Path) -> None:
    assert a_scene is not None
    (tmp_path / "letter.txt").write_text("not an image", encoding="utf-8")
    before = node_ids()
    node, error = load(tmp_path)
    assert node is None and "holds no grey DICOM image" in error
    assert node_ids() == before


@pytest.mark.parametrize("fault", [ValueError, KeyboardInterrupt, SystemExit])
def test_who_waits_is_told_of_every_fault_in_the_scene(
    a_dicom_phantom: DicomPhantom, monkeypatch: pytest.MonkeyPatch, fault: type[BaseException]
) -> None:
    def fail(*_: Any) -> None:
        raise fault("the scene")

    a_dicom_phantom.write()
    monkeypatch.setattr("LVSegUSlicer.dicom_folder.addCine", fail)
    node, error = load(a_dicom_phantom.folder)
    assert node is None and f"{fault.__name__}: the scene" in error
