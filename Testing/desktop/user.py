"""What a user does: click with the mouse, choose, wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication

LONGEST_WAIT_S = 120.0
"""After this, what is waited for does not come any more."""


def click(widget: Any) -> None:
    """Click on a widget with the left mouse button; a disabled one does not answer."""
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def click_title(section: Any) -> None:
    """Click on the bar with the title of a section, which opens or closes it."""
    QTest.mouseClick(section, Qt.MouseButton.LeftButton, pos=QPoint(30, 10))


def wait_until(condition: Callable[[], bool]) -> None:
    """Let the application work until `condition` holds.

    Raises:
        TimeoutError: it never did.
    """
    end = time.monotonic() + LONGEST_WAIT_S
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("what was waited for did not happen")
        QApplication.processEvents()
        time.sleep(0.005)
    QApplication.processEvents()
