"""The two small modules of Slicer's desktop that a module's logic imports; the panel's stand-in replaces them."""

from __future__ import annotations

import sys
from typing import Any


def provide_scripted_module(slicer: Any) -> None:
    """Make `slicer.ScriptedLoadableModule` and `slicer.i18n` importable, unless they are."""
    from Testing.desktop.scripted_module import make_modules

    for name, module in make_modules().items():
        if name not in sys.modules:
            sys.modules[name] = module
            setattr(slicer, name.rpartition(".")[2], module)
