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


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the module Sample Data was given."""
    sources: list[dict[str, Any]] = []
    logic = types.SimpleNamespace(registerCustomSampleDataSource=lambda **source: sources.append(source))
    monkeypatch.setitem(sys.modules, "SampleData", types.SimpleNamespace(SampleDataLogic=logic))
    return sources


def test_it_is_offered_by_the_module_sample_data(
    a_scene: Any, offered: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from LVSegUSlicer import input_view
    from LVSegUSlicer.sample_data import registerSampleData

    shown: list[Any] = []
    monkeypatch.setattr(input_view, "showInViews", shown.append)
    registerSampleData()
    (source,) = offered
    assert (source["category"], source["sampleName"]) == ("LVSegU", "Cine")
    node = source["customDownloader"](None)
    assert node.IsA("vtkMRMLScalarVolumeNode")
    assert shown == [node]
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLSequenceBrowserNode") == 1


def test_nothing_is_downloaded_for_it(a_scene: Any, offered: list[dict[str, Any]]) -> None:
    """Slicer's scripted functions download what is named; an empty name gave them the folder of its cache."""
    from LVSegUSlicer.sample_data import registerSampleData

    registerSampleData()
    assert [offered[0][field] for field in ("uris", "fileNames", "nodeNames")] == [[], [], []]
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode") == 0


def test_offered_again_it_is_the_same_one(a_scene: Any, offered: list[dict[str, Any]]) -> None:
    """Slicer compares the texts of samples, their functions with addresses, and lists two that differ."""
    from LVSegUSlicer.sample_data import registerSampleData

    registerSampleData()
    registerSampleData()
    first, second = offered
    assert str(first) == str(second)
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode") == 0


def test_a_missing_archive_is_told_at_its_button(
    a_scene: Any, the_desktop: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from LVSegUSlicer import sample_data

    told: list[str] = []
    monkeypatch.setattr(the_desktop.util, "errorDisplay", lambda text, **_options: told.append(text))
    monkeypatch.setattr(sample_data, "samplePlaces", lambda: (tmp_path / "gone.tar.bz2",))
    before = a_scene.GetNumberOfNodes()
    assert sample_data.onSampleData() is None
    assert len(told) == 1
    assert "install the extension again" in told[0]
    assert a_scene.GetNumberOfNodes() == before


def test_without_the_module_sample_data_nothing_happens(monkeypatch: pytest.MonkeyPatch, a_scene: Any) -> None:
    from LVSegUSlicer.sample_data import registerSampleData

    monkeypatch.setitem(sys.modules, "SampleData", None)
    before = a_scene.GetNumberOfNodes()
    registerSampleData()
    assert a_scene.GetNumberOfNodes() == before
