"""What a study is: variants of a training run, on which patients they learn and on which they are judged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from LVSegULib.errors import LVSegUError, UsageError
from LVSegULib.settings import read_toml, refuse_no_numbers, typed
from LVSegULib.training.config import TrainingConfig, config_from_values

OWN_SETTINGS = ("data", "weights", "name", "folds", "fold", "split", "start", "cache")
"""Settings of a training run that the study gives it; a file cannot set them."""

SAME = "same"
"""The setting that names patients who have several names; the study deals them into folds by it."""


@dataclass(frozen=True)
class Variant:
    """One way to train.

    Attributes:
        name: its name, unique in the study.
        group: the table that it stands in.
        settings: the settings in which it differs from the study's `base`.
        data: names of the data sets that it learns from; empty for the study's.
        judged: names of those of the judged data sets that it is judged on; empty for all of them.
        after: an earlier variant from whose weights it starts, those of the same fold.
        mirrored: an earlier variant whose networks are judged once more, averaged over mirror images; none is trained.
        against: the variant that it is compared with; empty for the study's reference.
        folds: the folds that are run; empty for the study's.
        train: false for parameters and speed only.
        compared: false to show its figures without comparing them, for example after a shorter training.
        may_stop: false to train it to the end however badly it does; so is one that is judged on some data sets only.
        repeat: true for the reference with another seed: tells how much runs differ by chance.
        note: what a reader should know of it.
    """

    name: str
    group: str
    settings: dict[str, Any] = field(default_factory=dict)
    data: tuple[str, ...] = ()
    judged: tuple[str, ...] = ()
    after: str = ""
    mirrored: str = ""
    against: str = ""
    folds: tuple[int, ...] = ()
    train: bool = True
    compared: bool = True
    may_stop: bool = True
    repeat: bool = False
    note: str = ""

    @property
    def slug(self) -> str:
        """The name as a folder's; letters beyond ASCII are left out, unless there are no others."""
        plain = re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")
        return plain or re.sub(r"[\W_]+", "-", self.name.lower()).strip("-")


@dataclass(frozen=True)
class StudyConfig:
    """A study.

    Attributes:
        name: title of its report.
        data: names (of the folders) of the data sets that are learnt from, unless a variant says otherwise.
        judged: names of the data sets whose patients are dealt into folds and judged.
        folds: how many folds the patients are dealt into.
        run: the folds that are run, from 0; all of them if it is empty or not given.
        reference: name of the variant that the others are compared with.
        reach: values of the validation Dice; the report says after which time each was reached.
        stop_from: step from which a hopeless variant is stopped; 0 never stops one.
        stop_margin: hopeless is a validation Dice this much below that of the reference at the same step.
        about: what a reader should know, Markdown.
        base: settings of `lvsegu train` that all variants share.
        variants: the variants, in the order of the report.
    """

    name: str
    data: tuple[str, ...]
    judged: tuple[str, ...]
    folds: int = 4
    run: tuple[int, ...] = ()
    reference: str = "reference"
    reach: tuple[float, ...] = (0.85, 0.9, 0.92)
    stop_from: int = 0
    stop_margin: float = 0.2
    about: str = ""
    base: dict[str, Any] = field(default_factory=dict)
    variants: tuple[Variant, ...] = ()

    def __post_init__(self) -> None:
        if not self.data or not self.judged:
            raise UsageError("the study needs data = [...] to learn from and judged = [...] to judge on")
        if self.folds < 2:
            raise UsageError(f"folds must be at least 2, got {self.folds}")
        if not self.run:
            object.__setattr__(self, "run", tuple(range(self.folds)))
        if not set(self.run) <= set(range(self.folds)):
            raise UsageError(f"run must list folds from 0 to {self.folds - 1}, got {list(self.run)}")
        refuse_no_numbers(self)
        _check_names(self)
        for position, variant in enumerate(self.variants):
            _check_links(self, position, variant)
            self.training(variant)

    def variant(self, name: str) -> Variant:
        """The variant of that name."""
        return next(one for one in self.variants if one.name == name)

    @property
    def same_patients(self) -> list[list[str]]:
        """The names of each patient who has several."""
        return self.training(self.variant(self.reference)).same_patients

    def folds_of(self, variant: Variant) -> tuple[int, ...]:
        """The folds in which `variant` is run; none if it is not trained."""
        return (variant.folds or self.run) if variant.train else ()

    def data_of(self, variant: Variant) -> tuple[str, ...]:
        """Names of the data sets that `variant` learns from."""
        source = self.variant(variant.mirrored) if variant.mirrored else variant
        return source.data or self.data

    def judged_of(self, variant: Variant) -> tuple[str, ...]:
        """Names of the data sets that `variant` is judged on."""
        source = self.variant(variant.mirrored) if variant.mirrored else variant
        return source.judged or self.judged

    def against(self, variant: Variant) -> Variant | None:
        """The variant that `variant` is compared with; None if it is compared with none."""
        other = variant.against or self.reference
        return self.variant(other) if variant.compared and variant.train and other != variant.name else None

    def training(self, variant: Variant) -> TrainingConfig:
        """The settings of a run of `variant`, without data, fold and places.

        Raises:
            UsageError: a setting is unknown or impossible; the message names the variant.
        """
        source = self.variant(variant.mirrored) if variant.mirrored else variant
        network = {"filters": list(self.training(self.variant(source.after)).filters)} if source.after else {}
        try:
            return config_from_values(_merged({**self.base, **network}, source.settings))
        except LVSegUError as error:
            raise UsageError(f'the variant "{variant.name}": {error}') from error

    @property
    def data_names(self) -> tuple[str, ...]:
        """Every data set that is learnt from or judged, once."""
        own = [name for variant in self.variants for name in variant.data]
        return tuple(dict.fromkeys((*self.data, *self.judged, *own)))


