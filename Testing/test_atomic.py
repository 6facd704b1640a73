"""A file or a folder is there whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from LVSegULib.atomic import (
    folder_written_whole,
    put_right,
    refuse_folder,
    write_csv,
    write_json,
    write_text,
    written_whole,
)
from LVSegULib.errors import OutputError


def test_a_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "new" / "result.txt"
    with written_whole(target) as beside:
        beside.write_text("half", encoding="utf-8")
        assert not target.exists()
        assert beside.suffix == ".txt"
    assert target.read_text(encoding="utf-8") == "half"
    assert list(target.parent.iterdir()) == [target]


def test_what_killed_processes_have_left_is_put_right(tmp_path: Path) -> None:
    """Killed while a file was written, while the older folder was removed, and between the two renames."""
    (tmp_path / ".0123abcd-log.csv").write_text("half", encoding="utf-8")
    for name in ("whole", ".0123abcd-whole.old", ".0123abcd-gone", ".0123abcd-gone.old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text(name, encoding="utf-8")
    others = [".0123abcd-mine", ".old", ".0123abcd-gone.older", ".lock"]
    for name in others:
        (tmp_path / name).write_text("", encoding="utf-8")
    put_right(tmp_path, ("log.csv", "whole", "gone"))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["whole", "gone", *others])
    assert (tmp_path / "whole" / "a.txt").read_text(encoding="utf-8") == "whole"
    assert (tmp_path / "gone" / "a.txt").read_text(encoding="utf-8") == ".0123abcd-gone.old"


@pytest.mark.parametrize("problem", [ValueError, KeyboardInterrupt])
def test_a_failure_leaves_the_older_file(tmp_path: Path, problem: type[BaseException]) -> None:
    target = tmp_path / "result.txt"
    target.write_text("old", encoding="utf-8")
    with pytest.raises(problem), written_whole(target) as beside:
        beside.write_text("new", encoding="utf-8")
        raise problem
    assert target.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_full_disk_is_an_output_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="No space left on device"), written_whole(tmp_path / "a.txt") as beside:
        beside.write_text("half", encoding="utf-8")
        raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_said_alike_for_a_file_and_a_folder(tmp_path: Path) -> None:
    for write in (written_whole, folder_written_whole):
        with pytest.raises(OutputError) as refused, write(tmp_path / "a"):
            raise OSError(28, "No space left on device")
        assert str(refused.value) == (
            f"cannot write {tmp_path / 'a'}: No space left on device: choose another --out folder or free some space"
        )


def test_a_file_in_place_of_the_folder_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot write"), written_whole(tmp_path / "file" / "a.txt"):
        pass


def test_a_folder_appears_when_it_is_whole_and_replaces_the_older(tmp_path: Path) -> None:
    target = tmp_path / "new" / "folder"
    for content in ("old", "new"):
        with folder_written_whole(target) as beside:
            (beside / content).write_text(content, encoding="utf-8")
            assert not (target / content).exists()
        assert [path.name for path in target.iterdir()] == [content]
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize(
    ("problem", "seen"),
    [(ValueError(), ValueError), (KeyboardInterrupt(), KeyboardInterrupt), (OSError(28, "full"), OutputError)],
)
def test_a_failure_leaves_the_older_folder(tmp_path: Path, problem: BaseException, seen: type[BaseException]) -> None:
    target = tmp_path / "folder"
    target.mkdir()
    (target / "old").touch()
    with pytest.raises(seen), folder_written_whole(target) as beside:
        (beside / "new").touch()
        raise problem
    assert [path.name for path in target.iterdir()] == ["old"]
    assert list(tmp_path.iterdir()) == [target]


@pytest.fixture
def a_virus_scanner(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Holds what is to be renamed for as many attempts as it is told; nobody waits in between."""
    rename, left = os.replace, 0

    def holds(attempts: int) -> None:
        nonlocal left
        left = attempts

    def replace(source: Path, target: Path) -> None:
        nonlocal left
        if left:
            left -= 1
            raise PermissionError(13, "Permission denied")
        rename(source, target)

    monkeypatch.setattr(os, "replace", replace)
    monkeypatch.setattr("LVSegULib.atomic.time.sleep", lambda _: None)
    return holds


