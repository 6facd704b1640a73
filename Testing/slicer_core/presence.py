"""Whether Slicer's core and Qt are installed, without which the tests of the Slicer module cannot run."""

from __future__ import annotations

import importlib.util
import os
import sys
from ctypes.util import find_library

PACKAGES = ("slicer", "vtk", "PyQt6")
LIBRARIES = {
    "EGL": "libegl1",
    "GL": "libgl1",
    "dbus-1": "libdbus-1-3",
    "fontconfig": "libfontconfig1",
    "glib-2.0": "libglib2.0-0",
    "xkbcommon": "libxkbcommon0",
}
"""What these load on Linux, and the Debian package that brings it."""
DEMANDED = "LVSEGU_REQUIRE_SLICER"
"""Set to 1, it makes their absence a failure, as in continuous integration."""


def missing() -> tuple[str, ...]:
    """What is not installed, each with the way to install it.

    Raises:
        RuntimeError: something is missing where it is demanded.
    """
    absent = [f"{name} (pip install '.[slicer]')" for name in PACKAGES if importlib.util.find_spec(name) is None]
    if sys.platform == "linux":
        absent += [f"lib{name} (apt install {it})" for name, it in LIBRARIES.items() if find_library(name) is None]
    if absent and os.environ.get(DEMANDED) == "1":
        raise RuntimeError(f"{DEMANDED}=1 demands what is not installed: {', '.join(absent)}")
    return tuple(absent)


def not_collected() -> list[str]:
    """For `collect_ignore_glob` of a folder of tests: nothing, or every file where something is missing."""
    return ["*"] if missing() else []
