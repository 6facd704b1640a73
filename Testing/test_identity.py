"""What tells files apart, also where the file system gives them no numbers."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from LVSegULib.cohort.listing_walk import walk
from LVSegULib.cohort.place import check_place
from LVSegULib.errors import UsageError
from LVSegULib.identity import identity_of, is_same


@pytest.fixture(params=["numbers", "no numbers"])
def a_drive(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose files have numbers, or as some network and virtual drives on Windows 0, all of them."""
    if request.param == "no numbers":
        monkeypatch.setattr(Path, "stat", without_numbers(Path.stat))
        monkeypatch.setattr(os, "stat", without_numbers(os.stat))  # of samefile
    return tmp_path


def without_numbers(stat: Any) -> Any:
    def without(*arguments: Any, **options: Any) -> os.stat_result:
        state = list(stat(*arguments, **options))
        state[1] = 0
        return os.stat_result(state)

    return without


def two_files(folder: Path) -> tuple[Path, Path]:
    for name in "ab":
        (folder / name).mkdir()
        (folder / name / "x.nii").write_text("x")
    return folder / "a/x.nii", folder / "b/x.nii"


def test_two_files_are_two_and_a_link_is_none(a_drive: Path) -> None:
    one, other = two_files(a_drive)
    (a_drive / "link").symlink_to(a_drive / "a", target_is_directory=True)
    assert not is_same(one, other)
    assert is_same(one, a_drive / "b/../a/x.nii")
    assert is_same(one, a_drive / "link/x.nii")
    assert len({identity_of(path) for path in (one, other, one.parent, other.parent, a_drive / "link")}) == 4


def test_what_is_not_there_is_the_same_as_nothing(a_drive: Path) -> None:
    missing = a_drive / "missing"
    assert not is_same(missing, missing)
    with pytest.raises(FileNotFoundError):
        identity_of(missing)


def test_every_folder_is_walked_through_once(a_drive: Path) -> None:
    root = a_drive / "root"
    root.mkdir()
    two_files(root)
    (root / "link").symlink_to(root / "a", target_is_directory=True)
    left_out: Counter[str] = Counter()
    assert [folder.relative for folder in walk(root, left_out)] == ["", "a", "b"]
    assert left_out == {"links to a folder that is looked at already": 1}


def test_a_table_overwrites_the_list_only_if_it_is_the_list(a_drive: Path) -> None:
    for name in ("cohort.csv", "list.csv"):
        (a_drive / name).write_text("path\nanna.nii.gz\n", encoding="utf-8")
    check_place(a_drive / "list.csv", a_drive)
    with pytest.raises(UsageError, match="the table would overwrite the list"):
        check_place(a_drive / "cohort.csv", a_drive)
