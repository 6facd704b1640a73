"""The values of the page of a network as plain lists, numbers and texts; large arrays are base64, little-endian."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from LVSegULib.evaluation.to_json import plain
from LVSegULib.labels import CAVITY
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.pictures.colours import DARK_TO_BRIGHT, NEGATIVE, POSITIVE, ZERO
from LVSegULib.pruning.structure import filters_of
from LVSegULib.visualization.effects import Effect, effect_values
from LVSegULib.visualization.network_view import LayerView, NetworkView

HEAD = "head"

_LARGEST_HALF = 6e4
"""Rounded down from the largest float16."""


def page_values(view: NetworkView) -> dict[str, Any]:
    """All of `view` that the page shows; a number that is not known is None."""
    spec = view.spec
    rows, columns = view.image.shape
    margin = cavity_margin(view.layers[HEAD].maps, spec)
    return {
        "name": spec.name,
        "description": spec.description,
        "parameters": spec.parameters,
        "share_of_classic": spec.share_of_classic,
        "filters": sum(filters_of(spec.network).values()),
        "depth": spec.network.depth,
        "cine": view.cine.name,
        "frame": view.frame,
        "slice": view.slice,
        "colours": {"positive": DARK_TO_BRIGHT, "signed": (NEGATIVE, ZERO, POSITIVE)},
        "rows": rows,
        "columns": columns,
        "image": to_base64(to_levels(view.image, 1.0)),
        "margin": None if margin is None else to_base64(margin),
        "cavity_cm2": int(view.cavity.sum()) * view.grid.spacing_mm**2 / 100,
        "layers": [_layer_values(layer, spec) for layer in view.layers.values()],
        "effects": [_effect(effect) for effect in view.effects],
        "pairs": [_effect(pair) | {"filters": [str(one) for one in pair.filters]} for pair in view.pairs],
        "patients": view.patients,
        "is_labelled": view.is_labelled,
    }


def cavity_margin(logits: NDArray[np.float32], spec: ModelSpec) -> NDArray[np.float16] | None:
    """By how much the cavity's logit is above all others and the background's 0: above 0 where cavity is found.

    Args:
        logits: (C, rows, columns).
        spec: the model.

    Returns:
        (rows, columns), or None where the model does not segment the cavity.
    """
    if CAVITY.value not in spec.label_values:
        return None
    channel = spec.label_values.index(CAVITY.value)
    others = np.maximum(np.delete(logits, channel, axis=0).max(axis=0, initial=0.0), 0.0)
    margin: NDArray[np.float16] = np.clip(logits[channel] - others, -_LARGEST_HALF, _LARGEST_HALF).astype("<f2")
    return margin


def to_levels(values: NDArray[np.float32], highest: float) -> NDArray[np.uint8]:
    """0 to `highest` as 0 to 255; all 0 where `highest` is 0."""
    share = np.clip(values / highest, 0.0, 1.0) if highest > 0 else np.zeros(values.shape)
    return np.rint(255 * share).astype(np.uint8)


def to_base64(values: NDArray[Any]) -> str:
    """The bytes of an array, in C order."""
    return base64.b64encode(values.tobytes()).decode("ascii")


def _layer_values(view: LayerView, spec: ModelSpec) -> dict[str, Any]:
    """A layer; `maps` run from 0 to each one's `high`, or of a `signed` layer from -`high` to `high`."""
    kernels, maps = view.kernels, view.maps
    filters, rows, columns = maps.shape
    is_signed = bool((maps < 0).any())
    high = np.abs(maps).max(axis=(1, 2))
    levels = [
        to_levels(one + top, 2 * float(top)) if is_signed and top > 0 else to_levels(one, float(top))
        for one, top in zip(maps, high, strict=True)
    ]
    values: dict[str, Any] = {
        "name": kernels.layer,
        "level": view.level,
        "filters": filters,
        "rows": rows,
        "columns": columns,
        "signed": is_signed,
        "high": _plain(high),
        "maps": to_base64(np.stack(levels)),
        "scale": kernels.scale,
        "kernel_rows": kernels.kernels.shape[2],
        "kernel_columns": kernels.kernels.shape[3],
        "kernels": to_base64((kernels.kernels / (kernels.scale or 1.0)).astype("<f2")),
        "bias": _plain(kernels.bias),
        "groups": [
            {"source": group.source, "start": group.channels.start, "count": len(group.channels)}
            for group in kernels.groups
        ],
    }
    return values | ({"outputs": [label.name for label in spec.labels]} if kernels.layer == HEAD else {})


def _effect(effect: Effect) -> dict[str, Any]:
    return dict(plain(effect_values(effect)))


def _plain(values: Iterable[np.floating[Any]]) -> list[float]:
    """Seven digits: float32 holds no more."""
    return [float(f"{value:.7g}") for value in values]
