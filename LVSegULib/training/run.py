"""A whole training run in a folder: data in, log, curve, checkpoints and model folders out."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from itertools import chain
from pathlib import Path

from LVSegULib.atomic import put_right
from LVSegULib.errors import InputError, UsageError
from LVSegULib.lock import locked
from LVSegULib.modelfolder.folder import LAST
from LVSegULib.reading.labelled import LabelledCase
from LVSegULib.training.cache import SliceCache
from LVSegULib.training.config import TrainingConfig, each_once
from LVSegULib.training.data import MARGIN, DataSets, Slices, find_cases, load_slices, patient_weights, patients_apart
from LVSegULib.training.dealing import check_dealt, deal
from LVSegULib.training.device import Place, placed
from LVSegULib.training.heart_size import remark_on_absence, remark_on_size
from LVSegULib.training.loop import train_steps
from LVSegULib.training.recorder import CHECKPOINT, WRITTEN, Recorder
from LVSegULib.training.split import Split
from LVSegULib.training.start import start_from, start_mark
from LVSegULib.training.state import load_checkpoint, new_state
from LVSegULib.training.twins import spelt_alike, twins
from LVSegULib.training.validate import validate
from LVSegULib.training.watch import Watch

LOCK = ".training.lock"


def train(config: TrainingConfig, folder: Path, *, resume: bool = False, watch: Watch | None = None) -> None:
    """Train a network and leave in `folder` its log, curve, checkpoint, and the model folders `best` and `last`.

    Args:
        config: everything the result depends on.
        folder: the run's folder; must not hold another run.
        resume: go on from the checkpoint in `folder`, with the same end result as if never stopped.
        watch: who is told.

    Raises:
        UsageError: `folder` holds a run and `resume` is false, another run is at work in it, the run to resume had
            another number of processes, the split does not fit, or the training diverged.
        InputError: data or checkpoint cannot be read.
        OutputError: `folder` cannot be written.
    """
    watch = watch or Watch()
    checkpoint = folder / CHECKPOINT
    if checkpoint.exists() and not resume:
        raise UsageError(f"{folder} holds a training run: go on with --resume, or choose another --out")
    if resume and not checkpoint.exists():
        raise InputError(f"{folder} has no {CHECKPOINT} to resume from: start without --resume")
    config = _each_once(config, watch)
    datasets = find_cases(config.data, config.labels)
    cases = list(chain.from_iterable(datasets.values()))
    split = deal(config, cases)
    if not resume:  # a run of an earlier version may go on as it began
        check_dealt(config, split, {case.patient for case in cases})
    for line in remarks(datasets, config.labels):
        watch.say(line)
    for one, other in spelt_alike([case.patient for case in cases], config.same_patients):
        watch.warn(f"{one} and {other} are taken for two patients: if they are one, say --same {one}={other}")
    with alone_in(folder), placed(config.device, config.precision, config.threads) as place:
        if place.is_first:
            put_right(folder, WRITTEN)
        watch.say(f"{len(split.train)} patients to learn from, {len(split.validation)} to validate; {place.describe()}")
        training, validation = _load(config, split, datasets, place, watch)
        state = new_state(config, place.device)
        start_from(config, state)
        if resume:
            load_checkpoint(checkpoint, state, config, place.world, split=split, start=start_mark(config))
        recorder = Recorder(folder, config, split, state, place, watch)
        watch.say(f"{len(training)} slices; {recorder.network_summary}; steps {state.step} to {config.steps}")
        train_steps(state, config, place, training, validation, recorder)
        if place.is_first and not (folder / LAST).exists():  # removed after the run had ended
            recorder.save_last(validate(state.averaged, validation, place) if validation is not None else None)


def _load(
    config: TrainingConfig, split: Split, datasets: DataSets, place: Place, watch: Watch
) -> tuple[Slices, Slices | None]:
    """The slices to learn from, and those to validate on, which the first process alone does."""
    values, cache = config.label_values, SliceCache(Path(config.cache)) if config.cache else None
    learnt, kept = _of(datasets, split.train), _of(datasets, split.validation)
    training = load_slices(learnt, values, config.grid, watch.loaded, cache, size=(_wide(config), _wide(config)))
    weights = patient_weights(datasets, config.weights, training.names)
    training = replace(training, weights=weights, apart=patients_apart(datasets, config.apart, training.names))
    for line in filter(None, (remark_on_size(config, training), remark_on_absence(config, training))):
        watch.warn(line)
    if not (kept and place.is_first):
        return training, None
    validation = load_slices(kept, values, config.grid, watch.loaded, cache)
    validation = replace(validation, apart=patients_apart(datasets, config.apart, validation.names))
    for line in _remarks_on_kept(config, training, validation):
        watch.warn(line)
    return training, validation


def alone_in(folder: Path) -> AbstractContextManager[object]:
    """Hold the lock of a run's folder; of the processes that train together, the first does, which writes the files."""
    is_first = os.environ.get("RANK", "0") == "0"
    return locked(folder, LOCK, "another training run") if is_first else nullcontext()


def remarks(datasets: DataSets, label_keys: Sequence[str]) -> list[str]:
    """What the user should know of the data: labels that a data set lacks, patients that are in several of them."""
    lines: list[str] = []
    folders_of: dict[str, list[str]] = defaultdict(list)
    for folder, own in datasets.items():
        missing = [key for key in label_keys if key not in own[0].labels]
        if missing:
            lines.append(f"{Path(folder).name} does not know {', '.join(missing)}: used for the other labels")
        for patient in {case.patient for case in own}:
            folders_of[patient].append(Path(folder).name)
    shared = sorted(patient for patient, folders in folders_of.items() if len(folders) > 1)
    if shared:
        lines.append(f"in several data sets, taken for the same patient: {', '.join(shared)}")
    return lines


def _remarks_on_kept(config: TrainingConfig, learnt: Slices, kept: Slices) -> list[str]:
    """What nobody should miss of the patients who are kept back."""
    absence = remark_on_absence(config, kept)
    return ([absence] if absence else []) + [
        f"{other}, who is kept back, has the same images as {one}, who is learnt from: its figures will be "
        f"too good; say --same {one}={other}, or leave one of the two out"
        for one, other in twins(learnt, kept)
    ]


def _each_once(config: TrainingConfig, watch: Watch) -> TrainingConfig:
    """The same with each data set once, see `each_once`."""
    places = [Path(folder).resolve() for folder in config.data]
    for number, folder in enumerate(config.data):
        if places[number] in places[:number]:
            watch.warn(f"{folder}: is given twice: taken once")
    data, weights = each_once(config.data, config.weights)
    return replace(config, data=data, weights=weights)


def _of(datasets: DataSets, patients: Sequence[str]) -> list[LabelledCase]:
    chosen = set(patients)
    return [case for cases in datasets.values() for case in cases if case.patient in chosen]


def _wide(config: TrainingConfig) -> int:
    return round(config.crop * MARGIN)
