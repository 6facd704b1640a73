"""The rounds of a search: each is judged, the best is kept, and the tolerance or the target ends it."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from LVSegULib.engines.pytorch import load_network
from LVSegULib.network.config import count_multiply_adds, count_parameters
from LVSegULib.pruning.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from LVSegULib.pruning.config import PruningConfig
from LVSegULib.pruning.log import Row
from LVSegULib.pruning.prepare import Prepared
from LVSegULib.pruning.refit import refit_at_last
from LVSegULib.pruning.search import Round, divergence_of, shrink
from LVSegULib.pruning.speed import times_faster
from LVSegULib.pruning.state import State
from LVSegULib.pruning.surgery import to_weights
from LVSegULib.pruning.watch import Watch
from LVSegULib.settings import as_plain
from LVSegULib.training.device import Place
from LVSegULib.training.validate import validate

PATIENCE = 6
"""Rounds that may fail one after another before the search ends: Dice on few patients goes up and down."""

TIMED_SLICES = 4
SPEED_FROM = 0.7
"""Speed is measured from where the multiply-adds saved make this share of the target possible."""


class Search:
    """The rounds of a search, what is kept of them, and when they end.

    A round whose Dice falls further than the tolerance allows is refitted once more, on more slices, and judged again;
    so is the one that is chosen in the end. The next round starts from the network as it was before.

    Attributes:
        rows: every round so far, the network without its provably superfluous filters first.
        best: the smallest network that passed.
        reason: why the search ended, one sentence.
    """

    def __init__(self, prepared: Prepared, config: PruningConfig, checkpoint: Path, watch: Watch) -> None:
        """Nothing is tried yet.

        Args:
            prepared: the network and the slices.
            config: step, tolerance and targets.
            checkpoint: the file from which a stopped search goes on.
            watch: who is told.
        """
        self._given, self._config, self._checkpoint, self._watch = prepared, config, checkpoint, watch
        self.rows: list[Row] = []
        self.best = prepared.whole
        self.reason = ""
        self._earlier_seconds = 0.0
        self._started = time.monotonic()

    def run(self, *, resume: bool) -> None:
        """Go on until the target or the tolerance is reached."""
        if resume:
            self._rounds(self._resumed())
        else:
            self._start()
        self._refit_chosen()

    @property
    def chosen(self) -> Row:
        """The row of the smallest network that passed."""
        return next(row for row in reversed(self.rows) if self._passes(row))

    def _start(self) -> None:
        """Judge the network as it is, and go on if that does not meet the target already."""
        self._add(self._row(self._given.whole, 0.0))
        if self._is_at_target(self.rows[0]):
            self.reason = self._met_at_once()
        else:
            self._rounds(self._given.whole)

    def _rounds(self, state: State) -> None:
        whole, config = self._given.whole, self._config
        for one in shrink(state, whole, self._given.calibration, config.step, config.ridge, self._watch.tried):
            if one.cut is whole:
                continue
            row, state = self._judged(one)
            self._add(row)
            if self._passes(row):
                self.best = state
            self.reason = self._end(row)
            if self.reason:
                return
            save_checkpoint(self._checkpoint, Checkpoint(one.cut, self.best, tuple(self.rows)), self._about())
        self.reason = self._missed() if self._config.has_target else "every layer is down to one filter"

    def _add(self, row: Row) -> None:
        self.rows.append(row)
        self._watch.row(row)

    def _judged(self, one: Round) -> tuple[Row, State]:
        """The round as it is or, if that fails, after the last refit."""
        row = self._row(one.state, one.divergence)
        fails = not self._passes(row) and self._config.refit_slices
        return self._refitted(row, one.state) if fails else (row, one.state)

    def _refit_chosen(self) -> None:
        """More slices tell more of a kernel than the Dice of few patients, so Dice only has to stay good enough."""
        chosen = self.chosen
        if chosen.round and not chosen.is_refitted and self._config.refit_slices:
            row, state = self._refitted(chosen, self.best)
            if self._passes(row):
                self.rows[chosen.round], self.best = row, state

    def _refitted(self, row: Row, state: State) -> tuple[Row, State]:
        refitted = refit_at_last(state, self._given.more(), self._config.ridge)
        divergence, dice = divergence_of(refitted, self._given.calibration), self._dice(refitted)
        again = dataclasses.replace(row, divergence=divergence, dice=dice, seconds=self._seconds(), is_refitted=True)
        return again, refitted

    def _row(self, state: State, divergence: float) -> Row:
        return Row(
            round=len(self.rows),
            parameters=count_parameters(state.config),
            multiply_adds=count_multiply_adds(state.config),
            divergence=divergence,
            dice=self._dice(state),
            seconds=self._seconds(),
            speed=self._speed(state),
        )

    def _dice(self, state: State) -> float:
        network = load_network(state.config, to_weights(state.layers))
        return validate(network, self._given.judged, Place(torch.device("cpu"), bf16=False)).mean

    def _seconds(self) -> float:
        return self._earlier_seconds + time.monotonic() - self._started

    def _speed(self, state: State) -> float:
        whole, target = self._given.whole, self._config.target_speed
        if not target or count_multiply_adds(whole.config) / count_multiply_adds(state.config) < SPEED_FROM * target:
            return 0.0
        if state is whole:
            return 1.0
        images: Tensor = self._given.calibration.images[:TIMED_SLICES]
        networks = [(one.config, to_weights(one.layers)) for one in (whole, state)]
        return times_faster(networks[0], networks[1], images.numpy())

    def _passes(self, row: Row) -> bool:
        return row.dice >= self.rows[0].dice - self._config.tolerance

    def _end(self, row: Row) -> str:
        """Why the search ends with this row; empty if it goes on."""
        if self._is_at_target(row):
            return "the target is reached" if self._passes(row) else self._missed()
        if row.round - self.chosen.round < PATIENCE:
            return ""
        return self._missed() if self._config.has_target else "a smaller one exceeds the tolerance"

    def _is_at_target(self, row: Row) -> bool:
        parameters, multiply_adds = self._config.target_parameters, self._config.target_multiply_adds
        return (
            self._config.has_target
            and (not parameters or row.parameters <= parameters)
            and (not multiply_adds or row.multiply_adds <= multiply_adds)
            and row.speed >= self._config.target_speed
        )

    def _met_at_once(self) -> str:
        without = "without the filters that provably change nothing" if self._given.superfluous else "at the start"
        return f"the target is met {without}"

    def _missed(self) -> str:
        return "the target cannot be met within the tolerance; this is the nearest that can"

    def _about(self) -> dict[str, Any]:
        return {"config": as_plain(self._config), "weights": self._given.model.spec.sha256}

    def _resumed(self) -> State:
        found = load_checkpoint(self._checkpoint, self._about(), list(self._given.whole.layers))
        self.rows, self.best = list(found.rows[:-1]), found.best
        self._earlier_seconds = found.rows[-1].seconds
        return found.state
