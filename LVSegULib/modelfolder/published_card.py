"""The card of a model that is shipped: what it is, what it learnt from, how good it is, where it fails, in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from LVSegULib.modelfolder.figures import with_interval
from LVSegULib.modelfolder.licence import full_name, restriction
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.network.config import UNetConfig, count_multiply_adds
from LVSegULib.quality.text import HEADING, card_paragraphs
from LVSegULib.writing.markdown import markdown_table

Row = tuple[str, str, int]
"""A figure's name in `model.json`, its caption, and the decimals that it is worth."""

OVERLAP: tuple[Row, ...] = (
    ("dice_pooled", "Dice, pooled", 3),
    ("dice_per_patient", "Dice per patient", 3),
    ("dice_per_volume", "Dice per volume", 3),
    ("dice_ED", "Dice per volume, ED", 3),
    ("dice_ES", "Dice per volume, ES", 3),
    ("dice_per_slice", "Dice per slice", 3),
    ("dice_base", "Dice per slice, base", 3),
    ("dice_mid", "Dice per slice, mid", 3),
    ("dice_apex", "Dice per slice, apex", 3),
    ("below_0.9", "share of slices below 0.9", 3),
    ("hd95_mm", "Hausdorff 95 % per slice, mm", 2),
    ("volume_error_percent", "volume error, %", 1),
)
CLINICAL: tuple[Row, ...] = (
    ("ef_absolute_error", "LVEF error without sign, points", 1),
    ("ef_correlation", "LVEF correlation", 3),
)
PRUNING: tuple[Row, ...] = (
    ("dice_per_patient", "Dice per patient", 4),
    ("dice_per_slice", "Dice per slice", 4),
    ("ef_absolute_error", "LVEF error without sign, points", 2),
)
CHALLENGE: tuple[Row, ...] = (
    ("good_percent", "good contours, %", 1),
    ("official_dice", "Dice of the good contours", 3),
    ("official_apd_mm", "distance of the good contours, mm", 2),
    ("all_dice", "Dice of all, a missing one is 0", 3),
    ("all_apd_mm", "distance of all that are not missing, mm", 2),
)


@dataclass(frozen=True)
class About:
    """What a person has to say about a model.

    Attributes:
        name: its name.
        description: one sentence.
        licence: licence of the weights.
        citations: sources to cite.
        data: a paragraph of Markdown on the data.
        failures: a paragraph of Markdown on known failures.
        evaluated: a paragraph of Markdown on who was evaluated and how.
    """

    name: str
    description: str
    licence: str
    citations: tuple[str, ...]
    data: str
    failures: str
    evaluated: str


@dataclass(frozen=True)
class Shown:
    """What a card shows beside the model's own description.

    Attributes:
        about: what a person has to say.
        commands: the command lines that made the model.
        worst: name of the picture of the worst slices, which lies beside the card.
        quality: name of the picture of the quality score; empty if there is none.
    """

    about: About
    commands: tuple[str, ...]
    worst: str
    quality: str = ""


def card(spec: ModelSpec, shown: Shown) -> str:
    """The card in Markdown."""
    parts = [
        f"# {spec.name}",
        f"{spec.description} **Not for clinical use.**{_restriction(spec)}",
        _facts(spec),
        "## Data",
        shown.about.data,
        "## Figures",
        shown.about.evaluated,
        figure_table(spec.figures),
        *_other_labels(spec),
        *_challenge(spec),
        *_before_pruning(spec),
        *_quality(shown.quality, spec.quality.get("figures")),
        "## Known failures",
        shown.about.failures,
        f"![The worst slices: image, expert, model]({shown.worst})",
        "## How it was made",
        *(["\n".join(f"    {command}" for command in shown.commands)] if shown.commands else []),
        "The whole configuration and the split are in `training` of `model.json`.",
    ]
    return "\n\n".join(parts) + "\n"


def figure_table(figures: dict[str, Any]) -> str:
    """A Markdown table: a row for each figure, a column for each data set, with 95 % intervals and n."""
    judged = {name: values for name, values in figures.items() if "dice_pooled" in values}
    return _table(list(judged.values()), _heads(judged), (*OVERLAP, *CLINICAL))


def _other_labels(spec: ModelSpec) -> list[str]:
    """The table of each label after the first."""
    parts = []
    for label in spec.labels:
        judged = {
            name: values | values["labels"][label.key]
            for name, values in spec.figures.items()
            if label.key in values.get("labels", {})
        }
        if judged:
            parts += [f"### {label.name}", _table(list(judged.values()), _heads(judged), OVERLAP)]
    return parts


