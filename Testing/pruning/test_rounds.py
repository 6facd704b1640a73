"""Rounds that exceed the tolerance, and the chosen one, are refitted once more, if that is any better."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from LVSegULib.modelfolder.folder import ModelFolder
from LVSegULib.network.by_layer import Layer
from LVSegULib.network.config import UNetConfig, count_multiply_adds, count_parameters
from LVSegULib.pruning import rounds
from LVSegULib.pruning.checkpoint import CHECKPOINT, Checkpoint
from LVSegULib.pruning.config import PruningConfig
from LVSegULib.pruning.log import Row
from LVSegULib.pruning.prepare import Prepared, prepare
from LVSegULib.pruning.rounds import Search
from LVSegULib.pruning.search import Round
from LVSegULib.pruning.state import State
from LVSegULib.pruning.watch import Watch
from Testing.pruning.networks import UNEVEN, uneven_layers


@pytest.fixture(scope="module")
def a_config(a_data_set_of_phantom_hearts: Path) -> PruningConfig:
    data = (str(a_data_set_of_phantom_hearts),)
    return PruningConfig(data=data, tolerance=0.0005, slices=20, refit_slices=100, step=0.1, threads=1)


@pytest.fixture(scope="module")
def prepared(a_trained_model: ModelFolder, a_config: PruningConfig) -> Prepared:
    return prepare(a_trained_model, a_config, Watch())


def searched(prepared: Prepared, config: PruningConfig, folder: Path) -> Search:
    search = Search(prepared, config, folder / CHECKPOINT, Watch())
    search.run(resume=False)
    return search


@pytest.fixture(scope="module")
def with_refit(prepared: Prepared, a_config: PruningConfig, tmp_path_factory: pytest.TempPathFactory) -> Search:
    return searched(prepared, a_config, tmp_path_factory.mktemp("with"))


@pytest.fixture(scope="module")
def without_refit(prepared: Prepared, a_config: PruningConfig, tmp_path_factory: pytest.TempPathFactory) -> Search:
    return searched(prepared, dataclasses.replace(a_config, refit_slices=0), tmp_path_factory.mktemp("without"))


def passes(row: Row, search: Search, config: PruningConfig) -> bool:
    return row.dice >= search.rows[0].dice - config.tolerance


def test_only_rounds_that_exceed_the_tolerance_and_the_chosen_one_are_refitted(
    with_refit: Search, without_refit: Search, a_config: PruningConfig
) -> None:
    refitted = [row for row in with_refit.rows if row.is_refitted]
    assert len(refitted) > 2
    assert not any(row.is_refitted for row in without_refit.rows)
    for row in refitted:
        if row.round != with_refit.chosen.round and row.round < len(without_refit.rows):
            assert not passes(without_refit.rows[row.round], without_refit, a_config)


def test_the_search_goes_the_same_way_and_ends_at_least_as_far(with_refit: Search, without_refit: Search) -> None:
    assert with_refit.chosen.parameters <= without_refit.chosen.parameters
    for row, plain in zip(with_refit.rows, without_refit.rows, strict=False):
        assert (row.parameters, row.multiply_adds) == (plain.parameters, plain.multiply_adds)
        if not row.is_refitted:
            assert (row.dice, row.divergence) == (plain.dice, plain.divergence)


def test_the_best_network_is_that_of_the_chosen_row(with_refit: Search, prepared: Prepared) -> None:
    assert rounds.divergence_of(with_refit.best, prepared.calibration) == pytest.approx(with_refit.chosen.divergence)


def test_a_refit_that_makes_it_too_bad_is_not_taken(
    prepared: Prepared, a_config: PruningConfig, without_refit: Search, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(state: State, *_: object) -> State:
        head = Layer(0 * state.layers["head"].kernels, state.layers["head"].bias)
        return dataclasses.replace(state, layers=state.layers | {"head": head})

    monkeypatch.setattr(rounds, "refit_at_last", broken)
    search = searched(prepared, a_config, tmp_path)
    assert search.chosen == dataclasses.replace(without_refit.chosen, seconds=search.chosen.seconds)
    assert search.best.config == without_refit.best.config
    assert rounds.divergence_of(search.best, prepared.calibration) == pytest.approx(search.chosen.divergence)


WHOLE = State.whole(UNEVEN, uneven_layers())
SMALLER = [WHOLE.without({"encoder.2.1": range(count)}) for count in range(1, 9)]
"""One filter less from one to the next."""


def a_search_of_made_up_rounds(
    monkeypatch: pytest.MonkeyPatch, states: Sequence[State], dice: Sequence[float], config: PruningConfig
) -> Search:
    """The rounds are `states`, and every network that is judged has the next one of `dice`, the whole one first."""
    judged = iter(dice)
    monkeypatch.setattr(rounds, "shrink", lambda *_: (Round(state, state, 0.5) for state in states))
    monkeypatch.setattr(rounds, "save_checkpoint", lambda *_: None)
    monkeypatch.setattr(Search, "_dice", lambda *_: next(judged))
    calibration = SimpleNamespace(images=torch.zeros(9, 1, 8, 8))
    given = SimpleNamespace(
        whole=WHOLE, calibration=calibration, model=SimpleNamespace(spec=SimpleNamespace(sha256={})), superfluous={}
    )
    return Search(cast(Prepared, given), config, Path(CHECKPOINT), Watch())


@pytest.mark.parametrize(
    ("targets", "reason"),
    [({}, "a smaller one exceeds the tolerance"), ({"target_parameters": 1}, "the target cannot be met")],
)
def test_five_rounds_that_fail_one_after_another_are_forgiven_and_six_are_not(
    monkeypatch: pytest.MonkeyPatch, targets: dict[str, Any], reason: str
) -> None:
    dice = [0.9, 0.9, *[0.5] * 5, 0.9, *[0.5] * 6, 0.9]
    states = [dataclasses.replace(WHOLE) for _ in dice[1:]]
    search = a_search_of_made_up_rounds(monkeypatch, states, dice, PruningConfig(refit_slices=0, **targets))
    search.run(resume=False)
    assert [row.dice for row in search.rows] == dice[:-1]
    assert search.chosen.round == 7 and search.best is states[6]
    assert search.reason.startswith(reason)


def test_rounds_that_all_pass_end_with_the_smallest_network(monkeypatch: pytest.MonkeyPatch) -> None:
    for targets, reason in (({}, "every layer is down to one filter"), ({"target_parameters": 1}, "the target cannot")):
        config = PruningConfig(refit_slices=0, **cast(dict[str, Any], targets))
        search = a_search_of_made_up_rounds(monkeypatch, SMALLER, [0.9] * 9, config)
        search.run(resume=False)
        assert search.best is SMALLER[-1]
        assert {row.speed for row in search.rows} == {0}  # not measured without a target of speed
        assert search.reason.startswith(reason)


@pytest.mark.parametrize(("dice", "passes"), [(0.625, True), (0.62, False)])
def test_dice_may_fall_by_the_tolerance_and_no_further(
    monkeypatch: pytest.MonkeyPatch, dice: float, passes: bool
) -> None:
    config = PruningConfig(tolerance=0.125, refit_slices=0)
    search = a_search_of_made_up_rounds(monkeypatch, SMALLER[:1], [0.75, dice], config)
    search.run(resume=False)
    assert search.chosen.round == passes
    assert search.best is (SMALLER[0] if passes else WHOLE)


@pytest.mark.parametrize(
    "targets",
    [
        {"target_parameters": count_parameters(SMALLER[2].config)},
        {"target_multiply_adds": count_multiply_adds(SMALLER[2].config)},
        {
            "target_parameters": count_parameters(SMALLER[2].config),
            "target_multiply_adds": count_multiply_adds(SMALLER[1].config),
        },
    ],
)
@pytest.mark.parametrize(("last", "chosen", "reason"), [(0.9, 3, "is reached"), (0.5, 2, "cannot be met within the")])
def test_a_target_is_reached_by_a_network_of_just_its_size(
    monkeypatch: pytest.MonkeyPatch, targets: dict[str, Any], last: float, chosen: int, reason: str
) -> None:
    config = PruningConfig(refit_slices=0, **targets)
    search = a_search_of_made_up_rounds(monkeypatch, SMALLER, [0.9, 0.9, 0.9, last], config)
    search.run(resume=False)
    assert (len(search.rows), search.chosen.round) == (4, chosen)
    assert reason in search.reason


@pytest.mark.parametrize(("multiply_adds", "speed"), [(101, 0.0), (100, 1.7)])
def test_speed_is_measured_from_seven_tenths_of_the_target(
    monkeypatch: pytest.MonkeyPatch, multiply_adds: int, speed: float
) -> None:
    """Of a target of 2 that is 1.4: 140 multiply-adds by 100. Four slices are timed."""

    def measured(_: object, __: object, images: NDArray[np.float32]) -> float:
        assert len(images) == 4
        return 1.7

    def count(config: UNetConfig) -> int:
        return 140 if config == WHOLE.config else multiply_adds

    monkeypatch.setattr(rounds, "times_faster", measured)
    monkeypatch.setattr(rounds, "count_multiply_adds", count)
    search = a_search_of_made_up_rounds(monkeypatch, SMALLER[:1], [0.9] * 2, PruningConfig(target_speed=2.0))
    search._start()
    assert [row.speed for row in search.rows] == [0, speed]


def test_a_search_that_goes_on_repeats_the_last_round_and_adds_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = tuple(Row(number, 1000, 100.0, 0.0, 0.9, 50.0 * number) for number in range(3))
    monkeypatch.setattr(rounds, "load_checkpoint", lambda *_: Checkpoint(SMALLER[1], SMALLER[0], rows))
    search = a_search_of_made_up_rounds(monkeypatch, SMALLER[1:3], [0.5, 0.5], PruningConfig(refit_slices=0))
    search.run(resume=True)
    assert search.rows[:2] == list(rows[:2])
    assert [row.round for row in search.rows] == [0, 1, 2, 3]
    assert all(100 <= row.seconds < 200 for row in search.rows[2:])  # and not as many as since the computer started
    assert search.best is SMALLER[0]
