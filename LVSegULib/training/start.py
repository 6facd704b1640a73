"""Other models' part in a run: the one that it starts from instead of from chance, and those that drew its labels."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Container
from pathlib import Path
from typing import Any

import torch

from LVSegULib.dataset.relabel import citations_of, drawn_by
from LVSegULib.modelfolder.folder import WEIGHTS, ModelFolder, find_model
from LVSegULib.modelfolder.licence import inherited
from LVSegULib.modelfolder.weights import Weights
from LVSegULib.training.augmentation_config import AugmentationConfig
from LVSegULib.training.config import TrainingConfig
from LVSegULib.training.state import TrainingState

FINE_TUNING: dict[str, Any] = {
    "steps": 600,
    "learning_rate": 1e-3,
    "warmup_steps": 50,
    "average_steps": 100,
    "validate_every": 100,
    "fold": -1,
}
"""What `lvsegu train --from MODEL` does unless it is told otherwise; the rest is as the model was trained."""

OF_THE_DATA = ("data", "weights", "apart", "split", "fold", "folds", "patients", "same", "start", "cache")
OF_THE_MACHINE = ("device", "precision", "threads", "compile")
OWN = (*OF_THE_DATA, *OF_THE_MACHINE)
"""Settings that say nothing about another run."""


def settings_of(model: ModelFolder) -> dict[str, Any]:
    """The settings for training on from `model`: its own, with the steps and rates of fine-tuning."""
    told = model.spec.training.get("config", {})
    config = {name: value for name, value in told.items() if name in _names(TrainingConfig) and name not in OWN}
    varied = {name: value for name, value in told.get("augmentation", {}).items() if name in _names(AugmentationConfig)}
    shape = {
        "labels": [label.key for label in model.spec.labels],
        "spacing_mm": model.spec.grid.spacing_mm,
        "size": model.spec.grid.rows,
        "crop": model.spec.grid.rows,
        "intensity": model.spec.grid.intensity,
    }
    return config | {"augmentation": varied} | shape | FINE_TUNING


def _names(owner: type) -> set[str]:
    """The settings that this version knows: a model of another one may tell of more."""
    return {field.name for field in dataclasses.fields(owner)}


def start_from(config: TrainingConfig, state: TrainingState) -> None:
    """Give the network of `state`, and its average, the weights of `config.start`; without one, leave them.

    Labels that the model does not have start from chance.

    Raises:
        UsageError: there is no such model.
        ModelError: it cannot be read.
    """
    if not config.start:
        return
    model = find_model(config.start)
    weights = _with_labels(model.weights(), [label.key for label in model.spec.labels], config, state)
    tensors = {name: torch.from_numpy(values) for name, values in weights.items()}
    for network in (state.network, state.averaged):
        network.load_state_dict(tensors, strict=False)


def start_mark(config: TrainingConfig) -> str:
    """By which the weights that the run starts from are known again: their file's SHA-256; "" without a start."""
    return find_model(config.start).spec.sha256.get(WEIGHTS, "") if config.start else ""


def describe_start(config: TrainingConfig) -> dict[str, Any]:
    """What `model.json` says of the model that the run started from; empty without one."""
    if not config.start:
        return {}
    spec = find_model(config.start).spec
    return {"started_from": {"name": spec.name, "sha256": spec.sha256, "trained_on": sorted(spec.trained_on)}}


def describe_teachers(config: TrainingConfig) -> dict[str, Any]:
    """What `model.json` says of the models that drew its data sets, by data set; empty where people drew them all.

    A second data set of the same name is called NAME (1), a third NAME (2).
    """
    drawn: dict[str, Any] = {}
    for folder in map(Path, config.data):
        if teacher := drawn_by(folder):
            drawn[_free_name(folder.name, drawn)] = teacher
    return {"drawn_by": drawn} if drawn else {}


def _free_name(name: str, taken: Container[str]) -> str:
    numbered = (f"{name} ({number})" for number in itertools.count(1))
    return next(one for one in itertools.chain((name,), numbered) if one not in taken)


def inherited_terms(config: TrainingConfig) -> tuple[str, tuple[str, ...]]:
    """The licence and the citations that a model has from the one it starts from and those that drew its data sets."""
    start = [find_model(config.start).spec] if config.start else []
    teachers = list(describe_teachers(config).get("drawn_by", {}).values())
    licences = [*(spec.licence for spec in start), *(str(teacher.get("licence", "")) for teacher in teachers)]
    citations = [*(spec.citations for spec in start), *(citations_of(teacher) for teacher in teachers)]
    return inherited(licences), tuple(dict.fromkeys(itertools.chain.from_iterable(citations)))


def _with_labels(weights: Weights, own: list[str], config: TrainingConfig, state: TrainingState) -> Weights:
    """`weights` with an output for each label of `config`: the model's own, or the untrained one of `state`."""
    changed = dict(weights)
    for name in ("head.weight", "head.bias"):
        head = state.network.state_dict()[name].cpu().numpy().copy()
        for channel, key in enumerate(config.labels * (len(head) // len(config.labels))):
            if key in own:
                head[channel] = weights[name][own.index(key)]
        changed[name] = head
    return changed
