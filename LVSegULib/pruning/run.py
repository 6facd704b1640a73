"""Prune a model: slices in, a smaller model folder out."""

from __future__ import annotations

import dataclasses
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from LVSegULib.engines.pytorch import load_network
from LVSegULib.errors import InputError, UsageError
from LVSegULib.modelfolder.folder import ModelFolder, check_place, save_model
from LVSegULib.network.by_layer import folded_layers
from LVSegULib.network.config import count_multiply_adds, count_parameters
from LVSegULib.pictures.pruning_curve import draw_pruning_curve
from LVSegULib.pruning.calibration import Calibration, calibrate
from LVSegULib.pruning.card import pruning_card
from LVSegULib.pruning.checkpoint import CHECKPOINT, Checkpoint, load_checkpoint, save_checkpoint
from LVSegULib.pruning.config import PruningConfig
from LVSegULib.pruning.data import calibration_images, judging_slices, open_cases
from LVSegULib.pruning.exact import without_superfluous
from LVSegULib.pruning.log import Row, write_log
from LVSegULib.pruning.patients import deal
from LVSegULib.pruning.search import SearchSettings, shrink
from LVSegULib.pruning.speed import times_faster
from LVSegULib.pruning.state import State
from LVSegULib.pruning.surgery import to_weights
from LVSegULib.training.data import Slices
from LVSegULib.training.device import Place
from LVSegULib.training.split import Split
from LVSegULib.training.validate import validate

PATIENCE = 10
"""Rounds that may fail one after another before the search ends: Dice on few patients goes up and down."""

LOG, CURVE = "pruning.csv", "pruning.png"
TIMED_SLICES = 4
SPEED_FROM = 0.7
"""Speed is measured from where the multiply-adds saved make this share of the target possible."""


@dataclass(frozen=True)
class Watch:
    """What a pruning tells while it runs; every call may raise to stop it.

    Attributes:
        say: a line about what is being done.
        loaded: the name of a case that is being read.
        row: a round is done.
        tried: a candidate has been tried.
    """

    say: Callable[[str], None] = lambda _: None
    loaded: Callable[[str], None] = lambda _: None
    row: Callable[[Row], None] = lambda _: None
    tried: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Pruned:
    """What came out.

    Attributes:
        model: the new model folder.
        unpruned: the model that it was made of.
        rows: every round, the network without its provably superfluous filters first.
        chosen: the row of the new model.
        reason: why the search ended where it did, one sentence.
    """

    model: ModelFolder
    unpruned: ModelFolder
    rows: tuple[Row, ...]
    chosen: Row
    reason: str


def prune(
    model: ModelFolder, config: PruningConfig, folder: Path, *, resume: bool = False, watch: Watch | None = None
) -> Pruned:
    """Make a model with fewer filters; `model` itself is never changed.

    Args:
        model: the trained model.
        config: everything the result depends on.
        folder: the new model folder. While the search goes on, a checkpoint lies beside it (NAME.unfinished).
        resume: go on from that checkpoint, with the same result as if never stopped.
        watch: who is told.

    Raises:
        UsageError: `folder` is the model's own, or a search is unfinished there and `resume` is false.
        InputError: the data cannot be read, do not have the model's labels, or show no heart.
        OutputError: `folder` cannot be written, or is there and is no model folder.
    """
    watch = watch or Watch()
    checkpoint = unfinished(folder) / CHECKPOINT
    _check_folder(model, folder, checkpoint, resume=resume)
    with _threads(config.threads):
        prepared = _prepare(model, config, watch)
        search = _Search(prepared, config, checkpoint, watch)
        search.run(resume=resume)
        pruned = search.finish(folder)
    shutil.rmtree(unfinished(folder), ignore_errors=True)
    return pruned


def unfinished(folder: Path) -> Path:
    """Where the checkpoint of a search for `folder` lies."""
    return folder.with_name(folder.name + ".unfinished")


def _check_folder(model: ModelFolder, folder: Path, checkpoint: Path, *, resume: bool) -> None:
    if folder.resolve() == model.path.resolve():
        raise UsageError(f"{folder} is the model itself: choose another --out")
    check_place(folder)
    if checkpoint.exists() and not resume:
        raise UsageError(f"{checkpoint.parent} holds an unfinished search: go on with --resume, or remove it")
    if resume and not checkpoint.exists():
        raise InputError(f"{checkpoint.parent} has no {CHECKPOINT} to resume from: start without --resume")


@dataclass(frozen=True)
class _Prepared:
    """All that a search starts from."""

    model: ModelFolder
    whole: State
    superfluous: dict[str, int]
    calibration: Calibration
    judged: Slices
    split: Split
    is_labelled: bool


def _prepare(model: ModelFolder, config: PruningConfig, watch: Watch) -> _Prepared:
    spec = model.spec
    layers = folded_layers(spec.network, model.weights())
    cases, is_labelled = open_cases(config.data, [label.key for label in spec.labels])
    split = deal([case.patient for case in cases], config.split, spec.training.get("split", {}))
    calibrated = [case for case in cases if case.patient in split.train]
    judged = [case for case in cases if case.patient in split.validation]
    watch.say(
        f"{len(split.train)} patients to calibrate on, {len(split.validation)} to judge on"
        + ("" if is_labelled else "; without labels, what is judged is agreement with the unpruned network")
    )
    network = load_network(spec.network, to_weights(layers))
    images = calibration_images(calibrated, spec, network, config.slices, config.seed, watch.loaded)
    slices = judging_slices(judged, spec, network, is_labelled=is_labelled, progress=watch.loaded)
    if not bool((slices.targets > 127).any()):
        raise InputError("there is no heart in the slices to judge on: give slices with one")
    whole, superfluous = without_superfluous(State.whole(spec.network, layers))
    gone = ", ".join(f"{count} {reason}" for reason, count in superfluous.items())
    watch.say(f"filters that provably change nothing: {gone or 'none'}")
    calibration = calibrate(spec.network.depth, layers, images, config.seed)
    return _Prepared(model, whole, superfluous, calibration, slices, split, is_labelled)


