"""The module `qt`: PyQt6, changed to look as PythonQt does. Tests only; PyQt6 is no dependency of LVSegU.

PyQt6's classes are changed in place, so that every widget behaves so: made in code, from a .ui file, or by Qt itself.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from typing import Any

from PyQt6 import QtCore, QtGui, QtWidgets
from PyQt6.QtCore import QObject, QTimer

from Testing.desktop import connections
from Testing.desktop.enums import flatten_enums
from Testing.desktop.file_dialog import FileDialog
from Testing.desktop.properties import show_properties
from Testing.desktop.strictness import set_attribute

USED = {
    QtCore: ("QFile", "QIODevice", "QObject", "QSettings", "QSize", "Qt", "QTimer"),
    QtGui: ("QBrush", "QColor", "QFont", "QIcon", "QPalette", "QPixmap"),
    QtWidgets: (
        *("QAbstractItemView", "QApplication", "QCheckBox", "QComboBox", "QDoubleSpinBox", "QFormLayout", "QFrame"),
        *("QGridLayout", "QHBoxLayout", "QHeaderView", "QLabel", "QLayout", "QListView", "QListWidget"),
        *(
            "QListWidgetItem",
            "QMessageBox",
            "QProgressBar",
            "QPushButton",
            "QSizePolicy",
            "QSlider",
            "QSpacerItem",
            "QSpinBox",
            "QStyle",
            "QTableWidget",
        ),
        *("QTableWidgetItem", "QTabWidget", "QToolButton", "QVBoxLayout", "QWidget"),
    ),
}
"""What the module and Slicer's own helpers take from `qt`; anything else is an error that names it."""


class _QtModule(types.ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise AttributeError(f"the stand-in has no qt.{name}: add it to {__name__}.USED if PythonQt has it")


def make_qt_module() -> types.ModuleType:
    """Change PyQt6 and return the module; put it into `sys.modules` as "qt"."""
    qt = _QtModule("qt")
    for source, names in USED.items():
        for name in names:
            setattr(qt, name, getattr(source, name))
    _look_like_pythonqt(list(vars(qt).values()))
    qt.QFileDialog = FileDialog  # type: ignore[attr-defined]
    sys.modules["qt"] = qt
    return qt


def _look_like_pythonqt(used: list[Any]) -> None:
    classes = {base for cls in used if isinstance(cls, type) for base in cls.__mro__[:-1]}
    timer_function = QTimer.singleShot
    for cls in sorted(classes, key=lambda cls: len(cls.__mro__)):
        flatten_enums(cls)
        if issubclass(cls, QObject):
            show_properties(cls)
    QObject.name = QObject.objectName
    QObject.className = _class_name
    QObject.connect, QObject.disconnect = connections.connect, connections.disconnect
    QObject.__setattr__ = set_attribute
    QObject.__bool__ = _true
    QtWidgets.QComboBox.__bool__ = _true
    QTimer.singleShot = _SingleShot(timer_function)
    QtCore.QFile.ReadOnly = QtCore.QIODevice.OpenModeFlag.ReadOnly


def _class_name(self: QObject) -> str:
    return type(self).__name__


def _true(_: QObject) -> bool:
    """In PyQt an empty list widget is false, in PythonQt it is not."""
    return True


class _SingleShot:
    """A function on the class QTimer, a property on a timer."""

    def __init__(self, function: Callable[[int, Callable[[], None]], None]) -> None:
        self._function = function

    def __get__(self, timer: QTimer | None, cls: type) -> Any:
        return self._function if timer is None else timer.property("singleShot")

    def __set__(self, timer: QTimer, value: bool) -> None:
        timer.setProperty("singleShot", bool(value))
