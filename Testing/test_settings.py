"""Settings from a file: of the type that their field has, or refused by name."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from LVSegULib.errors import UsageError
from LVSegULib.settings import as_plain, fitted, read_toml, refuse_no_numbers, typed


@pytest.mark.parametrize(
    ("value", "hint", "expected"),
    [
        (3, int, 3),
        (3, float, 3.0),
        (True, bool, True),
        ([1, 2.5], tuple[float, ...], (1.0, 2.5)),
        (["a"], tuple[str, ...], ("a",)),
        ([], tuple[int, ...], ()),
        ({"steps": 3}, dict[str, Any], {"steps": 3}),
    ],
)
def test_a_value_that_fits_gets_the_type_of_its_field(value: Any, hint: Any, expected: Any) -> None:
    found = fitted("steps", value, hint)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("3", int),
        (3.0, int),
        (True, int),
        (1, bool),
        (True, float),
        (10**400, float),
        (3, tuple[int, ...]),
        ([1.5], tuple[int, ...]),
        ([True], tuple[float, ...]),
        ([3], dict[str, Any]),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_name(value: Any, hint: Any) -> None:
    with pytest.raises(UsageError, match=r"^steps = .*: expected (a|true)"):
        fitted("steps", value, hint)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "No such file or directory: check the path"),
        ("steps = ", "Invalid value .*: correct it$"),
        ('data = "C:\\Users\\me"', "Invalid hex value .*: correct it, and write paths with / or in single quotes$"),
        ("\xff", "it is not UTF-8: save it as UTF-8"),
        ("a = " + "[" * 100_000, "it has lists inside of lists, deeper than any file needs"),
        ("steps = " + "9" * 5000, "it holds a number that goes on and on: correct it"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, content: str | None, said: str) -> None:
    path = tmp_path / "study.toml"
    if content is not None:
        path.write_bytes(content.encode("latin-1"))
    with pytest.raises(UsageError, match=rf"cannot read the study .*study\.toml: {said}"):
        read_toml(path, "study")


def test_the_values_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("steps = 3\n[base]\nsize = 128\n", encoding="utf-8")
    assert read_toml(tmp_path / "a.toml") == {"steps": 3, "base": {"size": 128}}


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("steps = 3\n", encoding="utf-8-sig")
    assert read_toml(tmp_path / "a.toml") == {"steps": 3}


@dataclass(frozen=True)
class Cine:
    """Something to be described in a file."""

    name: str
    frames: int = 1
    spacing_mm: tuple[float, ...] = ()
    pictures: dict[str, str] = field(default_factory=dict)
    folder: str = ""


def test_a_table_becomes_what_it_describes() -> None:
    table = {"name": "a", "spacing_mm": [1, 2.5], "pictures": {"x": "y"}}
    assert typed(Cine, table, "[cine]", folder="f") == Cine("a", 1, (1.0, 2.5), {"x": "y"}, "f")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ([], r"\[cine\] is no table"),
        ({}, r"\[cine\]: lacks name"),
        ({"name": "a", "frmes": 3}, r"\[cine\]: unknown key frmes: there are name, frames, spacing_mm, pictures$"),
        ({"name": "a", "folder": "f"}, r"\[cine\]: unknown key folder"),
        ({"name": "a", "frames": 3.5}, r"\[cine\]: frames = 3.5: expected a whole number"),
        ({"name": "a", "frames": 1 << 20_000}, r"\[cine\]: frames = a number that goes on and on: expected a whole"),
        ({"name": "a", "pictures": {"x": 3}}, r"\[cine\]: pictures = .*: expected a table of texts"),
    ],
)
def test_a_table_that_describes_something_else_is_refused(table: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        typed(Cine, table, "[cine]", folder="")


@pytest.mark.parametrize("spacing_mm", [(math.nan,), (1.0, -math.inf)])
def test_what_is_no_number_is_refused_by_name(spacing_mm: tuple[float, ...]) -> None:
    refuse_no_numbers(Cine("a", spacing_mm=(1.0, 2.0)))
    with pytest.raises(UsageError, match=r"^cine\.spacing_mm must be a number, got (nan|-inf)$"):
        refuse_no_numbers(Cine("a", spacing_mm=spacing_mm), "cine.")


def test_plain_values_are_those_of_json() -> None:
    assert as_plain(Cine("a", spacing_mm=(1.0, 2.0)))["spacing_mm"] == [1.0, 2.0]


def test_a_value_that_goes_on_and_on_is_cut_off() -> None:
    with pytest.raises(UsageError) as raised:
        fitted("steps", list(range(10_000)), int)
    assert len(str(raised.value)) < 200
