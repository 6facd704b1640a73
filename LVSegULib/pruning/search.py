"""Take filters out, the least missed first, and refit what is left; no kernel takes a gradient step.

A round: refit every layer in the order in which they run; let each layer say which of its filters its readers miss
least (`eliminate`), or an up-sampling which fewer mixtures of its filters would do (`mixing`); try each such change
and see what it does to the network's result; keep those that change it least for the computation they save.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from LVSegULib.network.by_layer import Layer, Layers, has_relu
from LVSegULib.pruning.calibration import Calibration
from LVSegULib.pruning.eliminate import Fit, eliminate
from LVSegULib.pruning.fit import Moments, damped, to_layer, to_matrix
from LVSegULib.pruning.judge import Judge
from LVSegULib.pruning.mixing import Mixing, best_mixing, refitted_reader
from LVSegULib.pruning.refit import refit
from LVSegULib.pruning.state import State, share_saved
from LVSegULib.pruning.structure import filters_of, with_filters
from LVSegULib.pruning.surgery import filter_axis, reader_channels

JUDGED_SLICES = 96
"""Slices on which a removal is tried."""

GROUP = 0.1
"""Share of a layer's filters that are taken out together."""

ROUNDS = 4
"""Rounds of a refit that allow for the ReLU."""


@dataclass(frozen=True)
class Round:
    """One round's network.

    Attributes:
        cut: as it was cut out of the round before; who starts from it gets this round again.
        state: the same, refitted.
        divergence: of its result from the unpruned one's (`LVSegULib.measures.divergence`).
    """

    cut: State
    state: State
    divergence: float


@dataclass(frozen=True)
class Candidate:
    """A layer that could become smaller: what that adds to the divergence, and what it saves.

    Attributes:
        layer: its name.
        change: filters to remove, or for an up-sampling how to mix them.
        loss: what is added to the divergence.
        saved: share of the computation saved.
    """

    layer: str
    change: list[int] | Mixing
    loss: float
    saved: float


def shrink(
    state: State,
    whole: State,
    calibration: Calibration,
    step: float,
    ridge: float,
    tried: Callable[[], None] = lambda: None,
) -> Iterator[Round]:
    """Smaller and smaller networks, from `state` as it is (refitted) until every layer has one filter.

    Args:
        state: where to start.
        whole: the unpruned network, in whose shares savings are counted.
        calibration: slices, and what the unpruned network gives there.
        step: share of the computation that a round saves.
        ridge: as in `refit`.
        tried: called after every candidate; whatever it raises stops the search.
    """
    while True:
        cut = state
        state, found = refit(cut, calibration, ridge, ROUNDS)
        judge = _judge(state, calibration)
        yield Round(cut, state, judge.loss)
        candidates = []
        for candidate in _candidates(state, whole, found, judge, ridge):
            candidates.append(candidate)
            tried()
        if not candidates:
            return
        state = _changed(state, least_missed(candidates, step))


def divergence_of(state: State, calibration: Calibration) -> float:
    """Divergence of the network's result from the unpruned one's, as `shrink` gives it for its rounds."""
    return _judge(state, calibration).loss


def _judge(state: State, calibration: Calibration) -> Judge:
    count = len(calibration.images)
    judged = torch.linspace(0, count - 1, min(JUDGED_SLICES, count)).long()
    return Judge(state.config.depth, state.layers, calibration.images[judged], calibration.probabilities[judged])


def least_missed(candidates: Sequence[Candidate], step: float) -> list[Candidate]:
    """Those that change the result least for what they save, until `step` of the computation is saved."""
    taken: list[Candidate] = []
    for one in sorted(candidates, key=lambda candidate: candidate.loss / candidate.saved):
        if sum(earlier.saved for earlier in taken) >= step:
            break
        taken.append(one)
    return taken


def _changed(state: State, taken: Sequence[Candidate]) -> State:
    """`state` with the changes that were `taken`."""
    state = state.without({one.layer: one.change for one in taken if isinstance(one.change, list)})
    for one in taken:
        if isinstance(one.change, Mixing):
            state = state.mixed(one.layer, one.change)
    return state


def _candidates(
    state: State, whole: State, found: Mapping[str, Moments], judge: Judge, ridge: float
) -> Iterator[Candidate]:
    """For every layer with filters to spare, the smaller one that its readers mind least, and what it does."""
    inverses = {name: torch.linalg.inv(damped(moment, ridge)) for name, moment in found.items()}
    counts = filters_of(state.config)
    for name, count in counts.items():
        left = count - max(1, round(GROUP * count))
        if left < 1:
            continue
        change, layers = (
            _removal(name, state, found, inverses, count - left)
            if has_relu(name)
            else _mixing(name, state, found, left, ridge)
        )
        saved = share_saved(state.config, with_filters(state.config, counts | {name: left}), whole.config)
        yield Candidate(name, change, judge.loss_with(layers) - judge.loss, saved)


def _removal(
    name: str, state: State, found: Mapping[str, Moments], inverses: Mapping[str, Tensor], count: int
) -> tuple[list[int], Layers]:
    """The `count` filters that the readers miss least, and the readers refitted without them."""
    fits = _fits(name, state, found, inverses)
    removed = eliminate(list(fits.values()), count)
    return removed, {reader: to_layer(reader, fit.matrix, state.layers[reader]) for reader, fit in fits.items()}


def _mixing(name: str, state: State, found: Mapping[str, Moments], count: int, ridge: float) -> tuple[Mixing, Layers]:
    """The `count` mixtures of an up-sampling that serve its reader best, and both layers with them."""
    ((reader, channels),) = reader_channels(state.config, name)
    layer, moment = state.layers[reader.layer], found[reader.layer]
    blocks = _blocks(reader.layer, layer, moment, channels)
    mixing = best_mixing(moment, to_matrix(reader.layer, layer), blocks, count)
    refitted = refitted_reader(reader.layer, layer, moment, blocks, channels.start, mixing, ridge)
    return mixing, {name: mixing.of_upsampling(state.layers[name]), reader.layer: refitted}


def _fits(name: str, state: State, found: Mapping[str, Moments], inverses: Mapping[str, Tensor]) -> dict[str, Fit]:
    """The fit of each reader of the layer `name`, by the reader's name."""
    fits: dict[str, Fit] = {}
    for reader, channels in reader_channels(state.config, name):
        layer, moment = state.layers[reader.layer], found[reader.layer]
        blocks = _blocks(reader.layer, layer, moment, channels)
        scale = 1 / max(moment.spread, 1e-9)
        fits[reader.layer] = Fit(inverses[reader.layer], to_matrix(reader.layer, layer), blocks, scale)
    return fits


def _blocks(reader: str, layer: Layer, moment: Moments, channels: range) -> Tensor:
    """The rows of a reader's moments that belong to each of its `channels` (channels, B)."""
    per_channel = (len(moment.inputs) - 1) // int(layer.kernels.shape[1 - filter_axis(reader)])
    return torch.tensor(channels)[:, None] * per_channel + torch.arange(per_channel)
