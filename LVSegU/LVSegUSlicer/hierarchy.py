"""Places of nodes in the subject hierarchy."""

from __future__ import annotations

from typing import Any

import slicer
import vtk


def hierarchyNode() -> Any:
    """The scene's subject hierarchy."""
    return slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)


def itemOf(node: Any) -> int:
    """A node's item; the application makes it by itself, elsewhere it is made here, at the top."""
    hierarchy = hierarchyNode()
    item = hierarchy.GetItemByDataNode(node)
    return int(item or hierarchy.CreateItem(hierarchy.GetSceneItemID(), node))


def putBeside(node: Any, other: Any) -> None:
    """Move a node to where `other` is: into the same study or folder."""
    hierarchy = hierarchyNode()
    hierarchy.SetItemParent(itemOf(node), hierarchy.GetItemParent(itemOf(other)))


def ownNode(segmentationNode: Any, role: str, className: str, name: str) -> Any:
    """The node that a segmentation refers to by a role; on first use it is made, in the same place."""
    found = segmentationNode.GetNodeReference(role)
    if found is not None:
        return found
    node = slicer.mrmlScene.AddNewNodeByClass(className, slicer.mrmlScene.GenerateUniqueName(name))
    segmentationNode.SetNodeReferenceID(role, node.GetID())
    putBeside(node, segmentationNode)
    return node


def putIntoStudy(node: Any, patient: str, study: str) -> None:
    """Put a node into a study of a patient; both are made if the scene has none of that name."""
    hierarchy = hierarchyNode()
    top = hierarchy.GetSceneItemID()
    patientItem = _childOfLevel(top, patient, "Patient") or hierarchy.CreateSubjectItem(top, patient)
    studyItem = _childOfLevel(patientItem, study, "Study") or hierarchy.CreateStudyItem(patientItem, study)
    hierarchy.SetItemParent(itemOf(node), studyItem)


def _childOfLevel(parent: int, name: str, level: str) -> int:
    """The child of this name and level ("Patient" or "Study"); 0 if there is none."""
    hierarchy = hierarchyNode()
    children = vtk.vtkIdList()
    hierarchy.GetItemChildren(parent, children)
    items = [children.GetId(index) for index in range(children.GetNumberOfIds())]
    fitting = (item for item in items if (hierarchy.GetItemName(item), hierarchy.GetItemLevel(item)) == (name, level))
    return next(fitting, 0)
