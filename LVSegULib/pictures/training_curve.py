"""The training curve: loss and validation Dice over the steps, as a picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from LVSegULib.pictures.plot import BLUE, GRID_COLOUR, ORANGE, new_figure, save
from LVSegULib.training.log import Row

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LOSS_COLOUR, DICE_COLOUR = ORANGE, BLUE


def draw_training_curve(path: Path, rows: Sequence[Row], title: str) -> None:
    """Write a PNG with the loss (left axis) and the validation Dice (right axis) of `rows`."""
    figure = new_figure(8, 4.2)
    loss_axis = figure.add_subplot()
    loss_axis.plot([row.step for row in rows], [row.loss for row in rows], color=LOSS_COLOUR, linewidth=1.8)
    loss_axis.set(xlabel="step", title=title, xlim=(0, None), ylim=(0, None))
    loss_axis.set_ylabel("training loss", color=LOSS_COLOUR)
    validated = [row for row in rows if not math.isnan(row.dice)]
    if validated:
        _draw_dice(loss_axis.twinx(), validated)
    save(figure, path)


def _draw_dice(axis: Axes, rows: Sequence[Row]) -> None:
    """The validation Dice over the steps, with the best one named."""
    lowest, best = min(row.dice for row in rows), max(rows, key=lambda row: row.dice)
    axis.plot(
        [r.step for r in rows], [r.dice for r in rows], color=DICE_COLOUR, linewidth=1.8, marker="o", markersize=3
    )
    axis.set_ylabel("validation Dice, mean over patients", color=DICE_COLOUR)
    axis.set_ylim(min(0.7, lowest), 1.0)
    axis.grid(color=GRID_COLOUR)
    axis.annotate(
        f"best {best.dice:.3f}",
        (best.step, best.dice),
        xytext=(0, 10),
        textcoords="offset points",
        ha="right",
        color=DICE_COLOUR,
    )
