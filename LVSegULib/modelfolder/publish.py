"""Make a trained model ready to ship: description, licence, test figures and card, no figure copied by hand."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from LVSegULib.errors import InputError
from LVSegULib.modelfolder.folder import ModelFolder, save_model
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.network.config import UNetConfig

FIGURES = (
    ("dice_pooled", "Dice, pooled"),
    ("dice_per_patient", "Dice per patient"),
    ("dice_per_volume", "Dice per volume"),
    ("dice_per_slice", "Dice per slice"),
    ("dice_base", "Dice per slice, base"),
    ("dice_mid", "Dice per slice, mid"),
    ("dice_apex", "Dice per slice, apex"),
    ("below_0.9", "share of slices below 0.9"),
    ("hd95_mm", "Hausdorff 95 % per slice, mm"),
    ("volume_error_percent", "volume error, %"),
    ("ef_absolute_error", "LVEF error without sign, points"),
    ("ef_correlation", "LVEF correlation"),
)
"""The figures of a card, by their names in `model.json`, in the card's order."""


@dataclass(frozen=True)
class About:
    """What a person has to say about a model.

    Attributes:
        name: its name.
        description: one sentence.
        licence: licence of the weights.
        citations: sources to cite.
        commands: the exact commands that made it, in order.
        data: a paragraph of Markdown on the data.
        failures: a paragraph of Markdown on known failures.
        evaluated: a paragraph of Markdown on who was evaluated and how.
    """

    name: str
    description: str
    licence: str
    citations: tuple[str, ...]
    commands: tuple[str, ...]
    data: str
    failures: str
    evaluated: str


def about_from_values(values: dict[str, Any]) -> About:
    """An `About` from the values of a TOML file.

    Raises:
        InputError: a value is missing, left over, or not text.
    """
    fields = {field.name for field in dataclasses.fields(About)}
    if values.keys() != fields:
        raise InputError(f"the description needs exactly {', '.join(sorted(fields))}, got {', '.join(sorted(values))}")
    texts = {name: str(value).strip() for name, value in values.items()}
    return About(
        name=texts["name"],
        description=texts["description"],
        licence=texts["licence"],
        citations=tuple(map(str, values["citations"])),
        commands=tuple(map(str, values["commands"])),
        data=texts["data"],
        failures=texts["failures"],
        evaluated=texts["evaluated"],
    )


def read_evaluation(path: Path) -> dict[str, Any]:
    """The JSON that `lvsegu evaluate --json` wrote.

    Raises:
        InputError: not such a file, or one without the LV cavity.
    """
    try:
        values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        values["labels"]["LV"]["pooled_dice"]["value"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} is not an evaluation of the LV cavity: {error!r}") from error
    return values


def short_figures(evaluation: dict[str, Any]) -> dict[str, Any]:
    """The figures of the LV cavity, each with its 95 % interval and n, as `model.json` holds them."""
    cavity = evaluation["labels"]["LV"]
    slices, volumes, clinical = cavity["slices"], cavity["volumes"], cavity["clinical"]
    pooled = cavity["pooled_dice"]
    figures = {
        "dice_pooled": _figure(pooled["value"], pooled["interval"], pooled["patients"]),
        "dice_per_patient": _mean(cavity["dice_per_patient"]),
        "dice_per_volume": _mean(volumes["all"]["dice"]),
        "dice_per_slice": _mean(slices["all"]["dice"]),
        **{f"dice_{region}": _mean(slices[region]["dice"]) for region in ("base", "mid", "apex") if region in slices},
        "below_0.9": _mean(slices["all"]["below"]),
        "hd95_mm": _mean(slices["all"]["hd95_mm"]),
        "volume_error_percent": _mean(volumes["all"]["error_percent"]),
    }
    if clinical:
        figures["ef_absolute_error"] = _mean(clinical["LVEF_percent"]["absolute_error"])
        correlation = clinical["LVEF_percent"]["correlation"]
        figures["ef_correlation"] = _figure(correlation, (None, None), clinical["patients"])
    return {"patients": len(evaluation["patients"]), **figures}


