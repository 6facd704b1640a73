"""Take Resources/Screenshots/panel.png: the panel with the sample patient's results, in the stand-in for the desktop.

QT_QPA_PLATFORM=offscreen VTK_DEFAULT_OPENGL_WINDOW=vtkEGLRenderWindow python -m Testing.desktop.screenshot
"""

from __future__ import annotations

import sys
from pathlib import Path

from Testing.desktop.fixtures import MODULE
from Testing.desktop.record import take_problems
from Testing.desktop.start import open_module
from Testing.desktop.user import click, wait_until

OUT = MODULE.parents[1] / "Resources" / "Screenshots" / "panel.png"
WIDTH = 450


def take(out: Path) -> None:
    """Open the panel, load the sample patient, press Apply, and save what is to be seen."""
    opened = open_module(MODULE)
    ui = opened.panel.ui
    click(ui.sampleButton)
    click(ui.applyButton)
    wait_until(lambda: not opened.panel.logic.isRunning)
    opened.holder.resize(WIDTH, opened.holder.layout().heightForWidth(WIDTH))
    wait_until(lambda: opened.holder.width == WIDTH)
    opened.holder.grab().save(str(out))
    print(f"{out}: {ui.statusLabel.text}")
    opened.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]) if len(sys.argv) > 1 else OUT)
    sys.exit("\n".join(take_problems()) or None)