def _challenge(spec: ModelSpec) -> list[str]:
    judged = {name: values for name, values in spec.figures.items() if "challenge" in values}
    if not judged:
        return []
    found = [values["challenge"] for values in judged.values()]
    counts = "; ".join(
        f"{one['contours']} contours of {name}, {one['missing']} missing"
        for name, one in zip(judged, found, strict=True)
    )
    text = (
        "Radau et al. 2009, endocardium, against the experts' contours: means of the patients' means. A contour is "
        f"good if it is less than 5 mm away on average. {counts}."
    )
    return ["### MICCAI 2009 challenge", text, _table(found, _heads(judged), CHALLENGE)]


def _before_pruning(spec: ModelSpec) -> list[str]:
    judged = {name: values for name, values in spec.figures.items() if "unpruned" in values}
    if not judged:
        return []
    columns = [column for values in judged.values() for column in (values["unpruned"], values)]
    heads = [f"{name}, {when}" for name in judged for when in ("before", "after")]
    changes = {f"{name}, change": values["change"] for name, values in judged.items()}
    text = "And the change in each patient, after less before:"
    return [
        "### Before and after pruning",
        _table(columns, heads, PRUNING),
        text,
        _table([*changes.values()], [*changes], PRUNING),
    ]


def _quality(picture: str, figures: dict[str, Any] | None) -> list[str]:
    told = card_paragraphs(figures) if figures else []
    image = f"![How well the quality score tells bad results]({picture})"
    return [HEADING, *told, image] if picture else []


def _heads(figures: dict[str, Any]) -> list[str]:
    return [f"{name} ({values['patients']} patients)" for name, values in figures.items()]


def _table(columns: Sequence[dict[str, Any]], heads: Sequence[str], rows: Sequence[Row]) -> str:
    lines = (
        [caption, *(with_interval(one.get(key), digits, has_n=True) for one in columns)]
        for key, caption, digits in rows
        if any(key in one for one in columns)
    )
    return markdown_table(["", *heads], lines)


def _restriction(spec: ModelSpec) -> str:
    found = restriction(spec.licence)
    return f" **{found}.**" if found else ""


def _facts(spec: ModelSpec) -> str:
    labels = ", ".join(f"{label.name} (SNOMED CT {label.snomed})" for label in spec.labels)
    training = spec.training
    place = f" ({training['place']})" if "place" in training else ""
    rows = (
        ("segments", labels),
        ("network", _network(spec.network)),
        ("parameters", f"{spec.parameters:,}, {100 * spec.share_of_classic:.2f} % of the classic U-Net's 31,036,481"),
        ("multiply-adds", f"{count_multiply_adds(spec.network):,.0f} per pixel"),
        *_pruning(spec),
        ("input", f"{spec.grid.columns} x {spec.grid.rows} pixels of {spec.grid.spacing_mm:g} mm around the centre"),
        ("training", f"{training['step']:,} steps in {training['seconds'] / 60:.0f} minutes{place}"),
        *_teachers(spec),
        ("licence", full_name(spec.licence)),
        *(("cite", citation) for citation in spec.citations),
    )
    return markdown_table(["", ""], rows)


def _teachers(spec: ModelSpec) -> list[tuple[str, str]]:
    """By whom labels were drawn that are not people's."""
    rows = []
    for data, by in spec.training.get("drawn_by", {}).items():
        took = f" in {by['minutes']:.0f} minutes" if "minutes" in by else ""
        name = "" if by["name"] == spec.name else f" {by['name']}"
        rows.append((f"labels of {data}", f"drawn by a teacher (a network{name} that was trained{took})"))
    return rows


def _network(network: UNetConfig) -> str:
    if network == UNetConfig.from_levels(
        [level[0] for level in network.encoder], output_channels=network.output_channels
    ):
        filters = ", ".join(str(level[0]) for level in network.encoder)
        return f"U-Net with {filters} filters from the finest to the coarsest level"
    down, up = (", ".join("+".join(map(str, level)) for level in way) for way in (network.encoder, network.decoder))
    return f"U-Net with {down} filters on the way down, {up} (up-sampling first) on the way up"


def _pruning(spec: ModelSpec) -> list[tuple[str, str]]:
    """What pruning made of the network, if it was pruned."""
    values = spec.training.get("pruning")
    if not values:
        return []
    before, after = values["from"], values["pruned"]
    what = (
        f"from {before['parameters']:,} parameters and {before['multiply_adds']:,.0f} multiply-adds per pixel to "
        f"{after['parameters']:,} and {after['multiply_adds']:,.0f}; nothing was trained again"
    )
    return [("pruned", what)]
