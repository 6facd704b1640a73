"""Prune a model: slices in, a smaller model folder out."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from LVSegULib.atomic import with_name
from LVSegULib.engines.workers import torch_threads
from LVSegULib.errors import InputError, UsageError
from LVSegULib.lock import locked
from LVSegULib.modelfolder.folder import ModelFolder, check_place, refuse_itself, save_model
from LVSegULib.network.config import count_multiply_adds
from LVSegULib.pictures.pruning_curve import draw_pruning_curve
from LVSegULib.pruning.card import pruning_card
from LVSegULib.pruning.checkpoint import CHECKPOINT
from LVSegULib.pruning.config import PruningConfig
from LVSegULib.pruning.log import Row, write_log
from LVSegULib.pruning.prepare import Prepared, prepare
from LVSegULib.pruning.rounds import Search
from LVSegULib.pruning.surgery import to_weights
from LVSegULib.pruning.watch import Watch
from LVSegULib.settings import as_plain

LOG, CURVE, LOCK = "pruning.csv", "pruning.png", ".pruning.lock"


@dataclass(frozen=True)
class Pruned:
    """What came out.

    Attributes:
        model: the new model folder.
        unpruned: the model that it was made of.
        rows: every round, the network without its provably superfluous filters first.
        chosen: the row of the new model.
        reason: why the search ended where it did, one sentence.
    """

    model: ModelFolder
    unpruned: ModelFolder
    rows: tuple[Row, ...]
    chosen: Row
    reason: str


def prune(
    model: ModelFolder,
    config: PruningConfig,
    folder: Path,
    *,
    resume: bool = False,
    replace: bool = False,
    watch: Watch | None = None,
) -> Pruned:
    """Make a model with fewer filters; `model` itself is never changed.

    Args:
        model: the trained model.
        config: everything the result depends on.
        folder: the new model folder. While the search goes on, a checkpoint lies beside it (NAME.unfinished).
        resume: go on from that checkpoint, with the same result as if never stopped.
        replace: whether a model that is in `folder` may go; to be said again when a search is resumed.
        watch: who is told.

    Raises:
        UsageError: `folder` is the model's own, a search is unfinished there and `resume` is false, or another one is
            at work.
        InputError: the data cannot be read, do not have the model's labels, or show no heart.
        OutputError: `folder` cannot be written, is no model folder, or is one and `replace` is false.
    """
    watch = watch or Watch()
    checkpoint = unfinished(folder) / CHECKPOINT
    refuse_itself(folder, model)
    check_place(folder, replace=replace)
    with _alone_in(checkpoint.parent), torch_threads(config.threads):
        _check_resumed(checkpoint, resume=resume)
        prepared = prepare(model, config, watch)
        search = Search(prepared, config, checkpoint, watch)
        search.run(resume=resume)
        pruned = _written(folder, prepared, config, search)
        checkpoint.unlink(missing_ok=True)
    return pruned


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Hold the lock of a search's folder, which goes when nothing else is in it at the end."""
    is_held = False
    try:
        with locked(folder, LOCK, "another lvsegu prune"):
            is_held = True
            yield
    finally:
        if is_held and not (folder / CHECKPOINT).exists():
            with suppress(OSError):
                (folder / LOCK).unlink()
                folder.rmdir()


def unfinished(folder: Path) -> Path:
    """Where the checkpoint of a search for `folder` lies."""
    place = with_name(folder)
    return place.with_name(place.name + ".unfinished")


def _check_resumed(checkpoint: Path, *, resume: bool) -> None:
    if checkpoint.exists() and not resume:
        raise UsageError(f"{checkpoint.parent} holds an unfinished search: go on with --resume, or remove it")
    if resume and not checkpoint.exists():
        raise InputError(f"{checkpoint.parent} has no {CHECKPOINT} to resume from: start without --resume")


def _written(folder: Path, given: Prepared, config: PruningConfig, search: Search) -> Pruned:
    """The smallest network that passed, written with the log and the curve of the search."""
    chosen, best = search.chosen, search.best
    pruning = {
        "config": as_plain(config) | {"data": [Path(one).name for one in config.data]},
        "split": given.split.to_json(),
        "is_labelled": given.is_labelled,
        "provably_superfluous": given.superfluous,
        "from": {
            "name": given.model.spec.name,
            "sha256": given.model.spec.sha256,
            "parameters": given.model.spec.parameters,
            "multiply_adds": count_multiply_adds(given.model.spec.network),
        },
        "unpruned": search.rows[0].to_json(),
        "pruned": chosen.to_json(),
        "filters_left": {name: alive.tolist() for name, alive in best.alive.items()},
        "mixtures": {name: mix.shape[1] for name, mix in best.mixes.items()},
        "reason": search.reason,
    }
    spec = dataclasses.replace(
        given.model.spec,
        network=best.config,
        training=given.model.spec.training | {"pruning": pruning},
        figures={},
        quality={},
    )
    model = save_model(folder, spec, to_weights(best.layers), pruning_card(spec))
    write_log(folder / LOG, search.rows)
    draw_pruning_curve(folder / CURVE, search.rows, chosen, config.tolerance)
    return Pruned(model, given.model, tuple(search.rows), chosen, search.reason)
