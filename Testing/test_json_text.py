"""JSON of files: its value, or in plain words what is wrong with it."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from LVSegULib.json_text import NotJson, json_of, read_json


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "it is no JSON in line 1, column 1"),
        ('{"a": 1,\n}', "it is no JSON in line "),
        ("[" * 100_000, "it has lists inside of lists, deeper than any file needs"),
        ("9" * 5000, "it holds a number that goes on and on"),
    ],
)
def test_what_is_no_json_is_told(text: str, said: str) -> None:
    with pytest.raises(NotJson) as raised:
        json_of(text)
    assert str(raised.value).startswith(said)


def test_all_other_values_come_as_they_are() -> None:
    values = json_of('{"a": [1, -2.5, 1e3, true, null, "x"], "b": Infinity, "c": 1e400}')
    assert values == {"a": [1, -2.5, 1000.0, True, None, "x"], "b": math.inf, "c": math.inf}


def test_a_file_may_begin_with_a_byte_order_mark_and_is_utf8(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"a": "ä"}', encoding="utf-8-sig")
    assert read_json(path) == {"a": "ä"}
    path.write_text("{}", encoding="utf-16")
    with pytest.raises(NotJson, match="it is not UTF-8: save it as UTF-8"):
        read_json(path)
    with pytest.raises(FileNotFoundError):
        read_json(tmp_path / "b.json")
