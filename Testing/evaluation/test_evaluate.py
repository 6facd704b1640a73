"""The loop over cases: order, failures, several labels, nothing to do."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from LVSegULib.cine import Cine
from LVSegULib.errors import Cancelled, EngineError, InputError
from LVSegULib.evaluation.cases import EvaluationCase, Reference
from LVSegULib.evaluation.evaluate import Evaluation, Failure, evaluate
from LVSegULib.labels import CAVITY, MYOCARDIUM

Squares = Callable[..., np.ndarray]
CaseOf = Callable[..., EvaluationCase]


def the_bright_pixels(_case: EvaluationCase, cine: Cine) -> np.ndarray:
    return (cine.frames > 100).astype(np.uint8)


def a_broken_read() -> Reference:
    raise InputError("b.nii.gz: is truncated: copy it again")


def test_patients_and_cases_are_listed(an_evaluation_of_two_patients: Evaluation) -> None:
    assert an_evaluation_of_two_patients.patients == ("a", "b")
    assert an_evaluation_of_two_patients.cases == ("a_ED", "a_ES", "b_ED", "b_ES")
    assert an_evaluation_of_two_patients.failures == ()


def test_a_perfect_prediction(squares: Squares, a_case_of: CaseOf) -> None:
    figures = evaluate("squares", [a_case_of("a_ED", squares(9, 7))], the_bright_pixels).labels["LV"]
    assert figures.pooled_dice.value == figures.slices["all"].dice.mean == figures.volumes["all"].dice.mean == 1
    assert figures.clinical is None


def test_patients_are_sorted_and_cases_stay_in_their_order(squares: Squares, a_case_of: CaseOf) -> None:
    names = [f"{patient}_ED" for patient in "ecadbf"]
    found = evaluate("squares", [a_case_of(name, squares(9)) for name in names], the_bright_pixels)
    assert (found.patients, found.cases) == (tuple("abcdef"), tuple(names))


def test_a_broken_case_is_listed_and_the_others_go_on(squares: Squares, a_case_of: CaseOf) -> None:
    cases = [EvaluationCase("b_ED", "b", a_broken_read), a_case_of("a_ED", squares(9))]
    evaluation = evaluate("squares", cases, the_bright_pixels)
    assert evaluation.cases == ("a_ED",) and evaluation.patients == ("a",)
    assert evaluation.failures == (Failure("b_ED", "b.nii.gz: is truncated: copy it again"),)


def test_a_case_in_which_nothing_is_drawn_is_listed_and_the_others_go_on(squares: Squares, a_case_of: CaseOf) -> None:
    cases = [a_case_of("a_ED", squares(9)), a_case_of("b_ED", squares(0))]
    evaluation = evaluate("squares", cases, the_bright_pixels)
    assert evaluation.cases == ("a_ED",)
    assert evaluation.failures == (Failure("b_ED", "nothing is drawn in its label map: draw it, or take it out"),)


def test_an_engine_that_fails_stops_everything(squares: Squares, a_case_of: CaseOf) -> None:
    def no_engine(_case: EvaluationCase, _cine: Cine) -> np.ndarray:
        raise EngineError("onnxruntime failed")

    with pytest.raises(EngineError):
        evaluate("squares", [a_case_of("a_ED", squares(9))], no_engine)


def test_nothing_to_evaluate_is_an_error() -> None:
    with pytest.raises(InputError, match="no case with a reference"):
        evaluate("squares", [], the_bright_pixels)
    with pytest.raises(InputError, match="no case could be evaluated; the first: b"):
        evaluate("squares", [EvaluationCase("b_ED", "b", a_broken_read)], the_bright_pixels)


def test_progress_is_told_and_can_stop_the_work(squares: Squares, a_case_of: CaseOf) -> None:
    told: list[float] = []

    def stop_at_the_second(share: float) -> None:
        told.append(share)
        if len(told) == 2:
            raise Cancelled("cancelled")

    cases = [a_case_of(f"{patient}_ED", squares(9)) for patient in "abc"]
    with pytest.raises(Cancelled):
        evaluate("squares", cases, the_bright_pixels, report=stop_at_the_second)
    assert told == [1 / 3, 2 / 3]


def test_each_label_has_figures_of_its_own(squares: Squares, a_case_of: CaseOf) -> None:
    labels = squares(6)
    labels[0, 0, 20:30, 20:30] = 2
    predicted = labels.copy()
    predicted[0, 0, 20:25, 20:30] = 0  # half of the myocardium
    found = evaluate(
        "squares", [a_case_of("a_ED", labels)], lambda _case, _cine: predicted, (CAVITY, MYOCARDIUM)
    ).labels
    assert found["LV"].pooled_dice.value == 1
    assert found["MYO"].pooled_dice.value == pytest.approx(2 * 50 / 150)
    assert found["MYO"].challenge is None and found["MYO"].clinical is None


def test_a_network_that_finds_nothing_still_gets_its_figures(squares: Squares, a_case_of: CaseOf) -> None:
    cases = [a_case_of("a_ED", squares(9, 7), "ED"), a_case_of("a_ES", squares(7, 5), "ES")]
    figures = evaluate("squares", cases, lambda _case, cine: np.zeros(cine.frames.shape, np.uint8)).labels["LV"]
    assert figures.pooled_dice.value == figures.slices["all"].dice.mean == 0
    assert figures.slices["all"].missed == 4
    assert figures.challenge is not None and figures.challenge.good_percent.mean == 0


def test_unnamed_phases_are_told_by_the_cavity_for_every_label(squares: Squares, a_case_of: CaseOf) -> None:
    """The cavity shrinks from 9 to 7 pixels, while the myocardium, which names nothing, grows."""
    cases = []
    for tag, (name, side, wall) in enumerate((("a_frame01", 9, 2), ("a_frame12", 7, 4))):
        labels = squares(side)
        labels[0, 0, 20 : 20 + wall, 20:30] = 2
        cases.append(a_case_of(name, labels, tag=tag))
    references = [case.read().labels for case in cases]
    evaluation = evaluate(
        "squares", cases, lambda _case, cine: references[int(cine.frames[0, 0, 0, 0])], (CAVITY, MYOCARDIUM)
    )
    for figures in evaluation.labels.values():
        assert [(one.case, one.phase) for one in figures.volume_records] == [("a_frame01", "ED"), ("a_frame12", "ES")]
        assert figures.volumes.keys() == {"all", "ED", "ES"}
        assert {"ED", "ES"} <= figures.slices.keys()
    assert evaluation.labels["LV"].clinical is not None
