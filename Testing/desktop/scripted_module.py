"""Stand-ins for slicer.ScriptedLoadableModule and slicer.i18n: what LVSegU uses of them."""

from __future__ import annotations

import types
import unittest
from pathlib import Path
from typing import Any


class ScriptedLoadableModule:
    """What a module says of itself; `parent` is the C++ module."""

    def __init__(self, parent: Any) -> None:
        self.parent = parent
        self.moduleName = type(self).__name__

    def resourcePath(self, name: str) -> str:
        """Path of a file in the module's folder Resources."""
        return str(Path(self.parent.path).parent / "Resources" / name)


class ScriptedLoadableModuleWidget:
    """A module's panel; `parent` is the qMRMLWidget that it fills."""

    def __init__(self, parent: Any = None) -> None:
        self.moduleName = type(self).__name__.removesuffix("Widget")
        self.parent, self.layout = parent, parent.layout()
        self.developerMode = False

    def resourcePath(self, name: str) -> str:
        """Path of a file in the module's folder Resources."""
        import slicer

        return str(Path(slicer.util.modulePath(self.moduleName)).parent / "Resources" / name)

    def setup(self) -> None:
        """Make the widgets."""

    def cleanup(self) -> None:
        """Called before the module is unloaded."""

    def onReload(self) -> None:
        """The developer's button Reload: the real one loads the module's own file again and makes a new panel."""
        import slicer

        slicer.util.reloadScriptedModule(self.moduleName)


class ScriptedLoadableModuleLogic:
    """A module's work, with one parameter node in a scene."""

    def __init__(self, parent: Any = None) -> None:  # noqa: ARG002
        self.moduleName = type(self).__name__.removesuffix("Logic")
        self.isSingletonParameterNode = True

    def getParameterNode(self) -> Any:
        """The parameter node of the scene; made on first use."""
        import slicer

        node = slicer.mrmlScene.GetSingletonNode(self.moduleName, "vtkMRMLScriptedModuleNode")
        if node is None:
            node = slicer.mrmlScene.CreateNodeByClass("vtkMRMLScriptedModuleNode")
            node.UnRegister(None)
            node.SetSingletonTag(self.moduleName)
            node.SetName(self.moduleName)
            node = slicer.mrmlScene.AddNode(node)
        node.SetAttribute("ModuleName", self.moduleName)
        return node


class ScriptedLoadableModuleTest(unittest.TestCase):
    """A module's self test."""

    def delayDisplay(self, _message: str, *_times: int) -> None:
        """Let the application work."""
        import slicer

        slicer.app.processEvents()


def make_modules() -> dict[str, types.ModuleType]:
    """The modules by name."""
    module = types.ModuleType("slicer.ScriptedLoadableModule")
    for cls in (
        ScriptedLoadableModule,
        ScriptedLoadableModuleWidget,
        ScriptedLoadableModuleLogic,
        ScriptedLoadableModuleTest,
    ):
        setattr(module, cls.__name__, cls)
    i18n = types.ModuleType("slicer.i18n")
    i18n.tr, i18n.translate = _translate, lambda _context, text: _translate(text)  # type: ignore[attr-defined]
    return {module.__name__: module, i18n.__name__: i18n}


class Language:
    """Translates; tests replace `translate` to see which texts go through it."""

    @staticmethod
    def english(text: str) -> str:
        """No translation."""
        return text

    translate = english


def _translate(text: str) -> str:
    return Language.translate(text)
