"""Reads and writes scenes and nodes, as Slicer's qSlicerCoreIOManager does for `slicer.util`."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

FILE_TYPES = {
    (".seg.nrrd", ".seg.nhdr"): "SegmentationFile",
    (".seq.nrrd", ".seq.nhdr", ".seq.mha"): "SequenceFile",
    (".mrml", ".mrb"): "SceneFile",
    (".csv", ".tsv"): "TableFile",
}
"""File type by the name's ending; anything else is a volume."""

NODES = {"SegmentationFile": "vtkMRMLSegmentationNode", "TableFile": "vtkMRMLTableNode"}


class IOManager:
    """The few calls of `slicer.util` for loading and saving."""

    def __init__(self, slicer: Any, scene: Any, logic: Any, temporary_path: str) -> None:
        self._slicer, self._scene, self._logic, self._folder = slicer, scene, logic, temporary_path

    def fileType(self, name: str) -> str:
        """The type of a file by its name."""
        lower = str(name).lower()
        return next((kind for endings, kind in FILE_TYPES.items() if lower.endswith(endings)), "VolumeFile")

    def loadNodes(self, file_type: str, properties: dict[str, Any], loaded: Any = None, messages: Any = None) -> bool:
        """Load a file; its nodes are added to the collection `loaded`."""
        path = Path(properties["fileName"])
        if file_type == "SceneFile":
            return self._load_scene(path)
        name = properties.get("name") or path.name.split(".")[0]
        if file_type == "VolumeFile":
            node = self._slicer.modules.volumes.logic().AddArchetypeVolume(str(path), name, 0)
        elif file_type == "SequenceFile":
            node = self._slicer.modules.sequences.logic().AddSequence(str(path), messages)
        else:
            node = self._load_node(NODES[file_type], name, path)
        if node is not None and loaded is not None:
            loaded.AddItem(node)
        return node is not None

    def _load_scene(self, path: Path) -> bool:
        if path.suffix == ".mrb":
            unpacked = tempfile.mkdtemp(dir=self._folder)
            return bool(self._logic.OpenSlicerDataBundle(str(path), unpacked))
        self._scene.SetURL(str(path))
        return bool(self._scene.Import())

    def _load_node(self, class_name: str, name: str, path: Path) -> Any:
        node = self._scene.AddNewNodeByClass(class_name, name)
        node.AddDefaultStorageNode(str(path))
        if node.GetStorageNode().ReadData(node):
            return node
        self._scene.RemoveNode(node)
        return None

    def saveNodes(self, file_type: str, properties: dict[str, Any], _messages: Any = None) -> bool:
        """Save the scene, or the node whose ID is in `properties`."""
        path = str(properties["fileName"])
        if file_type == "SceneFile":
            self._scene.SetURL(path)
            if path.endswith(".mrb"):
                return bool(self._scene.WriteToMRB(path))
            return self._save_scene(Path(path))
        node = self._scene.GetNodeByID(properties["nodeID"])
        if node.GetStorageNode() is None:
            node.AddDefaultStorageNode(path)
        node.GetStorageNode().SetFileName(path)
        return bool(node.GetStorageNode().WriteData(node))

    def _save_scene(self, path: Path) -> bool:
        """The scene file and, beside it, every node's own file, as the application's save dialog does."""
        self._scene.SetRootDirectory(str(path.parent))
        for index in range(self._scene.GetNumberOfNodesByClass("vtkMRMLStorableNode")):
            node = self._scene.GetNthNodeByClass(index, "vtkMRMLStorableNode")
            if not node.GetSaveWithScene():
                continue
            storage = node.GetStorageNode() or (node.AddDefaultStorageNode() and node.GetStorageNode())
            if storage is not None and storage.GetSaveWithScene():
                name = f"{node.GetID()}.{storage.GetDefaultWriteFileExtension()}"
                storage.SetFileName(str(path.parent / name))
                storage.WriteData(node)
        return bool(self._scene.Commit())

    def fileWriterFileType(self, _node: Any) -> str:
        """Any type but that of a scene."""
        return "NodeFile"
