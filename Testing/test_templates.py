from __future__ import annotations

import json
from pathlib import Path

import pytest

from LVSegULib.templates import filled, safe_json


def test_values_and_other_templates_take_their_places(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<i>{{title}}</i>\n{{b.html}}\n", encoding="utf-8")
    (tmp_path / "b.html").write_text("<b>{{title}}</b>\n", encoding="utf-8")
    assert filled(tmp_path / "a.html", {"title": "x"}) == "<i>x</i>\n<b>x</b>\n"


def test_names_inside_values_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("{{one}} {{two}}", encoding="utf-8")
    assert filled(tmp_path / "a.html", {"one": "{{two}}", "two": "2"}) == "{{two}} 2"


def test_no_text_ends_the_json() -> None:
    values = {"name": "</script>&amp;<!--", "läng": [1.5, None]}
    text = safe_json(values)
    assert text.isascii() and not set("<>&") & set(text)
    assert json.loads(text) == values


def test_json_has_no_numbers_that_a_browser_does_not_read() -> None:
    with pytest.raises(ValueError, match="JSON"):
        safe_json([float("nan")])
