"""A whole training run in a folder: data in, log, curve, checkpoints and model folders out."""

from __future__ import annotations

import math
import os
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from LVSegULib.atomic import put_right, write_json
from LVSegULib.engines.pytorch import network_weights
from LVSegULib.errors import InputError, UsageError
from LVSegULib.labels import BY_KEY
from LVSegULib.lock import locked
from LVSegULib.modelfolder.folder import LAST, save_model
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.modelfolder.weights import Weights
from LVSegULib.pictures.training_curve import draw_training_curve
from LVSegULib.reading.labelled import LabelledCase, open_labelled
from LVSegULib.training.cache import SliceCache
from LVSegULib.training.card import training_card
from LVSegULib.training.config import TrainingConfig, each_once
from LVSegULib.training.data import MARGIN, Slices, find_cases, load_slices, patient_weights, patients_apart
from LVSegULib.training.device import Place, placed
from LVSegULib.training.heart_size import remark_on_absence, remark_on_size
from LVSegULib.training.log import Row, read_log, write_log
from LVSegULib.training.loop import Report, train_steps
from LVSegULib.training.split import SPLIT, Split, check_same, fold_split, read_split, some_of
from LVSegULib.training.start import describe_start, describe_teachers, inherited_terms, start_from, start_mark
from LVSegULib.training.state import TrainingState, learning_rate, load_checkpoint, new_state, save_checkpoint
from LVSegULib.training.twins import spelt_alike, twins
from LVSegULib.training.validate import Validation, validate

CHECKPOINT, LOG, CURVE, CONFIG = "checkpoint.safetensors", "log.csv", "curve.png", "config.json"
BEST, LOCK = "best", ".training.lock"
WRITTEN = (CHECKPOINT, LOG, CURVE, CONFIG, SPLIT, BEST, LAST)
"""Files and folders of a run."""


@dataclass(frozen=True)
class Watch:
    """What a run tells while it runs; every call may raise to stop it.

    Attributes:
        say: a line about what is being done.
        warn: a line that nobody should miss.
        loaded: the name of a case that is being read.
        report: loss and Dice, every few steps.
    """

    say: Callable[[str], None] = lambda _: None
    warn: Callable[[str], None] = lambda _: None
    loaded: Callable[[str], None] = lambda _: None
    report: Callable[[Report], None] = lambda _: None


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
    cases = find_cases(config.data, config.labels)
    split = _split(config, cases)
    if not resume:  # a run of an earlier version may go on as it began
        _check_dealt(config, split, {case.patient for case in cases})
    for line in remarks(config):
        watch.say(line)
    for one, other in spelt_alike([case.patient for case in cases], config.same_patients):
        watch.warn(f"{one} and {other} are taken for two patients: if they are one, say --same {one}={other}")
    with alone_in(folder), placed(config.device, config.precision, config.threads) as place:
        if place.is_first:
            put_right(folder, WRITTEN)
        watch.say(f"{len(split.train)} patients to learn from, {len(split.validation)} to validate; {place.describe()}")
        values, cache = config.label_values, SliceCache(Path(config.cache)) if config.cache else None
        learnt = _of(cases, split.train)
        training = load_slices(learnt, values, config.grid, watch.loaded, cache, size=(_wide(config), _wide(config)))
        weights = patient_weights(config.data, config.weights, config.labels, training.names)
        training = _apart(config, replace(training, weights=weights))
        for line in filter(None, (remark_on_size(config, training), remark_on_absence(config, training))):
            watch.warn(line)
        kept = _of(cases, split.validation)
        validation = None
        if kept and place.is_first:
            validation = _apart(config, load_slices(kept, values, config.grid, watch.loaded, cache))
            for line in _remarks_on_kept(config, training, validation):
                watch.warn(line)
        state = new_state(config, place.device)
        start_from(config, state)
        if resume:
            load_checkpoint(checkpoint, state, config, place.world, split=split, start=start_mark(config))
        recorder = _Recorder(folder, config, split, state, place, watch)
        watch.say(f"{len(training)} slices; {config.network_summary}; steps {state.step} to {config.steps}")
        train_steps(state, config, place, training, validation, recorder)
        if place.is_first and not (folder / LAST).exists():  # removed after the run had ended
            recorder.save_last(validate(state.averaged, validation, place) if validation is not None else None)


def alone_in(folder: Path) -> AbstractContextManager[object]:
    """Hold the lock of a run's folder; of the processes that train together, the first does, which writes the files."""
    is_first = os.environ.get("RANK", "0") == "0"
    return locked(folder, LOCK, "another training run") if is_first else nullcontext()


def remarks(config: TrainingConfig) -> list[str]:
    """What the user should know of the data: labels that a data set lacks, patients that are in several of them."""
    lines: list[str] = []
    folders_of: dict[str, list[str]] = defaultdict(list)
    for folder in config.data:
        own = open_labelled(Path(folder), config.labels)
        missing = [key for key in config.labels if key not in own[0].labels]
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


def _of(cases: Sequence[LabelledCase], patients: Sequence[str]) -> list[LabelledCase]:
    chosen = set(patients)
    return [case for case in cases if case.patient in chosen]


def _apart(config: TrainingConfig, slices: Slices) -> Slices:
    return replace(slices, apart=patients_apart(config.data, config.apart, config.labels, slices.names))


