"""What watches the application's scene while the module is there."""

from __future__ import annotations

import slicer

from LVSegUSlicer.import_guard import ImportGuard
from LVSegUSlicer.result_guard import ResultGuard

_guards: list[ImportGuard | ResultGuard] = []


def guardScene() -> None:
    """Watch the application's scene, if it is not watched yet."""
    if all(guard.scene is not slicer.mrmlScene for guard in _guards):
        _guards.extend((ImportGuard(slicer.mrmlScene), ResultGuard(slicer.mrmlScene)))


def unguardScene() -> None:
    """Watch no scene any more: for a module that is about to be loaded anew."""
    while _guards:
        _guards.pop().release()
