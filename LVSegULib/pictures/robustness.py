"""How a network breaks, as a picture: a small panel for each perturbation, Dice over its level."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from LVSegULib.pictures.plot import BLUE, GRID_COLOUR, ORANGE, new_figure, png_of
from LVSegULib.visualization.robustness import Curve

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOUR, WHOLE_COLOUR = BLUE, ORANGE
ROWS, COLUMNS = 2, 4

TITLES = {
    "rotation": ("turned", "degrees, anticlockwise"),
    "scale": ("scaled", "size of the heart, times"),
    "gamma": ("contrast", "gamma: left brighter, right darker"),
    "noise": ("noise", "standard deviation, share of grey range"),
    "blur": ("blurred", "width of the blur (FWHM), mm"),
    "bias field": ("uneven brightness", "one side brighter than the other, times"),
    "field of view": ("cropped", "field of view left, mm"),
}
RATIOS = ("scale", "gamma", "bias field")
"""Twice is as far from once as half is."""


def robustness_png(curves: Sequence[Curve], title: str) -> bytes:
    """A PNG with a panel for a curve of every kind: the mean over patients as a line, its 95 % interval as a band."""
    figure = new_figure(11, 0.6 + 2.6 * ROWS)
    *panels, last = figure.subplots(ROWS, COLUMNS, sharey=True).ravel()
    for panel, curve in zip(panels, curves, strict=True):
        _draw(panel, curve)
    for panel in panels[::COLUMNS]:
        panel.set_ylabel("Dice per patient")
    last.set_axis_off()
    last.legend(*panels[0].get_legend_handles_labels(), loc="center", frameon=False, fontsize=9)
    figure.suptitle(title, fontsize=12)
    return png_of(figure)


def _draw(panel: Axes, curve: Curve) -> None:
    name, axis_title = TITLES[curve.kind]
    levels, means = np.array(curve.levels), [dice.mean for dice in curve.dice]
    low, high = zip(*(dice.mean_interval for dice in curve.dice), strict=True)
    whole = means[curve.levels.index(curve.neutral)]
    panel.axhline(whole, color=WHOLE_COLOUR, linewidth=1, linestyle=(0, (4, 3)), label=f"unchanged: {whole:.3f}")
    panel.fill_between(levels, low, high, color=COLOUR, alpha=0.18, linewidth=0, label="95 % interval of the mean")
    panel.plot(
        levels, means, color=COLOUR, linewidth=1.6, marker="o", markersize=3, label="mean over patients", clip_on=False
    )
    panel.set(ylim=(0, 1.02), xlim=(levels[0], levels[-1]))
    panel.set_title(name, fontsize=10)
    panel.set_xlabel(axis_title, fontsize=8.5)
    if curve.kind in RATIOS:
        _count_in_ratios(panel, curve)
    if curve.kind == "rotation":
        panel.set_xticks([-180, -90, 0, 90, 180])
    panel.tick_params(labelsize=8)
    panel.grid(color=GRID_COLOUR, linewidth=0.6)
    panel.set_axisbelow(True)
    for side in ("top", "right"):
        panel.spines[side].set_visible(False)


def _count_in_ratios(panel: Axes, curve: Curve) -> None:
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    panel.set_xscale("log")
    octaves = [2.0**power for power in range(-4, 8) if min(curve.levels) <= 2.0**power <= max(curve.levels)]
    panel.xaxis.set_major_locator(FixedLocator(octaves))
    panel.xaxis.set_minor_locator(NullLocator())
    panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
