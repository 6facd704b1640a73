"""Tables in Markdown."""

from __future__ import annotations

from LVSegULib.writing.markdown import markdown_table


def test_a_table_has_a_head_a_rule_and_its_rows() -> None:
    assert markdown_table(["", "a"], [["x", "1"], ["y", ""]]) == "| | a |\n|---|---|\n| x | 1 |\n| y | |"


def test_a_bar_or_a_line_break_in_a_cell_does_not_end_it() -> None:
    assert markdown_table(["one | two"], [["three\nfour"]]) == "| one \\| two |\n|---|\n| three four |"
