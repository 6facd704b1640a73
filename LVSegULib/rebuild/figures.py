"""The figures that documents quote, gathered from shipped models and from what steps wrote: `figures.json`."""

from __future__ import annotations

from collections.abc import Container, Sequence
from pathlib import Path
from typing import Any

from LVSegULib.atomic import write_json, written_whole
from LVSegULib.errors import InputError, reason
from LVSegULib.json_text import json_of, read_json
from LVSegULib.modelfolder.folder import open_model
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.network.config import count_multiply_adds
from LVSegULib.rebuild.plan import evaluation_step, plan, publish_step
from LVSegULib.rebuild.recipe import Further, Recipe
from LVSegULib.rebuild.stamps import Stamps
from LVSegULib.rebuild.steps import Places, Step

FIGURES = "figures.json"
DIGITS = 6
"""Significant digits that are kept; documents show fewer."""


def gather(recipe: Recipe, places: Places) -> dict[str, Any]:
    """The figures of one recipe: of its model, and of its further commands.

    Raises:
        ModelError: the model has not been published.
        InputError: what a further command wrote cannot be read.
    """
    steps = {step.name: step for step in plan(recipe)}
    found: dict[str, Any] = {}
    if recipe.train:
        spec = open_model(places.models / recipe.name).spec
        found = model_figures(spec, steps[publish_step(recipe)].shown)
        found["evaluations"] = {
            judged.data: {
                "title": judged.title.format(patients=spec.figures[judged.data]["patients"]),
                "command": steps[evaluation_step(recipe, judged)].shown,
                **spec.figures[judged.data],
            }
            for judged in recipe.evaluations
        }
    return found | gather_further(recipe, places)


def gather_further(recipe: Recipe, places: Places, only: Container[str] | None = None) -> dict[str, Any]:
    """The figures of a recipe's further commands, by their names; `only` those of these steps.

    Raises:
        InputError: what one wrote cannot be read.
    """
    steps, found = {step.name: step for step in plan(recipe)}, {}
    for one in recipe.further:
        name = f"{recipe.name}/{one.name}"
        if (one.figures or one.alone) and (only is None or name in only):
            found[one.name] = _of_step(steps[name], one, places)
    return found


def model_figures(spec: ModelSpec, command: str) -> dict[str, Any]:
    """Size and training of a model, and of what it was pruned from."""
    network, pruning, drawn_by = spec.network, spec.training.get("pruning"), spec.training.get("drawn_by", {})
    return {
        "command": command,
        "parameters": spec.parameters,
        "share_of_classic_percent": round(100 * spec.share_of_classic, 4),
        "filters": sum(map(sum, (*network.encoder, *network.decoder))),
        "multiply_adds_per_pixel": round(count_multiply_adds(network), 1),
        "training": {
            "steps": spec.training["step"],
            "minutes": round(spec.training["seconds"] / 60, 1),
            **({"teacher_minutes": max(one.get("minutes", 0.0) for one in drawn_by.values())} if drawn_by else {}),
        },
        **({"quality": spec.quality["figures"]} if spec.quality else {}),
        **({"unpruned": pruning["from"]} if pruning else {}),
    }


def write_figures(folder: Path, recipes: Sequence[Recipe], places: Places) -> Path:
    """Gather the figures of `recipes` into `figures.json` in `folder`; those of other recipes stay."""
    path = folder / FIGURES
    found = read_figures(path) if path.is_file() else {}
    found |= {recipe.name: gather(recipe, places) for recipe in recipes}
    write_json(path, dict(sorted(found.items())))
    return path


def renew_figures(folder: Path, recipes: Sequence[Recipe], places: Places, only: Container[str]) -> Path:
    """Bring the figures of the further commands `only` (MODEL/STEP) in `figures.json` up to date; all others stay.

    Raises:
        InputError: `figures.json` or what a command wrote cannot be read.
    """
    path = folder / FIGURES
    found = read_figures(path)
    for recipe in recipes:
        found[recipe.name] = found.get(recipe.name, {}) | gather_further(recipe, places, only)
    write_json(path, dict(sorted(found.items())))
    return path


def read_figures(path: Path) -> dict[str, Any]:
    """What `write_figures` wrote.

    Raises:
        InputError: it cannot be read.
    """
    try:
        return dict(read_json(path))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read ({error}): make it anew with lvsegu rebuild") from error


def write_pictures(root: Path, recipes: Sequence[Recipe], places: Places) -> list[Path]:
    """Put the pictures of `recipes` where documents show them, in the repository `root`.

    Raises:
        InputError: a picture was not made.
        OutputError: one cannot be written.
    """
    written = []
    for recipe in recipes:
        for place, word in recipe.pictures.items():
            try:
                content = places.path(word).read_bytes()
            except OSError as error:
                raise InputError(f"{recipe.name}: {place} cannot be taken from {word}: {error}") from error
            with written_whole(root / place) as beside:
                beside.write_bytes(content)
            written.append(root / place)
    return written


def _of_step(step: Step, further: Further, places: Places) -> dict[str, Any]:
    """The figures of a further command; its time and memory too where nothing ran beside it."""
    stamp = Stamps(places).read(step)
    took = {"seconds": stamp.seconds, "peak_memory_mb": stamp.peak_memory_mb} if stamp and step.is_alone else {}
    values = {"values": _values(further, places)} if further.figures else {}
    return {"command": step.shown, **took, **values}


def _values(further: Further, places: Places) -> Any:
    """What a command wrote: the values of a JSON file, or the text of a Markdown one."""
    path = places.path(further.figures)
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".md":
            return text.strip()
        values = json_of(text)
        return _rounded({key: values[key] for key in further.keys} if further.keys else values)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} does not hold the figures of {further.name}: {reason(error)}") from error


def _rounded(values: Any) -> Any:
    if isinstance(values, float):
        return float(f"{values:.{DIGITS}g}")
    if isinstance(values, dict):
        return {key: _rounded(value) for key, value in values.items()}
    return [_rounded(value) for value in values] if isinstance(values, list) else values
