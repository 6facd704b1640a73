"""Make a trained model ready to ship: description, licence, test figures and card, no figure copied by hand."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any

from LVSegULib.errors import InputError, UsageError
from LVSegULib.modelfolder.figures import challenge_figures, change_figures, short_figures
from LVSegULib.modelfolder.folder import ModelFolder, save_model
from LVSegULib.modelfolder.licence import inherited
from LVSegULib.modelfolder.published_card import About, Shown, card
from LVSegULib.modelfolder.spec import check_name
from LVSegULib.quality.text import ROC_PICTURE
from LVSegULib.settings import read_toml, typed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from LVSegULib.modelfolder.spec import ModelSpec

WORST = "worst.png"
"""The picture of the worst slices, in the folder of a published model."""


@dataclass(frozen=True)
class Evidence:
    """What is known of a model, from the commands that found it out.

    Attributes:
        evaluations: what `lvsegu evaluate --json` wrote, one for each data set.
        unpruned: the same of the networks before pruning; may be empty.
        challenge: evaluations of which only the figures of the MICCAI 2009 challenge are shown.
        worst: the picture that `lvsegu evaluate --picture` drew.
        commands: the command lines that made the model, in order.
    """

    evaluations: Sequence[dict[str, Any]]
    worst: bytes
    unpruned: Sequence[dict[str, Any]] = ()
    challenge: Sequence[dict[str, Any]] = ()
    commands: Sequence[str] = field(default_factory=tuple)


def read_about(path: Path) -> About:
    """The `About` in a TOML file.

    Raises:
        UsageError: it cannot be read, a value is missing, left over, or not text, or the name is none.
    """
    values = read_toml(path)
    stripped = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
    about = typed(About, stripped, str(path))
    check_name(about.name, f"{path}: name")
    return about


def publish(model: ModelFolder, about: About, evidence: Evidence, path: Path) -> ModelFolder:
    """Write the folder of a model that is to be shipped, as a whole.

    The sources of what it was made of are cited after those of `about`.

    Args:
        model: the trained model.
        about: what to say about it.
        evidence: its figures and pictures.
        path: the new folder.

    Raises:
        UsageError: a data set is given twice, or `about` leaves out a licence that binds what is made of the model.
        InputError: an evaluation has a label that the model lacks, one before pruning is of another data set, or one
            for the challenge lacks its figures.
        OutputError: `path` cannot be written.
    """
    _check_labels(model.spec, evidence)
    _check_licence(model, about)
    spec = dataclasses.replace(
        model.spec,
        name=about.name,
        description=about.description,
        licence=about.licence,
        citations=tuple(dict.fromkeys((*about.citations, *model.spec.citations))),
        training=without_folders(model.spec.training),
        figures=figures_of(evidence),
    )
    pictures = {WORST: evidence.worst}
    if (model.path / ROC_PICTURE).is_file():
        pictures[ROC_PICTURE] = (model.path / ROC_PICTURE).read_bytes()
    shown = Shown(about, tuple(evidence.commands), WORST, ROC_PICTURE if ROC_PICTURE in pictures else "")
    return save_model(path, spec, model.weights(), card(spec, shown), pictures)


def without_folders(values: Any) -> Any:
    """The same values with every absolute path, of any system, cut down to its name: where things lay is nobody's."""
    if isinstance(values, dict):
        return {key: without_folders(value) for key, value in values.items()}
    if isinstance(values, list):
        return [without_folders(value) for value in values]
    if isinstance(values, str):
        paths = (PurePosixPath(values), PureWindowsPath(values))
        return next((path.name for path in paths if path.is_absolute()), values)
    return values


def figures_of(evidence: Evidence) -> dict[str, Any]:
    """What `model.json` holds, by data set: the figures, under `unpruned`, `change` and `challenge` the further ones.

    Raises:
        UsageError, InputError: see `publish`.
    """
    _check_each_once(evidence)
    pruned = {one["dataset"]: one for one in evidence.evaluations}
    figures = {name: short_figures(one) for name, one in pruned.items()}
    for one in evidence.unpruned:
        name = one["dataset"]
        if name not in figures:
            raise InputError(f"{name} was evaluated before pruning only: evaluate the pruned model on it too")
        figures[name] |= {"unpruned": short_figures(one), "change": change_figures(pruned[name], one)}
    for one in evidence.challenge:
        found = figures.setdefault(one["dataset"], {"patients": len(one["patients"])})
        found["challenge"] = challenge_figures(one)
    return figures


def _check_labels(spec: ModelSpec, evidence: Evidence) -> None:
    """Figures of a label that the model does not have are another model's."""
    own = [label.key for label in spec.labels]
    for one in (*evidence.evaluations, *evidence.unpruned, *evidence.challenge):
        if foreign := [key for key in one["labels"] if key not in own]:
            raise InputError(
                f"the evaluation of {one['dataset']} has figures of {', '.join(foreign)}, and {spec.name} segments "
                f"{', '.join(own)}: give evaluations of this model"
            )


def _check_licence(model: ModelFolder, about: About) -> None:
    """A licence that the model has from what it was made of is that of its weights too."""
    bound = inherited(model.spec.licence.split(";"))
    if any(one not in about.licence for one in bound.split("; ")):
        raise UsageError(
            f'{model.path} has the licence "{bound}", which binds what is made of it, and --about says '
            f'"{about.licence}": write licence = "{bound}", or a sentence that names it'
        )


def _check_each_once(evidence: Evidence) -> None:
    """Figures are kept by data set, so that of two evaluations of one the first would be lost."""
    for option, evaluations in (
        ("--evaluation", evidence.evaluations),
        ("--unpruned", evidence.unpruned),
        ("--challenge", evidence.challenge),
    ):
        names = [one["dataset"] for one in evaluations]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise UsageError(f"{option} is given twice for {twice}: give one evaluation of each data set")
