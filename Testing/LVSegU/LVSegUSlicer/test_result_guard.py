"""A result that is removed goes as a whole, and nothing else goes with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from LVSegULib.errors import EngineError
from Testing.desktop.scene import a_beating_heart, add_cine, add_volume, node_ids
from Testing.LVSegU.segmenting import process

pytest.importorskip("onnxruntime")

HEART = a_beating_heart(frames=4, slices=6, size=96)


@pytest.fixture
def logic(a_scene: Any) -> Any:
    """The logic on an empty scene."""
    assert a_scene is not None
    from LVSegUSlicer.hierarchy import hierarchyNode
    from LVSegUSlicer.logic import LVSegULogic

    hierarchyNode()  # the application has one from the start
    return LVSegULogic()


@pytest.fixture(params=["cine", "volume"])
def images(logic: Any, request: pytest.FixtureRequest) -> Any:
    """The volume that shows a cine, or a volume of its own."""
    assert logic is not None
    return add_cine(HEART) if request.param == "cine" else add_volume(HEART[0])


SLICERS_OWN = ("DisplayNode", "StorageNode")
"""What Slicer leaves of any node that is removed."""


def class_of(nodeID: str) -> str:
    import slicer

    return str(slicer.mrmlScene.GetNodeByID(nodeID).GetClassName())


def play(browser: Any) -> None:
    for item in (1, 2, 3, 0):
        browser.SetSelectedItemNumber(item)


def by_itself(scene: Any, results: Any) -> None:
    scene.RemoveNode(results.segmentationNode)


def in_a_batch(scene: Any, results: Any) -> None:
    """With nodes that belong to it, in the order in which they stand in the scene."""
    scene.StartState(scene.BatchProcessState)
    for node in (results.measuresTableNode, results.segmentationNode, results.framesTableNode, results.chartNode):
        if node is not None and scene.IsNodePresent(node):
            scene.RemoveNode(node)
    scene.EndState(scene.BatchProcessState)


@pytest.mark.parametrize("remove", [by_itself, in_a_batch])
def test_a_result_that_is_removed_leaves_nothing_behind(
    a_scene: Any, logic: Any, images: Any, remove: Callable[[Any, Any], None]
) -> None:
    before = node_ids()
    results = process(logic, images)
    browser = results.browserNode
    remove(a_scene, results)
    if browser is not None:
        play(browser)
    assert {name for name in map(class_of, node_ids() - before) if not name.endswith(SLICERS_OWN)} == set()
    assert before <= node_ids()


def test_another_result_of_the_same_cine_stays_whole(a_scene: Any, logic: Any) -> None:
    cine = add_cine(HEART)
    first, second = process(logic, cine), process(logic, cine)
    a_scene.RemoveNode(first.segmentationNode)
    play(second.browserNode)
    assert logic.updateMeasurements(second.segmentationNode).measures == second.measures
    assert logic.resultsOf(second.segmentationNode).isWhole


def a_second_view(scene: Any, results: Any) -> Any:
    """The segmentation that another browser shows of the same frames."""
    import slicer

    sequence = results.browserNode.GetSequenceNode(results.segmentationNode)
    browser = scene.AddNewNodeByClass("vtkMRMLSequenceBrowserNode")
    browser.SetAndObserveMasterSequenceNodeID(sequence.GetID())
    slicer.modules.sequences.logic().UpdateProxyNodesFromSequences(browser)
    return browser.GetProxyNode(sequence)


def test_what_another_browser_plays_as_well_stays(a_scene: Any, logic: Any) -> None:
    results = process(logic, add_cine(HEART))
    a_scene.RemoveNode(a_second_view(a_scene, results))
    play(results.browserNode)
    assert logic.updateMeasurements(results.segmentationNode).measures == results.measures
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode") == 1


@pytest.mark.parametrize("isPlaying", [True, False])
def test_a_cine_that_plays_goes_on(a_scene: Any, logic: Any, isPlaying: bool) -> None:
    results = process(logic, add_cine(HEART))
    browser = results.browserNode
    browser.SetPlaybackActive(isPlaying)
    a_scene.RemoveNode(results.segmentationNode)
    assert bool(browser.GetPlaybackActive()) is isPlaying
    browser.SetPlaybackActive(False)


def test_the_guard_of_another_scene_looks_into_that_scene(a_scene: Any, logic: Any) -> None:
    assert a_scene is not None and logic is not None
    import slicer

    from LVSegUSlicer.result_guard import ResultGuard

    scene = slicer.vtkMRMLScene()
    guard = ResultGuard(scene)
    table = scene.AddNewNodeByClass("vtkMRMLTableNode")
    result, copy = (scene.AddNewNodeByClass("vtkMRMLSegmentationNode") for _ in range(2))
    for node in (result, copy):
        node.SetAttribute("LVSegU.Labels", "LV")
        node.SetNodeReferenceID("LVSegU.MeasuresTable", table.GetID())
    scene.RemoveNode(copy)
    assert scene.IsNodePresent(table)
    scene.RemoveNode(result)
    assert not scene.IsNodePresent(table)
    guard.release()


def test_a_copy_that_is_removed_leaves_the_tables_of_the_result(a_scene: Any, logic: Any) -> None:
    results = process(logic, add_volume(HEART[0]))
    copy = a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    copy.Copy(results.segmentationNode)
    assert copy.GetNodeReference("LVSegU.MeasuresTable") is results.measuresTableNode
    a_scene.RemoveNode(copy)
    assert logic.resultsOf(results.segmentationNode).isWhole


def test_results_stay_whole_when_a_scene_is_closed_and_another_is_loaded(
    a_scene: Any, logic: Any, tmp_path: Path
) -> None:
    import slicer

    process(logic, add_cine(HEART))
    assert slicer.util.saveScene(str(tmp_path / "scene.mrml"))
    a_scene.Clear(0)
    process(logic, add_cine(HEART, "there"))
    slicer.util.loadScene(str(tmp_path / "scene.mrml"))
    nodes = slicer.util.getNodesByClass("vtkMRMLSegmentationNode")
    assert len(nodes) == 2
    assert all(logic.resultsOf(node).isWhole for node in nodes)


def test_a_run_that_fails_while_it_writes_takes_back_the_same(a_scene: Any, logic: Any, images: Any) -> None:
    assert a_scene is not None
    before = node_ids()

    def fail(share: float, _step: str) -> None:
        if share >= 0.99:
            raise EngineError("no more")

    with pytest.raises(EngineError):
        process(logic, images, progress=fail)
    assert node_ids() == before


def test_segmentations_of_others_are_left_alone(a_scene: Any, logic: Any) -> None:
    assert logic is not None
    table = a_scene.AddNewNodeByClass("vtkMRMLTableNode")
    other = a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    other.SetNodeReferenceID("LVSegU.MeasuresTable", table.GetID())
    a_scene.RemoveNode(other)
    assert a_scene.IsNodePresent(table)
