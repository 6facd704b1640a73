"""A study in pictures: differences with their intervals, accuracy over size, accuracy over patients learnt from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from LVSegULib.pictures.plot import BLACK, BLUE, COLOURS, GREY, GRID_COLOUR, ORANGE, new_figure, save

if TYPE_CHECKING:
    from LVSegULib.study.conclusions import Comparison
    from LVSegULib.study.results import Row

VERDICT_COLOURS = {"better": BLUE, "worse": ORANGE, "none": GREY}
NOISE_COLOUR = "#f3f4f6"
ROW_INCHES = 0.3
CLOSE = 1.15
"""Numbers of parameters that differ by less than this factor get one label."""
MARGIN = 0.12
"""Changes of Dice beyond this are cut off, with their number: who reads the picture compares the close ones."""


def draw_differences(path: Path, compared: Sequence[Comparison], noise: float, title: str) -> None:
    """Write a PNG: the change of Dice of every variant with its interval, coloured by its verdict.

    Args:
        path: the file.
        compared: the variants, in order.
        noise: what another seed does, shown as a band; NaN if it is not known.
        title: over the picture.
    """
    figure = new_figure(9, 1.5 + ROW_INCHES * len(compared))
    axis = figure.add_subplot()
    if noise == noise:
        axis.axvspan(-noise, noise, color=NOISE_COLOUR, zorder=0, label=f"another seed, {noise:.4f}")
    for place, one in enumerate(compared):
        _interval(axis, place, one)
    for kind, words in (("better", "better"), ("worse", "worse"), ("none", "no difference shown")):
        axis.plot([], [], color=VERDICT_COLOURS[kind], marker="o", markersize=4.5, label=words)
    axis.axvline(0, color=BLACK, linewidth=0.8)
    axis.set_yticks(range(len(compared)), [one.row.variant.name for one in compared])
    axis.set(xlabel="change of the Dice per patient", title=title, ylim=(len(compared) - 0.4, -0.6))
    low, high = axis.get_xlim()
    axis.set_xlim(max(low, -MARGIN), min(high, MARGIN))
    axis.grid(color=GRID_COLOUR, linewidth=0.6, axis="x")
    figure.legend(frameon=False, loc="outside lower center", fontsize=8, ncols=4)
    save(figure, path)


def draw_accuracy(path: Path, rows: Sequence[Row], datasets: Sequence[str]) -> None:
    """Write a PNG: Dice per patient of each data set over the parameters of the networks (logarithmic)."""
    figure = new_figure(9, 4.6)
    axis = figure.add_subplot()
    _draw_dice(axis, [(row.mean("parameters"), row) for row in rows], datasets, linewidth=0)
    for place, names in _close_together([(row.mean("parameters"), row.variant.name) for row in rows]):
        axis.annotate(
            ", ".join(names),
            (place, 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, 3),
            textcoords="offset points",
            rotation=30,
            fontsize=8,
        )
    axis.set(xlabel="parameters")
    figure.legend(frameon=False, loc="outside lower center", fontsize=8, ncols=4)
    save(figure, path)


def draw_learning_curve(path: Path, rows: Sequence[Row], datasets: Sequence[str]) -> None:
    """Write a PNG: Dice per patient of each data set over the patients that were learnt from (logarithmic)."""
    figure = new_figure(9, 4.4)
    axis = figure.add_subplot()
    places = [row.mean("learnt_from") for row in rows]
    _draw_dice(axis, list(zip(places, rows, strict=True)), datasets, linewidth=1.5)
    axis.set_xticks(places, [f"{place:.0f}" for place in places])
    axis.set_xticks([], minor=True)
    axis.set(xlabel="patients that are learnt from")
    figure.legend(frameon=False, loc="outside lower center", fontsize=8, ncols=4)
    save(figure, path)


def _draw_dice(axis: Any, placed: Sequence[tuple[float, Row]], datasets: Sequence[str], linewidth: float) -> None:
    """Dice per patient of each data set with its interval, at the places of the rows."""
    ordered = sorted(placed, key=lambda one: one[0])
    for dataset, colour in zip(datasets, COLOURS[0::2], strict=False):
        dice = [row.dice(dataset) for _, row in ordered]
        below = [one.mean - one.mean_interval[0] for one in dice]
        above = [one.mean_interval[1] - one.mean for one in dice]
        axis.errorbar(
            [place for place, _ in ordered],
            [one.mean for one in dice],
            yerr=[below, above],
            color=colour,
            label=f"{dataset} ({dice[-1].patients} patients)",
            linewidth=linewidth,
            elinewidth=0.8,
            marker="o",
            markersize=4,
        )
    axis.set(xscale="log", ylabel="Dice per patient")
    axis.grid(color=GRID_COLOUR, linewidth=0.6)


def _close_together(named: Sequence[tuple[float, str]]) -> list[tuple[float, list[str]]]:
    """Names by place; those of places too close for two names share one."""
    found: list[tuple[float, list[str]]] = []
    for place, name in sorted(named):
        if found and place < found[-1][0] * CLOSE:
            found[-1][1].append(name)
        else:
            found.append((place, [name]))
    return found


def _interval(axis: Any, place: int, one: Comparison) -> None:
    low, high = one.change.mean_interval
    colour = VERDICT_COLOURS[one.verdict.kind]
    axis.plot([low, high], [place, place], color=colour, linewidth=1.8)
    axis.plot(one.change.mean, place, color=colour, marker="o", markersize=4.5)
    if abs(one.change.mean) > MARGIN:
        side = math.copysign(1, one.change.mean)
        axis.annotate(
            f"{one.change.mean:+.2f}",
            (side * MARGIN, place),
            xytext=(-4 * side, 0),
            textcoords="offset points",
            ha="right" if side > 0 else "left",
            va="center",
            fontsize=8,
            color=colour,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )
