"""Everything a training run depends on, in one typed, self-checking configuration that is saved beside the result."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_type_hints

from LVSegULib.cine import LONGEST_SPACING_MM, SHORTEST_SPACING_MM
from LVSegULib.errors import UsageError
from LVSegULib.labels import BY_KEY
from LVSegULib.modelfolder.folder import find_model
from LVSegULib.network.config import UNetConfig
from LVSegULib.preparation.grid import Grid
from LVSegULib.preparation.intensity import DEFAULT, KINDS, check_kind
from LVSegULib.same import same_patients
from LVSegULib.settings import fitted, refuse_no_numbers, values_of
from LVSegULib.shown import shown
from LVSegULib.training.augmentation_config import AugmentationConfig

RANGES: dict[str, tuple[float, float]] = {
    **dict.fromkeys(("size", "crop", "steps", "batch_size", "average_steps", "validate_every"), (1, math.inf)),
    **dict.fromkeys(("patients", "weight_decay", "warmup_steps", "threads"), (0, math.inf)),
    "spacing_mm": (SHORTEST_SPACING_MM, LONGEST_SPACING_MM),
    "weights": (1e-6, 1e6),
    "seed": (-(2**32), 2**32),
}
"""The least and the greatest value of settings; of a list, that of each of its values."""

LARGEST_CROP = 4
"""A crop of more than so many times the grid shows hearts far smaller than the model will see them."""

LOSSES = ("both", "cross-entropy", "dice", "focal", "boundary")


@dataclass(frozen=True)
class TrainingConfig:
    """A training run.

    Attributes:
        data: data set folders: nnU-Net raw folders, or a Sunnybrook release (DICOM with contour files).
        weights: how often a patient of each data set is drawn, relative to the others; none draws all patients alike.
        apart: names of the data sets whose contours are drawn by other rules: they are learnt in outputs of their own,
            which the saved model leaves out.
        name: name of the model.
        labels: label names to learn, as in `dataset.json`; a data set is used for those of them that it has.
        start: a model, by name or folder, whose network and weights are the start; none starts from chance.
        filters: filters of each level of the U-Net, finest first; with `start` the network is that model's.
        spacing_mm: pixel size of the network's grid.
        size: rows and columns of the network's grid, around the image's centre.
        crop: rows and columns of a training slice, cut out after augmentation.
        intensity: how intensities are scaled.
        loss: what is minimised; both is Dice and cross-entropy.
        steps: optimiser steps in all.
        batch_size: slices in a step, for each process.
        learning_rate: peak learning rate of AdamW, reached after the warm-up, then a cosine down to zero.
        weight_decay: AdamW's weight decay.
        warmup_steps: steps of linear warm-up.
        average_steps: the validated and saved weights are an exponential moving average over about so many steps.
        validate_every: steps between two validations; each also writes the last checkpoint.
        folds: patients are dealt into so many folds; see `fold`.
        fold: the fold kept for validation; -1 trains on every patient and validates on none.
        patients: learn from so many of the training patients only, drawn by the seed; 0 learns from all.
        same: patients with several names, each as A=B: they are dealt into one fold.
        split: a JSON file {"train": [...], "validation": [...]} of patient names, instead of `folds`; or nnU-Net's
            splits_final.json, a list of which `fold` is taken.
        seed: everything random follows from it.
        precision: "auto" takes bfloat16 where the processor computes in it, "bf16" and "fp32" force one.
        device: "auto", "cpu", "cuda" or "mps".
        threads: threads of the processor; 0 leaves it to PyTorch.
        compile: compile the network first: about 1.5 times faster on the processor, needs a C++ compiler.
        cache: a folder where prepared slices are kept, for runs with the same data and grid; none keeps nothing.
        augmentation: how slices are varied.
    """

    data: tuple[str, ...] = ()
    weights: tuple[float, ...] = ()
    apart: tuple[str, ...] = ()
    name: str = "model"
    labels: tuple[str, ...] = ("LV",)
    start: str = ""
    filters: tuple[int, ...] = (4, 8, 16, 48, 96)
    spacing_mm: float = 1.5
    size: int = 128
    crop: int = 128
    intensity: str = field(default=DEFAULT, metadata={"choices": KINDS})
    loss: str = field(default="both", metadata={"choices": LOSSES})
    steps: int = 5000
    batch_size: int = 16
    learning_rate: float = 4e-3
    weight_decay: float = 1e-2
    warmup_steps: int = 200
    average_steps: int = 300
    validate_every: int = 500
    folds: int = 4
    fold: int = 0
    patients: int = 0
    same: tuple[str, ...] = ()
    split: str = ""
    seed: int = 1
    precision: str = "auto"
    device: str = "auto"
    threads: int = 0
    compile: bool = False
    cache: str = ""
    augmentation: AugmentationConfig = field(default_factory=AugmentationConfig)

    def __post_init__(self) -> None:
        refuse_no_numbers(self)
        refuse_no_numbers(self.augmentation, "augmentation.")
        for name, (least, most) in RANGES.items():
            _check_range(name, getattr(self, name), least, most)
        if not self.learning_rate > 0:
            raise UsageError(f"learning_rate must be positive, got {self.learning_rate:g}")
        named = self.data or self.weights  # a recipe's data sets are named when it is used
        if self.weights and len(self.weights) != len(named):
            raise UsageError(f"weights must be one for each of the {len(named)} data sets, got {self.weights}")
        self._check_apart()
        same_patients(self.same)
        check_kind(self.intensity)
        if self.loss not in LOSSES:
            raise UsageError(f'there is no loss "{self.loss}": choose one of {", ".join(LOSSES)}')
        if self.precision not in ("auto", "bf16", "fp32"):
            raise UsageError(f'precision must be "auto", "bf16" or "fp32", got "{self.precision}"')
        if not self.labels or any(key not in BY_KEY for key in self.labels):
            raise UsageError(f"labels must be some of {', '.join(BY_KEY)}, got {', '.join(self.labels) or 'none'}")
        if twice := [key for key in self.labels if self.labels.count(key) > 1]:
            raise UsageError(f"labels has {twice[0]} twice: give each label once")
        if not self.name.strip() or "/" in self.name:
            raise UsageError(f'name must not be empty or hold a "/", got "{shown(self.name)}"')
        self._check_fold()
        if self.crop > LARGEST_CROP * self.size:
            raise UsageError(
                f"crop must be at most {LARGEST_CROP} times size, {LARGEST_CROP * self.size}, got {self.crop}"
            )
        network = self.network
        if self.size % network.size_multiple or self.crop % network.size_multiple:
            raise UsageError(
                f"size and crop must be multiples of {network.size_multiple} for a network of "
                f"{network.depth + 1} levels, got {self.size} and {self.crop}"
            )

    def _check_fold(self) -> None:
        if not self.split and (self.folds < 2 or not -1 <= self.fold < self.folds):  # else it is one of the file's list
            raise UsageError(f"fold must lie between -1 and {self.folds - 1} with {self.folds} folds, got {self.fold}")

    def _check_apart(self) -> None:
        names = [Path(folder).name for folder in self.data]
        unknown = [name for name in self.apart if names and name not in names]
        if unknown:
            raise UsageError(f"apart names {', '.join(unknown)}, but the data sets are {', '.join(names)}")
        if names and set(names) <= set(self.apart):
            raise UsageError("apart names every data set: leave out those whose contours the model shall draw")

    @property
    def same_patients(self) -> list[list[str]]:
        """The names of each patient who has several."""
        return same_patients(self.same)

    @property
    def trained_network(self) -> UNetConfig:
        """The shape of the network while it is trained: with outputs for the data sets `apart` behind its own."""
        outputs = len(self.labels) * (2 if self.apart else 1)
        return dataclasses.replace(self.network, output_channels=outputs)

    @property
    def network(self) -> UNetConfig:
        """The shape of the network that is saved; that of `start` is read from its folder each time."""
        if self.start:
            return dataclasses.replace(find_model(self.start).spec.network, output_channels=len(self.labels))
        return UNetConfig.from_levels(self.filters, output_channels=len(self.labels))

    @property
    def grid(self) -> Grid:
        """The network's grid."""
        return Grid(self.spacing_mm, self.size, self.size, self.intensity)

    @property
    def label_values(self) -> tuple[int, ...]:
        """The label value of each output channel."""
        return tuple(BY_KEY[key].value for key in self.labels)


