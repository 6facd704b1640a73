"""`lvsegu train`: train a network on one's own data, headless."""

from __future__ import annotations

import argparse
import dataclasses
import logging
import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

from LVSegULib.errors import EngineError

if TYPE_CHECKING:
    from LVSegULib.training.config import TrainingConfig
    from LVSegULib.training.loop import Report
    from LVSegULib.training.run import Watch

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `--data`, `--out`, `--config`, `--resume`, and an option for every field of the configuration."""
    from LVSegULib.training.augmentation_config import AugmentationConfig
    from LVSegULib.training.config import TrainingConfig

    parser.add_argument("--data", action="append", metavar="DIR", help="a labelled data set; repeat for several")
    parser.add_argument("--out", required=True, type=Path, metavar="RUN", help="folder of the run")
    parser.add_argument("--config", type=Path, metavar="FILE", help="TOML file with settings; options win over it")
    parser.add_argument("--resume", action="store_true", help="go on from the run's checkpoint")
    _add_fields(parser.add_argument_group("settings"), TrainingConfig, "", skip=("data", "augmentation"))
    _add_fields(parser.add_argument_group("augmentation"), AugmentationConfig, "augmentation-")


def run(arguments: argparse.Namespace) -> int:
    """Train; returns 0."""
    _need_torch()
    from LVSegULib.training.run import train

    config = config_of(arguments)
    bar = _Bar(config.steps)
    try:
        train(config, arguments.out, resume=arguments.resume, watch=bar.watch())
    finally:
        bar.close()
    return 0


def config_of(arguments: argparse.Namespace) -> TrainingConfig:
    """The configuration: defaults, then the file, then the options.

    Raises:
        UsageError: a setting is unknown or impossible.
    """
    from LVSegULib.errors import UsageError
    from LVSegULib.training.config import config_from_values, read_config_values

    values = read_config_values(arguments.config) if arguments.config else {}
    given = {name: value for name, value in vars(arguments).items() if value is not None}
    values |= {name.removeprefix("set_"): value for name, value in given.items() if name.startswith("set_")}
    varied = {name.removeprefix("vary_"): value for name, value in given.items() if name.startswith("vary_")}
    values["augmentation"] = {**values.get("augmentation", {}), **varied}
    if arguments.data:
        values["data"] = arguments.data
    if not values.get("data"):
        raise UsageError("there is nothing to learn from: give at least one --data DIR")
    return config_from_values(values)


def _need_torch() -> None:
    import importlib.util

    if importlib.util.find_spec("torch") is None:
        raise EngineError('training needs PyTorch, which is not installed: pip install "lvsegu[train]"')


def _add_fields(group: argparse._ArgumentGroup, owner: type, prefix: str, skip: tuple[str, ...] = ()) -> None:
    hints = get_type_hints(owner)
    help_texts = _field_docs(owner)
    for field in dataclasses.fields(owner):
        if field.name in skip:
            continue
        option = f"--{prefix}{field.name}".replace("_", "-")
        destination = f"{'vary' if prefix else 'set'}_{field.name}"
        text = f"{help_texts[field.name].rstrip('.')} (default: {_shown(field.default)})".replace("%", "%%")
        group.add_argument(option, dest=destination, help=text, **_kind(hints[field.name]))


def _kind(hint: Any) -> dict[str, Any]:
    if hint is bool:
        return {"action": argparse.BooleanOptionalAction, "default": None}
    items: dict[Any, tuple[type, str]] = {
        tuple[int, ...]: (int, "N"),
        tuple[float, ...]: (float, "X"),
        tuple[str, ...]: (str, "NAME"),
    }
    if hint in items:
        item, shown = items[hint]
        return {"type": item, "nargs": "+", "metavar": shown}
    return {"type": hint, "metavar": hint.__name__.upper()}


def _shown(value: Any) -> str:
    return (" ".join(map(str, value)) if isinstance(value, tuple) else str(value)) or "none"


def _field_docs(owner: type) -> dict[str, str]:
    """The text of each attribute in the class's docstring, so that help and documentation are the same words."""
    docs: dict[str, str] = {}
    name = ""
    for line in (owner.__doc__ or "").splitlines():
        stripped = line.strip()
        head, colon, text = stripped.partition(": ")
        if colon and head.isidentifier() and line.startswith(" " * 8) and not line.startswith(" " * 9):
            name = head
            docs[name] = text
        elif name and line.startswith(" " * 12):
            docs[name] += " " + stripped
    return docs


class _Bar:
    """Loss, Dice and time left: a progress bar on a terminal, a line per validation elsewhere; one process speaks."""

    def __init__(self, steps: int) -> None:
        from tqdm import tqdm

        self._first = os.environ.get("RANK", "0") == "0"
        self._bar = tqdm(total=steps, unit="step", disable=None if self._first else True, dynamic_ncols=True)
        self._dice = math.nan

    def watch(self) -> Watch:
        from LVSegULib.training.run import Watch

        return Watch(say=self._say, loaded=self._loaded, report=self._report)

    def close(self) -> None:
        self._bar.close()

    def _say(self, line: str) -> None:
        if self._first:
            self._bar.clear()
            logger.info(line)

    def _loaded(self, name: str) -> None:
        self._bar.set_description_str(f"reading {name}")

    def _report(self, report: Report) -> None:
        if report.validation is not None:
            self._dice = report.validation.mean
            if self._bar.disable:
                self._say(f"step {report.step}: loss {report.loss:.3f}, Dice {self._dice:.3f}, {report.seconds:.0f} s")
        self._bar.set_description_str("training", refresh=False)
        shown = f"loss {report.loss:.3f}" + (f", Dice {self._dice:.3f}" if math.isfinite(self._dice) else "")
        self._bar.set_postfix_str(shown, refresh=False)
        self._bar.update(report.step - self._bar.n)
