"""`qt.QUiLoader`: builds the widgets of a Designer file, and records what Qt would only warn about."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from itertools import pairwise
from typing import Any

from PyQt6.QtCore import QFile, QSize, Qt
from PyQt6.QtWidgets import QFormLayout, QGridLayout, QSizePolicy, QSpacerItem, QTabWidget, QWidget

from Testing.desktop import widget_api
from Testing.desktop.record import record

MARGINS = ("leftMargin", "topMargin", "rightMargin", "bottomMargin")


class QUiLoader:
    """Loads .ui files with the parts that LVSegU's panel uses; other parts raise."""

    def load(self, file: QFile, _parent: QWidget | None = None) -> QWidget:
        """The widgets of an open file."""
        root = ET.fromstring(bytes(file.readAll().data()))
        loading = _Loading()
        top = loading.widget(root.find("widget"), None)
        loading.finish(root)
        return top


class _Loading:
    """One file being loaded; its widgets by name."""

    def __init__(self) -> None:
        self.widgets: dict[str, Any] = {}

    def widget(self, element: ET.Element, parent: QWidget | None) -> Any:
        name = element.get("class", "")
        widget = _widget_class(name)(parent)
        self._set_name(widget, element.get("name", ""))
        for child in element:
            if child.tag == "property":
                self._set_property(widget, name, child)
            elif child.tag == "layout":
                self._layout(child, widget)
            elif child.tag == "widget":
                self._page(widget, child)
            elif child.tag != "attribute":
                raise NotImplementedError(f"<{child.tag}> in {name} of a .ui file")
        return widget

    def finish(self, root: ET.Element) -> None:
        stops = [self.widgets[stop.text] for stop in root.iterfind("tabstops/tabstop")]
        for first, second in pairwise(stops):
            QWidget.setTabOrder(first, second)
        for connection in root.iterfind("connections/connection"):
            self._connect(*(connection.findtext(part, "") for part in ("sender", "signal", "receiver", "slot")))

    def _connect(self, sender: str, signal: str, receiver: str, slot: str) -> None:
        target = self.widgets[receiver]
        if widget_api.has_member(type(target).__name__, "slots", slot) is False:
            record(f".ui file: {type(target).__name__} {receiver} has no slot {slot}")
        self.widgets[sender].connect(signal, getattr(target, widget_api.split_signature(slot)[0]))

    def _set_name(self, widget: Any, name: str) -> None:
        if name in self.widgets:
            record(f".ui file: two widgets are called {name}")
        widget.setObjectName(name)
        self.widgets[name] = widget

    def _page(self, tabs: Any, element: ET.Element) -> None:
        if not isinstance(tabs, QTabWidget):
            raise NotImplementedError("a widget without a layout inside another widget of a .ui file")
        titles = [_value(part) for part in element.iterfind("attribute") if part.get("name") == "title"]
        tabs.addTab(self.widget(element, None), titles[0])

    def _layout(self, element: ET.Element, owner: QWidget | None) -> Any:
        layout = _widget_class(element.get("class", ""))(*([owner] if owner is not None else []))
        layout.setObjectName(element.get("name", ""))
        margins = dict(zip(MARGINS, layout.getContentsMargins(), strict=True))
        for child in element.iterfind("property"):
            name = child.get("name", "")
            if name in MARGINS:
                margins[name] = _value(child)
            else:
                getattr(layout, "set" + name[0].upper() + name[1:])(_value(child))
        layout.setContentsMargins(*margins.values())
        for item in element.iterfind("item"):
            self._add(layout, item, owner)
        return layout

    def _add(self, layout: Any, item: ET.Element, owner: QWidget | None) -> None:
        content = item[0]
        if content.tag == "widget":
            part, add = self.widget(content, owner), "Widget"
        elif content.tag == "layout":
            part, add = self._layout(content, None), "Layout"
        else:
            part, add = _spacer(content), "Item"
        row, column = int(item.get("row", 0)), int(item.get("column", 0))
        if isinstance(layout, QFormLayout):
            role = QFormLayout.ItemRole.SpanningRole if item.get("colspan") == "2" else QFormLayout.ItemRole(column)
            getattr(layout, "set" + add)(row, role, part)
        elif isinstance(layout, QGridLayout):
            spans = int(item.get("rowspan", 1)), int(item.get("colspan", 1))
            getattr(layout, "add" + add)(part, row, column, *spans)
        else:
            getattr(layout, "add" + add)(part)

    def _set_property(self, widget: Any, cls: str, element: ET.Element) -> None:
        name = element.get("name", "")
        known = cls in widget_api.TABLE and name in widget_api.member_names(cls)
        if element.get("stdset") == "0":
            widget.setProperty(name, _value(element))
        elif widget.metaObject().indexOfProperty(name) >= 0:
            if not widget.setProperty(name, _value(element)):
                setattr(widget, name, _value(element))
        elif not known:
            record(f".ui file: {cls} {widget.objectName} has no property '{name}'")


def _widget_class(name: str) -> Any:
    for module in (sys.modules["qt"], sys.modules["ctk"], sys.modules["slicer"]):
        if name in vars(module):
            return vars(module)[name]
    raise NotImplementedError(f"the stand-in has no {name}")


def _spacer(element: ET.Element) -> QSpacerItem:
    values = {part.get("name"): _value(part) for part in element.iterfind("property")}
    size, policy = values.get("sizeHint", QSize(0, 0)), values.get("sizeType", QSizePolicy.Policy.Expanding)
    vertical = values["orientation"] == Qt.Orientation.Vertical
    other = QSizePolicy.Policy.Minimum
    return QSpacerItem(size.width(), size.height(), *((other, policy) if vertical else (policy, other)))


def _value(element: ET.Element) -> Any:
    content = element[0]
    return _READERS[content.tag](content)


def _enum(content: ET.Element) -> Any:
    """`Qt::AlignRight|Qt::AlignTop` or `QFrame::NoFrame`."""
    combined: Any = None
    for word in (content.text or "").split("|"):
        scope, _, name = word.rpartition("::")
        member = getattr(_widget_class(scope), name)
        combined = member if combined is None else combined | member
    return combined


def _size_policy(content: ET.Element) -> QSizePolicy:
    horizontal, vertical = (QSizePolicy.Policy[content.get(name, "")] for name in ("hsizetype", "vsizetype"))
    policy = QSizePolicy(horizontal, vertical)
    policy.setHorizontalStretch(int(content.findtext("horstretch", "0")))
    policy.setVerticalStretch(int(content.findtext("verstretch", "0")))
    return policy


_READERS = {
    "string": lambda content: content.text or "",
    "cstring": lambda content: content.text or "",
    "bool": lambda content: content.text == "true",
    "number": lambda content: int(content.text),
    "double": lambda content: float(content.text),
    "enum": _enum,
    "set": _enum,
    "sizepolicy": _size_policy,
    "size": lambda content: QSize(int(content.findtext("width", "0")), int(content.findtext("height", "0"))),
    "stringlist": lambda content: [string.text or "" for string in content],
}