def read_study(path: Path) -> StudyConfig:
    """The study in a TOML file: a table `[study]`, a table `[base]`, and a `[[variant]]` for each.

    Raises:
        UsageError: the file is missing or no TOML, or something in it is unknown or impossible.
    """
    values = read_toml(path, "study")
    try:
        return _study(values)
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from error


def _study(values: dict[str, Any]) -> StudyConfig:
    if unknown := values.keys() - {"study", "base", "variant"}:
        raise UsageError(f"unknown table [{min(unknown)}]: there are [study], [base] and [[variant]]")
    tables = values.get("variant", [])
    if not isinstance(tables, list):
        raise UsageError("write a variant as [[variant]], with two brackets")
    variants = tuple(typed(Variant, table, f"[[variant]] {number}") for number, table in enumerate(tables, start=1))
    head = {**values.get("study", {}), "base": values.get("base", {})}
    return typed(StudyConfig, head, "[study]", variants=variants)


def _merged(base: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with `settings` over it; augmentation is merged setting by setting."""
    for own in OWN_SETTINGS:
        if own in base or own in settings:
            raise UsageError(f"{own} is set by the study itself: leave it out of the settings")
    if SAME in settings:
        raise UsageError(f"{SAME} holds for all variants: give it in [base]")
    both: dict[str, Any] = {**base, **settings}
    both["augmentation"] = {**base.get("augmentation", {}), **settings.get("augmentation", {})}
    return both


def _check_names(study: StudyConfig) -> None:
    slugs = [variant.slug for variant in study.variants]
    for variant, slug in zip(study.variants, slugs, strict=True):
        if not slug or slugs.count(slug) > 1:
            raise UsageError(f'"{variant.name}" is not a name of its own: give every variant another one')
    if study.reference not in [variant.name for variant in study.variants if variant.train and not variant.folds]:
        raise UsageError(f'the reference "{study.reference}" must be a variant that is trained on every fold')


def _check_links(study: StudyConfig, position: int, variant: Variant) -> None:
    """What a variant names must be there, what it builds on before it and on the same folds."""
    where, names = f'the variant "{variant.name}"', [one.name for one in study.variants]
    for what, name in (("after", variant.after), ("mirrored", variant.mirrored)):
        if name and name not in names[:position]:
            raise UsageError(f'{where}: {what} = "{name}" names no variant above it')
        if name and study.variant(name).mirrored:
            raise UsageError(f'{where}: {what} = "{name}" names a variant that has no networks of its own')
        if name and not set(study.folds_of(variant)) <= set(study.folds_of(study.variant(name))):
            raise UsageError(f'{where}: "{name}" is not run on all of its folds')
    if variant.against and variant.against not in names:
        raise UsageError(f'{where}: against = "{variant.against}" names no variant')
    if not set(variant.folds) <= set(study.run):
        raise UsageError(f"{where}: its folds must be some of {list(study.run)}, got {list(variant.folds)}")
    if not set(variant.judged) <= set(study.judged):
        raise UsageError(f"{where}: judged must be some of {', '.join(study.judged)}")
    if variant.after and "filters" in variant.settings:
        raise UsageError(f'{where}: its network is that of "{variant.after}": leave out its filters')
    if variant.mirrored and (variant.settings or variant.after or variant.data or variant.judged):
        raise UsageError(f'{where}: takes the networks of "{variant.mirrored}" as they are: leave out its settings')