def _split(config: TrainingConfig, cases: Sequence[LabelledCase]) -> Split:
    same, patients = config.same_patients, [case.patient for case in cases]
    if unknown := sorted({name for names in same for name in names} - set(patients)):
        raise UsageError(f"same names {unknown[0]}, who is not in the data")
    if config.split:
        patient_of = {case.name: case.patient for case in cases} | {name: name for name in patients}
        split = read_split(Path(config.split), patient_of, config.fold)
    else:
        split = fold_split(patients, config.folds, config.fold, same)
    check_same(split, same)
    if config.patients:
        split = replace(split, train=some_of(split.train, config.patients, config.seed))
    if not split.train:
        raise UsageError(
            f"of {len(set(patients))} patients none is left to learn from: give more data, or --fold -1 to validate on "
            "none"
        )
    return split


def _check_dealt(config: TrainingConfig, split: Split, patients: Collection[str]) -> None:
    """Refuse a fold that keeps nobody back, which would train without validation."""
    if config.fold >= 0 and not config.split and not split.validation:
        raise UsageError(
            f"fold {config.fold} keeps nobody back: {len(patients)} patients cannot be dealt into {config.folds} "
            "folds: give more, or fewer --folds"
        )


def _wide(config: TrainingConfig) -> int:
    return round(config.crop * MARGIN)


class _Recorder:
    """Writes the run's files whenever there is a validation; only the first process writes."""

    def __init__(
        self,
        folder: Path,
        config: TrainingConfig,
        split: Split,
        state: TrainingState,
        place: Place,
        watch: Watch,
    ) -> None:
        self.folder, self.config, self.split = folder, config, split
        self.state, self.place, self.watch = state, place, watch
        self.rows = read_log(folder / LOG, state.step)
        self.earlier_seconds = self.rows[-1].seconds if self.rows else 0.0
        self.losses: list[float] = []
        self.others = describe_start(config) | describe_teachers(config)
        self.licence, self.citations = inherited_terms(config)
        self.start = start_mark(config)
        self.kept_step = state.step
        if place.is_first:
            write_json(folder / CONFIG, config.to_json())
            write_json(folder / SPLIT, split.to_json())

    def __call__(self, report: Report) -> None:
        self._check_numbers(report)
        if not self.place.is_first:
            return
        self.watch.report(report)
        self.losses.append(report.loss)
        is_due = report.step % self.config.validate_every == 0 or report.step == self.config.steps
        if not is_due:
            return
        dice = report.validation.mean if report.validation is not None else float("nan")
        seconds = self.earlier_seconds + report.seconds
        loss = sum(self.losses) / len(self.losses)
        self.losses.clear()
        self.rows.append(Row(report.step, seconds, report.learning_rate, loss, dice))
        if dice > self.state.best_dice:
            self.state.best_dice = dice
            self._save_model(BEST, report)
        if report.step == self.config.steps:
            self._save_model(LAST, report)
        write_log(self.folder / LOG, self.rows)
        draw_training_curve(self.folder / CURVE, self.rows, self._title())
        save_checkpoint(
            self.folder / CHECKPOINT,
            self.state,
            self.config,
            self.place.world,
            split=self.split,
            start=self.start,
        )
        self.kept_step = self.state.step

    def _check_numbers(self, report: Report) -> None:
        """Stop a training that diverged before it writes over what it has."""
        if math.isfinite(report.loss) and self.state.is_finite:
            return
        kept = f"; the checkpoint of step {self.kept_step} is kept" if self.kept_step else ""
        raise UsageError(f"the loss is no longer a number at step {report.step}: try a lower --learning-rate{kept}")

    def save_last(self, validation: Validation | None) -> None:
        """Save the model of the step that the state is at."""
        report = Report(self.state.step, float("nan"), learning_rate(self.config, self.state.step - 1), 0.0, validation)
        self._save_model(LAST, report)

    def _title(self) -> str:
        return f"{self.config.name}: {self.config.network_summary}"

    def _config_without_paths(self) -> dict[str, object]:
        """The settings as a model tells them to others, who have other folders."""
        values = self.config.to_json()
        names = {name: Path(values[name]).name for name in ("start", "split", "cache")}
        return values | names | {"data": [Path(folder).name for folder in self.config.data]}

    def _save_model(self, name: str, report: Report) -> None:
        spec = ModelSpec(
            name=self.config.name,
            network=self.config.network,
            labels=tuple(BY_KEY[key] for key in self.config.labels),
            grid=self.config.grid,
            licence=self.licence,
            citations=self.citations,
            training={
                "config": self._config_without_paths(),
                "split": self.split.to_json(),
                "step": report.step,
                "seconds": round(self.earlier_seconds + report.seconds, 1),
                "place": self.place.describe(),
                "date": time.strftime("%Y-%m-%d"),
                **self.others,
            },
            figures=_validation_figures(report),
        )
        save_model(self.folder / name, spec, _saved_weights(self.state, self.config), training_card(spec))


def _saved_weights(state: TrainingState, config: TrainingConfig) -> Weights:
    """The averaged weights without the outputs of the data sets apart."""
    weights, outputs = dict(network_weights(state.averaged)), len(config.labels)
    return weights | {name: weights[name][:outputs] for name in ("head.weight", "head.bias")}


def _validation_figures(report: Report) -> dict[str, object]:
    if report.validation is None:
        return {}
    dice = {name: [round(float(d), 4) for d in row] for name, row in _by_patient(report)}
    return {"validation": {"dice_mean": round(report.validation.mean, 4), "dice_by_patient": dice}}


def _by_patient(report: Report) -> list[tuple[str, list[float]]]:
    if report.validation is None:
        return []
    return [(name, list(row)) for name, row in zip(report.validation.patients, report.validation.dice, strict=True)]
