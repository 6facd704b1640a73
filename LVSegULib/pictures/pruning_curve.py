"""The pruning curve: Dice over the parameters and the multiply-adds that are left, as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from LVSegULib.pictures.plot import BLUE, GREY, GRID_COLOUR, ORANGE, new_figure, save
from LVSegULib.pruning.log import Row

PARAMETERS_COLOUR, MULTIPLY_ADDS_COLOUR, TOLERANCE_COLOUR = BLUE, ORANGE, GREY

SHOWN_TOLERANCES, LEAST_SHOWN = 10, 0.01
"""Dice that is shown below the unpruned network's: so many tolerances, and no less than this."""

MARGIN = 0.06
"""Above and below what is shown, as a share of it."""


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
        ring: dict[str, Any] = {"markersize": 9, "markerfacecolor": "white", "markeredgewidth": 2}
        axis.plot(place, chosen.dice, color=colour, marker="o", zorder=3, clip_on=False, **ring)
    axis.axhline(whole.dice - tolerance, color=TOLERANCE_COLOUR, linestyle="--", label=f"tolerance, {tolerance:g}")
    axis.set(xlabel="left of the unpruned network, %", ylabel="Dice per patient", xlim=(105, 0))
    axis.set_title(f"{whole.parameters:,} parameters become {chosen.parameters:,}")
    low = max(min(row.dice for row in rows), whole.dice - max(SHOWN_TOLERANCES * tolerance, LEAST_SHOWN))
    high = max(row.dice for row in rows)
    axis.set_ylim(low - MARGIN * (high - low) - 0.001, high + MARGIN * (high - low) + 0.001)
    axis.grid(color=GRID_COLOUR)
    axis.legend(frameon=False, loc="lower left")
    save(figure, path)
