"""Fixtures for the tests of the stand-in itself."""

from Testing.desktop.fixtures import the_desktop
from Testing.slicer_core.presence import not_collected

__all__ = ["collect_ignore_glob", "the_desktop"]

collect_ignore_glob = not_collected()
