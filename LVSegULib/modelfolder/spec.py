"""`model.json`: all that is to be known about a model without loading its weights."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

from LVSegULib.case_names import patient_of
from LVSegULib.errors import LVSegUError, ModelError, UsageError, reason
from LVSegULib.json_text import json_of
from LVSegULib.labels import BY_KEY, Label
from LVSegULib.network.config import UNetConfig, count_parameters, share_of_classic
from LVSegULib.preparation.grid import Grid
from LVSegULib.preparation.intensity import describe_scaling, scaling_of
from LVSegULib.reading.names import safe_name
from LVSegULib.settings import fitted
from LVSegULib.shown import in_one_line, is_printable, shown

FORMAT = 1
"""Version of the model folder's layout; a folder with a higher one was made by a newer LVSegU."""

LONGEST_REASON = 300
"""Letters of what is wrong with a description."""

_TABLE = dict[str, Any]


@dataclass(frozen=True)
class ModelSpec:
    """What a model is.

    Attributes:
        name: short name, also the folder's.
        network: filters of every layer.
        labels: what each output channel segments.
        grid: pixels that the network sees.
        description: one sentence for people.
        licence: licence of the weights.
        citations: sources to be cited by whoever uses the model.
        training: data sets, split and configuration of the training run.
        figures: test figures, by data set, each with its n and confidence interval.
        sha256: hash of each file that holds weights, by file name.
        quality: how the quality score is calibrated, see `LVSegULib.quality.calibration`; empty without one.
    """

    name: str
    network: UNetConfig
    labels: tuple[Label, ...]
    grid: Grid
    description: str = ""
    licence: str = ""
    citations: tuple[str, ...] = ()
    training: dict[str, Any] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)
    sha256: dict[str, str] = field(default_factory=dict)
    quality: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.network.output_channels != len(self.labels):
            raise ModelError(f"{self.name}: {self.network.output_channels} outputs for {len(self.labels)} labels")

    @property
    def parameters(self) -> int:
        """Trainable parameters of the network."""
        return count_parameters(self.network)

    @property
    def share_of_classic(self) -> float:
        """Parameters as a fraction of the classic U-Net's."""
        return share_of_classic(self.network)

    @property
    def label_values(self) -> tuple[int, ...]:
        """Label value of each output channel."""
        return tuple(label.value for label in self.labels)

    @property
    def trained_on(self) -> frozenset[str]:
        """The patients that it, the model that it was started from and its teachers were trained on, as far as it says.

        A teacher is a model that drew labels which this one learnt from. Older models took names such as "anna-ED" for
        patients: these are given as "anna" too.
        """
        own, drawn = self.training.get("split", {}), self.training.get("drawn_by", {})
        others = (self.training.get("started_from", {}), *drawn.values())
        names = {*own.get("train", ()), *(name for other in others for name in other.get("trained_on", ()))}
        return frozenset(names | set(map(patient_of, names)))

    def to_json(self) -> str:
        """The text of `model.json`."""
        return json.dumps(
            {
                "format": FORMAT,
                "name": self.name,
                "description": self.description,
                "licence": self.licence,
                "citations": list(self.citations),
                "parameters": self.parameters,
                "share_of_classic_unet": round(self.share_of_classic, 6),
                "network": self.network.to_json(),
                "input": {
                    "spacing_mm": self.grid.spacing_mm,
                    "rows": self.grid.rows,
                    "columns": self.grid.columns,
                    "normalisation": describe_scaling(self.grid.intensity),
                },
                "labels": [_label_to_json(label) for label in self.labels],
                "training": self.training,
                "figures": self.figures,
                "sha256": self.sha256,
                **({"quality": self.quality} if self.quality else {}),
            },
            indent=2,
        )


def check_name(name: str, what: str = "name") -> None:
    """Refuse a name for a new model that no folder can have or nobody can read; `what` is it, for the message.

    Raises:
        UsageError: it is empty, has a "/", or cannot be printed on one line.
    """
    if not name.strip() or "/" in name or not is_printable(name):
        raise UsageError(f'{what} must not be empty, or hold a "/" or what cannot be printed, got "{shown(name)}"')


def spec_from_json(text: str, where: str) -> ModelSpec:
    """The model that `ModelSpec.to_json` described; `where` names the folder in errors.

    Raises:
        ModelError: not such a text, made by a newer version, or something in it is missing or impossible.
    """
    try:
        values = json_of(text)
        version = fitted("format", values["format"], int)
    except (ValueError, KeyError, TypeError, UsageError) as error:
        raise _no_description(where, error) from error
    if version > FORMAT:
        raise ModelError(f"{where}: has model format {version}, this version reads up to {FORMAT}: update LVSegU")
    try:
        spec = _spec(values)
    except _OtherScaling as error:
        raise ModelError(f"{where}: model.json {shown(error, LONGEST_REASON)}: copy the model again") from error
    except (KeyError, TypeError, ValueError, IndexError, LVSegUError) as error:
        raise _no_description(where, error) from error
    check_grid(spec, where)
    return spec


def check_grid(spec: ModelSpec, where: str) -> None:
    """Refuse a grid that the network cannot halve as often as it does; `where` names the model in errors.

    Raises:
        ModelError: rows or columns are no multiple of the network's `size_multiple`.
    """
    grid, multiple = spec.grid, spec.network.size_multiple
    if grid.rows % multiple or grid.columns % multiple:
        raise ModelError(
            f"{where}: has a grid of {grid.rows} x {grid.columns} pixels, but its network needs multiples of "
            f"{multiple}: copy or train the model again"
        )


class _OtherScaling(UsageError):
    """Intensities are scaled in a way that this version does not know."""


