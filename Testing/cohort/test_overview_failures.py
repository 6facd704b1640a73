from __future__ import annotations

from typing import Any

from LVSegULib.cohort.overview_failures import kinds_of
from Testing.cohort.table_rows import a_done_row, a_failed_row


def failed(name: str, source: str, reason: str) -> dict[str, Any]:
    return {"name": name, "status": "failed", "source": source, "reason": reason}


def kinds(*rows: dict[str, Any]) -> list[tuple[str, list[str]]]:
    return [(kind.text, [row["name"] for row in kind.rows]) for kind in kinds_of(rows)]


def test_the_same_words_of_other_files_are_one_kind_and_the_most_frequent_comes_first() -> None:
    rows = [a_failed_row("a", "holds no image"), *(a_failed_row(name, "is cut short: copy it again") for name in "bcd")]
    found = kinds(*rows, a_done_row("e"))
    assert found == [("is cut short: copy it again", ["b", "c", "d"]), ("holds no image", ["a"])]


def test_other_numbers_are_the_same_kind() -> None:
    rows = (
        a_failed_row("a", "is cut short by 900 bytes of 1000"),
        a_failed_row("b", "is cut short by 12 bytes of 1000"),
    )
    assert kinds(*rows) == [("is cut short by … bytes of 1000", ["a", "b"])]


def test_files_inside_a_folder_and_quoted_texts_are_the_same_kind() -> None:
    rows = (
        failed("a", "/data/one two", '/data/one two/MR7: is no part of "cine sax" as /data/one two/MR9: remove it'),
        failed("b", "/data/b", '/data/b/MR1_0037: is no part of "loc" as /data/b/MR1_0000: remove it'),
    )
    assert kinds(*rows) == [("is no part of … as …: remove it", ["a", "b"])]


def test_the_name_of_the_cine_is_left_out() -> None:
    rows = (
        failed("mouse-a", "/data/x/a.seq.nrrd", "a: every pixel has the value 7: there is no image in it"),
        failed("b-2", "/data/y/other", "b: every pixel has the value 0: there is no image in it"),
    )
    assert kinds(*rows) == [("every pixel has the value … there is no image in it", ["mouse-a", "b-2"])]


def test_a_reason_that_names_no_file_is_kept() -> None:
    fault = "fault: KeyError: pixel: run it again with --debug and report what is shown"
    assert kinds(failed("a", "/data/a.nii", fault)) == [(fault, ["a"])]
    assert kinds(failed("a", "", "is lost")) == [("is lost", ["a"])]


def test_other_words_are_other_kinds() -> None:
    assert len(kinds(a_failed_row("a", "is too large"), a_failed_row("b", "is too small"))) == 2
