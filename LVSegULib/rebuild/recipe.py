"""How a model is made, from `build.toml`: its data sets, folds, pruning, evaluations, and what documents quote."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from LVSegULib.errors import UsageError
from LVSegULib.modelfolder.publish import read_about
from LVSegULib.pruning.config import PruningConfig
from LVSegULib.settings import Owner, read_toml, typed
from LVSegULib.training.config import TrainingConfig, config_from_values

BUILD, TRAIN, TEACHER, ABOUT = "build.toml", "train.toml", "teacher.toml", "about.toml"
EVALUATIONS, STEPS = "evaluations", "steps"
PLAIN = ("train", "folds", "calibration", "pictures")
KEYS = (*PLAIN, "pruning", "teacher", EVALUATIONS, STEPS)


@dataclass(frozen=True)
class Judged:
    """A data set that figures are made of.

    Attributes:
        data: its folder's name. One that is trained on is judged by the folds that kept the patients back, others by
            the model that is shipped.
        title: heads the columns of tables; {patients} is their number.
        challenge: only the figures of the MICCAI 2009 challenge are shown.
    """

    data: str
    title: str
    challenge: bool = False


@dataclass(frozen=True)
class Teacher:
    """A network that is trained first, and draws data sets anew for the one that is shipped.

    Attributes:
        train: data sets that it learns from, by their folders' names.
        relabels: those that it draws anew.
    """

    train: tuple[str, ...]
    relabels: tuple[str, ...]


@dataclass(frozen=True)
class Further:
    """A further command.

    Attributes:
        name: of the step.
        command: the command, in words as a shell takes them.
        stdout: where what it prints goes, if that is a result.
        figures: a JSON or Markdown file that it writes, which documents may quote.
        keys: which values of a JSON file; none for all.
        alone: it measures time, so nothing else runs beside it.
    """

    name: str
    command: str
    stdout: str = ""
    figures: str = ""
    keys: tuple[str, ...] = ()
    alone: bool = False

    def __post_init__(self) -> None:
        try:
            shlex.split(self.command)
        except ValueError as error:
            raise UsageError(f'the command of "{self.name}": {error}') from error

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the command."""
        return tuple(shlex.split(self.command))


@dataclass(frozen=True)
class Recipe:
    """A recipe.

    Attributes:
        name: of the model, and of the recipe's folder.
        train: data sets to learn from, by their folders' names; empty in a recipe of further commands only.
        teacher: who draws some of them anew; None where all are learnt from as they are.
        folds: the folds that figures come from.
        pruning: options of `lvsegu prune`; None where nothing is pruned.
        calibration: data sets of `lvsegu calibrate`; empty where there is no quality score.
        same: patients with several names, as the settings of the training say that dealt them into folds.
        evaluations: what is judged.
        further: further commands.
        pictures: where a picture goes in the repository, and where it comes from.
    """

    name: str
    train: tuple[str, ...] = ()
    teacher: Teacher | None = None
    folds: tuple[int, ...] = ()
    pruning: dict[str, Any] | None = None
    calibration: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    evaluations: tuple[Judged, ...] = ()
    further: tuple[Further, ...] = ()
    pictures: dict[str, str] = field(default_factory=dict)


def read_recipes(folder: Path, names: Sequence[str] = ()) -> list[Recipe]:
    """The recipes in `folder`, by name: all, or those of `names`.

    Raises:
        UsageError: there is no such recipe, or something in one is wrong.
    """
    known = sorted(path.parent.name for path in folder.glob(f"*/{BUILD}"))
    if not known:
        raise UsageError(f"{folder} holds no recipe (NAME/{BUILD}): give the folder of the recipes, docs/models")
    for name in names:
        if name not in known:
            raise UsageError(f'there is no recipe "{name}" in {folder}: there are {", ".join(known)}')
    return [read_recipe(folder / name) for name in known if not names or name in names]


def read_recipe(folder: Path) -> Recipe:
    """The recipe in `folder`, checked with the settings of training, pruning and publishing that belong to it.

    Raises:
        UsageError: a file is missing, or a value is unknown, missing or impossible.
    """
    values = read_toml(folder / BUILD)
    try:
        recipe = _recipe(folder.name, values)
    except UsageError as error:
        raise UsageError(f"{folder / BUILD}: {error}: correct it, see {folder.parent / 'README.md'}") from error
    if not recipe.train:
        return recipe
    config = config_from_values(read_toml(folder / TRAIN))
    about = read_about(folder / ABOUT)
    _check(recipe, config, about.name, folder / BUILD)
    if recipe.teacher is None:
        return replace(recipe, same=config.same)
    of_teacher = config_from_values(read_toml(folder / TEACHER))
    _check_teacher(recipe, recipe.teacher, config, of_teacher, folder / BUILD)
    return replace(recipe, same=of_teacher.same)


def _recipe(name: str, values: dict[str, Any]) -> Recipe:
    if unknown := [key for key in values if key not in KEYS]:
        raise UsageError(f"unknown key {unknown[0]}: there are {', '.join(KEYS)}")
    pruning, teacher = values.get("pruning"), values.get("teacher")
    if pruning is not None:
        typed(PruningConfig, pruning, "[pruning]")
    return typed(
        Recipe,
        {key: values[key] for key in PLAIN if key in values},
        "the recipe",
        name=name,
        pruning=pruning,
        teacher=None if teacher is None else typed(Teacher, teacher, "[teacher]"),
        evaluations=_tables(Judged, values, EVALUATIONS),
        further=_tables(Further, values, STEPS),
    )


def _tables(owner: type[Owner], values: dict[str, Any], key: str) -> tuple[Owner, ...]:
    """What the tables `[[key]]` describe."""
    tables = values.get(key, [])
    if not isinstance(tables, list):
        raise UsageError(f"write each of {key} as [[{key}]], with two brackets")
    return tuple(typed(owner, table, f"[[{key}]] {number}") for number, table in enumerate(tables, start=1))


def _check(recipe: Recipe, config: TrainingConfig, name: str, path: Path) -> None:
    if name != recipe.name:
        raise UsageError(f'{path.with_name(ABOUT)}: the name is "{name}", expected "{recipe.name}", its folder\'s')
    kept = [judged for judged in recipe.evaluations if not judged.challenge]
    if not kept:
        raise UsageError(f"{path}: there is nothing to judge the model on: add [[evaluations]]")
    if len(set(recipe.folds)) < 2 or not set(recipe.folds) <= set(range(config.folds)):
        raise UsageError(
            f"{path}: folds must be two or more of 0 to {config.folds - 1}, as {TRAIN} has {config.folds} folds, "
            f"got {list(recipe.folds)}"
        )


def _check_teacher(
    recipe: Recipe, teacher: Teacher, config: TrainingConfig, of_teacher: TrainingConfig, path: Path
) -> None:
    """A fold's teacher must keep back the same patients as the fold, or it would teach what is judged.

    The fold takes over its teacher's split, so that a patient whom the teacher does not know would not be learnt from.
    """
    if not teacher.relabels or not set(teacher.relabels) <= set(recipe.train):
        raise UsageError(f"{path}: relabels must be some of the data sets of train, got {list(teacher.relabels)}")
    if unseen := [name for name in recipe.train if name not in teacher.train]:
        raise UsageError(f"{path}: the teacher does not learn from {unseen[0]}: add it to the teacher's train")
    if of_teacher.folds != config.folds:
        raise UsageError(
            f"{path.with_name(TEACHER)}: has {of_teacher.folds} folds, {TRAIN} has {config.folds}: give both the same"
        )
