"""Start Slicer's core without the desktop: a scene, the modules' logics and an application object, so that
`slicer.util` works as it does in Slicer. Real are the scene, its nodes, logics and files; there is no Qt here."""

from __future__ import annotations

import sys
import tempfile
import types
from pathlib import Path
from typing import Any

LOGICS = {
    "Cameras": "vtkSlicerCamerasModuleLogic",
    "Colors": "vtkSlicerColorLogic",
    "Markups": "vtkSlicerMarkupsLogic",
    "Models": "vtkSlicerModelsLogic",
    "Plots": "vtkSlicerPlotsLogic",
    "Segmentations": "vtkSlicerSegmentationsModuleLogic",
    "Sequences": "vtkSlicerSequencesLogic",
    "SubjectHierarchy": "vtkSlicerSubjectHierarchyModuleLogic",
    "Tables": "vtkSlicerTablesLogic",
    "Transforms": "vtkSlicerTransformLogic",
    "Volumes": "vtkSlicerVolumesLogic",
}
"""The modules whose logic the application would make, and the class of that logic."""


def boot() -> Any:
    """The module `slicer` with a scene; started on the first call, the same one ever after."""
    import slicer

    if getattr(slicer, "app", None) is not None:
        return slicer
    import vtk

    from Testing.slicer_core.application import Application
    from Testing.slicer_core.io_manager import IOManager
    from Testing.slicer_core.scripted_module import provide_scripted_module

    output = vtk.vtkOutputWindow()
    output.SetDisplayModeToAlwaysStdErr()
    vtk.vtkOutputWindow.SetInstance(output)
    # Kept for the life of the process: Slicer's caches and unpacked bundles are in it.
    folder = tempfile.TemporaryDirectory(prefix="slicer-core-", ignore_cleanup_errors=True)
    scene, logic = slicer.vtkMRMLScene(), slicer.vtkSlicerApplicationLogic()
    logic.SetMRMLScene(scene)
    logic.SetTemporaryPath(folder.name)
    logic.SetHomeDirectory(folder.name)
    kept = [folder, *_fill_scene(slicer, scene, logic), *_start_remote_files(slicer, scene, logic, Path(folder.name))]
    slicer.modules = _modules(slicer, scene, logic, folder.name)
    sys.modules["slicer.modules"] = slicer.modules
    slicer.mrmlScene = scene
    slicer.app = Application(scene, logic, IOManager(slicer, scene, logic, folder.name), folder.name, kept)
    provide_scripted_module(slicer)
    return slicer


def _fill_scene(slicer: Any, scene: Any, logic: Any) -> list[Any]:
    """The nodes and settings that every scene of the application has."""
    import vtk

    crosshair = slicer.vtkMRMLCrosshairNode()
    crosshair.SetCrosshairName("default")
    scene.AddNode(crosshair)
    colors = logic.GetColorLogic()
    colors.SetMRMLScene(scene)
    colors.AddDefaultColorNodes()
    logic.SetSliceLogics(vtk.vtkCollection())
    logic.SetViewLogics(vtk.vtkCollection())
    slicer.vtkMRMLThreeDViewDisplayableManagerFactory.GetInstance().SetMRMLApplicationLogic(logic)
    slicer.vtkMRMLSliceViewDisplayableManagerFactory.GetInstance().SetMRMLApplicationLogic(logic)
    slicer.vtkMRMLSliceNode.AddDefaultSliceOrientationPresets(scene, True)
    return [crosshair, _generic_colors(slicer, scene)]


def _generic_colors(slicer: Any, scene: Any) -> Any:
    """The colour table that new segments take their colours from; the wheel lacks its file."""
    table = slicer.vtkMRMLColorTableNode()
    table.SetTypeToUser()
    table.SetName("GenericColors")
    table.SetSingletonTag("FileGenericColors.txt")
    table.SetNumberOfColors(32)
    for index in range(32):
        table.SetColor(index, f"label_{index}", index / 31, 1 - index / 31, 0.5, float(index > 0))
    table.SetHideFromEditors(0)
    scene.AddNode(table)
    return table


def _start_remote_files(slicer: Any, scene: Any, logic: Any, folder: Path) -> list[Any]:
    """What storage nodes ask before they read a file."""
    remote = slicer.vtkMRMLRemoteIOLogic()
    remote.SetMRMLScene(scene)
    remote.SetMRMLApplicationLogic(logic)
    cache = folder / "cache"
    cache.mkdir()
    (cache / ".slicer-cache").touch()  # Slicer 5.13 takes a folder without it for somebody else's
    remote.GetCacheManager().SetRemoteCacheDirectory(str(cache))
    files = slicer.vtkDataIOManagerLogic()
    files.SetMRMLScene(scene)
    files.SetMRMLApplicationLogic(logic)
    files.SetAndObserveDataIOManager(remote.GetDataIOManager())
    remote.AddDataIOToScene()
    return [remote, files]


def _modules(slicer: Any, scene: Any, logic: Any, share: str) -> types.ModuleType:
    """`slicer.modules`, as far as the logics go."""
    modules = types.ModuleType("slicer.modules")
    for name, class_name in LOGICS.items():
        module_logic = getattr(slicer, class_name)()
        if hasattr(module_logic, "SetModuleShareDirectory"):
            module_logic.SetModuleShareDirectory(share)
        module_logic.SetMRMLApplicationLogic(logic)  # before the scene, or the colour logic fails
        module_logic.SetMRMLScene(scene)
        logic.SetModuleLogic(name, module_logic)
        setattr(modules, name.lower(), types.SimpleNamespace(name=name, logic=lambda it=module_logic: it))
    return modules
