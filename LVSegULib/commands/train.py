"""`lvsegu train`: train a network on one's own data, headless."""

from __future__ import annotations

import argparse
import contextlib
import logging
import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from LVSegULib.commands.fields import add_fields, given_fields
from LVSegULib.commands.packages import need_torch
from LVSegULib.commands.progress import Bar
from LVSegULib.shown import shown

if TYPE_CHECKING:
    from LVSegULib.training.config import TrainingConfig
    from LVSegULib.training.loop import StepReport

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `--data`, `--out`, `--config`, `--resume`, and an option for every field of the configuration."""
    from LVSegULib.training.augmentation_config import AugmentationConfig
    from LVSegULib.training.config import TrainingConfig

    parser.add_argument("--data", action="append", metavar="DIR", help="a labelled data set; repeat for several")
    parser.add_argument("--out", required=True, type=Path, metavar="RUN", help="folder of the run")
    parser.add_argument("--config", type=Path, metavar="FILE", help="TOML file with settings; options win over it")
    parser.add_argument("--resume", action="store_true", help="go on from the run's checkpoint")
    parser.add_argument(
        "--from",
        dest="start",
        metavar="MODEL",
        help="start from this model, by name or folder, with its settings and few steps; see docs/own-data.md",
    )
    add_fields(parser.add_argument_group("settings"), TrainingConfig, skip=("data", "start", "augmentation"))
    add_fields(parser.add_argument_group("augmentation"), AugmentationConfig, "augmentation")


def run(arguments: argparse.Namespace) -> int:
    """Train, and say where the model is; returns 0."""
    need_torch("training")
    from LVSegULib.training.run import train
    from LVSegULib.training.watch import Watch

    config = config_of(arguments)
    bar = _Bar(config)
    watch = Watch(say=bar.say, warn=bar.warn, loaded=bar.loaded, report=bar.report)
    try:
        train(config, arguments.out, resume=arguments.resume, watch=watch)
    finally:
        bar.close()
    bar.tell(f"{arguments.out / 'last'}: the model of the last step, for --model; log.csv and curve.png lie beside it")
    return 0


def config_of(arguments: argparse.Namespace) -> TrainingConfig:
    """The configuration: defaults, then the file, then the options.

    Raises:
        UsageError: a setting is unknown or impossible.
    """
    from LVSegULib.errors import UsageError
    from LVSegULib.settings import read_toml
    from LVSegULib.training.config import config_from_values

    told = read_toml(arguments.config) if arguments.config else {}
    if not isinstance(told.get("augmentation", {}), dict):
        raise UsageError(f"{arguments.config}: augmentation = {told['augmentation']!r}: expected a table of settings")
    values = _on_start(told, arguments.start or told.get("start"), arguments)
    values |= given_fields(arguments)
    values["augmentation"] |= given_fields(arguments, "augmentation")
    if arguments.data:
        values["data"] = arguments.data
    if not values.get("data"):
        raise UsageError("there is nothing to learn from: give at least one --data DIR")
    try:
        return config_from_values(values)
    except UsageError as error:
        blamed = f"{arguments.config}: " if _is_wrong_alone(told, str(error), arguments) else ""
        raise UsageError(f"{blamed}{error}") from error


def _on_start(told: dict[str, Any], start: Any, arguments: argparse.Namespace) -> dict[str, Any]:
    """The values of the file, and where it has none those of the model that is started from, if there is one."""
    from LVSegULib.modelfolder.folder import find_model
    from LVSegULib.training.start import settings_of

    before = settings_of(find_model(str(start))) | {"name": _name_of_run(arguments)} if start else {}
    varied = {**before.get("augmentation", {}), **told.get("augmentation", {})}
    return before | told | {"augmentation": varied} | ({"start": start} if start else {})


def _is_wrong_alone(told: dict[str, Any], message: str, arguments: argparse.Namespace) -> bool:
    """Whether the file is to blame: its values are refused with `message` without the options too."""
    from LVSegULib.errors import LVSegUError
    from LVSegULib.training.config import config_from_values

    try:
        config_from_values(_on_start(told, told.get("start"), arguments))
    except LVSegUError as error:
        return str(error) == message
    return False


def _name_of_run(arguments: argparse.Namespace) -> str:
    """Its folder's; of a run to resume the one that it began with, for its folder may have been moved."""
    from LVSegULib.json_text import read_json
    from LVSegULib.training.recorder import CONFIG

    if arguments.resume:
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            return str(read_json(arguments.out / CONFIG)["name"])
    return shown(arguments.out.resolve().name) or "model"


class _Bar(Bar):
    """Loss, Dice and time left: a progress bar on a terminal, now and then a line elsewhere; one process speaks."""

    def __init__(self, config: TrainingConfig) -> None:
        super().__init__(logger, is_silent=os.environ.get("RANK", "0") != "0", total=config.steps, unit="step")
        self._dice = math.nan

    def tell(self, line: str) -> None:
        """Print a line, as the first of the processes that train together."""
        if not self._is_silent:
            print(line, flush=True)

    def report(self, report: StepReport) -> None:
        if report.validation is not None:
            self._dice = report.validation.mean
        shown = f"loss {report.loss:.3f}" + (f", Dice {self._dice:.3f}" if math.isfinite(self._dice) else "")
        if self._bar.disable and report.is_due:
            self.tell(f"step {report.step} of {self._bar.total}: {shown}, {report.seconds:.0f} s")
        self._bar.set_description_str("training", refresh=False)
        self._bar.set_postfix_str(shown, refresh=False)
        self._bar.update(report.step - self._bar.n)