def _check_range(name: str, value: Any, least: float, most: float) -> None:
    """Raise a UsageError unless a number, or each of a list, lies between `least` and `most`."""
    for number in values_of(value):
        if not least <= number <= most:
            said = f"be at least {least:g}" if most == math.inf else f"lie between {least:.10g} and {most:.10g}"
            raise UsageError(f"{name} must {said}, got {number:.15g}")


def each_once(data: Sequence[str], weights: Sequence[float]) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Each data set once, and its weight: the largest of those given, as of a patient in several data sets.

    Args:
        data: folders, each as often as one likes and in any spelling; the first one is taken.
        weights: one for each of them, or none.

    Raises:
        ValueError: there are more weights than folders, or fewer.
    """
    if weights and len(weights) != len(data):
        raise ValueError("weights are not one for each data set")
    places = [Path(folder).resolve() for folder in data]
    own = list(dict.fromkeys(places))
    largest = (
        tuple(max(one for one, its in zip(weights, places, strict=True) if its == place) for place in own)
        if weights
        else ()
    )
    return tuple(data[places.index(place)] for place in own), largest


def config_from_values(values: dict[str, Any]) -> TrainingConfig:
    """A configuration from plain values (a TOML or JSON file, command-line options).

    Raises:
        UsageError: a name is unknown, or a value is not of the field's type.
    """
    values = dict(values)
    augmentation = values.pop("augmentation", {})
    if not isinstance(augmentation, dict):
        raise UsageError(f"augmentation is a table of settings, got {augmentation!r}")
    varied = _typed(AugmentationConfig, augmentation, "augmentation.")
    return TrainingConfig(**_typed(TrainingConfig, values, ""), augmentation=AugmentationConfig(**varied))


def _typed(owner: type, values: dict[str, Any], prefix: str) -> dict[str, Any]:
    hints = {name: hint for name, hint in get_type_hints(owner).items() if name != "augmentation"}
    for name in values:
        if name not in hints:
            raise UsageError(f"unknown setting {prefix}{name}: the settings are {', '.join(prefix + n for n in hints)}")
    return {name: fitted(prefix + name, value, hints[name]) for name, value in values.items()}
