"""The entry for Slicer's Extensions Index, and that it agrees with what the extension says of itself."""

import json
import re
from typing import Any

import pytest
from PIL import Image

from LVSegULib.modelfolder.folder import installed_models
from Testing.extension.cmake_lists import ROOT, files_of_the_tree

ENTRY = ROOT / "LVSegU.json"
RAW = "https://raw.githubusercontent.com/LVSegU/LVSegU/main/"
SCHEMA = (
    "https://raw.githubusercontent.com/Slicer/Slicer/main/Schemas/slicer-extension-catalog-entry-schema-v1.0.1.json#"
)
FIELDS = {
    "$schema": str,
    "build_dependencies": list,
    "build_subdirectory": str,
    "category": str,
    "enabled": bool,
    "scm_revision": str,
    "scm_type": str,
    "scm_url": str,
    "tier": int,
}
"""What version 1.0.1 of the index's schema lets an entry have; it demands `$schema`, `category` and `scm_url`."""


@pytest.fixture
def the_entry() -> dict[str, Any]:
    return json.loads(ENTRY.read_text(encoding="utf-8"))


def said_in_cmake(name: str) -> str:
    """The index's own checks read CMakeLists.txt with such an expression, and want one text in quotes."""
    found = re.findall(rf'^set\(EXTENSION_{name} "([^"]+)"\)$', (ROOT / "CMakeLists.txt").read_text("utf-8"), re.M)
    assert len(found) == 1
    return found[0]


def in_the_tree(url: str) -> str:
    """The path of a file that is shown from the repository's branch main."""
    assert url.startswith(RAW)
    return url.removeprefix(RAW)


def test_the_entry_is_one_of_the_schema(the_entry: dict[str, Any]) -> None:
    assert the_entry["$schema"] == SCHEMA
    assert the_entry["category"]
    assert {name: type(value) for name, value in the_entry.items()}.items() <= FIELDS.items()
    assert all(isinstance(name, str) and name for name in the_entry["build_dependencies"])
    assert 1 <= the_entry["tier"] <= 5


def test_the_file_is_as_the_index_wants_it(the_entry: dict[str, Any]) -> None:
    text = ENTRY.read_bytes()
    assert b"\r" not in text
    assert text == json.dumps(the_entry, indent=2, sort_keys=True).encode() + b"\n"


def test_the_entry_agrees_with_the_extension(the_entry: dict[str, Any]) -> None:
    project = re.findall(r"^project\((\w+)\)$", (ROOT / "CMakeLists.txt").read_text("utf-8"), re.M)
    assert project == [ENTRY.stem]
    assert not ENTRY.stem.lower().startswith("slicer")
    assert the_entry["build_dependencies"] == said_in_cmake("DEPENDS").split()
    assert the_entry["category"] == said_in_cmake("CATEGORY")
    assert the_entry["scm_url"] == said_in_cmake("HOMEPAGE") + ".git"


def test_the_pictures_that_it_names_are_in_the_tree() -> None:
    urls = [said_in_cmake("ICONURL"), *said_in_cmake("SCREENSHOTURLS").split()]
    tree = files_of_the_tree(ROOT)
    assert len(urls) > 1
    assert [url for url in urls if in_the_tree(url) not in tree] == []


def test_the_licence_is_where_the_index_looks() -> None:
    assert (ROOT / "LICENSE.txt").read_text(encoding="utf-8").startswith("MIT License")


def test_the_licence_names_every_model_that_has_another() -> None:
    licence = (ROOT / "LICENSE.txt").read_text(encoding="utf-8")
    others = [model.spec for model in installed_models() if model.spec.licence != "MIT"]
    assert [spec.name for spec in others] == ["cardiac"]
    for spec in others:
        assert f"LVSegULib/models/{spec.name} is not under the MIT License" in licence
        assert spec.licence in licence


def test_the_icon_has_the_size_of_the_catalog() -> None:
    with Image.open(ROOT / in_the_tree(said_in_cmake("ICONURL"))) as icon:
        assert icon.size == (128, 128)
        assert icon.mode == "RGBA"
        assert [icon.getpixel(corner)[3] for corner in ((0, 0), (127, 0), (0, 127), (127, 127))] == [0, 0, 0, 0]
