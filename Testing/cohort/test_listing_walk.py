from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from LVSegULib.cohort.left_out import LeftOut
from LVSegULib.cohort.listing_walk import walk
from Testing.cohort.mixed_tree import a_file


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "root"


def files_below(root: Path, left_out: LeftOut | None = None) -> list[str]:
    folders = walk(root, LeftOut() if left_out is None else left_out)
    return sorted(f"{folder.relative}/{name}" for folder in folders for name in folder.files)


def test_every_folder_is_seen_and_nothing_that_is_hidden(root: Path) -> None:
    for name in ("a.nii", "b/c/d.nii", ".hidden.nii", ".cache/e.nii"):
        a_file(root / name)
    assert files_below(root) == ["/a.nii", "b/c/d.nii"]


def test_files_come_by_name_with_their_size(root: Path) -> None:
    for name in ("b", "a", "c"):
        a_file(root / name, name.encode() * 3)
    (folder,) = walk(root, LeftOut())
    assert list(folder.files) == ["a", "b", "c"]
    assert {state.st_size for state in folder.files.values()} == {3}


def test_a_link_is_followed_once_and_never_in_a_loop(root: Path, tmp_path: Path) -> None:
    a_file(root / "real" / "a.nii")
    a_file(tmp_path / "elsewhere" / "b.nii")
    (root / "real" / "up").symlink_to(root, target_is_directory=True)
    (root / "again").symlink_to(root / "real", target_is_directory=True)
    (root / "one").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (root / "two").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    left_out = LeftOut()
    assert files_below(root, left_out) == ["one/b.nii", "real/a.nii"]
    assert left_out == {"links to a folder that is looked at already": 3}


def test_what_is_no_file_is_counted(root: Path) -> None:
    a_file(root / "a.nii")
    (root / "nowhere").symlink_to(root / "missing")
    (root / "itself").symlink_to(root / "itself")
    os.mkfifo(root / "pipe")
    left_out = LeftOut()
    assert files_below(root, left_out) == ["/a.nii"]
    assert left_out.total() == 3
    assert left_out["links that lead nowhere"] == 2
    assert left_out.closed == []  # a link to itself hides no case
    assert left_out["neither files nor folders"] == 1


def test_a_folder_that_cannot_be_listed_does_not_stop_the_search(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a/1.nii", "b/2.nii", "c/3.nii"):
        a_file(root / name)
    really = os.scandir

    def scandir(path: Path) -> Iterator[Any]:
        if path.name == "b":
            raise PermissionError(13, "Permission denied")
        return really(path)

    monkeypatch.setattr(os, "scandir", scandir)
    left_out = LeftOut()
    assert files_below(root, left_out) == ["a/1.nii", "c/3.nii"]
    assert left_out == {"folders that cannot be listed (Permission denied)": 1}
    assert left_out.closed == [str(root / "b")]


def test_the_results_of_a_cohort_are_passed_over(root: Path) -> None:
    for name in ("a.nii", "out/manifest.sqlite", "out/cases/a/a.nii.gz", "cases/b.nii"):
        a_file(root / name)
    assert files_below(root) == ["/a.nii", "cases/b.nii", "out/manifest.sqlite"]


def test_which_folders_hold_more_than_is_seen(root: Path) -> None:
    for name in (
        "plain/a",
        "macos/.DS_Store",
        "macos/._a",
        "kde/.directory",
        "partly/.a.Xy12",
        "hidden/.b/c",
        "out/manifest.sqlite",
    ):
        a_file(root / name)
    a_file(root / "out" / "cases" / "d")
    (root / "linked").mkdir()
    (root / "linked" / "plain").symlink_to(root / "plain", target_is_directory=True)
    plain = {folder.relative for folder in walk(root, LeftOut()) if folder.is_plain}
    assert plain == {"", "plain", "macos", "kde"}
