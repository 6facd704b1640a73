"""A change to the scene that fails is taken back as a whole."""

from __future__ import annotations

from typing import Any

import pytest

from Testing.desktop.scene import a_beating_heart, add_cine, add_volume, node_ids


class Failed(Exception):
    """What the tests raise inside a transaction."""


@pytest.fixture
def transaction(a_scene: Any) -> Any:
    """A transaction on the scene."""
    from LVSegUSlicer.transaction import SceneTransaction

    return SceneTransaction(a_scene)


def hierarchy_items(slicer: Any) -> list[str]:
    import vtk

    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    items = vtk.vtkIdList()
    hierarchy.GetItemChildren(hierarchy.GetSceneItemID(), items, True)
    return [hierarchy.GetItemName(items.GetId(index)) for index in range(items.GetNumberOfIds())]


def test_what_does_not_fail_stays(a_scene: Any, transaction: Any) -> None:
    with transaction:
        node = add_volume(a_beating_heart()[0])
    assert a_scene.IsNodePresent(node)


def test_added_nodes_and_what_comes_with_them_go(a_scene: Any, transaction: Any) -> None:
    kept = add_volume(a_beating_heart()[0], "kept")
    before = node_ids()
    with pytest.raises(Failed), transaction:
        add_volume(a_beating_heart()[0]).CreateDefaultDisplayNodes()
        a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode").CreateDefaultDisplayNodes()
        raise Failed
    assert node_ids() == before
    assert a_scene.IsNodePresent(kept)


def test_references_and_attributes_are_as_before(a_scene: Any, transaction: Any) -> None:
    first, second = add_volume(a_beating_heart()[0]), add_volume(a_beating_heart()[0])
    table = a_scene.AddNewNodeByClass("vtkMRMLTableNode")
    table.SetNodeReferenceID("old", first.GetID())
    table.SetAttribute("old", "1")
    with pytest.raises(Failed), transaction:
        table.SetNodeReferenceID("old", second.GetID())
        table.SetNodeReferenceID("new", a_scene.AddNewNodeByClass("vtkMRMLTextNode").GetID())
        table.SetAttribute("old", "2")
        table.SetAttribute("new", "3")
        raise Failed
    assert table.GetNodeReference("old") is first
    assert table.GetNumberOfNodeReferences("new") == 0
    assert (table.GetAttribute("old"), table.GetAttribute("new")) == ("1", None)


def test_a_browser_plays_and_shows_what_it_did(a_scene: Any, the_desktop: Any, transaction: Any) -> None:
    from LVSegUSlicer.sequences import sequenceOf

    proxy = add_cine(a_beating_heart(frames=4))
    browser, sequence = sequenceOf(proxy)
    browser.SetSelectedItemNumber(2)
    before = node_ids()
    with pytest.raises(Failed), transaction:
        other = a_scene.AddNewNodeByClass("vtkMRMLSequenceNode", "labels")
        for item in range(4):
            segmentation = a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "labels")
            other.SetDataNodeAtValue(segmentation, sequence.GetNthIndexValue(item))
            a_scene.RemoveNode(segmentation)
        browser.AddSynchronizedSequenceNode(other)
        the_desktop.modules.sequences.logic().UpdateProxyNodesFromSequences(browser)
        browser.SetSelectedItemNumber(0)
        raise Failed
    assert node_ids() == before
    assert browser.GetNumberOfSynchronizedSequenceNodes(True) == 1
    assert browser.GetSelectedItemNumber() == 2
    assert browser.GetProxyNode(sequence) is proxy
    browser.SetSelectedItemNumber(3)
    assert the_desktop.util.arrayFromVolume(proxy).tolist() == a_beating_heart(frames=4)[3].tolist()


def test_what_others_add_meanwhile_stays(a_scene: Any, transaction: Any) -> None:
    with pytest.raises(Failed), transaction:
        add_volume(a_beating_heart()[0], "ours")
        with transaction.othersAtWork():
            theirs = add_volume(a_beating_heart()[0], "theirs")
        add_volume(a_beating_heart()[0], "ours too")
        raise Failed
    assert a_scene.IsNodePresent(theirs)
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode") == 1


