"""The numbers behind the pictures as CSV files."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from LVSegULib.atomic import write_csv
from LVSegULib.visualization.effects import effect_values
from LVSegULib.visualization.kernels import ChannelGroup, LayerKernels
from LVSegULib.visualization.network_view import NetworkView

KERNEL_COLUMNS = ("layer", "filter", "source", "source_filter", "row", "column", "weight")


def write_tables(folder: Path, view: NetworkView) -> list[Path]:
    """Write effects.csv, pairs.csv, kernels.csv and biases.csv into `folder`; an empty field is no number.

    Raises:
        OutputError: a file cannot be written.
    """
    kernels = [layer.kernels for layer in view.layers.values()]
    biases = ((one.layer, index, f"{bias:.8g}") for one in kernels for index, bias in enumerate(one.bias.tolist()))
    return [
        write_rows(folder / "effects.csv", [effect_values(effect) for effect in view.effects]),
        write_rows(folder / "pairs.csv", [effect_values(effect) for effect in view.pairs]),
        _write(folder / "kernels.csv", KERNEL_COLUMNS, (row for one in kernels for row in _kernel_rows(one))),
        _write(folder / "biases.csv", ("layer", "filter", "bias"), biases),
    ]


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """Write `rows`, which all have the keys of the first, under these; an empty field is no number. Returns `path`.

    Raises:
        OutputError: the file cannot be written.
    """
    names = list(rows[0]) if rows else []
    return _write(path, names, ([_plain(value) for value in row.values()] for row in rows))


def _kernel_rows(layer: LayerKernels) -> Iterable[Sequence[Any]]:
    sources = [_source(layer.groups, channel) for channel in range(layer.kernels.shape[1])]
    for index, own in enumerate(layer.kernels.tolist()):
        for (source, place), kernel in zip(sources, own, strict=True):
            for row, values in enumerate(kernel):
                for column, weight in enumerate(values):
                    yield layer.layer, index, source, place, row, column, f"{weight:.8g}"


def _source(groups: Sequence[ChannelGroup], channel: int) -> tuple[str, int]:
    """The layer that a channel comes from, and which of its filters it is."""
    group = next(group for group in groups if channel in group.channels)
    return group.source, channel - group.channels.start


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return f"{value:.8g}" if math.isfinite(value) else ""
    return value


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Path:
    write_csv(path, columns, rows)
    return path
