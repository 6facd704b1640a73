from __future__ import annotations

from pathlib import Path

import pytest

from LVSegULib.dataset.pair import Pair
from LVSegULib.dataset.pair_list import read_pair_list
from LVSegULib.errors import InputError, UsageError


def a_list(folder: Path, *lines: str) -> Path:
    (folder / "list.csv").write_text("\n".join(lines), encoding="utf-8-sig")
    return folder / "list.csv"


def test_every_column(tmp_path: Path) -> None:
    path = a_list(
        tmp_path,
        "Volume, segmentation ,patient,phase,frame,series",
        "a.nrrd,a.seg.nrrd,,,,",
        '"dicom/b, second",/abs/b.seg.nrrd,B,es,12,7',
        "c.nrrd,c.seg.nrrd,C,,ED=0 ES=8,",
    )
    assert read_pair_list(path) == [
        Pair(tmp_path / "a.nrrd", tmp_path / "a.seg.nrrd"),
        Pair(tmp_path / "dicom" / "b, second", Path("/abs/b.seg.nrrd"), "B", "ES", {None: 12}, "7"),
        Pair(tmp_path / "c.nrrd", tmp_path / "c.seg.nrrd", "C", None, {"ED": 0, "ES": 8}),
    ]


def test_semicolons_and_short_lines(tmp_path: Path) -> None:
    path = a_list(tmp_path, "volume;segmentation;patient", "a.nrrd;a.seg.nrrd")
    assert read_pair_list(path) == [Pair(tmp_path / "a.nrrd", tmp_path / "a.seg.nrrd")]


def test_tabs_and_lines_of_a_spreadsheet_that_hold_nothing(tmp_path: Path) -> None:
    path = a_list(tmp_path, "volume\tsegmentation", "a b.nrrd\ta.seg.nrrd", "\t", " \t \t")
    assert read_pair_list(path) == [Pair(tmp_path / "a b.nrrd", tmp_path / "a.seg.nrrd")]


def test_a_line_break_in_quotes_belongs_to_its_cell(tmp_path: Path) -> None:
    (found,) = read_pair_list(a_list(tmp_path, "volume,segmentation", '"a\nb.nrrd",c.nrrd'))
    assert found == Pair(tmp_path / "a\nb.nrrd", tmp_path / "c.nrrd")


def test_what_is_wrong_with_a_line_takes_its_place(tmp_path: Path) -> None:
    lines = ("a.nrrd,,", ",b.seg.nrrd,", "c.nrrd,c.seg.nrrd,EDV", "d.nrrd,d.seg.nrrd,ED", "e.nrrd,e.seg.nrrd,ED,too")
    found = read_pair_list(a_list(tmp_path, "volume,segmentation,phase", *lines))
    assert [type(one) for one in found] == [InputError, InputError, UsageError, Pair, InputError]
    assert str(found[0]).endswith("list.csv, line 2: segmentation is missing")
    assert str(found[1]).endswith("list.csv, line 3: volume is missing")
    assert str(found[2]).endswith('line 4: phase "EDV": expected ED or ES')
    assert str(found[4]).endswith("line 6: has more columns than the first line: correct it")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("volume,patient", "a,b"), "lacks the column segmentation"),
        (("volume,segmentation,fase", "a,b,ED"), 'has the unknown column "fase"'),
        (("volume,segmentation,Volume", "a,b,c"), "has the column volume twice"),
        (("volume,segmentation", "a\0,b"), "is no text"),
        (("volume,segmentation", f"{131073 * 'a'},b"), "line 2: cannot be read as a list"),
        (("volume,segmentation",), "holds no pair"),
        ((), "lacks the column volume"),
    ],
)
def test_no_list(tmp_path: Path, lines: tuple[str, ...], said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_pair_list(a_list(tmp_path, *lines))


def test_a_list_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read as a list"):
        read_pair_list(tmp_path / "none.csv")
    (tmp_path / "list.csv").write_bytes("volume,segmentation\nä,b".encode("latin-1"))
    with pytest.raises(InputError, match=r"save it as CSV \(UTF-8\)"):
        read_pair_list(tmp_path / "list.csv")
