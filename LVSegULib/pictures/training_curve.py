"""The training curve: loss and validation Dice over the steps, as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from LVSegULib.atomic import written_whole
from LVSegULib.training.log import Row

LOSS_COLOUR, DICE_COLOUR, GRID_COLOUR = "#c2410c", "#1d4ed8", "#e5e7eb"


def draw_training_curve(path: Path, rows: Sequence[Row], title: str) -> None:
    """Write a PNG with the loss (left axis) and the validation Dice (right axis) of `rows`."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.2), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    loss_axis = figure.add_subplot()
    dice_axis = loss_axis.twinx()
    steps = [row.step for row in rows]
    loss_axis.plot(steps, [row.loss for row in rows], color=LOSS_COLOUR, linewidth=1.8)
    dice_axis.plot(steps, [row.dice for row in rows], color=DICE_COLOUR, linewidth=1.8, marker="o", markersize=3)
    loss_axis.set(xlabel="step", yscale="log", title=title)
    loss_axis.set_ylabel("training loss", color=LOSS_COLOUR)
    dice_axis.set_ylabel("validation Dice, mean over patients", color=DICE_COLOUR)
    dice_axis.set_ylim(0.7, 1.0)
    dice_axis.grid(color=GRID_COLOUR)
    best = max((row for row in rows if row.dice == row.dice), key=lambda row: row.dice, default=None)
    if best is not None:
        dice_axis.annotate(
            f"best {best.dice:.3f}", (best.step, best.dice), (0, 10), textcoords="offset points", ha="center"
        )
    with written_whole(path) as beside:
        figure.savefig(beside, format="png")