def test_what_others_change_meanwhile_stays(a_scene: Any, transaction: Any) -> None:
    """And what the change itself did to the same node is taken back."""
    first, second = add_volume(a_beating_heart()[0]), add_volume(a_beating_heart()[0])
    table = a_scene.AddNewNodeByClass("vtkMRMLTableNode")
    for name in ("kept", "removed", "ours"):
        table.SetNodeReferenceID(name, first.GetID())
        table.SetAttribute(name, "1")
    with pytest.raises(Failed), transaction:
        table.SetAttribute("ours", "2")
        table.SetNodeReferenceID("ours", second.GetID())
        with transaction.othersAtWork():
            table.SetAttribute("removed", None)
            table.RemoveNodeReferenceIDs("removed")
            table.SetAttribute("theirs", "3")
            table.SetNodeReferenceID("theirs", second.GetID())
        table.SetAttribute("ours too", "4")
        raise Failed
    found = {name: table.GetAttribute(name) for name in table.GetAttributeNames()}
    assert found == {"kept": "1", "ours": "1", "theirs": "3"}
    references = {name: table.GetNodeReference(name) for name in ("kept", "removed", "ours", "theirs")}
    assert references == {"kept": first, "removed": None, "ours": first, "theirs": second}


def test_nothing_of_others_refers_to_what_was_taken_back(a_scene: Any, transaction: Any) -> None:
    """As a selector that chooses every new segmentation; its next one would have the ID that is free again."""
    old = a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    selector = a_scene.AddNewNodeByClass("vtkMRMLScriptedModuleNode")
    selector.SetNodeReferenceID("chosen", old.GetID())
    with pytest.raises(Failed), transaction:
        ours = a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode").GetID()
        with transaction.othersAtWork():
            for role in ("chosen", "new"):
                selector.SetNodeReferenceID(role, ours)
            theirs = a_scene.AddNewNodeByClass("vtkMRMLScriptedModuleNode")
            theirs.SetNodeReferenceID("chosen", ours)
            theirs.SetNodeReferenceID("old", old.GetID())
        raise Failed
    assert selector.GetNodeReferenceID("chosen") == old.GetID()
    assert theirs.GetNodeReferenceID("old") == old.GetID()
    assert (selector.GetNodeReferenceID("new"), theirs.GetNodeReferenceID("chosen")) == (None, None)


def test_what_others_refer_to_of_a_change_that_succeeds_stays(a_scene: Any, transaction: Any) -> None:
    selector = a_scene.AddNewNodeByClass("vtkMRMLScriptedModuleNode")
    with transaction:
        ours = a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
        with transaction.othersAtWork():
            selector.SetNodeReferenceID("chosen", ours.GetID())
    assert selector.GetNodeReference("chosen") is ours


def test_what_others_play_and_show_meanwhile_stays(a_scene: Any, transaction: Any) -> None:
    from LVSegUSlicer.sequences import sequenceOf

    browser, _sequence = sequenceOf(add_cine(a_beating_heart(frames=4)))
    _other, theirs = sequenceOf(add_cine(a_beating_heart(frames=4), "theirs"))
    _other, ours = sequenceOf(add_cine(a_beating_heart(frames=4), "ours"))
    with pytest.raises(Failed), transaction:
        browser.AddSynchronizedSequenceNode(ours)
        with transaction.othersAtWork():
            browser.AddSynchronizedSequenceNode(theirs)
            browser.SetSelectedItemNumber(3)
        raise Failed
    assert browser.IsSynchronizedSequenceNode(theirs)
    assert not browser.IsSynchronizedSequenceNode(ours)
    assert browser.GetSelectedItemNumber() == 3
    assert a_scene.IsNodePresent(ours)


def test_of_a_scene_that_was_closed_nothing_is_taken_back(a_scene: Any, transaction: Any) -> None:
    add_volume(a_beating_heart()[0])
    with pytest.raises(Failed), transaction:
        a_scene.Clear(0)
        other = add_volume(a_beating_heart()[0], "of the next scene")
        raise Failed
    assert a_scene.IsNodePresent(other)


def test_folders_of_the_subject_hierarchy_go(the_desktop: Any, transaction: Any) -> None:
    hierarchy = the_desktop.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(the_desktop.mrmlScene)
    hierarchy.CreateStudyItem(hierarchy.GetSceneItemID(), "study")
    before = hierarchy_items(the_desktop)
    with pytest.raises(Failed), transaction:
        folder = hierarchy.CreateFolderItem(hierarchy.GetSceneItemID(), "folder")
        volume = add_volume(a_beating_heart()[0])
        hierarchy.SetItemParent(hierarchy.CreateItem(folder, volume), folder)
        raise Failed
    assert hierarchy_items(the_desktop) == before == ["study"]
