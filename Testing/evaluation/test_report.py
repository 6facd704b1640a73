"""The table for the terminal."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from LVSegULib.evaluation.cases import EvaluationCase
from LVSegULib.evaluation.evaluate import Evaluation, Failure, evaluate
from LVSegULib.evaluation.report import report_text
from LVSegULib.evaluation.to_json import evaluation_to_json


def the_line(text: str, beginning: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(beginning))


def test_the_figures_are_there(an_evaluation_of_two_patients: Evaluation) -> None:
    text = report_text(an_evaluation_of_two_patients)
    assert text.startswith("squares: 2 patients, 4 stacks")
    assert the_line(text, "Dice, pooled").split()[2] == "0.895"  # 1264 / 1412
    assert the_line(text, "Dice per slice ").split()[3] == "0.909"  # 10 / 11
    assert the_line(text, "Slices below 0.9 ").split()[3:5] == ["9.1", "%"]
    assert the_line(text, "Slices missed").split()[-1] == "1"
    assert "11 contours, 1 missing" in text
    assert the_line(text, "Good contours").split()[3] == "90.0"
    assert "0.000  b_ED, frame 0, slice 0 (base)" in text


def test_the_heading_says_whether_there_are_intervals(
    squares: Callable[..., np.ndarray], a_case_of: Callable[..., EvaluationCase]
) -> None:
    cases = [a_case_of(name, squares(9)) for name in "abcde"]
    few, enough = (
        report_text(evaluate("squares", some, lambda _case, cine: (cine.frames > 100).astype(np.uint8)))
        for some in (cases[:4], cases)
    )
    assert few.startswith("squares: 4 patients, 4 stacks; fewer than 5 patients: no intervals\n")
    assert enough.startswith("squares: 5 patients, 5 stacks; intervals are bootstrapped over patients\n")


def test_columns_line_up_and_fit_a_terminal(an_evaluation_of_two_patients: Evaluation) -> None:
    block = report_text(an_evaluation_of_two_patients).split("\n\n")[1].splitlines()
    edge = block[1].index("median") + len("median")
    assert the_line("\n".join(block), "Dice per patient")[:edge].endswith("0.881")
    assert max(map(len, block)) <= 100


def test_left_out_cases_are_named(an_evaluation_of_two_patients: Evaluation) -> None:
    failed = dataclasses.replace(an_evaluation_of_two_patients, failures=(Failure("c_ED", "is truncated"),))
    assert report_text(failed).endswith("c_ED was left out: is truncated")


def test_without_ed_and_es_a_line_says_that_there_is_no_lvef(
    an_evaluation_of_two_patients: Evaluation,
    squares: Callable[..., np.ndarray],
    a_case_of: Callable[..., EvaluationCase],
) -> None:
    cases = [a_case_of("a", squares(9)), a_case_of("b_ED", squares(7), "ED")]
    text = report_text(evaluate("squares", cases, lambda _case, cine: (cine.frames > 100).astype(np.uint8)))
    assert the_line(text, "No LVEF") == (
        "No LVEF: no patient has ED and ES: name the stacks NAME_ED and NAME_ES, or give cines"
    )
    assert "No LVEF" not in report_text(an_evaluation_of_two_patients)


def test_a_line_names_the_patients_whose_phases_cannot_be_paired(
    squares: Callable[..., np.ndarray], a_case_of: Callable[..., EvaluationCase]
) -> None:
    names = [f"{patient}_{phase}" for patient in "ab" for phase in ("ED", "ES")] + ["a_ED"]
    cases = [a_case_of(name, squares(9 if name.endswith("ED") else 7), name[-2:]) for name in names]
    evaluation = evaluate("squares", cases, lambda _case, cine: (cine.frames > 100).astype(np.uint8))
    text = report_text(evaluation)
    said = (
        "No LVEF of a: ED or ES is there several times, and it cannot be told which belong together: give each visit "
        "a name of its own, such as anna1_ED and anna2_ED"
    )
    assert the_line(text, "No LVEF") == said
    assert "Clinical, 1 patient with ED and ES" in text
    assert evaluation_to_json(evaluation)["labels"]["LV"]["unpaired_patients"] == ["a"]
    of_a = [case for case in cases if case.patient == "a"]
    alone = report_text(evaluate("squares", of_a, lambda _case, cine: (cine.frames > 100).astype(np.uint8)))
    assert [line for line in alone.splitlines() if line.startswith("No LVEF")] == [said]


def test_of_many_patients_that_cannot_be_paired_five_are_named(an_evaluation_of_two_patients: Evaluation) -> None:
    figures = dataclasses.replace(an_evaluation_of_two_patients.labels["LV"], unpaired=list("abcdefg"))
    text = report_text(dataclasses.replace(an_evaluation_of_two_patients, labels={"LV": figures}))
    assert the_line(text, "No LVEF").startswith("No LVEF of a, b, c, d, e and 2 more: ED or ES")


def test_one_patient_whose_ventricle_was_not_found_can_be_shown(
    squares: Callable[..., np.ndarray], a_case_of: Callable[..., EvaluationCase]
) -> None:
    cases = [a_case_of("a_ED", squares(9), "ED"), a_case_of("a_ES", squares(7), "ES")]
    text = report_text(evaluate("squares", cases, lambda _case, cine: np.zeros(cine.frames.shape, np.uint8)))
    assert text.startswith("squares: 1 patient, 2 stacks") and "nan" not in text
