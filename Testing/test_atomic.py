"""A file or a folder is there whole or not at all."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from LVSegULib.atomic import folder_written_whole, refuse_folder, write_json, written_whole
from LVSegULib.errors import OutputError


def test_a_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "new" / "result.txt"
    with written_whole(target) as beside:
        beside.write_text("half", encoding="utf-8")
        assert not target.exists()
        assert beside.suffix == ".txt"
    assert target.read_text(encoding="utf-8") == "half"
    assert list(target.parent.iterdir()) == [target]


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
