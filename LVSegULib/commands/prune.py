"""`lvsegu prune`: the same network with fewer filters, without retraining."""

from __future__ import annotations

import argparse
import dataclasses
import logging
from typing import TYPE_CHECKING

from LVSegULib.commands.fields import add_fields, given_fields
from LVSegULib.commands.options import add_new_model_arguments
from LVSegULib.commands.packages import need_torch
from LVSegULib.commands.progress import Bar

if TYPE_CHECKING:
    from LVSegULib.pruning.config import PruningConfig
    from LVSegULib.pruning.log import Row
    from LVSegULib.pruning.run import Pruned

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the model, `--data`, `--out`, `--resume`, and an option for every setting."""
    from LVSegULib.pruning.config import PruningConfig

    parser.add_argument("model", metavar="MODEL", help="installed model or model folder")
    parser.add_argument(
        "--data",
        action="append",
        required=True,
        metavar="DIR",
        help="slices to calibrate and judge on, with or without labels; repeat for several",
    )
    add_new_model_arguments(parser)
    parser.add_argument("--resume", action="store_true", help="go on with a search that was stopped")
    parser.add_argument(
        "--size-of",
        metavar="MODEL",
        help="stop when the network has as few parameters and multiply-adds as this one: for a model that has learnt "
        "from everybody, say a fold of it, pruned and judged on patients whom it kept back",
    )
    add_fields(parser.add_argument_group("settings"), PruningConfig, skip=("data",))


def run(arguments: argparse.Namespace) -> int:
    """Prune and say what became of the model; returns 0."""
    need_torch("pruning")
    from LVSegULib.modelfolder.folder import find_model
    from LVSegULib.pruning.run import prune
    from LVSegULib.pruning.watch import Watch

    model, config = find_model(arguments.model), config_of(arguments)
    bar = _Bar()
    watch = Watch(say=bar.say, warn=bar.warn, loaded=bar.loaded, row=bar.row, tried=bar.tried)
    try:
        pruned = prune(model, config, arguments.out, resume=arguments.resume, replace=arguments.replace, watch=watch)
    finally:
        bar.close()
    print(summary(pruned))
    return 0


def config_of(arguments: argparse.Namespace) -> PruningConfig:
    """The configuration that the options give.

    Raises:
        UsageError: a setting is impossible, there are two targets, or the model of `--size-of` is not there.
    """
    from LVSegULib.pruning.config import PruningConfig

    config = PruningConfig(**given_fields(arguments), data=tuple(arguments.data))
    return _of_size(config, arguments.size_of) if arguments.size_of else config


def _of_size(config: PruningConfig, name: str) -> PruningConfig:
    from LVSegULib.errors import UsageError
    from LVSegULib.modelfolder.folder import find_model
    from LVSegULib.network.config import count_multiply_adds, count_parameters

    if config.has_target:
        raise UsageError("give one target, --size-of or another")
    network = find_model(name).spec.network
    return dataclasses.replace(
        config, target_parameters=count_parameters(network), target_multiply_adds=count_multiply_adds(network)
    )


def summary(pruned: Pruned) -> str:
    """What people read on the terminal."""
    from LVSegULib.network.config import count_multiply_adds
    from LVSegULib.pruning.card import fewer, judged_by

    before, after = pruned.unpruned.spec, pruned.model.spec
    if after.parameters == before.parameters:
        return f"{pruned.model.path}: nothing was removed: {pruned.reason}"
    multiply_adds = [count_multiply_adds(spec.network) for spec in (before, after)]
    dice = f"{pruned.rows[0].dice:.4f} became {pruned.chosen.dice:.4f} on the patients judged on"
    return (
        f"{pruned.model.path}: {before.parameters:,} parameters became {after.parameters:,} "
        f"({fewer(before.parameters, after.parameters)}), multiply-adds {fewer(*multiply_adds)}; "
        f"{judged_by(after)} {dice}; {pruned.reason}"
    )


class _Bar(Bar):
    """The rounds on a terminal's last line, or a line for each round elsewhere."""

    def __init__(self) -> None:
        super().__init__(logger, unit=" tries")

    def tried(self) -> None:
        self._bar.update()

    def row(self, row: Row) -> None:
        shown = f"round {row.round}: {row.parameters:,} parameters, Dice {row.dice:.4f}"
        self._bar.set_description_str(shown)
        if self._bar.disable:
            faster = f", {row.speed:.2f} times as fast" if row.speed else ""
            self.say(f"{shown}, {row.multiply_adds:,.0f} multiply-adds per pixel{faster}, {row.seconds:.0f} s")
