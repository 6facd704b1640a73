"""Rounds that exceed the tolerance, and the chosen one, are refitted once more, if that is any better."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from LVSegULib.modelfolder.folder import ModelFolder
from LVSegULib.network.by_layer import Layer
from LVSegULib.pruning import rounds
from LVSegULib.pruning.checkpoint import CHECKPOINT
from LVSegULib.pruning.config import PruningConfig
from LVSegULib.pruning.log import Row
from LVSegULib.pruning.prepare import Prepared, prepare
from LVSegULib.pruning.rounds import Search
from LVSegULib.pruning.state import State
from LVSegULib.pruning.watch import Watch


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
