"""The steps that make a model of its recipe, in the order in which they are shown."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import partial

from LVSegULib.modelfolder.folder import open_model
from LVSegULib.pruning.patients import deal
from LVSegULib.rebuild.recipe import ABOUT, TEACHER, TRAIN, Judged, Recipe, Teacher
from LVSegULib.rebuild.steps import Places, Prepared, Step

ALL = "all"
"""The network that is shipped: it learns from every patient."""


def plan(recipe: Recipe) -> list[Step]:
    """Every step of a recipe."""
    further = [
        Step(f"{recipe.name}/{one.name}", one.words, stdout=one.stdout, is_alone=one.alone) for one in recipe.further
    ]
    return [*_Plan(recipe).steps(), *further] if recipe.train else further


def evaluation_step(recipe: Recipe, judged: Judged) -> str:
    """The name of the step that judges the model on a data set."""
    return f"{recipe.name}/evaluate-{judged.data}"


def publish_step(recipe: Recipe) -> str:
    """The name of the step that writes the model that is shipped."""
    return f"{recipe.name}/publish"


class _Plan:
    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._runs = f"RUNS/{recipe.name}"
        self._networks = {f"fold{fold}": fold for fold in recipe.folds} | {ALL: -1}

    def steps(self) -> list[Step]:
        made = []
        if self._recipe.teacher is not None:
            made = [step for network in self._networks for step in self._taught_by(self._recipe.teacher, network)]
        made += [self._train(network) for network in self._networks]
        if self._recipe.pruning is not None:
            made += [self._prune(network) for network in self._networks]
        for position, judged in enumerate(self._recipe.evaluations):
            made.append(self._evaluate(judged, has_picture=position == 0))
            if self._recipe.pruning is not None and not judged.challenge:
                made.append(self._evaluate(judged, is_pruned=False))
        if self._recipe.calibration:
            made.append(self._calibrate())
        publish = self._publish()
        whole = f"# lvsegu rebuild docs/models --data DATA --out RUNS --model {self._recipe.name}, which does:"
        commands = "".join(f"{line}\n" for line in (whole, *(step.shown for step in (*made, publish))))
        prepared = Prepared(f"{self._runs}/commands.txt", lambda _: commands)
        return [*made, Step(publish.name, publish.words, prepared)]

    def _step(self, name: str, *words: str, prepared: Prepared | None = None) -> Step:
        return Step(f"{self._recipe.name}/{name}", words, prepared)

    def _taught_by(self, teacher: Teacher, network: str) -> list[Step]:
        """Train the teacher of a network, and let it draw data sets anew."""
        made = self._teacher(network)
        sets, fold = _data(f"DATA/{name}" for name in teacher.train), str(self._networks[network])
        steps = [self._step(f"teach-{network}", *self._train_by(TEACHER), *sets, "--fold", fold, "--out", made)]
        for name in teacher.relabels:
            words = ("relabel", f"DATA/{name}", "--model", f"{made}/last", "--out", self._redrawn(network, name))
            steps.append(self._step(f"relabel-{network}-{name}", *words))
        return steps

    def _train(self, network: str) -> Step:
        """Train a network; one that is taught keeps back the very patients that its teacher has kept back."""
        kept_back = ["--fold", str(self._networks[network])]
        if self._recipe.teacher is not None:
            kept_back = ["--split", f"{self._teacher(network)}/split.json"]
        words = (*self._train_by(TRAIN), *self._sets(network), *kept_back, "--out", f"{self._runs}/{network}")
        return self._step(f"train-{network}", *words)

    def _train_by(self, settings: str) -> tuple[str, ...]:
        return ("train", "--config", f"RECIPES/{self._recipe.name}/{settings}")

    def _sets(self, network: str) -> list[str]:
        """The data sets that a network learns from, those drawn anew as its own teacher has drawn them."""
        redrawn = self._recipe.teacher.relabels if self._recipe.teacher is not None else ()
        names = self._recipe.train
        return _data(self._redrawn(network, name) if name in redrawn else f"DATA/{name}" for name in names)

    def _teacher(self, network: str) -> str:
        return f"{self._runs}/{network}-teacher"

    def _redrawn(self, network: str, name: str) -> str:
        return f"{self._runs}/{network}-drawn/{name}"

    def _prune(self, network: str) -> Step:
        """Of the patients that the network learnt from, most are calibrated on, and a third ends the search.

        Whom it kept back takes no part, so that the figures of the pruned folds are as honest as those of the whole.
        """
        settings = [word for name, value in (self._recipe.pruning or {}).items() for word in _option(name, value)]
        source, split = self._network(network, is_pruned=False), f"{self._runs}/{network}-pruning.json"
        data, out = self._sets(network), ("--out", f"{self._runs}/{network}-pruned")
        return self._step(
            f"prune-{network}",
            *("prune", source, *data, "--split", split, *settings, *out),
            prepared=Prepared(split, partial(_split_of, source)),
        )

    def _evaluate(self, judged: Judged, *, is_pruned: bool = True, has_picture: bool = False) -> Step:
        folds = [network for network in self._networks if network != ALL]
        judges = folds if judged.data in self._recipe.train else [ALL]
        models = [word for one in judges for word in ("--model", self._network(one, is_pruned=is_pruned))]
        picture = ("--picture", self._picture) if has_picture else ()
        name = evaluation_step(self._recipe, judged).partition("/")[2] + ("" if is_pruned else "-unpruned")
        written = ("--json", self._result(judged, is_pruned=is_pruned), *picture)
        return self._step(name, "evaluate", f"DATA/{judged.data}", *models, *written)

    def _calibrate(self) -> Step:
        folds = [self._network(network) for network in self._networks if network != ALL]
        sets = [word for name in self._recipe.calibration for word in ("--data", f"DATA/{name}")]
        same = [word for pair in self._recipe.same for word in ("--same", pair)]
        judges, out = ("--folds", *folds), ("--out", f"{self._runs}/calibrated")
        return self._step("calibrate", "calibrate", self._network(ALL), *sets, *judges, *same, *out)

    def _publish(self) -> Step:
        shown: list[str] = []
        for judged in self._recipe.evaluations:
            shown += ["--challenge" if judged.challenge else "--evaluation", self._result(judged)]
            if self._recipe.pruning is not None and not judged.challenge:
                shown += ["--unpruned", self._result(judged, is_pruned=False)]
        model = f"{self._runs}/calibrated" if self._recipe.calibration else self._network(ALL)
        return self._step(
            "publish",
            *("publish", model, "--about", f"RECIPES/{self._recipe.name}/{ABOUT}", *shown),
            *("--picture", self._picture, "--commands", f"{self._runs}/commands.txt"),
            *("--out", f"MODELS/{self._recipe.name}"),
        )

    def _network(self, network: str, *, is_pruned: bool = True) -> str:
        has_pruned = is_pruned and self._recipe.pruning is not None
        return f"{self._runs}/{network}-pruned" if has_pruned else f"{self._runs}/{network}/last"

    def _result(self, judged: Judged, *, is_pruned: bool = True) -> str:
        return f"{self._runs}/{judged.data}{'' if is_pruned else '-unpruned'}.json"

    @property
    def _picture(self) -> str:
        return f"{self._runs}/worst.png"


def _data(folders: Iterable[str]) -> list[str]:
    return [word for folder in folders for word in ("--data", folder)]


def _option(name: str, value: object) -> tuple[str, str]:
    return f"--{name.replace('_', '-')}", str(value)


def _split_of(model: str, places: Places) -> str:
    learnt = open_model(places.path(model)).spec.training["split"]["train"]
    return json.dumps(deal(learnt, "", {}).to_json(), indent=2) + "\n"