class _Search:
    """The rounds of a search, what is kept of them, and when they end."""

    def __init__(self, prepared: _Prepared, config: PruningConfig, checkpoint: Path, watch: Watch) -> None:
        self._given, self._config, self._checkpoint, self._watch = prepared, config, checkpoint, watch
        self._rows: list[Row] = []
        self._best = prepared.whole
        self._reason = ""
        self._earlier_seconds = 0.0
        self._started = time.monotonic()

    def run(self, *, resume: bool) -> None:
        """Go on until the target or the tolerance is reached."""
        whole = self._given.whole
        state = self._resumed() if resume else whole
        if not resume:
            self._add(self._row(whole, 0.0))
        settings = SearchSettings(step=self._config.step, ridge=self._config.ridge)
        for one in shrink(state, whole, self._given.calibration, settings, self._watch.tried):
            if one.cut is whole:
                continue
            row = self._row(one.state, one.divergence)
            self._add(row)
            if self._passes(row):
                self._best = one.state
            self._reason = self._end(row)
            if self._reason:
                return
            save_checkpoint(self._checkpoint, Checkpoint(one.cut, self._best, tuple(self._rows)), self._about())
        self._reason = self._missed() if self._has_target else "every layer is down to one filter"

    def _add(self, row: Row) -> None:
        self._rows.append(row)
        self._watch.row(row)

    def _row(self, state: State, divergence: float) -> Row:
        network = load_network(state.config, to_weights(state.layers))
        dice = validate(network, self._given.judged, Place(torch.device("cpu"), bf16=False)).mean
        seconds = self._earlier_seconds + time.monotonic() - self._started
        return Row(
            round=len(self._rows),
            parameters=count_parameters(state.config),
            multiply_adds=count_multiply_adds(state.config),
            divergence=divergence,
            dice=dice,
            seconds=seconds,
            speed=self._speed(state),
        )

    def _speed(self, state: State) -> float:
        whole, target = self._given.whole, self._config.target_speed
        if not target or count_multiply_adds(whole.config) / count_multiply_adds(state.config) < SPEED_FROM * target:
            return 0.0
        images: Tensor = self._given.calibration.images[:TIMED_SLICES]
        networks = [(one.config, to_weights(one.layers)) for one in (whole, state)]
        return times_faster(networks[0], networks[1], images.numpy())

    def _passes(self, row: Row) -> bool:
        return row.dice >= self._rows[0].dice - self._config.tolerance

    @property
    def _chosen(self) -> Row:
        return next(row for row in reversed(self._rows) if self._passes(row))

    def _end(self, row: Row) -> str:
        """Why the search ends with this row; empty if it goes on."""
        if self._is_at_target(row):
            return "the target is reached" if self._passes(row) else self._missed()
        if row.round - self._chosen.round < PATIENCE:
            return ""
        return self._missed() if self._has_target else "a smaller one exceeds the tolerance"

    @property
    def _has_target(self) -> bool:
        return bool(self._config.target_parameters or self._config.target_speed)

    def _is_at_target(self, row: Row) -> bool:
        parameters, speed = self._config.target_parameters, self._config.target_speed
        return (parameters > 0 and row.parameters <= parameters) or (speed > 0 and row.speed >= speed)

    def _missed(self) -> str:
        return "the target cannot be met within the tolerance; this is the nearest that can"

    def _about(self) -> dict[str, Any]:
        return {"config": self._config.to_json(), "weights": self._given.model.spec.sha256}

    def _resumed(self) -> State:
        found = load_checkpoint(self._checkpoint, self._about(), list(self._given.whole.layers))
        self._rows, self._best = list(found.rows[:-1]), found.best
        self._earlier_seconds = found.rows[-1].seconds
        return found.state

    def finish(self, folder: Path) -> Pruned:
        """Write the smallest network that passed, with the log and the curve of the search."""
        given, chosen = self._given, self._chosen
        pruning = {
            "config": self._config.to_json() | {"data": [Path(one).name for one in self._config.data]},
            "split": given.split.to_json(),
            "is_labelled": given.is_labelled,
            "provably_superfluous": given.superfluous,
            "from": {
                "name": given.model.spec.name,
                "sha256": given.model.spec.sha256,
                "parameters": given.model.spec.parameters,
                "multiply_adds": count_multiply_adds(given.model.spec.network),
            },
            "unpruned": self._rows[0].to_json(),
            "pruned": chosen.to_json(),
            "filters_left": {name: alive.tolist() for name, alive in self._best.alive.items()},
            "mixtures": {name: mix.shape[1] for name, mix in self._best.mixes.items()},
            "reason": self._reason,
        }
        spec = dataclasses.replace(
            given.model.spec,
            network=self._best.config,
            training=given.model.spec.training | {"pruning": pruning},
            figures={},
            quality={},
        )
        model = save_model(folder, spec, to_weights(self._best.layers), pruning_card(spec))
        write_log(folder / LOG, self._rows)
        draw_pruning_curve(folder / CURVE, self._rows, chosen, self._config.tolerance)
        return Pruned(model, given.model, tuple(self._rows), chosen, self._reason)


@contextmanager
def _threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    if count:
        torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