@pytest.mark.parametrize("write", [written_whole, folder_written_whole])
def test_what_a_virus_scanner_holds_for_a_moment_is_renamed_then(
    tmp_path: Path, a_virus_scanner: Callable[[int], None], write: Callable[[Path], AbstractContextManager[Path]]
) -> None:
    for _ in ("new", "replaced"):
        a_virus_scanner(2)
        with write(tmp_path / "a") as beside:
            beside.mkdir(exist_ok=True) if write is folder_written_whole else beside.touch()
        assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_what_is_held_for_long_is_an_error(tmp_path: Path, a_virus_scanner: Callable[[int], None]) -> None:
    a_virus_scanner(100)
    with pytest.raises(OutputError, match="Permission denied"), folder_written_whole(tmp_path / "a"):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", [".", "..", "here/.."])
def test_the_working_folder_may_be_replaced_and_stays_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    target = tmp_path / "folder"
    (target / "here").mkdir(parents=True)
    monkeypatch.chdir(target / "here" if path == ".." else target)
    identity = target.stat().st_ino
    for content in ("first", "second"):
        with folder_written_whole(Path(path)) as beside:
            (beside / content).touch()
        assert [entry.name for entry in target.iterdir()] == [content]
        (target / "here").mkdir()
        monkeypatch.chdir(target / "here" if path == ".." else target)
    assert path == ".." or target.stat().st_ino == identity
    assert list(tmp_path.iterdir()) == [target]


def test_a_failure_leaves_what_is_in_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "old").touch()
    monkeypatch.chdir(tmp_path / "folder")
    with pytest.raises(OutputError), folder_written_whole(Path()) as beside:
        (beside / "new").touch()
        raise OSError(28, "full")
    assert [entry.name for entry in Path.cwd().iterdir()] == ["old"]
    assert list(tmp_path.iterdir()) == [tmp_path / "folder"]


@pytest.mark.parametrize("path", [".", "folder"])
def test_a_file_is_not_written_where_a_folder_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OutputError, match="it is a folder: give the name of a file"), written_whole(Path(path)):
        pass
    with pytest.raises(OutputError, match="it is a folder"):
        refuse_folder(Path(path))
    refuse_folder(Path("new.json"))


def test_names_of_files_that_are_no_text_can_be_in_json(tmp_path: Path) -> None:
    name = os.fsdecode(b"M\xfcller") if os.name != "nt" else "M\udcfcller"
    write_json(tmp_path / "a.json", {"source": name, "Müller": 1})
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8")) == {"source": name, "Müller": 1}


def test_names_of_files_that_are_no_text_can_be_in_a_text(tmp_path: Path) -> None:
    write_text(tmp_path / "a.txt", "M\udcfcller")
    assert (tmp_path / "a.txt").read_bytes() == rb"M\udcfcller"


def test_a_text_has_the_same_bytes_on_every_system(tmp_path: Path) -> None:
    write_text(tmp_path / "new" / "a.txt", "Müller\nsecond\n")
    assert (tmp_path / "new" / "a.txt").read_bytes() == b"M\xc3\xbcller\nsecond\n"


def test_a_table_has_a_line_of_columns_and_one_for_each_row(tmp_path: Path) -> None:
    write_csv(
        tmp_path / "new" / "a.csv", ("name", "value"), iter([("Müller", 0.5), ('a "b", c', None), (True, "x\ny")])
    )
    expected = b'name,value\nM\xc3\xbcller,0.5\n"a ""b"", c",\nTrue,"x\ny"\n'
    assert (tmp_path / "new" / "a.csv").read_bytes() == expected
    write_csv(tmp_path / "none.csv", ("name", "value"), [])
    assert (tmp_path / "none.csv").read_bytes() == b"name,value\n"


def test_a_table_whose_rows_end_in_an_error_leaves_the_older_one(tmp_path: Path) -> None:
    def rows() -> Iterator[tuple[str]]:
        yield ("first",)
        raise ValueError("no second row")

    write_text(tmp_path / "a.csv", "old\n")
    with pytest.raises(ValueError, match="no second row"):
        write_csv(tmp_path / "a.csv", ("name",), rows())
    assert (tmp_path / "a.csv").read_text(encoding="utf-8") == "old\n"
    assert list(tmp_path.iterdir()) == [tmp_path / "a.csv"]


@pytest.mark.parametrize("write", [lambda path: write_text(path, "a"), lambda path: write_csv(path, ("a",), [])])
def test_texts_and_tables_are_not_written_where_a_folder_is(tmp_path: Path, write: Callable[[Path], None]) -> None:
    with pytest.raises(OutputError, match="it is a folder"):
        write(tmp_path)
