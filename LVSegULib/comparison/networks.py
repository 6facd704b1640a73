"""The networks that are compared: each model pruned in every way to every size."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from LVSegULib.comparison.config import ComparisonConfig
from LVSegULib.comparison.rivals import by_batch_norm_scale, by_chance, by_l1_norm, uncompensated
from LVSegULib.errors import InputError, UsageError
from LVSegULib.modelfolder.folder import SPEC, ModelFolder, save_model
from LVSegULib.network.by_layer import folded_layers
from LVSegULib.network.config import count_parameters
from LVSegULib.pruning.calibration import Calibration
from LVSegULib.pruning.config import PruningConfig
from LVSegULib.pruning.data import open_cases
from LVSegULib.pruning.prepare import calibration_of
from LVSegULib.pruning.refit import refit, refit_at_last
from LVSegULib.pruning.search import ROUNDS, shrink
from LVSegULib.pruning.state import State
from LVSegULib.pruning.surgery import to_weights

COMPENSATED = "this method"
UNCOMPENSATED, L1, SCALE, CHANCE = "not compensated", "L1 norm", "batch-norm scale", "random"
METHODS = (COMPENSATED, UNCOMPENSATED, L1, SCALE, CHANCE)
RIDGE = PruningConfig.ridge


@dataclass(frozen=True)
class Fold:
    """One model and what it is calibrated on.

    Attributes:
        model: the model.
        whole: its network.
        calibration: what the search and the refits after a choice of filters go by.
        more: what the last refit goes by; None leaves it out.
    """

    model: ModelFolder
    whole: State
    calibration: Calibration
    more: Calibration | None


def calibrated(model: ModelFolder, config: ComparisonConfig) -> Fold:
    """The model with calibration slices of the patients that it was trained on.

    Raises:
        InputError: the data has no labels, or none of those patients.
    """
    spec = model.spec
    layers = folded_layers(spec.network, model.weights())
    cases, is_labelled = open_cases(config.data, [label.key for label in spec.labels])
    own = [case for case in cases if case.patient in spec.trained_on]
    if not is_labelled or not own:
        raise InputError(f"{model.path}: none of its training patients is in the labelled data to calibrate on")
    calibration = partial(calibration_of, own, spec, layers)
    more = calibration(config.refit_slices, config.seed + 1) if config.refit_slices else None
    return Fold(model, State.whole(spec.network, layers), calibration(config.slices, config.seed), more)


def prune_in_every_way(
    fold: Fold, config: ComparisonConfig, folder: Path, number: int, say: Callable[[str], None]
) -> None:
    """Write a model folder for each of `METHODS` and each share, see `network_folder`.

    The search is this project's; the other ways get as many parameters as it left, and the same refits.
    """
    searched = _searched(fold, config, say)
    for share, chosen in searched.items():
        parameters = count_parameters(chosen.config)
        weights = fold.model.weights()
        ways: dict[str, State] = {
            L1: by_l1_norm(fold.whole, parameters),
            SCALE: by_batch_norm_scale(fold.whole, weights, parameters),
            CHANCE: by_chance(fold.whole, parameters, config.seed + number),
        }
        states = {name: _refitted(state, fold) for name, state in ways.items()} | {
            COMPENSATED: _refitted_at_last(chosen, fold),
            UNCOMPENSATED: uncompensated(fold.whole, chosen),
        }
        for name, state in states.items():
            spec = dataclasses.replace(fold.model.spec, network=state.config, figures={}, quality={})
            card = f"Pruned to compare: {name}.\n"
            save_model(network_folder(folder, name, share, number), spec, to_weights(state.layers), card)


def _refitted(state: State, fold: Fold) -> State:
    """A choice of filters with the refits that a round of the search has, and the last one."""
    return _refitted_at_last(refit(state, fold.calibration, RIDGE, ROUNDS)[0], fold)


def _refitted_at_last(state: State, fold: Fold) -> State:
    return refit_at_last(state, fold.more, RIDGE) if fold.more else state


def _searched(fold: Fold, config: ComparisonConfig, say: Callable[[str], None]) -> dict[float, State]:
    """What this method makes of the model at each share: the first round that is as small."""
    wanted, found = list(config.shares), {}
    for one in shrink(fold.whole, fold.whole, fold.calibration, config.step, RIDGE):
        parameters = count_parameters(one.state.config)
        say(f"{parameters:,} parameters, divergence {one.divergence:.4f}")
        while wanted and parameters <= wanted[0] * count_parameters(fold.whole.config):
            found[wanted.pop(0)] = one.state
        if not wanted:
            break
    if wanted:
        raise UsageError(f"the network cannot be made as small as {wanted[0]:g} of its parameters")
    return found


def slug(method: str, share: float) -> str:
    """The name of files about a way of pruning at a size."""
    return f"{method.replace(' ', '-')}-{round(1000 * share):04d}"


def network_folder(folder: Path, method: str, share: float, number: int) -> Path:
    """Where the network of fold `number`, from 0, lies."""
    return folder / "networks" / slug(method, share) / f"fold{number + 1}"


def is_pruned(folder: Path, config: ComparisonConfig, number: int) -> bool:
    """Whether all the networks of fold `number` are there."""
    places = [network_folder(folder, method, share, number) for method in METHODS for share in config.shares]
    return all((place / SPEC).is_file() for place in places)
