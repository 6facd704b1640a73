"""The extension is configured and installed with a real cmake, and a stand-in for Slicer's macros."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from Testing.extension.build import MODULES, Build
from Testing.extension.cmake_lists import ROOT, files_of_the_tree
from Testing.slicer_core.presence import DEMANDED

if os.environ.get(DEMANDED) != "1":
    pytest.importorskip("cmake", reason="cmake is not installed (pip install '.[test]')")


def where_it_goes(name: str) -> Path | None:
    """Where a file of the tree must be in Slicer, below the folder of the modules; None for one that stays out."""
    if name.endswith("CMakeLists.txt"):
        return None
    if name.startswith("LVSegU/"):
        return Path(name.removeprefix("LVSegU/"))
    return Path(name) if name.startswith(("LVSegULib/", "Resources/SampleData/")) else None


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def installed(build: Build, place: Path) -> Path:
    configured = build.configure()
    assert configured.returncode == 0, configured.stderr
    put = build.install(place)
    assert put.returncode == 0, put.stderr
    return place / MODULES


def test_what_is_installed_is_the_tree(a_build: Build, tmp_path: Path) -> None:
    modules = installed(a_build, tmp_path / "Slicer")
    expected = {where: name for name in files_of_the_tree(ROOT) if (where := where_it_goes(name))}
    found = {path.relative_to(modules): path for path in modules.rglob("*") if path.is_file()}
    assert sorted(found) == sorted(expected)
    assert [name for where, name in expected.items() if found[where].read_bytes() != (ROOT / name).read_bytes()] == []
    assert [path for path in (tmp_path / "Slicer").rglob("*") if path.is_file() and modules not in path.parents] == []


def test_the_installed_library_works(a_build: Build, tmp_path: Path) -> None:
    modules = installed(a_build, tmp_path / "Slicer")
    program = """
import sys
sys.path.insert(0, sys.argv[1])
import LVSegULib, numpy
from LVSegULib.engines.base import open_engine
from LVSegULib.modelfolder.folder import find_model
from LVSegULib.reading.sample import sample_archive
print(LVSegULib.__file__)
print(sample_archive())
print(open_engine(find_model("lv"), "onnxruntime").logits(numpy.zeros((1, 1, 192, 192), "f4")).shape[2:])
"""
    command = [sys.executable, "-I", "-c", program, str(modules)]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines() == [
        str(modules / "LVSegULib" / "__init__.py"),
        str(modules / "Resources" / "SampleData" / "SCD0000101-cine-dicom.tar.bz2"),
        "(192, 192)",
    ]


@pytest.mark.parametrize(
    "name", ["LVSegULib/forgotten.py", "LVSegULib/models/more/model.json", "LVSegU/LVSegUSlicer/forgotten.py"]
)
def test_a_forgotten_file_fails(a_copy: Path, a_build: Build, name: str) -> None:
    (a_copy / name).parent.mkdir(parents=True, exist_ok=True)
    (a_copy / name).touch()
    configured = a_build.configure()
    assert configured.returncode != 0
    assert f"not installed: {(a_copy / name).as_posix()}" in " ".join(configured.stderr.split())


def test_a_forgotten_self_test_fails(a_copy: Path, a_build: Build) -> None:
    (a_copy / "Testing" / "Python" / "ForgottenTest.py").touch()
    configured = a_build.configure()
    assert configured.returncode != 0
    assert "not a test of ctest" in configured.stderr


def test_a_list_that_lost_a_file_fails(a_copy: Path, a_build: Build) -> None:
    edit(a_copy / "CMakeLists.txt", "  LVSegULib/py.typed\n", "")
    configured = a_build.configure()
    assert configured.returncode != 0
    assert "LVSegULib/py.typed" in configured.stderr


def test_a_listed_file_that_is_not_there_fails(a_copy: Path, a_build: Build) -> None:
    (a_copy / "LVSegULib" / "cine.py").unlink()
    configured = a_build.configure()
    assert configured.returncode != 0
    assert "LVSegULib/cine.py is listed" in configured.stderr


@pytest.mark.parametrize(
    ("entry", "error"),
    [
        ("../LVSegULib/cine.py", "outside of the folder of the modules"),
        ("LVSegU.py", "installed twice into the same place"),
    ],
)
def test_a_file_in_the_wrong_place_fails(a_copy: Path, a_build: Build, entry: str, error: str) -> None:
    edit(a_copy / "LVSegU" / "CMakeLists.txt", "  LVSegU.py\n", f"  LVSegU.py\n  {entry}\n")
    configured = a_build.configure()
    assert configured.returncode != 0
    assert error in " ".join(configured.stderr.split())


def test_missing_metadata_fails(a_copy: Path, a_build: Build) -> None:
    edit(a_copy / "CMakeLists.txt", 'set(EXTENSION_DEPENDS "PyTorch")\n', "")
    configured = a_build.configure()
    assert configured.returncode != 0
    assert "EXTENSION_DEPENDS is missing" in configured.stderr
