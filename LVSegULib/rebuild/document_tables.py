"""The tables of figures in documents, each made of the figures of one recipe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from LVSegULib.labels import BY_KEY, CAVITY
from LVSegULib.modelfolder.figures import with_interval
from LVSegULib.shown import number_text
from LVSegULib.writing.markdown import markdown_table

Figures = Mapping[str, Any]

QUOTED = (
    ("dice_pooled", "Dice, pooled", 3),
    ("dice_per_patient", "Dice per patient", 3),
    ("dice_per_slice", "Dice per slice", 3),
    ("ef_absolute_error", "error of LVEF, points", 1),
)
"""The figures of the short tables, and how many decimals they are worth."""

FLAGS = (
    ("bad_found", "bad slices found"),
    ("false_alarms", "false alarms, of the other slices"),
    ("far_off_found", "slices found that are far off"),
)
"""What is told of a quality score."""


def dice_table(figures: Figures) -> str:
    """How good the model is: a row for each figure, a column for each data set; means and 95 % intervals."""
    judged = _judged(figures)
    rows = [[caption, *(with_interval(one.get(key), digits) for one in judged)] for key, caption, digits in QUOTED]
    return markdown_table(["", *(one["title"] for one in judged)], rows)


def regions_table(figures: Figures) -> str:
    """How good a model of several regions is on its first data set: Dice per volume, a row for each region."""
    judged = _judged(figures)[0]
    regions = {CAVITY.key: judged, **judged["labels"]}
    groups = {"dice_per_volume": "Dice per volume", "dice_ED": "ED", "dice_ES": "ES"}
    rows = [[BY_KEY[key].name, *(with_interval(one.get(name), 3) for name in groups)] for key, one in regions.items()]
    return markdown_table([judged["title"], *groups.values()], rows)


def quality_table(figures: Figures) -> str:
    """How well the model's quality score tells the slices that it got wrong."""
    found = figures["quality"]
    rows = [[caption, _percent(found[key])] for key, caption in FLAGS if key in found]
    counted = f"{found['patients']} patients, {found['slices']:,} slices, {found['bad_slices']} of them bad"
    return markdown_table(
        [counted, ""], [*rows, ["area under the ROC curve", with_interval(found["area_under_roc"], 3)]]
    )


def pruning_table(figures: Figures) -> str:
    """The model before and after pruning, on each data set."""
    judged = [one for one in _judged(figures) if "unpruned" in one]
    if not judged:
        return "This model is not pruned."
    heads = [head for one in judged for head in (f"{one['title']}, before", "after")]
    rows = [
        [
            caption,
            *(with_interval(values.get(key), digits) for one in judged for values in (one["unpruned"], one)),
        ]
        for key, caption, digits in QUOTED
    ]
    rows += [
        [
            f"{caption}, change in each patient",
            *(text for one in judged for text in ("", with_interval(one["change"][key], digits + 1))),
        ]
        for key, caption, digits in QUOTED
        if all(key in one["change"] for one in judged)
    ]
    return markdown_table(["", *heads], rows)


def speed_table(figures: Figures) -> str:
    """What `lvsegu bench` measured, with the best that the machine can do."""
    bench = figures["bench"]["values"]
    limit = bench["limit"]
    heads = [
        "network",
        "way",
        "ms a slice",
        "fastest",
        "slowest",
        "slices/s",
        "x classic",
        "x nnU-Net",
        "differs",
        "MB",
    ]
    rows = [
        [
            row["network"],
            row["way"],
            *(f"{row[name]:.2f}" for name in ("ms_per_slice", "fastest_ms", "slowest_ms")),
            *(
                number_text(row[name], ".1f")
                for name in ("slices_per_second", "times_faster_than_classic", "times_faster_than_nnunet")
            ),
            f"{1e6 * row['differing']:.0f}",
            number_text(row["peak_memory_mb"], ".0f"),
        ]
        for row in bench["rows"]
    ]
    machine = (
        f"{limit['threads']} threads; at best {limit['multiply_adds_per_second'] / 1e9:.0f} G multiply-adds/s and "
        f"{limit['bytes_per_second'] / 1e9:.0f} GB/s"
    )
    return f"{markdown_table(heads, rows)}\n\n{machine}."


def cine_table(figures: Figures) -> str:
    """Where the time of a cine goes: a process that starts cold, and the second and third of three in one process."""
    cold, warm = figures["cine"], figures["cines"]
    parts = [run["values"]["seconds"] for run in (cold, warm)]
    rows = [["from start to files", f"{cold['seconds']:.1f} s", f"{parts[1]['total']:.1f} s"]]
    for step, seconds in parts[0].items():
        if step != "total":
            rows.append([f"of which {step}", f"{seconds:.2f} s", f"{parts[1][step]:.2f} s"])
    return markdown_table(["", "cold start", "warm: the third of three in one process"], rows)


TABLES: dict[str, Callable[[Figures], str]] = {
    "dice": dice_table,
    "regions": regions_table,
    "quality": quality_table,
    "pruning": pruning_table,
    "speed": speed_table,
    "cine": cine_table,
}
"""The kinds of table, by the name that documents call them by."""


def _judged(figures: Figures) -> list[dict[str, Any]]:
    return [one for one in figures["evaluations"].values() if "dice_pooled" in one]


def _percent(share: Mapping[str, float]) -> str:
    value, low, high = (100 * share[name] for name in ("value", "low", "high"))
    return f"{value:.1f} % ({low:.1f} to {high:.1f})"
