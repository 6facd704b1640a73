"""Take filters out, the least missed first, and refit what is left; no gradient anywhere.

A round: refit every layer in the order in which they run; let each layer say which of its filters its readers would
miss least (`eliminate`); take each such group out for a try and see what it does to the network's result; remove for
good those that change it least for the computation they save.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from LVSegULib.network.by_layer import Layer, Layers
from LVSegULib.pruning.calibration import Calibration
from LVSegULib.pruning.eliminate import Fit, eliminate
from LVSegULib.pruning.fit import Moments, damped, to_layer, to_matrix
from LVSegULib.pruning.judge import Judge
from LVSegULib.pruning.refit import refit
from LVSegULib.pruning.state import State, share_saved
from LVSegULib.pruning.structure import filters_of, with_filters
from LVSegULib.pruning.surgery import filter_axis, reader_channels


@dataclass(frozen=True)
class SearchSettings:
    """How filters are sought and layers refitted.

    Attributes:
        step: share of the computation that a round saves.
        group: share of a layer's filters that are taken out together.
        ridge: pull towards the present kernels, as a share of the inputs' mean square.
        rectified_rounds: rounds of a refit that allow for the ReLU.
        judged_slices: slices on which a removal is tried.
    """

    step: float = 0.03
    group: float = 0.06
    ridge: float = 1e-3
    rectified_rounds: int = 4
    judged_slices: int = 96


@dataclass(frozen=True)
class Round:
    """One round's network.

    Attributes:
        cut: as it was cut out of the round before; who starts from it gets this round again.
        state: the same, refitted.
        divergence: of its result from the unpruned one's (`LVSegULib.pruning.judge.divergence`).
    """

    cut: State
    state: State
    divergence: float


@dataclass(frozen=True)
class Candidate:
    """Filters of one layer that could go: what that adds to the divergence, and what it saves."""

    layer: str
    filters: list[int]
    loss: float
    saved: float


def shrink(
    state: State,
    whole: State,
    calibration: Calibration,
    settings: SearchSettings,
    tried: Callable[[], None] = lambda: None,
) -> Iterator[Round]:
    """Smaller and smaller networks, from `state` as it is (refitted) until every layer has one filter.

    Args:
        state: where to start.
        whole: the unpruned network, in whose shares savings are counted.
        calibration: slices, and what the unpruned network gives there.
        settings: how.
        tried: called after every candidate; whatever it raises stops the search.
    """
    judged = torch.linspace(0, len(calibration.images) - 1, min(settings.judged_slices, len(calibration.images))).long()
    while True:
        cut = state
        state, found = refit(cut, calibration, settings.ridge, settings.rectified_rounds)
        images, wanted = calibration.images[judged], calibration.probabilities[judged]
        judge = Judge(state.config.depth, state.layers, images, wanted)
        yield Round(cut, state, judge.loss)
        candidates = []
        for candidate in _candidates(state, whole, found, judge, settings):
            candidates.append(candidate)
            tried()
        if not candidates:
            return
        state = state.without(least_missed(candidates, settings.step))


def least_missed(candidates: Sequence[Candidate], step: float) -> Mapping[str, Sequence[int]]:
    """The filters that change the result least for what they save, until `step` of the computation is saved."""
    taken: dict[str, list[int]] = {}
    saved = 0.0
    for one in sorted(candidates, key=lambda candidate: candidate.loss / candidate.saved):
        if saved >= step:
            break
        taken[one.layer] = one.filters
        saved += one.saved
    return taken


def _candidates(
    state: State, whole: State, found: Mapping[str, Moments], judge: Judge, settings: SearchSettings
) -> Iterator[Candidate]:
    """For every layer with filters to spare, the group that its readers miss least, and what its removal does."""
    inverses = {name: torch.linalg.inv(damped(moment, settings.ridge)) for name, moment in found.items()}
    counts = filters_of(state.config)
    for name, count in counts.items():
        size = max(1, round(settings.group * count))
        if size >= count:
            continue
        fits = _fits(name, state, found, inverses)
        removed = eliminate(list(fits.values()), size)
        changed: Layers = {reader: to_layer(reader, fit.matrix, state.layers[reader]) for reader, fit in fits.items()}
        smaller = with_filters(state.config, counts | {name: count - size})
        saved = share_saved(state.config, smaller, whole.config)
        yield Candidate(name, removed, judge.loss_with(changed) - judge.loss, saved)


def _fits(name: str, state: State, found: Mapping[str, Moments], inverses: Mapping[str, Tensor]) -> dict[str, Fit]:
    """The fit of each reader of the layer `name`, by the reader's name."""
    fits: dict[str, Fit] = {}
    for reader, channels in reader_channels(state.config, name):
        layer, moment = state.layers[reader.layer], found[reader.layer]
        per_channel = (len(moment.inputs) - 1) // _channel_count(reader.layer, layer)
        blocks = torch.tensor(channels)[:, None] * per_channel + torch.arange(per_channel)
        scale = 1 / max(moment.spread, 1e-9)
        fits[reader.layer] = Fit(inverses[reader.layer], to_matrix(reader.layer, layer), blocks, scale)
    return fits


def _channel_count(name: str, layer: Layer) -> int:
    return int(layer.kernels.shape[1 - filter_axis(name)])
