"""What systems and commands leave in a folder does not count, and the order is the same on every system."""

from __future__ import annotations

from pathlib import Path, PureWindowsPath
from typing import cast

from LVSegULib.counted_files import counted_files, in_order


def test_the_files_that_nobody_put_there_do_not_count(tmp_path: Path) -> None:
    litter = (
        ".DS_Store",
        "images/._b.nii",
        "images/Thumbs.db",
        "desktop.ini",
        ".adding.lock",
        ".git/HEAD",
        ".Trash/a/b",
    )
    for name in ("images/b.nii", "a.json", *litter):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert counted_files(tmp_path) == [tmp_path / "a.json", tmp_path / "images" / "b.nii"]


def test_a_hidden_folder_of_which_the_files_are_asked_for_counts(tmp_path: Path) -> None:
    (tmp_path / ".data").mkdir()
    (tmp_path / ".data" / "a").touch()
    assert [file.name for file in counted_files(tmp_path / ".data")] == ["a"]


def test_capitals_come_first_and_folders_are_kept_together_on_windows_too() -> None:
    names = ["B", "a", "a/b", "a-c", "ä"]
    for kind in (Path, PureWindowsPath):
        files = [cast(Path, kind("data", name)) for name in reversed(names)]
        assert [file.as_posix() for file in in_order(cast(Path, kind("data")), files)] == [
            f"data/{name}" for name in names
        ]
