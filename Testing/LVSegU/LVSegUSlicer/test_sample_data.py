"""The sample patient comes into the scene as Slicer would show a cine from DICOM, and into the module Sample Data."""

import sys
import types
from pathlib import Path
from typing import Any

import pytest

from LVSegULib.errors import InputError


def test_it_is_a_cine_in_its_study(a_scene: Any) -> None:
    from LVSegUSlicer.hierarchy import hierarchyNode, itemOf
    from LVSegUSlicer.sample_data import loadSamplePatient
    from LVSegUSlicer.sequences import sequenceOf

    node = loadSamplePatient()
    found = sequenceOf(node)
    assert found is not None
    browser, sequence = found
    assert (browser.GetNumberOfItems(), sequence.GetIndexName(), sequence.GetIndexUnit()) == (20, "time", "ms")
    assert node.GetImageData().GetDimensions() == (256, 256, 12)
    low, high = node.GetDisplayNode().GetWindowLevelMin(), node.GetDisplayNode().GetWindowLevelMax()
    assert 0 <= low < 100 < high
    hierarchy = hierarchyNode()
    study = hierarchy.GetItemParent(itemOf(node))
    assert hierarchy.GetItemName(study) == "Sunnybrook Cardiac Data"
    assert hierarchy.GetItemName(hierarchy.GetItemParent(study)) == "SCD0000101"
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode") == 1


def test_loaded_twice_there_are_two_in_one_study(a_scene: Any) -> None:
    from LVSegUSlicer.hierarchy import hierarchyNode, itemOf
    from LVSegUSlicer.sample_data import loadSamplePatient

    first, second = loadSamplePatient(), loadSamplePatient()
    assert first.GetID() != second.GetID()
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLSequenceNode") == 2
    hierarchy = hierarchyNode()
    assert hierarchy.GetItemParent(itemOf(first)) == hierarchy.GetItemParent(itemOf(second))


def test_a_missing_archive_says_what_to_do(a_scene: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from LVSegUSlicer import sample_data

    before = a_scene.GetNumberOfNodes()
    monkeypatch.setattr(sample_data, "samplePlaces", lambda: (tmp_path / "gone.tar.bz2",))
    with pytest.raises(InputError, match="install the extension again"):
        sample_data.loadSamplePatient()
    assert a_scene.GetNumberOfNodes() == before


def test_it_is_offered_by_the_module_sample_data(a_scene: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from LVSegUSlicer.sample_data import registerSampleData

    offered: list[dict[str, Any]] = []
    logic = types.SimpleNamespace(registerCustomSampleDataSource=lambda **source: offered.append(source))
    monkeypatch.setitem(sys.modules, "SampleData", types.SimpleNamespace(SampleDataLogic=logic))
    registerSampleData()
    (source,) = offered
    assert (source["category"], source["sampleName"]) == ("LVSegU", "Cine")
    assert source["customDownloader"](None).IsA("vtkMRMLScalarVolumeNode")
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLSequenceBrowserNode") == 1


def test_without_the_module_sample_data_nothing_happens(monkeypatch: pytest.MonkeyPatch, a_scene: Any) -> None:
    from LVSegUSlicer.sample_data import registerSampleData

    monkeypatch.setitem(sys.modules, "SampleData", None)
    before = a_scene.GetNumberOfNodes()
    registerSampleData()
    assert a_scene.GetNumberOfNodes() == before
