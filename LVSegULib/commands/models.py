"""`lvsegu models`: the installed models, a line each; the default one first."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from LVSegULib.commands.options import DEFAULT_MODEL

if TYPE_CHECKING:
    from LVSegULib.modelfolder.folder import ModelFolder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing to choose."""


def run(arguments: argparse.Namespace) -> int:  # noqa: ARG001
    """Print the table of installed models."""
    from LVSegULib.modelfolder import folder
    from LVSegULib.modelfolder.licence import commercial_use_in_a_word

    models = default_first(folder.installed_models())
    if not models:
        print(f"no models are installed in {folder.SHIPPED}")
        return 0
    rows = [("NAME", "PARAMETERS", "OF 31 M", "LABELS", "LICENCE", "COMMERCIAL USE", "DICE")]
    for model in models:
        spec = model.spec
        labels = ", ".join(label.name for label in spec.labels)
        share = f"{100 * spec.share_of_classic:.2f} %"
        use = (spec.licence or "-", commercial_use_in_a_word(spec.licence))
        rows.append((spec.name, f"{spec.parameters:,}", share, labels, *use, dice_shown(spec.figures)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return 0


def default_first(models: Sequence[ModelFolder]) -> list[ModelFolder]:
    """The same models with the default one at the head; the others stay in their order."""
    return sorted(models, key=lambda model: model.path.name != DEFAULT_MODEL)


def dice_shown(figures: dict[str, Any]) -> str:
    """The Dice of each data set that a model was tested on, "Sunnybrook 0.951, CHLA 0.921"; "-" if none."""
    found = [(name, _dice(values)) for name, values in figures.items()]
    return ", ".join(f"{name} {dice:.3f}" for name, dice in found if dice is not None) or "-"


def _dice(values: Any) -> float | None:
    """The pooled Dice, or else the mean, of one data set's figures, with or without a confidence interval."""
    for key in ("dice_pooled", "dice_mean"):
        value = values.get(key) if isinstance(values, dict) else None
        value = value.get("value") if isinstance(value, dict) else value
        if isinstance(value, (int, float)):
            return float(value)
    return None
