"""Take panel.png and filters-panel.png in Resources/Screenshots: the panel with the sample patient's results, and its
section Filters with a filter turned off, in the stand-in for the desktop.

QT_QPA_PLATFORM=offscreen VTK_DEFAULT_OPENGL_WINDOW=vtkEGLRenderWindow python -m Testing.desktop.screenshot
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from PyQt6.QtTest import QTest

from Testing.desktop.fixtures import MODULE
from Testing.desktop.record import take_problems
from Testing.desktop.start import OpenModule, open_module
from Testing.desktop.user import click, click_title, wait_until

FOLDER = MODULE.parents[1] / "Resources" / "Screenshots"
LAYER = "decoder.1.1"
WIDTH = 450
PAUSE_MS = 200
"""What follows a little later has followed then."""


def take(out: Path) -> None:
    """Open the panel, load the sample patient, press Apply, and save what is to be seen."""
    opened = open_module(MODULE)
    ui = opened.panel.ui
    click(ui.sampleButton)
    click(ui.applyButton)
    wait_until(lambda: not opened.panel.logic.isRunning)
    save(opened, out / "panel.png")
    show_filters(ui)
    wait_until(lambda: not opened.panel.logic.isRunning)
    save(opened, out / "filters-panel.png")
    opened.close()


def show_filters(ui: Any) -> None:
    """Leave Results and Filters in sight, sort the filters by effect, and turn the first of `LAYER` off."""
    for section in (ui.inputSection, ui.modelSection):
        section.visible = False
    click_title(ui.filtersSection)
    click(ui.sortEffectsButton)
    wait_until(lambda: ui.effectsTable.rowCount > 0)
    layers = [ui.layerComboBox.itemText(row).split(" ")[0] for row in range(ui.layerComboBox.count)]
    ui.layerComboBox.currentIndex = layers.index(LAYER)
    click(ui.filterOnCheckBox)


def save(opened: OpenModule, out: Path) -> None:
    """Save the panel, as high as it is."""
    for _settling in range(2):  # texts wrap anew once the width is known
        opened.holder.resize(WIDTH, opened.holder.layout().heightForWidth(WIDTH))
        QTest.qWait(PAUSE_MS)
    opened.holder.grab().save(str(out))
    print(f"{out}: {opened.panel.ui.statusLabel.text}")


if __name__ == "__main__":
    take(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
    sys.exit("\n".join(take_problems()) or None)
