"""Print how long the panel takes to open, and what it imported that is heavy (there should be nothing).

QT_QPA_PLATFORM=offscreen VTK_DEFAULT_OPENGL_WINDOW=vtkEGLRenderWindow python -m Testing.desktop.setup_time
"""

from __future__ import annotations

import sys
import time

from Testing.desktop.fixtures import MODULE
from Testing.desktop.start import open_module, start_desktop

HEAVY = ("onnxruntime", "torch", "scipy", "SimpleITK", "pydicom", "matplotlib", "PIL")

if __name__ == "__main__":
    start_desktop()
    for which in ("first", "again"):
        start = time.perf_counter()
        opened = open_module(MODULE)
        print(f"{which}: {time.perf_counter() - start:.3f} s")
        opened.close()
    print("heavy imports:", [name for name in HEAVY if name in sys.modules])
