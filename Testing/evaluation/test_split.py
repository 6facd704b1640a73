"""Who is evaluated: split files of both kinds, and wrong ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from LVSegULib.errors import UsageError
from LVSegULib.evaluation.cases import EvaluationCase, Reference
from LVSegULib.evaluation.split import validation_cases


def not_read() -> Reference:
    raise AssertionError("choosing cases reads no image")


CASES = [EvaluationCase(f"{patient}_{phase}", patient, not_read) for patient in "abc" for phase in ("ED", "ES")]


def a_file_of(tmp_path: Path, split: Any) -> Path:
    path = tmp_path / "split.json"
    path.write_text(json.dumps(split), encoding="utf-8")
    return path


def test_the_validation_patients_are_chosen_and_strangers_passed_over(tmp_path: Path) -> None:
    path = a_file_of(tmp_path, {"train": ["a", "z"], "validation": ["c", "y"]})
    assert [case.name for case in validation_cases(CASES, path)] == ["c_ED", "c_ES"]


def test_a_fold_of_nnu_nets_splits_names_cases(tmp_path: Path) -> None:
    folds = [
        {"train": ["a_ED", "a_ES", "b_ED", "b_ES"], "val": ["c_ED", "c_ES"]},
        {"train": ["b_ED", "c_ED"], "val": ["a_ED"]},
    ]
    path = a_file_of(tmp_path, folds)
    assert [case.name for case in validation_cases(CASES, path, fold=1)] == ["a_ED", "a_ES"]
    with pytest.raises(UsageError, match="2 folds: pass --fold 0 to 1, none was given"):
        validation_cases(CASES, path)
    with pytest.raises(UsageError, match="got 2"):
        validation_cases(CASES, path, fold=2)


def test_a_list_of_one_fold_or_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds 1 fold: pass --fold 0, none was given"):
        validation_cases(CASES, a_file_of(tmp_path, [{"train": ["a_ED"], "val": ["b_ED"]}]))
    with pytest.raises(UsageError, match="holds no fold"):
        validation_cases(CASES, a_file_of(tmp_path, []), fold=0)


def test_a_patient_on_both_sides_is_refused(tmp_path: Path) -> None:
    path = a_file_of(tmp_path, [{"train": ["a_ED"], "val": ["a_ES"]}])
    with pytest.raises(UsageError, match="a on both sides"):
        validation_cases(CASES, path, fold=0)


def test_a_split_of_another_data_set_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="none of this data set's 3 patients"):
        validation_cases(CASES, a_file_of(tmp_path, {"train": [], "validation": ["z"]}))


def test_a_fold_of_a_single_split_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="leave out --fold"):
        validation_cases(CASES, a_file_of(tmp_path, {"train": [], "validation": ["a"]}), fold=0)


@pytest.mark.parametrize(
    ("split", "what"),
    [
        ({}, "it has no train"),
        ({"train": []}, "it has no validation"),
        (5, "it is laid out differently"),
        ("ab", "it is laid out differently"),
        (None, "it is laid out differently"),
        ([7], "it is laid out differently"),
        ({"train": None, "validation": 3}, "it is laid out differently"),
    ],
)
def test_something_else_is_refused(tmp_path: Path, split: Any, what: str) -> None:
    with pytest.raises(UsageError, match=f"split.*: {what}$"):
        validation_cases(CASES, a_file_of(tmp_path, split), fold=0 if isinstance(split, list) else None)


def test_a_missing_or_broken_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        validation_cases(CASES, tmp_path / "none.json")
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be read"):
        validation_cases(CASES, tmp_path / "broken.json")


@pytest.mark.parametrize(("text", "said"), [("[" * 100_000, "it has lists inside of lists"), ("{", "it is no JSON in")])
def test_what_is_no_json_is_told_in_plain_words(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "split.json").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=rf"split\.json: cannot be read as a split: {said}"):
        validation_cases(CASES, tmp_path / "split.json")
