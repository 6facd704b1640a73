"""Fixtures for the tests of the extension as a whole."""

import shutil
from pathlib import Path

import pytest

from Testing.extension.build import Build
from Testing.extension.cmake_lists import ROOT, files_of_the_tree


@pytest.fixture
def a_copy(tmp_path: Path) -> Path:
    """The extension's files in another folder, to be spoiled; without what is not installed."""
    copy = tmp_path / "LVSegU"
    shipped = ("LVSegU/", "LVSegULib", "Resources", "Testing/Python", "Testing/CMakeLists.txt", "README.md")
    for name in files_of_the_tree(ROOT):
        if name.startswith((*shipped, "CMakeLists.txt", "LICENSE.txt")):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, copy / name)
    return copy


@pytest.fixture
def a_build(a_copy: Path, tmp_path: Path) -> Build:
    """The copy, ready to be configured with the stand-in for Slicer."""
    return Build(a_copy, tmp_path / "build")