def _no_description(where: str, error: Exception) -> ModelError:
    what = f"it lacks {error}" if isinstance(error, KeyError) else shown(reason(error), LONGEST_REASON)
    return ModelError(f"{where}: model.json is not a model description ({what}): copy the model again")


def _spec(values: dict[str, Any]) -> ModelSpec:
    def optional(name: str, hint: Any, default: Any) -> Any:
        return fitted(name, values.get(name, default), hint)

    return ModelSpec(
        name=shown(fitted("name", values["name"], str)),
        network=_network(fitted("network", values["network"], _TABLE)),
        labels=tuple(_label_from_json(fitted("labels", label, _TABLE)) for label in _list("labels", values["labels"])),
        grid=_grid(fitted("input", values["input"], _TABLE)),
        description=in_one_line(optional("description", str, "")),
        licence=in_one_line(optional("licence", str, "")),
        citations=tuple(map(in_one_line, optional("citations", tuple[str, ...], ()))),
        training=_training(optional("training", _TABLE, {})),
        figures=_figures(optional("figures", _TABLE, {})),
        sha256=_hashes(fitted("sha256", values["sha256"], dict[str, str])),
        quality=optional("quality", _TABLE, {}),
    )


def _hashes(values: dict[str, str]) -> dict[str, str]:
    """The hashes, once what they are of has been found to lie in the model's folder."""
    for name in values:
        if safe_name(name) != name:
            raise UsageError(f'sha256 names "{shown(name)}": expected the name of a file')
    return {name: in_one_line(digest) for name, digest in values.items()}


def _network(values: dict[str, Any]) -> UNetConfig:
    for name, count in (("encoder", 2), ("decoder", 3)):
        for level in _list(name, values[name]):
            if len(fitted(name, level, tuple[int, ...])) != count:
                raise UsageError(f"{name} = {shown(level)}: expected {count} whole numbers for each level")
    for name in ("input_channels", "output_channels"):
        fitted(name, values[name], int)
    return UNetConfig.from_json(values)


def _grid(values: dict[str, Any]) -> Grid:
    rows, columns = (fitted(name, values[name], int) for name in ("rows", "columns"))
    spacing_mm = fitted("spacing_mm", values["spacing_mm"], float)
    try:
        scaling = scaling_of(values["normalisation"])
    except UsageError as error:
        raise _OtherScaling(str(error)) from error
    return Grid(spacing_mm, rows, columns, scaling)


def _training(values: dict[str, Any]) -> dict[str, Any]:
    """What a model says of its training, once what is read of it has been found to be of its type."""
    _, split, start, drawn = (
        fitted(name, values.get(name, {}), _TABLE) for name in ("config", "split", "started_from", "drawn_by")
    )
    for one in (split, start, *_tables("drawn_by", drawn).values()):
        for name in one.keys() & {"train", "validation", "trained_on"}:
            fitted(name, one[name], tuple[str, ...])
    for name, hint in (("step", int), ("seconds", float), ("place", str), ("pruning", _TABLE)):
        if name in values:
            fitted(name, values[name], hint)
    for probability in fitted("thresholds", values.get("thresholds", ()), tuple[float, ...]):
        if not 0 < probability < 1:
            raise UsageError(f"thresholds = {probability:g}: expected numbers between 0 and 1")
    return values


def _figures(values: dict[str, Any]) -> dict[str, Any]:
    """The figures of each data set, once what is read of them has been found to be of its type."""
    named = {in_one_line(data): figures for data, figures in _tables("figures", values).items()}
    for data, figures in named.items():
        where = f"figures: {data}"
        labels = _tables(f"{where}: labels", fitted(f"{where}: labels", figures.get("labels", {}), _TABLE))
        further = {name: figures[name] for name in ("challenge", "unpruned", "change") if name in figures}
        for table in (figures, *labels.values(), *_tables(where, further).values()):
            for name, figure in table.items():
                _check_figure(f"{where}: {name}", figure)
    return named


def _check_figure(name: str, figure: Any) -> None:
    """Refuse a value with a confidence interval of which a part is no number; either may be missing."""
    if not isinstance(figure, dict):
        return
    parts = {part: figure[part] for part in ("value", "low", "high", "n") if figure.get(part) is not None}
    for part, number in parts.items():
        fitted(f"{name}: {part}", number, float)
    if ("low" in parts) != ("high" in parts):
        raise UsageError(f"{name}: expected both low and high, or neither")


def _tables(name: str, values: dict[str, Any]) -> dict[str, Any]:
    """Tables by name, once each has been found to be one."""
    return {key: fitted(f"{name}: {key}", value, _TABLE) for key, value in values.items()}


def _list(name: str, values: Any) -> list[Any]:
    if not isinstance(values, list):
        raise UsageError(f"{name} = {shown(values)}: expected a list")
    return values


def _label_to_json(label: Label) -> dict[str, Any]:
    return {
        "value": label.value,
        "key": label.key,
        "name": label.name,
        "snomed": label.snomed,
        "meaning": label.meaning,
        "colour": list(label.colour),
    }


def _label_from_json(values: dict[str, Any]) -> Label:
    colour = fitted("colour", values["colour"], tuple[float, ...])
    if len(colour) != 3 or not all(0 <= part <= 1 for part in colour):
        raise UsageError(f"colour = {shown(values['colour'])}: expected three numbers from 0 to 1")
    key, name, snomed, meaning = (
        in_one_line(fitted(one, values[one], str)) for one in ("key", "name", "snomed", "meaning")
    )
    value = fitted("value", values["value"], int)
    known = BY_KEY.get(key)
    if known is None or known.value != value:
        raise UsageError(f'it has an unknown label "{key}" of value {value}')
    return replace(known, name=name, snomed=snomed, meaning=meaning, colour=(colour[0], colour[1], colour[2]))
