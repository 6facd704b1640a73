"""The worst slices come with their own images, worst first."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from LVSegULib.cine import Cine
from LVSegULib.evaluation.cases import EvaluationCase
from LVSegULib.evaluation.evaluate import evaluate
from LVSegULib.evaluation.worst import worst_slices


def test_the_worst_slices_of_two_cases(
    squares: Callable[..., np.ndarray], a_case_of: Callable[..., EvaluationCase]
) -> None:
    cases = [a_case_of("a_ED", squares(10, 8), tag=1), a_case_of("b_ED", squares(10, 9), tag=2)]
    asked: list[float] = []

    def predict(_case: EvaluationCase, cine: Cine) -> np.ndarray:
        asked.append(float(cine.frames[0, 0, 0, 0]))
        return squares(10, 4) if asked[-1] == 1 else squares(6, 9)

    # Dice: a 1 and 2 * 16 / 80 = 0.4; b 2 * 36 / 136 = 0.53 and 1
    figures = evaluate("squares", cases, predict).labels["LV"]
    asked.clear()
    worst = worst_slices(figures, cases, predict, 2)
    assert [(one.record.case, one.record.slice) for one in worst] == [("a_ED", 1), ("b_ED", 0)]
    assert [one.image[0, 0] for one in worst] == [1, 2]
    assert [(int(one.expert.sum()), int(one.machine.sum())) for one in worst] == [(64, 16), (100, 36)]
    assert worst[0].spacing_mm == (2.0, 2.0)
    assert [one.record.case for one in worst_slices(figures, cases, predict, 1)] == ["a_ED"]
    assert sorted(asked) == [1, 1, 2]  # only the cases that are shown are segmented again
