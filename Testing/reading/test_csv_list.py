from __future__ import annotations

from pathlib import Path

import pytest

from LVSegULib.errors import InputError
from LVSegULib.reading.csv_list import rows_of


def rows(folder: Path, text: str, encoding: str = "utf-8") -> list[tuple[int, dict[str, str] | InputError]]:
    (folder / "list.csv").write_bytes(text.encode(encoding))
    return list(rows_of(folder / "list.csv", ("image", "mask"), ("note",)))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_columns_are_found_as_spreadsheets_write_them(tmp_path: Path, delimiter: str, encoding: str, end: str) -> None:
    lines = [["Image", "NOTE", " mask "], [" Zoë.nii ", "", "z.nii"], ["a.nii", "x y", "b.nii"]]
    assert rows(tmp_path, end.join(delimiter.join(line) for line in lines), encoding) == [
        (2, {"image": "Zoë.nii", "note": "", "mask": "z.nii"}),
        (3, {"image": "a.nii", "note": "x y", "mask": "b.nii"}),
    ]


def test_what_a_line_lacks_is_empty_and_blank_lines_come_too(tmp_path: Path) -> None:
    assert rows(tmp_path, "image,mask\na.nii\n\n , , \nb.nii,c.nii\n") == [
        (2, {"image": "a.nii", "mask": ""}),
        (3, {"image": "", "mask": ""}),
        (4, {"image": "", "mask": ""}),
        (5, {"image": "b.nii", "mask": "c.nii"}),
    ]


def test_a_cell_too_many_is_an_error_in_place_of_its_line_unless_it_is_blank(tmp_path: Path) -> None:
    before, bad, after = rows(tmp_path, "image,mask\na,b,,\nc, d, e\nf,g\n")
    assert (before, after) == ((2, {"image": "a", "mask": "b"}), (4, {"image": "f", "mask": "g"}))
    assert bad[0] == 3
    assert str(bad[1]) == f"{tmp_path / 'list.csv'}, line 3: has more columns than the first line: correct it"


def test_quoted_cells_keep_delimiters_and_line_breaks(tmp_path: Path) -> None:
    assert rows(tmp_path, 'image,mask\n"a, b","c\nd"\n') == [(3, {"image": "a, b", "mask": "c\nd"})]


@pytest.mark.parametrize("odd", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028"])
def test_only_line_ends_end_lines(tmp_path: Path, odd: str) -> None:
    assert rows(tmp_path, f"image,mask\na{odd}b,c\n") == [(2, {"image": f"a{odd}b", "mask": "c"})]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ": lacks the column image: its first line must name image, mask and may note"),
        ("image,note\na,b\n", ": lacks the column mask"),
        ("image,mask,nota\na,b,c\n", ': has the unknown column "nota": its first line must name image, mask'),
        ("image,mask,mask\na,b,c\n", ": has the column mask twice: remove or rename one of them"),
        ("image,mask,note,Note\na,b,c,d\n", ": has the column note twice"),
        ("image,mask\na\0b,c\n", ": is no text: give a folder, or a list saved as CSV (UTF-8)"),
        (f"image,mask\na,b\n{131073 * 'c'},d\n", ", line 3: cannot be read as a list (field larger than"),
        (f"image,{131073 * 'm'}\n", ", line 1: cannot be read as a list (field larger than"),
    ],
)
def test_what_is_wrong_with_a_list_is_said_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        rows(tmp_path, text)
    assert str(error.value).startswith(f"{tmp_path / 'list.csv'}{said}")
    assert "\n" not in str(error.value)


def test_a_cell_may_be_as_long_as_csv_has_it(tmp_path: Path) -> None:
    assert rows(tmp_path, f"image,mask\n{131072 * 'c'},d\n") == [(2, {"image": 131072 * "c", "mask": "d"})]


def test_a_list_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot be read as a list .*: save it as CSV \(UTF-8\)"):
        rows(tmp_path, "image,mask\nä,b\n", "latin-1")
    with pytest.raises(InputError, match=r"none\.csv: cannot be read as a list"):
        list(rows_of(tmp_path / "none.csv", ("image",), ()))
