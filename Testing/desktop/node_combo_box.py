"""Stand-in for qMRMLNodeComboBox: a list of the real scene's nodes."""

from __future__ import annotations

import weakref
from typing import Any

from PyQt6 import sip
from PyQt6.QtCore import pyqtProperty, pyqtSignal
from PyQt6.QtWidgets import QComboBox, QHBoxLayout, QWidget


class qMRMLNodeComboBox(QWidget):
    """Nodes of some types. As the real one it never chooses by itself, and turns to none when its node goes."""

    _stands_in_for_cpp = True
    currentNodeChanged = pyqtSignal(object)
    nodeActivated = pyqtSignal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._list = QComboBox()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._list)
        self.setFocusProxy(self._list)
        self._scene: Any = None
        self._tags: list[int] = []
        self._ids: list[str | None] = []
        self._current: str | None = None
        self._attributes: dict[tuple[str, str], str | None] = {}
        self._options: dict[str, Any] = {}
        self._list.activated.connect(self._chosen_by_user)

    def setMRMLScene(self, scene: Any) -> None:
        """Show the nodes of `scene`, and follow it."""
        for tag in self._tags:
            self._scene.RemoveObserver(tag)
        self._scene, myself = scene, weakref.ref(self)

        def follow(_scene: Any, _event: str) -> None:
            widget = myself()
            if widget is not None and not sip.isdeleted(widget):
                widget._refresh()

        events = ("NodeAddedEvent", "NodeRemovedEvent", "EndBatchProcessEvent", "EndCloseEvent", "EndImportEvent")
        self._tags = [scene.AddObserver(getattr(scene, event), follow) for event in events] if scene else []
        self._refresh()

    def mrmlScene(self) -> Any:
        """The scene."""
        return self._scene

    def currentNode(self) -> Any:
        """The chosen node, or None."""
        return self._scene.GetNodeByID(self._current) if self._scene is not None and self._current else None

    def setCurrentNode(self, node: Any) -> None:
        """Choose a node; one that is not in the list is as none."""
        self._refresh()
        self._select(node.GetID() if node is not None else None)

    def nodeCount(self) -> int:
        """How many nodes there are to choose from."""
        return len(self._ids) - bool(self.noneEnabled)

    def addAttribute(self, nodeType: str, name: str, value: str | None = None) -> None:
        """Show nodes of this type only if they have the attribute (of this value)."""
        self._attributes[nodeType, name] = value
        self._refresh()

    def _set(self, name: str, value: Any) -> None:
        self._options[name] = value
        self._refresh()

    nodeTypes = pyqtProperty(
        "QStringList",
        lambda self: self._options.get("nodeTypes", []),
        lambda self, types: self._set("nodeTypes", types),
    )
    noneEnabled = pyqtProperty(
        bool, lambda self: self._options.get("noneEnabled", False), lambda self, on: self._set("noneEnabled", on)
    )
    noneDisplay = pyqtProperty(
        str, lambda self: self._options.get("noneDisplay", "None"), lambda self, text: self._set("noneDisplay", text)
    )
    showChildNodeTypes = pyqtProperty(
        bool,
        lambda self: self._options.get("showChildNodeTypes", True),
        lambda self, on: self._set("showChildNodeTypes", on),
    )
    addEnabled = pyqtProperty(
        bool, lambda self: self._options.get("addEnabled", True), lambda self, on: self._set("addEnabled", on)
    )
    removeEnabled = pyqtProperty(
        bool, lambda self: self._options.get("removeEnabled", True), lambda self, on: self._set("removeEnabled", on)
    )
    renameEnabled = pyqtProperty(
        bool, lambda self: self._options.get("renameEnabled", False), lambda self, on: self._set("renameEnabled", on)
    )

    def _fits(self, node: Any) -> bool:
        types = self.nodeTypes
        is_type = any(node.GetClassName() == kind or (self.showChildNodeTypes and node.IsA(kind)) for kind in types)
        return is_type and not node.GetHideFromEditors() and all(self._has(node, key) for key in self._attributes)

    def _has(self, node: Any, key: tuple[str, str]) -> bool:
        kind, name = key
        value = self._attributes[key]
        return (
            not node.IsA(kind) or node.GetAttribute(name) == value or (value is None and bool(node.GetAttribute(name)))
        )

    def _refresh(self) -> None:
        if self._scene is None or self._scene.IsBatchProcessing():
            return
        nodes = [self._scene.GetNthNode(index) for index in range(self._scene.GetNumberOfNodes())]
        fitting = [node for node in nodes if self._fits(node)]
        self._list.clear()
        self._ids = [None] * bool(self.noneEnabled) + [node.GetID() for node in fitting]
        self._list.addItems([self.noneDisplay] * bool(self.noneEnabled) + [node.GetName() for node in fitting])
        self._select(self._current)

    def _select(self, node_id: str | None) -> None:
        chosen = node_id if node_id in self._ids else None
        is_new, self._current = chosen != self._current, chosen
        self._list.setCurrentIndex(self._ids.index(chosen) if chosen in self._ids else -1)
        if is_new:
            self.currentNodeChanged.emit(self.currentNode())

    def _chosen_by_user(self, index: int) -> None:
        self._select(self._ids[index])
        self.nodeActivated.emit(self.currentNode())
