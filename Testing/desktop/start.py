"""Start the stand-in for Slicer's desktop in this process, and open a module in it.

Real are the MRML scene with its nodes and logics (slicer-core) and Qt (PyQt6); the rest of this folder stands in for
what Slicer's desktop adds. A panel that passes here has not been run in the desktop application.
"""

from __future__ import annotations

import functools
import importlib
import sys
import types
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from Testing.desktop.record import record_uncaught


@functools.cache
def start_desktop() -> Any:
    """The module `slicer` as it is in the desktop application; `qt`, `ctk` and `slicer.app` are there afterwards."""
    from Testing.desktop.qt_module import make_qt_module

    qt = make_qt_module()
    from Testing.desktop import application, ctk_widgets, parameter_node_wrapper, scripted_module, ui_file
    from Testing.desktop.mrml_widgets import qMRMLSegmentEditorWidget, qMRMLWidget
    from Testing.desktop.node_combo_box import qMRMLNodeComboBox
    from Testing.slicer_core.boot import boot

    sys.excepthook = record_uncaught
    slicer = boot()
    slicer.app = application.SlicerApplication(slicer.app)
    qt.QUiLoader = ui_file.QUiLoader  # type: ignore[attr-defined]
    ctk = types.ModuleType("ctk")
    vars(ctk).update(ctk_widgets.ctk_widgets())
    sys.modules["ctk"] = ctk
    for widget in (qMRMLWidget, qMRMLNodeComboBox, qMRMLSegmentEditorWidget):
        setattr(slicer, widget.__name__, widget)
    wrapper = parameter_node_wrapper.make_module()
    for name, module in {**scripted_module.make_modules(), wrapper.__name__: wrapper}.items():
        sys.modules[name] = module
        setattr(slicer, name.rpartition(".")[2], module)
    slicer.modules.sequences.showSequenceBrowser = application.showSequenceBrowser
    slicer.modules.segmenteditor = application.module_with_widget("SegmentEditor", editor=qMRMLSegmentEditorWidget())
    return slicer


@dataclass(frozen=True)
class OpenModule:
    """A module that is open: its Python file, its panel, and the widget that holds the panel."""

    module: types.ModuleType
    panel: Any
    holder: Any

    def choose_model(self, folder: Path) -> None:
        """The user has chosen the folder of a model, which may have gone since."""
        from LVSegUSlicer import settings

        settings.addOwnModel(str(folder))
        self.panel.logic.getParameterNode().model = str(folder)

    def enter(self) -> None:
        """The user opens the module."""
        self.holder._is_entered = True
        self.panel.enter()

    def leave(self) -> None:
        """The user goes to another module."""
        self.holder._is_entered = False
        self.panel.exit()

    def close(self) -> None:
        """Leave and unload the module."""
        self.leave()
        self.panel.cleanup()
        self.holder.close()
        self.holder.deleteLater()


def open_module(path: Path) -> OpenModule:
    """Load a scripted module from its file, make its panel and show it, as the module factory does."""
    slicer = start_desktop()
    import qt

    from Testing.desktop.mrml_widgets import ModuleWidget

    name = path.stem
    if str(path.parent) not in sys.path:
        sys.path.insert(0, str(path.parent))
    module = importlib.import_module(name)
    cpp_module = _cpp_module(name, path)
    setattr(slicer.modules, name.lower(), cpp_module)
    getattr(module, name)(cpp_module)
    slicer.app.startupCompleted.emit()
    holder = ModuleWidget()
    holder.setLayout(qt.QVBoxLayout())
    holder.setMRMLScene(slicer.mrmlScene)
    panel = getattr(module, name + "Widget")(holder)
    cpp_module.widgetRepresentation = lambda: types.SimpleNamespace(self=lambda: panel)
    panel.setup()
    opened = OpenModule(module, panel, holder)
    opened.enter()
    holder.resize(450, 900)
    holder.show()
    slicer.app.processEvents()
    return opened


def _cpp_module(name: str, path: Path) -> Any:
    """The properties of a qSlicerScriptedLoadableModule."""
    return types.SimpleNamespace(name=name, path=str(path), title="", categories=[], dependencies=[], contributors=[])
