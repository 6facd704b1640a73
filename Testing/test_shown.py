from __future__ import annotations

import pytest

from LVSegULib.shown import counted, in_one_line


@pytest.mark.parametrize(("count", "text"), [(0, "0 slices"), (1, "1 slice"), (2, "2 slices")])
def test_only_of_one_thing_there_is_no_s(count: int, text: str) -> None:
    assert counted(count, "slice") == text


def test_what_a_terminal_might_obey_is_not_shown_and_bytes_of_file_names_stay() -> None:
    assert in_one_line("a\x1b]0;b\x07\n c\u202ed") == "a?]0;b? c?d"
    assert in_one_line("M\udcfcller") == "M\udcfcller"
    assert in_one_line("x" * 10_000) == "x" * 10_000
