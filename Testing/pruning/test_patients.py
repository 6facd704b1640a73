"""Patients are dealt out whole, and nobody is calibrated and judged on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from LVSegULib.errors import InputError, UsageError
from LVSegULib.pruning.patients import deal, remark_on_kept
from LVSegULib.training.split import Split

NAMES = ["f", "b", "a", "d", "c", "e", "a"]


def test_whom_training_kept_back_is_judged_on() -> None:
    split = deal(NAMES, "", {"train": ["a", "b", "x"], "validation": ["c", "e", "y"]})
    assert split.validation == ("c", "e")
    assert split.train == ("a", "b", "d", "f")


@pytest.mark.parametrize("trained", [{}, {"train": NAMES, "validation": []}, {"train": [], "validation": NAMES}])
def test_otherwise_every_third_patient_is_judged_on(trained: dict[str, list[str]]) -> None:
    split = deal(NAMES, "", trained)
    assert split.validation == ("c", "f")
    assert split.train == ("a", "b", "d", "e")


def test_whom_its_start_or_a_teacher_learnt_from_does_not_count_as_kept_back() -> None:
    trained = {"train": ["a", "b", "d", "f"], "validation": ["c", "e"]}
    assert deal(NAMES, "", trained, {"a", "b", "d", "f"}).validation == ("c", "e")
    assert deal(NAMES, "", trained, {"a", "b", "c", "d", "f"}).validation == ("e",)
    assert deal(NAMES, "", trained, set(NAMES)).validation == ("c", "f")  # every third, as if nobody was kept back


def test_who_does_not_count_as_kept_back_is_said_in_a_line() -> None:
    trained = {"train": ["a", "b", "d", "f"], "validation": ["c", "e", "elsewhere"]}
    assert remark_on_kept(NAMES, trained, {"a", "b", "d", "f", "elsewhere"}) == ""
    why = "do not count: the model that it was started from, or one that drew its labels, learnt from them"
    assert remark_on_kept(NAMES, trained, {"c"}) == f"of 2 patients kept back in training 1 {why}"
    every = f"of 2 patients kept back in training 2 {why}; others are judged on instead"
    assert remark_on_kept(NAMES, trained, set(NAMES)) == every


def test_two_patients_are_one_for_each() -> None:
    assert deal(["b", "a"], "", {}).validation == ("b",)
    with pytest.raises(InputError, match="one patient to calibrate on and another to judge on"):
        deal(["a", "a"], "", {})


def test_a_file_may_say_it_and_leave_patients_out(tmp_path: Path) -> None:
    path = tmp_path / "split.json"
    path.write_text(json.dumps({"train": ["a"], "validation": ["f"]}))
    assert deal(NAMES, str(path), {"validation": ["c"]}).train == ("a",)
    assert deal(NAMES, str(path), {"validation": ["f"]}, {"a", "f"}) == Split(("a",), ("f",))  # as it says
    path.write_text(json.dumps({"train": ["a"], "validation": []}))
    with pytest.raises(UsageError, match="patients on both sides"):
        deal(NAMES, str(path), {})


def test_a_file_may_name_cases_which_stand_for_their_patients(tmp_path: Path) -> None:
    path = tmp_path / "split.json"
    patient_of = {f"{name}_{phase}": name for name in NAMES for phase in ("ED", "ES")}
    path.write_text(json.dumps({"train": ["a_ED", "a_ES", "b"], "validation": ["f_ED"]}))
    assert deal(NAMES, str(path), {}, patient_of=patient_of) == Split(("a", "b"), ("f",))
    path.write_text(json.dumps({"train": ["a_ED"], "val": ["a_ES"]}))
    with pytest.raises(UsageError, match="has a on both sides"):
        deal(NAMES, str(path), {}, patient_of=patient_of)


def test_a_list_of_folds_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "splits_final.json"
    path.write_text(json.dumps([{"train": ["a"], "val": ["f"]}]))
    with pytest.raises(UsageError, match="holds a list of folds: give a file of one split"):
        deal(NAMES, str(path), {})
