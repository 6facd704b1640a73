"""All of a change to the scene, or nothing of it."""

from __future__ import annotations

from collections.abc import Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, TypeVar

import vtk

from LVSegUSlicer.sequences import sequencesOf

Value = TypeVar("Value")


class SceneTransaction:
    """`with SceneTransaction(scene): ...` takes back what was done to the scene if the block raises.

    Taken back are nodes and items of the subject hierarchy that were added, and in the nodes that were there before:
    references to other nodes, attributes, and what sequence browsers play and show. If the scene was closed meanwhile,
    all of it is gone and nothing is taken back.
    """

    def __init__(self, scene: Any) -> None:
        self._scene = scene
        self._isClosed = False

    def __enter__(self) -> SceneTransaction:
        self._nodes = self._states()
        self._items = set(_hierarchyItems(self._scene))
        self._observation = self._scene.AddObserver(self._scene.StartCloseEvent, self._onClosed)
        return self

    @contextmanager
    def othersAtWork(self) -> Iterator[None]:
        """What the user or another module adds or changes inside is not part of the change and stays.

        But not that other nodes come to refer to nodes of the change, which may be taken back: a selector that chooses
        every new segmentation, for example.
        """
        before = self._states()
        items = set(_hierarchyItems(self._scene))
        try:
            yield
        finally:
            self._keep(before)
            self._items |= set(_hierarchyItems(self._scene)) - items

    def _states(self) -> dict[str, _State]:
        return {node.GetID(): _State.of(node) for node in _nodes(self._scene)}

    def _keep(self, before: dict[str, _State]) -> None:
        """Keep what was added and changed since the states `before`, but for the nodes of the change itself."""
        ours = before.keys() - self._nodes.keys()
        for nodeID, now in self._states().items():
            if nodeID not in before:
                self._nodes[nodeID] = now.without(ours, _State({}, {}))
            elif nodeID in self._nodes and now != before[nodeID]:
                self._nodes[nodeID] = self._nodes[nodeID].changed(before[nodeID], now.without(ours, before[nodeID]))

    def _onClosed(self, _caller: Any, _event: Any) -> None:
        self._isClosed = True

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._scene.RemoveObserver(self._observation)
        if kind is not None and not self._isClosed:
            self._takeBack()

    def _takeBack(self) -> None:
        before = [node for node in _nodes(self._scene) if node.GetID() in self._nodes]
        for node in before:
            self._nodes[node.GetID()].restoreSequences(node)
        self._removeAdded()
        for node in before:
            self._nodes[node.GetID()].restore(node)

    def _removeAdded(self) -> None:
        for node in reversed(_nodes(self._scene)):
            # Removing one node may remove others, its display nodes for example.
            if node.GetID() not in self._nodes and self._scene.IsNodePresent(node):
                self._scene.RemoveNode(node)
        for item in reversed(_hierarchyItems(self._scene)):
            if item not in self._items:
                _hierarchy(self._scene).RemoveItem(item, False, False)


@dataclass(frozen=True)
class _State:
    """What a node refers to, its attributes, and of a sequence browser what it plays and shows."""

    references: dict[str, tuple[str | None, ...]]
    attributes: dict[str, str]
    sequences: tuple[str, ...] = ()
    item: int = -1

    @staticmethod
    def of(node: Any) -> _State:
        attributes = {name: node.GetAttribute(name) for name in node.GetAttributeNames()}
        if not node.IsA("vtkMRMLSequenceBrowserNode"):
            return _State(_references(node), attributes)
        return _State(_references(node), attributes, tuple(_sequences(node)), node.GetSelectedItemNumber())

    def without(self, nodeIDs: Set[str], before: _State) -> _State:
        """This state with what was `before` in the roles that refer to one of some nodes."""
        references = {
            role: before.references.get(role, ()) if nodeIDs & set(referred) else referred
            for role, referred in self.references.items()
        }
        return replace(self, references=references)

    def changed(self, before: _State, now: _State) -> _State:
        """This state with what differs between two later ones."""
        gone, added = set(before.sequences) - set(now.sequences), set(now.sequences) - set(before.sequences)
        return _State(
            references=_changed(self.references, before.references, now.references),
            attributes=_changed(self.attributes, before.attributes, now.attributes),
            sequences=tuple(one for one in (*self.sequences, *sorted(added)) if one not in gone),
            item=self.item if now.item == before.item else now.item,
        )

    def restoreSequences(self, node: Any) -> None:
        """Play no more than before; while the sequences are still in the scene."""
        if node.IsA("vtkMRMLSequenceBrowserNode"):
            for sequence in _sequences(node):
                if sequence not in self.sequences:
                    node.RemoveSynchronizedSequenceNode(sequence)

    def restore(self, node: Any) -> None:
        """Refer to the same nodes again, with the same attributes and the same item shown."""
        now = _references(node)
        for role in {*now, *self.references}:
            wanted = self.references.get(role, ())
            if now.get(role, ()) != wanted:
                node.RemoveNodeReferenceIDs(role)
                for position, nodeID in enumerate(wanted):
                    node.SetNthNodeReferenceID(role, position, nodeID)
        for name in {*node.GetAttributeNames(), *self.attributes}:
            if node.GetAttribute(name) != self.attributes.get(name):
                node.SetAttribute(name, self.attributes.get(name))
        if node.IsA("vtkMRMLSequenceBrowserNode") and node.GetSelectedItemNumber() != self.item:
            node.SetSelectedItemNumber(self.item)


def _changed(kept: dict[str, Value], before: dict[str, Value], now: dict[str, Value]) -> dict[str, Value]:
    """`kept` with the entries that were added, changed or removed from `before` to `now`."""
    new = {name: value for name, value in now.items() if before.get(name) != value}
    return {name: value for name, value in kept.items() if name in now or name not in before} | new


def _nodes(scene: Any) -> list[Any]:
    return [scene.GetNthNode(index) for index in range(scene.GetNumberOfNodes())]


def _references(node: Any) -> dict[str, tuple[str | None, ...]]:
    roles: list[str] = []
    node.GetNodeReferenceRoles(roles)
    return {
        role: tuple(node.GetNthNodeReferenceID(role, index) for index in range(node.GetNumberOfNodeReferences(role)))
        for role in roles
    }


def _sequences(browser: Any) -> list[str]:
    return [sequence.GetID() for sequence in sequencesOf(browser)]


def _hierarchy(scene: Any) -> Any:
    """The subject hierarchy; None if nothing has asked for it yet, as asking through its class would make it."""
    return scene.GetFirstNodeByClass("vtkMRMLSubjectHierarchyNode")


def _hierarchyItems(scene: Any) -> list[int]:
    """Items of the subject hierarchy, parents first; none while there is no hierarchy."""
    hierarchy = _hierarchy(scene)
    if hierarchy is None:
        return []
    items = vtk.vtkIdList()
    hierarchy.GetItemChildren(hierarchy.GetSceneItemID(), items, True)
    return [items.GetId(index) for index in range(items.GetNumberOfIds())]
