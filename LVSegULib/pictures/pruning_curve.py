"""The pruning curve: Dice over the parameters and the multiply-adds that are left, as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from LVSegULib.pictures.plot import BLUE, GREY, GRID_COLOUR, ORANGE, new_figure, save
from LVSegULib.pruning.log import Row

PARAMETERS_COLOUR, MULTIPLY_ADDS_COLOUR, TOLERANCE_COLOUR = BLUE, ORANGE, GREY


def draw_pruning_curve(path: Path, rows: Sequence[Row], chosen: Row, tolerance: float) -> None:
    """Write a PNG with the Dice of every round over the share of parameters and of multiply-adds that is left."""
    whole = rows[0]
    figure = new_figure(8, 4.2)
    axis = figure.add_subplot()
    for name, colour in (("parameters", PARAMETERS_COLOUR), ("multiply_adds", MULTIPLY_ADDS_COLOUR)):
        left = [100 * getattr(row, name) / getattr(whole, name) for row in rows]
        place = 100 * getattr(chosen, name) / getattr(whole, name)
        label = f"{name.replace('_', '-')} left: {place:.0f} %"
        axis.plot(left, [row.dice for row in rows], color=colour, linewidth=1.6, marker="o", markersize=3, label=label)
        axis.plot(
            place, chosen.dice, color=colour, marker="o", markersize=9, markerfacecolor="white", markeredgewidth=2
        )
    axis.axhline(whole.dice - tolerance, color=TOLERANCE_COLOUR, linestyle="--", label=f"tolerance, {tolerance:g}")
    axis.set(xlabel="left of the unpruned network, %", ylabel="Dice per patient", xlim=(105, 0))
    axis.set_title(f"{whole.parameters:,} parameters become {chosen.parameters:,}")
    axis.set_ylim(min(row.dice for row in rows) - 0.001, max(row.dice for row in rows) + 0.001)
    axis.grid(color=GRID_COLOUR)
    axis.legend(frameon=False, loc="lower left")
    save(figure, path)