def publish(
    model: ModelFolder, about: About, evaluations: Sequence[dict[str, Any]], picture: str, path: Path
) -> ModelFolder:
    """Write the folder of a model that is to be shipped.

    Args:
        model: the trained model.
        about: what to say about it.
        evaluations: what `lvsegu evaluate --json` wrote, one for each data set.
        picture: name of a picture of the worst slices, shown by the card; it lies beside the card.
        path: the new folder.

    Raises:
        OutputError: `path` cannot be written.
    """
    spec = dataclasses.replace(
        model.spec,
        name=about.name,
        description=about.description,
        licence=about.licence,
        citations=about.citations,
        figures={one["dataset"]: short_figures(one) for one in evaluations},
    )
    return save_model(path, spec, model.weights(), card(spec, about, picture))


def card(spec: ModelSpec, about: About, picture: str) -> str:
    """The card in Markdown."""
    parts = [
        f"# {spec.name}",
        f"{spec.description} **Not for clinical use.**",
        _facts(spec),
        "## Data",
        about.data,
        "## Figures",
        about.evaluated,
        figure_table(spec.figures),
        "## Known failures",
        about.failures,
        f"![The worst slices: image, expert, model]({picture})",
        "## How it was made",
        "\n".join(f"    {command}" for command in about.commands),
        "The whole configuration and the split are in `training` of `model.json`.",
    ]
    return "\n\n".join(parts) + "\n"


def figure_table(figures: dict[str, Any]) -> str:
    """A Markdown table: a row for each figure, a column for each data set, with 95 % intervals and n."""
    names = list(figures)
    lines = [
        "| | " + " | ".join(f"{name} ({figures[name]['patients']} patients)" for name in names) + " |",
        "|---|" + "---|" * len(names),
    ]
    lines += [
        f"| {caption} | " + " | ".join(_cell(figures[name].get(key)) for name in names) + " |"
        for key, caption in FIGURES
        if any(key in figures[name] for name in names)
    ]
    return "\n".join(lines)


def _facts(spec: ModelSpec) -> str:
    labels = ", ".join(f"{label.name} (SNOMED CT {label.snomed})" for label in spec.labels)
    rows = (
        ("segments", labels),
        ("network", _network(spec.network)),
        ("parameters", f"{spec.parameters:,}, {100 * spec.share_of_classic:.2f} % of the classic U-Net's 31,036,481"),
        ("input", f"{spec.grid.columns} x {spec.grid.rows} pixels of {spec.grid.spacing_mm:g} mm around the centre"),
        ("training", f"{spec.training['step']:,} steps in {spec.training['seconds'] / 60:.0f} minutes"),
        *_pruning(spec),
        ("licence", spec.licence),
        *(("cite", citation) for citation in spec.citations),
    )
    return "| | |\n|---|---|\n" + "\n".join(f"| {name} | {value} |" for name, value in rows)


def _network(network: UNetConfig) -> str:
    if network == UNetConfig.from_levels([level[0] for level in network.encoder]):
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


def _mean(summary: dict[str, Any]) -> dict[str, Any]:
    return _figure(summary["mean"], summary["mean_interval"], summary["count"])


def _figure(value: float | None, interval: Sequence[float | None], count: int) -> dict[str, Any]:
    rounded = (None if number is None else round(float(number), 4) for number in (value, *interval))
    return {**dict(zip(("value", "low", "high"), rounded, strict=True)), "n": count}


def _cell(figure: dict[str, Any] | None) -> str:
    if not figure or figure["value"] is None:
        return "-"
    if figure["low"] is None:
        return f"{figure['value']:.3f} (n {figure['n']})"
    return f"{figure['value']:.3f} ({figure['low']:.3f} to {figure['high']:.3f}; n {figure['n']})"
