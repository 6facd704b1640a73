"""`model.json`: all that is to be known about a model without loading its weights."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from LVSegULib.errors import LVSegUError, ModelError, UsageError, reason
from LVSegULib.labels import ALL_LABELS, Label
from LVSegULib.network.config import UNetConfig, count_parameters, share_of_classic
from LVSegULib.preparation.grid import Grid
from LVSegULib.preparation.intensity import describe_scaling, scaling_of
from LVSegULib.settings import fitted

FORMAT = 1
"""Version of the model folder's layout; a folder with a higher one was made by a newer LVSegU."""


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

        A teacher is a model that drew labels which this one learnt from.
        """
        own, drawn = self.training.get("split", {}), self.training.get("drawn_by", {})
        others = (self.training.get("started_from", {}), *drawn.values())
        return frozenset((*own.get("train", ()), *(name for other in others for name in other.get("trained_on", ()))))

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


def spec_from_json(text: str, where: str) -> ModelSpec:
    """The model that `ModelSpec.to_json` described; `where` names the folder in errors.

    Raises:
        ModelError: not such a text, made by a newer version, or something in it is missing or impossible.
    """
    try:
        values = json.loads(text)
        version = fitted("format", values["format"], int)
    except (ValueError, KeyError, TypeError, UsageError) as error:
        raise ModelError(
            f"{where}: model.json is not a model description ({reason(error)}): copy the model again"
        ) from error
    if version > FORMAT:
        raise ModelError(f"{where}: has model format {version}, this version reads up to {FORMAT}: update LVSegU")
    try:
        return _spec(values)
    except (KeyError, TypeError, ValueError, IndexError, LVSegUError) as error:
        what = f"lacks {error}" if isinstance(error, KeyError) else reason(error).removeprefix("it ")
        raise ModelError(f"{where}: model.json {what}: copy the model again") from error


def _spec(values: dict[str, Any]) -> ModelSpec:
    grid = values["input"]
    return ModelSpec(
        name=str(values["name"]),
        network=UNetConfig.from_json(values["network"]),
        labels=tuple(_label_from_json(label) for label in values["labels"]),
        grid=Grid(
            float(grid["spacing_mm"]), int(grid["rows"]), int(grid["columns"]), scaling_of(grid["normalisation"])
        ),
        description=str(values.get("description", "")),
        licence=str(values.get("licence", "")),
        citations=tuple(values.get("citations", ())),
        training=dict(values.get("training", {})),
        figures=dict(values.get("figures", {})),
        sha256={str(name): str(digest) for name, digest in values["sha256"].items()},
        quality=dict(values.get("quality", {})),
    )


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
    red, green, blue = (float(part) for part in values["colour"])
    label = Label(
        int(values["value"]),
        str(values["key"]),
        str(values["name"]),
        str(values["snomed"]),
        str(values["meaning"]),
        (red, green, blue),
    )
    if all((label.value, label.key) != (known.value, known.key) for known in ALL_LABELS):
        raise ValueError(f'has an unknown label "{label.key}" of value {label.value}')
    return label
