"""Whether Slicer's core and Qt are installed, without which the tests of the Slicer module cannot run."""

from __future__ import annotations

import importlib.util
import os

NEEDED = ("slicer", "vtk", "PyQt6")
DEMANDED = "LVSEGU_REQUIRE_SLICER"
"""Set to 1, it makes their absence a failure, as in continuous integration."""


def missing() -> tuple[str, ...]:
    """The packages that are not installed.

    Raises:
        RuntimeError: some are missing where they are demanded.
    """
    absent = tuple(name for name in NEEDED if importlib.util.find_spec(name) is None)
    if absent and os.environ.get(DEMANDED) == "1":
        raise RuntimeError(f"{', '.join(absent)} missing, and {DEMANDED}=1 demands them: pip install '.[slicer]'")
    return absent


def not_collected() -> list[str]:
    """For `collect_ignore_glob` of a folder of tests: nothing, or every file where Slicer's core is missing."""
    return ["*"] if missing() else []
