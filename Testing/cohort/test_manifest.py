"""The manifest knows what has to be done, whatever happened before."""

from __future__ import annotations

import dataclasses
import os
import sqlite3
from pathlib import Path

import pytest

from LVSegULib.cohort.case import Case
from LVSegULib.cohort.manifest import FAILED, MANIFEST, Ending, Manifest, open_manifest
from LVSegULib.errors import OutputError, UsageError
from Testing.cohort.small_cohort import ENDING, RECIPE, found_file, write_cohort
from Testing.conftest import LATIN_1, has_names_of_bytes


def listed(manifest: Manifest, folder: Path) -> tuple[Case, ...]:
    return manifest.list_cases([found_file(path) for path in sorted(folder.iterdir())])


def names_to_do(manifest: Manifest, cases: tuple[Case, ...], *, retry_failed: bool = False) -> list[str]:
    return [case.name for case in manifest.to_do(cases, RECIPE, retry_failed=retry_failed)]


def test_what_is_done_is_done_for_the_next_run_too(tmp_path: Path) -> None:
    folder = write_cohort(tmp_path / "in")
    with open_manifest(tmp_path) as manifest:
        cases = listed(manifest, folder)
        assert names_to_do(manifest, cases) == ["anna", "bert", "cleo"]
        manifest.note(cases[0], RECIPE, ENDING)
    with open_manifest(tmp_path) as manifest:
        assert names_to_do(manifest, listed(manifest, folder)) == ["bert", "cleo"]


def test_another_input_or_recipe_makes_a_case_new(tmp_path: Path) -> None:
    with open_manifest(tmp_path) as manifest:
        cases = listed(manifest, write_cohort(tmp_path / "in", ["anna"]))
        manifest.note(cases[0], RECIPE, ENDING)
        assert names_to_do(manifest, cases) == []
        changed = dataclasses.replace(cases[0].found, fingerprint="other")
        assert names_to_do(manifest, manifest.list_cases([changed])) == ["anna"]
        other = dataclasses.replace(RECIPE, model_sha256="1" * 64)
        assert manifest.to_do(cases, other, retry_failed=False) == cases


def test_what_failed_is_tried_again_only_if_asked(tmp_path: Path) -> None:
    with open_manifest(tmp_path) as manifest:
        cases = listed(manifest, write_cohort(tmp_path / "in", ["anna"]))
        manifest.note(cases[0], RECIPE, Ending(FAILED, "is cut short", "", "", None, {}))
        assert names_to_do(manifest, cases) == []
        assert names_to_do(manifest, cases, retry_failed=True) == ["anna"]


def test_a_case_that_is_gone_is_kept_but_not_told_of(tmp_path: Path) -> None:
    folder = write_cohort(tmp_path / "in")
    with open_manifest(tmp_path) as manifest:
        for case in listed(manifest, folder):
            manifest.note(case, RECIPE, ENDING)
        (folder / "bert.nii.gz").unlink()
        listed(manifest, folder)
        assert [row["name"] for row in manifest.rows()] == ["anna", "cleo"]
        assert manifest.gone() == 1


def test_a_row_holds_all_that_is_known(tmp_path: Path) -> None:
    with open_manifest(tmp_path) as manifest:
        (case,) = listed(manifest, write_cohort(tmp_path / "in", ["anna"]))
        manifest.hand_out([case])
        assert list(manifest.rows()) == []
        manifest.hand_out([case])
        manifest.note(case, RECIPE, ENDING)
        (row,) = manifest.rows()
    expected = {"name": "anna", "status": "done", "attempts": 2, "LVEF_percent": 64.0, "model": "bright"}
    assert expected.items() <= row.items()
    assert row["source"] == str(case.found.path)


def test_one_folder_holds_one_cohort_unless_its_inputs_have_moved(tmp_path: Path) -> None:
    first, second = write_cohort(tmp_path / "first"), write_cohort(tmp_path / "second")
    with open_manifest(tmp_path) as manifest:
        manifest.settle_root(first)
        manifest.settle_root(first)
        with pytest.raises(UsageError, match=r"holds the cohort of .*first: choose another --out"):
            manifest.settle_root(second)
        first.rename(tmp_path / "moved")
        manifest.settle_root(second)


@pytest.mark.skipif(os.name == "nt", reason="on Windows, links need the rights of an administrator")
def test_the_inputs_are_the_same_by_another_path(tmp_path: Path) -> None:
    folder, link = write_cohort(tmp_path / "in"), tmp_path / "link"
    link.symlink_to(folder)
    with open_manifest(tmp_path) as manifest:
        for path in (folder, link, folder):
            manifest.settle_root(path)


def test_a_name_that_was_longer_than_new_ones_are_stays(tmp_path: Path) -> None:
    folder = write_cohort(tmp_path / "in", ["anna"])
    with open_manifest(tmp_path) as manifest:
        listed(manifest, folder)
    _change(tmp_path, f"UPDATE cases SET name = '{'p' * 100}'")
    with open_manifest(tmp_path) as manifest:
        (case,) = listed(manifest, folder)
    assert case.name == "p" * 100


