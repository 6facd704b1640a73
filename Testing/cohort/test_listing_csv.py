from __future__ import annotations

from pathlib import Path

import pytest

from LVSegULib.cohort.case import Found
from LVSegULib.cohort.listing_csv import read_list
from LVSegULib.errors import InputError
from Testing.cohort.mixed_tree import ANNA, a_file, write_series


def read(path: Path, text: str, encoding: str = "utf-8") -> list[Found]:
    return read_list(a_file(path / "list.csv", text.encode(encoding)), lambda _: None)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lists_as_spreadsheets_write_them(tmp_path: Path, delimiter: str, encoding: str, end: str) -> None:
    lines = [["Path", "Name", "Series"], ["scans/Zoë", "mouse 1", "7"], ["a.nii", "", ""], ["", "", ""]]
    found = read(tmp_path, end.join(delimiter.join(line) for line in lines) + end, encoding)
    assert [(one.key, one.path, one.series) for one in found] == [
        ("mouse 1", tmp_path / "scans" / "Zoë", "7"),
        ("a.nii", tmp_path / "a.nii", None),
    ]


def test_names_are_those_given_or_come_from_the_path(tmp_path: Path) -> None:
    found = read(tmp_path, "path,name\nlab/m1/cine.nii.gz,Mouse 1\nlab/m1/cine.nii.gz,\n../other/m2,\n/far/m3,\n")
    assert [one.names for one in found] == [
        ("Mouse_1",),
        ("cine", "m1-cine", "lab-m1-cine"),
        ("m2", "other-m2"),
        ("m3", "far-m3"),
    ]
    assert found[3].path == Path("/far/m3")


def test_a_path_that_does_not_exist_is_a_case_without_fingerprint(tmp_path: Path) -> None:
    assert [one.fingerprint for one in read(tmp_path, "path\nmissing.nii\nmissing/folder\n")] == ["", ""]


def test_a_fingerprint_tells_of_every_file_in_a_folder(tmp_path: Path) -> None:
    paths = write_series(tmp_path / "scan" / "7", "Anna", ANNA)
    (before,) = read(tmp_path, "path\nscan\n")
    assert before.files is None
    paths[-1].write_bytes(paths[-1].read_bytes() + b"\0\0")
    (after,) = read(tmp_path, "path\nscan\n")
    assert "" != after.fingerprint != before.fingerprint


def test_pixels_in_a_file_of_their_own_belong_to_their_header(tmp_path: Path) -> None:
    paths = a_file(tmp_path / "a.mhd"), a_file(tmp_path / "a.raw")
    (before,) = read(tmp_path, "path\na.mhd\n")
    assert before.files == paths
    a_file(paths[1], b"other content")
    assert read(tmp_path, "path\na.mhd\n")[0].fingerprint != before.fingerprint


def test_progress_tells_the_number_of_files(tmp_path: Path) -> None:
    write_series(tmp_path / "scan", "Anna", ANNA)
    lines = a_file(tmp_path / "list.csv", b"path\nscan\nlist.csv\nmissing\n")
    told: list[int] = []
    read_list(lines, told.append)
    assert told == [6, 7, 7]


def test_a_path_in_quotes_may_hold_what_parts_columns(tmp_path: Path) -> None:
    (found,) = read(tmp_path, 'path,name\n"a, b.nii",x\n')
    assert found.path == tmp_path / "a, b.nii"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("file,name\na.nii,x\n", "lacks the column path"),
        ("a.nii\nb.nii\n", "lacks the column path"),
        ("path,serie\na.nii,7\n", 'has the unknown column "serie"'),
        ("path,name,Path\na.nii,x,b.nii\n", "has the column path twice"),
        ("path,name\na.nii,x\n,y\n", "line 3: has no path"),
        ("path\na, b.nii\n", "line 2: has more columns than the first line"),
        ("path,name\na.nii,Mouse\nb.nii,z\nc.nii,mouse\n", 'line 4: has the name "mouse" of line 2'),
        ("path\na.nii\na.nii\n", 'line 3: has the path "a.nii" of line 2'),
        ("path,name\nb.nii,A.nii\nA.nii,\n", 'line 3: has the path "A.nii" of line 2'),
        ("path,name\n", "lists no case"),
        ("path,name\n,\n", "lists no case"),
        ("", "lacks the column path"),
        ("path\na\0b\n", "is no text"),
        (f"path\n{131073 * 'a'}\n", "line 2: cannot be read as a list"),
    ],
)
def test_what_is_wrong_with_a_list(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError, match=r"list\.csv") as error:
        read(tmp_path, text)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("content", [b"\x1f\x8b\x08\xff", "path\na.nii".encode("utf-16")])
def test_a_file_that_is_no_text_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InputError, match="cannot be read as a list"):
        read_list(a_file(tmp_path / "cine.nii.gz", content), lambda _: None)
