"""Ways of pruning in one picture: what each loses over the parameters, the multiply-adds and the time that are left."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from LVSegULib.comparison.figures import Figures
from LVSegULib.pictures.plot import COLOURS, GRID_COLOUR, new_figure, save

MARGIN = 0.05
"""Falls of Dice beyond this are cut off: who reads the picture compares the good ones."""

AXES = {"parameters": "parameters left, %", "multiply_adds": "multiply-adds left, %", "milliseconds": "time left, %"}


def draw_comparison(path: Path, rows: Sequence[Figures]) -> None:
    """Write a PNG: change of Dice per patient above, error of the LVEF below, over what is left of the network."""
    whole, others = rows[0], rows[1:]
    figure = new_figure(11, 6.4)
    axes = figure.subplots(2, len(AXES), sharey="row", sharex="col")
    methods = list(dict.fromkeys(row.method for row in others))
    for column, (name, title) in enumerate(AXES.items()):
        for method, colour in zip(methods, COLOURS, strict=False):
            own = [row for row in others if row.method == method]
            left = [100 * getattr(row, name) / getattr(whole, name) for row in own]
            changes, changed = [row.change for row in own], [row.change_interval for row in own]
            errors, erring = [row.ef_error for row in own], [row.ef_error_interval for row in own]
            shown = method if max(changes) > -MARGIN else f"{method} (below the scale)"
            _line(axes[0][column], left, changes, changed, colour, shown)
            _line(axes[1][column], left, errors, erring, colour, method)
        axes[0][column].axhline(0, color=GRID_COLOUR, zorder=0)
        axes[1][column].axhline(whole.ef_error, color=GRID_COLOUR, zorder=0)
        axes[1][column].set_xlabel(title)
        axes[1][column].invert_xaxis()
    axes[0][0].set(ylabel="change of Dice per patient", ylim=(-MARGIN, MARGIN / 5))
    axes[1][0].set(ylabel="error of the LVEF, points", ylim=(0, 3 * whole.ef_error))
    names = axes[0][0].get_legend_handles_labels()
    figure.legend(*names, frameon=False, loc="outside lower center", ncols=len(methods), fontsize=9)
    figure.suptitle(f"{whole.patients} patients of whom no network knew anything; bars: 95 % confidence intervals")
    save(figure, path)


def _line(
    axis: Any, left: list[float], values: list[float], intervals: list[tuple[float, float]], colour: str, label: str
) -> None:
    ordered = sorted(zip(left, values, intervals, strict=True), reverse=True)
    x, y = [one[0] for one in ordered], [one[1] for one in ordered]
    below = [value - interval[0] for _, value, interval in ordered]
    above = [interval[1] - value for _, value, interval in ordered]
    axis.errorbar(
        x, y, yerr=[below, above], color=colour, label=label, linewidth=1.5, elinewidth=0.7, marker="o", markersize=3.5
    )
    axis.grid(color=GRID_COLOUR, linewidth=0.6)
