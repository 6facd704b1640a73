"""Stand-ins for the ctk widgets of the panel; they have no more members than the real ones (widget_api.json)."""

from __future__ import annotations

from typing import Any

from PyQt6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, pyqtProperty, pyqtSignal
from PyQt6.QtGui import QPainter, QPaintEvent, QPalette, QPolygonF
from PyQt6.QtWidgets import QAbstractButton, QDoubleSpinBox, QHBoxLayout, QSizePolicy, QSlider, QWidget

_HEADER = 24
_STEPS = 1000


class ctkCollapsibleButton(QAbstractButton):
    """A section with a title that opens and closes; its height follows its contents."""

    _stands_in_for_cpp = True
    contentsCollapsed = pyqtSignal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._collapsed = False
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setContentsMargins(0, _HEADER, 0, 0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.clicked.connect(self._toggle)

    def _toggle(self) -> None:
        self.collapsed = not self._collapsed

    def _set_collapsed(self, collapsed: bool) -> None:
        if collapsed == self._collapsed:
            return
        self._collapsed = collapsed
        self._show_contents()
        self.contentsCollapsed.emit(collapsed)

    def _show_contents(self) -> None:
        layout = self.layout()
        for index in range(layout.count() if layout is not None else 0):
            widget = layout.itemAt(index).widget()
            if widget is not None:
                widget.setVisible(not self._collapsed)
        self.updateGeometry()

    collapsed = pyqtProperty(bool, lambda self: self._collapsed, _set_collapsed)

    def sizeHint(self) -> QSize:
        """Title and contents."""
        layout = self.layout()
        if layout is None or self._collapsed:
            return QSize(120, _HEADER)
        return layout.totalSizeHint()

    def minimumSizeHint(self) -> QSize:
        """Title and the least that the contents need."""
        layout = self.layout()
        if layout is None or self._collapsed:
            return QSize(60, _HEADER)
        return layout.totalMinimumSize()

    def hasHeightForWidth(self) -> bool:
        """Texts wrap."""
        return not self._collapsed and self.layout() is not None and self.layout().hasHeightForWidth()

    def heightForWidth(self, width: int) -> int:
        """Height of title and contents, in pixels."""
        return self.layout().totalHeightForWidth(width) if self.hasHeightForWidth() else self.sizeHint().height()

    def hitButton(self, position: QPoint) -> bool:
        """Only the bar with the title opens and closes it; a click that a widget inside ignores does not."""
        return position.y() < _HEADER

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A bar with a triangle and the title."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette
        bar = QRectF(0.5, 0.5, self.width - 1, _HEADER - 5)
        painter.setPen(palette.color(QPalette.ColorRole.Mid))
        painter.setBrush(palette.color(QPalette.ColorRole.Button))
        painter.drawRoundedRect(bar, 3, 3)
        text_colour = palette.color(QPalette.ColorRole.ButtonText)
        painter.setPen(text_colour)
        painter.setBrush(text_colour)
        x, y = 11.0, bar.center().y()
        down = [QPointF(x - 4, y - 2), QPointF(x + 4, y - 2), QPointF(x, y + 3)]
        right = [QPointF(x - 2, y - 4), QPointF(x - 2, y + 4), QPointF(x + 3, y)]
        painter.drawPolygon(QPolygonF(right if self._collapsed else down))
        painter.drawText(bar.adjusted(22, 0, 0, 0), int(Qt.AlignmentFlag.AlignVCenter), self.text)


class ctkSliderWidget(QWidget):
    """A slider with a spin box beside it."""

    _stands_in_for_cpp = True
    valueChanged = pyqtSignal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value, self._is_showing = 0.0, False
        self._slider, self._box = QSlider(Qt.Orientation.Horizontal), QDoubleSpinBox()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._slider)
        layout.addWidget(self._box)
        self._slider.setRange(0, _STEPS)
        self._box.setRange(0.0, 99.0)
        self.setFocusProxy(self._slider)
        self._slider.valueChanged.connect(self._slid)
        self._box.valueChanged.connect(self._typed)

    def _slid(self, step: int) -> None:
        if not self._is_showing:
            self.value = self.minimum + step / _STEPS * (self.maximum - self.minimum)

    def _typed(self, value: float) -> None:
        if not self._is_showing:
            self.value = value

    def _set_value(self, value: float) -> None:
        taken = round(min(max(value, self.minimum), self.maximum), self.decimals)
        is_new, self._value = taken != self._value, taken
        span = self.maximum - self.minimum
        self._is_showing = True
        self._box.setValue(taken)
        self._slider.setValue(round(_STEPS * (taken - self.minimum) / span) if span else 0)
        self._is_showing = False
        if is_new:
            self.valueChanged.emit(taken)

    def _set_limits(self, low: float, high: float) -> None:
        self._is_showing = True
        self._box.setRange(low, high)
        self._is_showing = False
        self.value = self._value

    value = pyqtProperty(float, lambda self: self._value, lambda self, value: self._set_value(value))
    minimum = pyqtProperty(
        float, lambda self: self._box.minimum, lambda self, low: self._set_limits(low, self._box.maximum)
    )
    maximum = pyqtProperty(
        float, lambda self: self._box.maximum, lambda self, high: self._set_limits(self._box.minimum, high)
    )
    decimals = pyqtProperty(int, lambda self: self._box.decimals, lambda self, count: self._box.setDecimals(count))
    singleStep = pyqtProperty(
        float, lambda self: self._box.singleStep, lambda self, step: self._box.setSingleStep(step)
    )


def ctk_widgets() -> dict[str, Any]:
    """The stand-ins by name."""
    return {cls.__name__: cls for cls in (ctkCollapsibleButton, ctkSliderWidget)}
