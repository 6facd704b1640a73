from __future__ import annotations

import math

import pytest

from LVSegULib.shown import counted, in_one_line, is_printable, number_text, shown, without_breaks


@pytest.mark.parametrize(("count", "text"), [(0, "0 slices"), (1, "1 slice"), (2, "2 slices")])
def test_only_of_one_thing_there_is_no_s(count: int, text: str) -> None:
    assert counted(count, "slice") == text


def test_a_number_has_its_format_and_what_is_none_is_a_dash() -> None:
    assert number_text(0.9125, ".2f") == "0.91" and number_text(0.0913, ".1%") == "9.1 %"
    assert number_text(math.nan, ".1%") == number_text(None, ".2f") == "-"


def test_what_a_terminal_might_obey_is_not_shown_and_bytes_of_file_names_stay() -> None:
    assert in_one_line("a\x1b]0;b\x07\n c\u202ed") == "a?]0;b? c?d"
    assert in_one_line("M\udcfcller") == "M\udcfcller"
    assert in_one_line("x" * 10_000) == "x" * 10_000


def test_without_breaks_a_line_is_as_long_as_before() -> None:
    assert without_breaks("a  b\u00a0c\u3000d") == "a  b\u00a0c\u3000d"
    assert without_breaks("a\r\n\tb\u2028c\x85d") == "a   b c d"
    assert without_breaks("a\x1b[2J\u202eM\udcfcller") == "a?[2J?M\udcfcller"


@pytest.mark.parametrize(
    "name", ["\u0639\u0644\u06cc\u200c\u0631\u0636\u0627", "\u0915\u094d\u200d\u0937", "\U0001f468\u200d\U0001f469"]
)
def test_joiners_belong_to_a_spelling(name: str) -> None:
    assert in_one_line(name) == shown(name) == name
    assert is_printable(name)


@pytest.mark.parametrize("text", ["a\nb", "a\x1b[2J", "a\u202eb", "M\udcfcller"])
def test_what_cannot_stand_in_a_line_is_not_printable(text: str) -> None:
    assert not is_printable(text)