def test_folders_are_remembered_until_they_change(tmp_path: Path) -> None:
    with open_manifest(tmp_path) as manifest:
        manifest.remember("scans", "1", "what is in it")
        assert manifest.recall("scans", "1") == "what is in it"
        assert manifest.recall("scans", "2") is None
        assert manifest.recall("others", "1") is None


def test_a_newer_manifest_is_refused(tmp_path: Path) -> None:
    with open_manifest(tmp_path):
        pass
    connection = sqlite3.connect(tmp_path / MANIFEST)
    with connection:
        connection.execute("UPDATE cohort SET value = '99' WHERE name = 'format'")
    connection.close()
    with pytest.raises(UsageError, match="has format 99, this version reads up to 1"), open_manifest(tmp_path):
        pass


def test_a_damaged_manifest_is_said(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_bytes(b"no database at all" * 100)
    with pytest.raises(OutputError, match=r"is damaged .*found again by its receipts"), open_manifest(tmp_path):
        pass


def test_a_full_disk_is_said_and_loses_nothing(tmp_path: Path) -> None:
    with open_manifest(tmp_path) as manifest:
        cases = listed(manifest, write_cohort(tmp_path / "in"))
        manifest.note(cases[0], RECIPE, ENDING)
        manifest._connection.execute("PRAGMA max_page_count = 1")  # as far as it has grown
        large = dataclasses.replace(ENDING, result={"warnings": "x" * 10**6})
        with pytest.raises(OutputError, match=r"cannot write .*full.*: free some space"):
            manifest.note(cases[1], RECIPE, large)
    with open_manifest(tmp_path) as manifest:
        assert [row["name"] for row in manifest.rows()] == ["anna"]


@has_names_of_bytes
def test_names_that_are_no_utf8_are_kept_in_a_form_that_can_be_printed(tmp_path: Path) -> None:
    folder = write_cohort(tmp_path / LATIN_1, ["anna"])
    found = found_file((folder / "anna.nii.gz").rename(folder / f"{LATIN_1}.nii.gz"))
    with open_manifest(tmp_path) as manifest:
        manifest.settle_root(folder)
        (case,) = manifest.list_cases([dataclasses.replace(found, key="a", names=("a",))])
        manifest.note(case, RECIPE, Ending(FAILED, f"{case.found.path}: is cut short", "", "", None, {}))
        (row,) = manifest.rows()
    assert row["source"] == f"{tmp_path}/M\\xfcller/M\\xfcller.nii.gz"
    assert row["reason"] == f"{row['source']}: is cut short"
    with open_manifest(tmp_path) as manifest:
        manifest.settle_root(folder)
        with pytest.raises(UsageError, match="holds the cohort of"):
            manifest.settle_root(tmp_path / "other")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE cohort SET value = 'x' WHERE name = 'format'",
        "UPDATE cohort SET value = CAST(x'ff31' AS TEXT) WHERE name = 'format'",
        "DROP TABLE cohort; CREATE TABLE cohort (name TEXT PRIMARY KEY)",
        "DROP TABLE cohort; CREATE TABLE cohort (title TEXT PRIMARY KEY, value TEXT)",
    ],
)
def test_a_manifest_that_holds_something_else_is_damaged(tmp_path: Path, change: str) -> None:
    with open_manifest(tmp_path):
        pass
    _change(tmp_path, change)
    with pytest.raises(OutputError, match=r"is damaged \(.+\): delete it; what is done"), open_manifest(tmp_path):
        pass


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE cases SET result = '[]'",
        "UPDATE cases SET recipe = 'x'",
        "UPDATE cases SET name = CAST(x'ff31' AS TEXT)",
        "ALTER TABLE cases RENAME COLUMN is_listed TO is_liste",
    ],
)
def test_a_case_that_holds_something_else_is_damage(tmp_path: Path, change: str) -> None:
    with open_manifest(tmp_path) as manifest:
        (case,) = listed(manifest, write_cohort(tmp_path / "in", ["anna"]))
        manifest.note(case, RECIPE, ENDING)
    _change(tmp_path, change)
    said = r"is damaged \(.+\): delete it; what is done"
    with open_manifest(tmp_path) as manifest, pytest.raises(OutputError, match=said):
        list(manifest.rows())


@pytest.mark.parametrize("name", ["'../../victim'", "'/victim'", "'.'", "''", "x'41'"])
def test_a_name_that_leads_out_of_its_folder_is_damage(tmp_path: Path, name: str) -> None:
    folder = write_cohort(tmp_path / "in", ["anna"])
    with open_manifest(tmp_path) as manifest:
        listed(manifest, folder)
    _change(tmp_path, f"UPDATE cases SET name = {name}")
    said = r"is damaged \(.+\): delete it; what is done"
    with open_manifest(tmp_path) as manifest, pytest.raises(OutputError, match=said):
        listed(manifest, folder)


def _change(folder: Path, script: str) -> None:
    connection = sqlite3.connect(folder / MANIFEST)
    connection.executescript(script)
    connection.close()
