"""Stacks of squares with a reference, and the evaluation of a predictor whose mistakes are known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from LVSegULib.cine import Cine
from LVSegULib.evaluation.cases import EvaluationCase, Reference
from LVSegULib.evaluation.evaluate import Evaluation, evaluate

SPACING_MM = (10.0, 2.0, 2.0)  # a voxel of 40 mm^3
SIZE = 32

Squares = Callable[..., np.ndarray]
CaseOf = Callable[..., EvaluationCase]


def _squares(*sides: int, shift: int = 0) -> np.ndarray:
    labels = np.zeros((1, len(sides), SIZE, SIZE), np.uint8)
    for k, side in enumerate(sides):
        labels[0, k, 8 : 8 + side, 8 + shift : 8 + shift + side] = 1
    return labels


def _case(name: str, labels: np.ndarray, phase: str | None = None, tag: float = 0.0) -> EvaluationCase:
    frames = (20 + 180.0 * (labels > 0)).astype(np.float32)
    frames[:, :, 0, 0] = tag
    cine = Cine(frames, np.diag([*SPACING_MM[::-1], 1.0]))
    reference = Reference(cine, labels, tuple(range(len(labels))), {0: phase} if phase else {})
    return EvaluationCase(name, name.split("_")[0], lambda: reference)


@pytest.fixture
def squares() -> Squares:
    """Labels (1, K, J, I): a square of each of these sides, its corner at row 8 and column 8 + shift."""
    return _squares


@pytest.fixture
def a_case_of() -> CaseOf:
    """A case with these labels; its patient stands before the underscore, and pixel (0, 0) holds `tag`."""
    return _case


@pytest.fixture
def an_evaluation_of_two_patients() -> Evaluation:
    """Patient a is found without a mistake; in patient b the base is missed at ED, and one slice is too many at ES."""
    references = {
        "a_ED": _squares(12, 10, 6),  # 144 + 100 + 36 = 280 voxels, 11.2 mL
        "a_ES": _squares(8, 6, 4),  # 64 + 36 + 16 = 116 voxels, 4.64 mL
        "b_ED": _squares(12, 10, 6),
        "b_ES": _squares(8, 6, 0),  # 100 voxels, 4 mL
    }
    predictions = references | {"b_ED": _squares(0, 10, 6), "b_ES": _squares(8, 6, 2)}  # 136 and 104 voxels
    names = list(references)
    cases = [_case(name, references[name], name[-2:], tag) for tag, name in enumerate(names)]
    return evaluate("squares", cases, lambda _case, cine: predictions[names[int(cine.frames[0, 0, 0, 0])]])
