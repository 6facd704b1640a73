"""`lvsegu info MODEL`: what a model is, layer by layer, without loading it."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from LVSegULib.modelfolder.names import DEFAULT_MODEL
from LVSegULib.shown import in_one_line

if TYPE_CHECKING:
    from LVSegULib.modelfolder.folder import ModelFolder
    from LVSegULib.modelfolder.spec import ModelSpec


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `lvsegu info`."""
    parser.add_argument(
        "model", nargs="?", default=DEFAULT_MODEL, metavar="MODEL", help="name or folder (default: %(default)s)"
    )
    parser.add_argument("--json", action="store_true", help="print model.json instead")


def run(arguments: argparse.Namespace) -> int:
    """Print the model, after comparing the hashes of its weights.

    Raises:
        UsageError: there is no such model.
        ModelError: the folder is incomplete or altered.
    """
    from LVSegULib.modelfolder.folder import find_model

    model = find_model(arguments.model)
    for name in model.spec.sha256:
        model.checked(name)
    print(model.spec.to_json() if arguments.json else "\n".join(describe_model(model)))
    return 0


def describe_model(model: ModelFolder) -> list[str]:
    """The lines that people read."""
    from LVSegULib.modelfolder.licence import commercial_use_in_a_word, restriction
    from LVSegULib.network.config import layer_costs

    spec, layers = model.spec, layer_costs(model.spec.network)
    pixels = spec.grid.rows * spec.grid.columns
    multiply_adds = sum(layer.multiply_adds_per_pixel for layer in layers) * pixels
    lines = [
        f"{spec.name}: {spec.description}" if spec.description else spec.name,
        f"  folder      {model.path}",
        f"  parameters  {spec.parameters:,} ({100 * spec.share_of_classic:.2f} % of the classic U-Net's 31,036,481)",
        f"  input       {spec.grid.rows} x {spec.grid.columns} pixels of {spec.grid.spacing_mm:g} mm",
        f"  work        {multiply_adds / 1e6:,.0f} million multiply-adds a slice",
        *(f"  label       {label.value} {label.name} (SNOMED CT {label.snomed})" for label in spec.labels),
        f"  licence     {restriction(spec.licence) or spec.licence or 'not said'}",
        f"  commercial  {commercial_use_in_a_word(spec.licence)}",
        *(f"  cite        {citation}" for citation in spec.citations),
        *(f"  SHA-256     {name} {digest}" for name, digest in spec.sha256.items()),
    ]
    for caption, said in (("training", _as_lines(spec.training)), ("figures", _figure_lines(spec))):
        lines += [f"  {caption}"] * bool(said) + [f"    {line}" for line in said]
    lines += ["  layer                filters   parameters   multiply-adds a pixel"]
    lines += [
        f"    {layer.name:<18} {layer.filters:>7} {layer.parameters:>12,} {layer.multiply_adds_per_pixel:>23,.1f}"
        for layer in layers
    ]
    return lines


def _figure_lines(spec: ModelSpec) -> list[str]:
    """The Dice of each data set, of every label; what has none as it is, if it fits on a line."""
    lines = []
    for name, values in spec.figures.items():
        by_kind = [(kind, _dice_of_labels(values, key, spec)) for key, kind in _DICE.items()]
        found = next((f"{name}: {kind} {', '.join(texts)}" for kind, texts in by_kind if texts), None)
        lines += _as_lines({name: values}) if found is None else [found]
    return lines


def _dice_of_labels(values: Any, key: str, spec: ModelSpec) -> list[str]:
    """One kind of a data set's Dice with interval and number of patients; by label, where the model has several."""
    from LVSegULib.modelfolder.figures import with_interval

    if not isinstance(values, dict):
        return []
    named = {spec.labels[0].key: values | values.get("challenge", {})} | values.get("labels", {})
    shown = {label: figures[key] for label, figures in named.items() if _is_figure(figures.get(key))}
    return [f"{label} " * (len(named) > 1) + with_interval(figure, 3, has_n=True) for label, figure in shown.items()]


def _is_figure(values: object) -> bool:
    return isinstance(values, dict) and values.keys() >= {"value", "low", "high", "n"}


def _as_lines(values: dict[str, Any]) -> list[str]:
    """What fits on a line each; configurations, splits and lists of patients are in `--json`."""
    texts = ((name, value if isinstance(value, str) else json.dumps(value)) for name, value in values.items())
    return [in_one_line(f"{name}: {text if len(text) <= _LONGEST else '(see --json)'}") for name, text in texts]


_LONGEST = 160
_DICE = {"dice_pooled": "pooled Dice", "all_dice": "Dice of all contours, as in the MICCAI 2009 challenge"}
