"""How well a quality score tells bad slices from good ones, as a picture: the ROC curve and where flagging begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from LVSegULib.pictures.plot import BLUE, GRID_COLOUR, ORANGE, new_figure, png_of
from LVSegULib.quality.roc import Choices, curve

if TYPE_CHECKING:
    from LVSegULib.quality.learn import Judgement

CURVE_COLOUR, POINT_COLOUR, GOAL_COLOUR = BLUE, ORANGE, "#15803d"

GOAL = (10.0, 90.0)
"""Per cent of the good slices flagged at most, and of the bad ones at least, that one would wish for."""


def roc_png(judgement: Judgement, bad: Choices, figures: dict[str, Any]) -> bytes:
    """A PNG with the curve of a judgement of patients that it was not learnt from.

    Args:
        judgement: what was said of each slice (N,).
        bad: which of them are bad (N,).
        figures: what `LVSegULib.quality.learn.figures_of` gave for them.
    """
    alarms, found = curve(judgement.wrong, bad)
    figure = new_figure(5.4, 5.2)
    axis = figure.add_subplot()
    axis.fill_betweenx([GOAL[1], 100], 0, GOAL[0], color=GOAL_COLOUR, alpha=0.15, linewidth=0, label="the goal")
    axis.plot(100 * alarms, 100 * found, color=CURVE_COLOUR, linewidth=1.8, label=f"area {_area(figures)}")
    axis.plot([0, 100], [0, 100], color=GRID_COLOUR, linewidth=1)
    place = [100 * float(judgement.flagged[of].mean()) for of in (~bad, bad)]
    flagged = f"flagged: {place[1]:.0f} % of the bad, {place[0]:.0f} % of the good"
    axis.plot(*place, color=POINT_COLOUR, marker="o", markersize=8, linestyle="", label=flagged)
    axis.set(xlabel="good slices flagged (false alarms), %", ylabel="bad slices flagged, %", xlim=(0, 100))
    axis.set_ylim(0, 101)
    counted = f"{figures['patients']} patients, {figures['slices']} slices, {figures['bad_slices']} bad"
    axis.set_title(f"Quality score on patients not learnt from\n{counted}", fontsize=11)
    axis.grid(color=GRID_COLOUR)
    axis.set_axisbelow(True)
    axis.legend(frameon=False, loc="lower right")
    return png_of(figure)


def _area(figures: dict[str, Any]) -> str:
    area = figures["area_under_roc"]
    between = "" if area["low"] is None else f" ({area['low']:.2f} to {area['high']:.2f})"
    return f"{area['value']:.3f}{between}"
