"""Fixtures for the tests of the data set; those with files of 3D Slicer need its core."""

from Testing.desktop.fixtures import the_desktop
from Testing.slicer_core.presence import missing

__all__ = ["collect_ignore_glob", "the_desktop"]

collect_ignore_glob = ["test_files_of_slicer.py"] if missing() else []
