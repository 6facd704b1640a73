"""What a removal costs and what is left after it are what solving anew without the filter gives."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from LVSegULib.pruning.eliminate import Fit, eliminate

BLOCKS = torch.tensor([[0, 1], [2, 3], [4, 5], [6, 7]])


def a_problem(seed: int) -> tuple[Tensor, Tensor]:
    """Moments of 9 inputs (four filters of two rows each, and the bias) with themselves and with 3 outputs."""
    generator = torch.Generator().manual_seed(seed)
    rows = torch.randn(60, 9, generator=generator, dtype=torch.float64)
    rows[:, 2:4] += rows[:, 0:2]
    rows[:, -1] = 1.0
    wanted = rows @ torch.randn(9, 3, generator=generator, dtype=torch.float64)
    wanted += 0.1 * torch.randn(60, 3, generator=generator, dtype=torch.float64)
    return rows, wanted


def solved_without(rows: Tensor, wanted: Tensor, removed: list[int]) -> tuple[Tensor, float]:
    """The least-squares solution with some filters' rows left out, and its squared error."""
    kept = [i for i in range(9) if i not in BLOCKS[removed].flatten().tolist()]
    solution = torch.zeros(9, 3, dtype=torch.float64)
    solution[kept] = torch.linalg.lstsq(rows[:, kept], wanted).solution
    return solution, float((rows @ solution - wanted).square().sum())


def a_fit(rows: Tensor, wanted: Tensor, scale: float = 1.0) -> Fit:
    inverse = torch.linalg.inv(rows.T @ rows)
    return Fit(inverse, inverse @ rows.T @ wanted, BLOCKS, scale)


def test_the_cost_of_a_filter_is_the_error_that_solving_without_it_adds() -> None:
    rows, wanted = a_problem(1)
    _, before = solved_without(rows, wanted, [])
    expected = [solved_without(rows, wanted, [one])[1] - before for one in range(4)]
    assert a_fit(rows, wanted, scale=2.0).costs().tolist() == pytest.approx([2 * cost for cost in expected], rel=1e-6)


def test_after_removals_the_solution_is_that_without_the_filters() -> None:
    rows, wanted = a_problem(2)
    fit = a_fit(rows, wanted)
    fit.remove(2)
    fit.remove(0)
    torch.testing.assert_close(fit.matrix, solved_without(rows, wanted, [2, 0])[0], rtol=1e-7, atol=1e-9)


def test_the_inverse_after_removals_is_that_of_the_moments_that_are_left() -> None:
    """Of what was removed 1 is left on the diagonal."""
    rows, wanted = a_problem(2)
    fit = a_fit(rows, wanted)
    fit.remove(2)
    fit.remove(0)
    left = rows.T @ rows
    removed = BLOCKS[[2, 0]].flatten()
    left[removed], left[:, removed] = 0, 0
    left[removed, removed] = 1
    torch.testing.assert_close(fit.inverse, torch.linalg.inv(left), rtol=1e-7, atol=1e-9)


def test_the_cost_after_a_removal_is_that_of_the_smaller_problem() -> None:
    rows, wanted = a_problem(3)
    fit = a_fit(rows, wanted)
    fit.remove(1)
    expected = solved_without(rows, wanted, [1, 3])[1] - solved_without(rows, wanted, [1])[1]
    assert float(fit.costs()[3]) == pytest.approx(expected, rel=1e-6)


def test_the_least_missed_over_all_readers_goes_first() -> None:
    (rows, wanted), (other_rows, other_wanted) = a_problem(4), a_problem(5)

    def added(removed: list[int]) -> float:
        return solved_without(rows, wanted, removed)[1] + 3 * solved_without(other_rows, other_wanted, removed)[1]

    first = min(range(4), key=lambda one: added([one]))
    second = min((one for one in range(4) if one != first), key=lambda one: added([first, one]))
    assert eliminate([a_fit(rows, wanted), a_fit(other_rows, other_wanted, 3.0)], 2) == [first, second]
