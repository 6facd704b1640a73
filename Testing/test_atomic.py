"""A file or a folder is there whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from LVSegULib.atomic import folder_written_whole, written_whole
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
