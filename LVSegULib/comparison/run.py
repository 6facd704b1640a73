"""Compare ways of pruning at the same sizes, on patients that took no part: every figure from the same evaluation."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import torch

from LVSegULib.atomic import write_json
from LVSegULib.comparison.config import ComparisonConfig
from LVSegULib.comparison.figures import Figures, evaluated, figures_of
from LVSegULib.comparison.networks import METHODS, calibrated, is_pruned, network_folder, prune_in_every_way, slug
from LVSegULib.errors import UsageError
from LVSegULib.evaluation.cases import EvaluationCase
from LVSegULib.evaluation.datasets import open_evaluation_set
from LVSegULib.evaluation.out_of_fold import judges
from LVSegULib.evaluation.to_json import plain
from LVSegULib.json_text import NotJson, read_json
from LVSegULib.lock import locked
from LVSegULib.modelfolder.folder import ModelFolder, open_model
from LVSegULib.progress import silent
from LVSegULib.pruning.speed import milliseconds
from LVSegULib.settings import as_plain

UNPRUNED, SCRATCH = "unpruned", "from scratch"
SETTINGS, FIGURES, LOCK = "settings.json", "figures", ".comparison.lock"
TIMED_SLICES = 4


def compare_pruning(
    models: Sequence[ModelFolder],
    scratch: Sequence[ModelFolder],
    config: ComparisonConfig,
    folder: Path,
    say: Callable[[str], None] = silent,
) -> list[Figures]:
    """Prune each model in every way to every size, and evaluate all on the patients that the models kept back.

    What is done lies in `folder` and is not done again: the networks as model folders, the figures as JSON.

    Args:
        models: of the folds of a cross-validation.
        scratch: networks trained from scratch on the same folds; may be empty.
        config: what is compared.
        folder: where everything goes.
        say: told what is being done.

    Raises:
        InputError: the data cannot be read.
        UsageError: the models are no folds of one cross-validation, `folder` holds another comparison, or one is at
            work in it.
        OutputError: `folder` cannot be written to.
    """
    with locked(folder, LOCK, "another lvsegu compare"):
        _check_settings(models, config, folder)
        cases = _cases(config.judged, models)
        for number, model in enumerate(models):
            if not is_pruned(folder, config, number):
                say(f"{model.path}: calibrating on its training patients")
                prune_in_every_way(calibrated(model, config), config, folder, number, say)
        contenders = _contenders(models, scratch, config, folder)
        measured = _milliseconds([networks[0] for networks in contenders.values()])
        whole: dict[str, float] = {}
        rows = []
        for ((method, share), networks), spent in zip(contenders.items(), measured, strict=True):
            say(f"evaluating {method}, {100 * share:.0f} % of the parameters")
            dice, errors = evaluated(folder / FIGURES / f"{slug(method, share)}.json", networks, cases)
            whole = whole or dice
            rows.append(figures_of(method, share, networks, spent, dice, errors, whole))
        write_json(folder / "comparison.json", plain(rows))
    return rows


def _contenders(
    models: Sequence[ModelFolder], scratch: Sequence[ModelFolder], config: ComparisonConfig, folder: Path
) -> dict[tuple[str, float], list[ModelFolder]]:
    """The networks of every fold, by way and share of the parameters; the unpruned ones first."""
    found = {(UNPRUNED, 1.0): list(models)}
    folds = range(len(models))
    for method in METHODS:
        for share in config.shares:
            found[method, share] = [open_model(network_folder(folder, method, share, fold)) for fold in folds]
    if scratch:
        found[SCRATCH, scratch[0].spec.parameters / models[0].spec.parameters] = list(scratch)
    return found


def _check_settings(models: Sequence[ModelFolder], config: ComparisonConfig, folder: Path) -> None:
    about = {"config": as_plain(config), "weights": [model.spec.sha256 for model in models]}
    path = folder / SETTINGS
    if path.is_file():
        known = None
        with suppress(NotJson):
            known = read_json(path)
        if known != about:
            raise UsageError(f"{folder} holds a comparison of other models or settings: choose another --out")
        return
    write_json(path, about)


def _cases(judged: Sequence[str], models: Sequence[ModelFolder]) -> list[EvaluationCase]:
    """The cases of the patients that the models kept back; each is read once and remembered."""
    cases = [case for name in judged for case in open_evaluation_set(Path(name)).cases]
    kept = judges([case.patient for case in cases], [model.spec for model in models])
    return [dataclasses.replace(case, read=functools.cache(case.read)) for case in cases if case.patient in kept]


@torch.inference_mode()
def _milliseconds(models: Sequence[ModelFolder]) -> list[float]:
    """Of each model, for a slice of noise on the network's grid: the time does not depend on what is in it."""
    grid = models[0].spec.grid
    images = torch.rand(TIMED_SLICES, 1, grid.rows, grid.columns, generator=torch.Generator().manual_seed(1))
    networks = [(model.spec.network, model.weights()) for model in models]
    return milliseconds(networks, images.numpy())
