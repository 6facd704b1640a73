"""A cohort is not put where it would write over its inputs, or over what is not its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from LVSegULib.cohort.place import check_place, refuse_inputs_inside
from LVSegULib.errors import OutputError, UsageError
from Testing.cohort.small_cohort import found_file, write_cohort
from Testing.conftest import LATIN_1, has_names_of_bytes


def test_a_new_folder_an_empty_one_and_that_of_the_inputs_will_do(tmp_path: Path) -> None:
    folder = write_cohort(tmp_path / "in", ["anna"])
    (tmp_path / "empty").mkdir()
    (tmp_path / "begun/cases").mkdir(parents=True)
    for out in (tmp_path / "new", tmp_path / "empty", tmp_path / "begun", folder):
        check_place(folder, out)


def test_inputs_among_the_results_are_refused(tmp_path: Path) -> None:
    inside = write_cohort(tmp_path / "out/cases/anna", ["anna"]) / "anna.nii.gz"
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "elsewhere/anna.nii.gz"
    link.symlink_to(inside)
    for path in (inside, link):
        with pytest.raises(UsageError, match="where the results go: choose another --out folder"):
            refuse_inputs_inside(tmp_path / "out/cases", [found_file(path)])
    refuse_inputs_inside(tmp_path / "other/cases", [found_file(inside)])


def test_a_folder_of_cases_that_no_cohort_wrote_is_refused(tmp_path: Path) -> None:
    write_cohort(tmp_path / "study/cases/anna", ["anna"])
    with pytest.raises(OutputError, match="is there already and is not of a cohort"):
        check_place(tmp_path / "study", tmp_path / "study")


@pytest.mark.parametrize("witness", ["manifest.sqlite", "cases/anna/receipt.json"])
def test_a_cohorts_own_folder_of_cases_will_do(tmp_path: Path, witness: str) -> None:
    write_cohort(tmp_path / "out/cases/anna", ["anna"])
    (tmp_path / "out" / witness).touch()
    check_place(tmp_path / "in", tmp_path / "out")


def test_a_list_that_the_table_would_overwrite_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cohort.csv").write_text("path\nanna.nii.gz\n", encoding="utf-8")
    with pytest.raises(UsageError, match="the table would overwrite the list"):
        check_place(tmp_path / "cohort.csv", tmp_path)


@has_names_of_bytes
def test_a_folder_whose_name_is_no_utf8_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / LATIN_1).mkdir()
    monkeypatch.chdir(tmp_path / LATIN_1)
    with pytest.raises(UsageError, match="its name is not UTF-8"):
        check_place(tmp_path, Path("out"))
