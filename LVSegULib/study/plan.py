"""The jobs of a study: one for each variant and fold, in a folder that is named after everything its result depends on.

So a changed setting gets a folder of its own, what was done before stays, and several machines with the same study and
the same data find each other's results.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from LVSegULib.atomic import write_json
from LVSegULib.errors import InputError, UsageError, reason
from LVSegULib.json_text import read_json
from LVSegULib.settings import as_plain
from LVSegULib.study.config import OWN_SETTINGS, SAME, StudyConfig, Variant
from LVSegULib.study.data import StudyData, check_labels, split_of
from LVSegULib.training.config import TrainingConfig, config_from_values
from LVSegULib.training.split import Split

RUNS, PLAN, CACHE = "runs", "plan.json", "cache"
RUN, SPLIT = "run", "split.json"


@dataclass(frozen=True)
class StopRule:
    """When a run is hopeless: from `first_step` on, `margin` below the run in `reference` at the same step."""

    reference: str
    margin: float
    first_step: int


@dataclass(frozen=True)
class Job:
    """One variant in one fold.

    Attributes:
        variant: name of the variant.
        fold: the fold.
        folder: where everything goes, below the study's folder.
        settings: of the training run, without what depends on the machine.
        data: names of the data sets that are read.
        judged: names of those that are judged.
        split: who is learnt from, who is judged.
        start: folder of the job whose weights are the start; empty for a network from scratch.
        mirrored: folder of the job whose network is judged over mirror images; empty to train one.
        stop: when the run is hopeless; None to never stop it.
    """

    variant: str
    fold: int
    folder: str
    settings: dict[str, Any]
    data: tuple[str, ...]
    judged: tuple[str, ...]
    split: Split
    start: str = ""
    mirrored: str = ""
    stop: StopRule | None = None

    @property
    def title(self) -> str:
        """What people call it."""
        return f"{self.variant}, fold {self.fold}"

    @property
    def needs(self) -> tuple[str, ...]:
        """Folders of the jobs that must have come to an end before this one."""
        return tuple(name for name in (self.start, self.mirrored, self.stop.reference if self.stop else "") if name)

    @property
    def steps(self) -> int:
        """Steps of training."""
        return int(self.settings["steps"])

    @property
    def label(self) -> str:
        """Key of the label that is judged."""
        return str(self.settings["labels"][0])

    def training(self, places: Mapping[str, Path], out: Path) -> TrainingConfig:
        """The configuration of its training run on this machine.

        Args:
            places: the folder of each data set.
            out: the study's folder.
        """
        own = {
            "data": [str(places[name]) for name in self.data],
            "name": self.variant.replace("/", "-"),
            "split": str(out / self.folder / SPLIT),
            "start": str(out / self.start / RUN / "last") if self.start else "",
            "cache": str(out / CACHE),
        }
        return config_from_values({**self.settings, **own})


@dataclass(frozen=True)
class Plan:
    """What is to be done.

    Attributes:
        jobs: in the order in which they are taken; what a job needs comes before it.
        refused: why a variant cannot be run at all, by its name.
        patients: the patients of each data set.
        shared: the data sets of each patient who is in several.
    """

    jobs: tuple[Job, ...]
    refused: dict[str, str]
    patients: dict[str, tuple[str, ...]]
    shared: dict[str, tuple[str, ...]]


def make_plan(study: StudyConfig, data: StudyData) -> Plan:
    """The jobs of `study` on `data`; a variant that its data do not allow is refused, and the others go on.

    Raises:
        InputError: the reference itself cannot be run.
    """
    jobs: dict[tuple[str, int], Job] = {}
    refused: dict[str, str] = {}
    # The reference comes first: whether others are hopeless is told by it.
    for variant in sorted(study.variants, key=lambda one: one.name != study.reference):
        try:
            check_labels(study, variant, data)
            for fold in study.folds_of(variant):
                jobs[variant.name, fold] = _job(study, variant, data, fold, jobs)
        except InputError as error:
            if variant.name == study.reference:
                raise
            refused[variant.name] = str(error)
    return Plan(tuple(jobs.values()), refused, data.patients, data.shared)


def _job(study: StudyConfig, variant: Variant, data: StudyData, fold: int, jobs: Mapping[tuple[str, int], Job]) -> Job:
    config = as_plain(study.training(variant))
    settings = {name: value for name, value in config.items() if name not in (*OWN_SETTINGS, SAME)}
    judged = study.judged_of(variant)
    names = tuple(dict.fromkeys((*study.data_of(variant), *judged)))
    links = {}
    for what, other in (("start", variant.after), ("mirrored", variant.mirrored)):
        if other and (other, fold) not in jobs:
            raise InputError(f'"{other}", which it builds on, cannot be run')
        links[what] = jobs[other, fold].folder if other else ""
    is_followed = variant.name != study.reference and not variant.mirrored and not variant.judged
    may_stop = study.stop_from and variant.may_stop and is_followed
    stop = StopRule(jobs[study.reference, fold].folder, study.stop_margin, study.stop_from) if may_stop else None
    split = split_of(study, variant, data, fold)
    depends = {
        "settings": settings,
        "data": {name: data.fingerprints[name] for name in names},
        "judged": judged,
        "split": split.to_json(),
        "stop": asdict(stop) if stop else None,
        **links,
    }
    folder = f"{RUNS}/{variant.slug}/fold{fold}-{_digest(depends)}"
    return Job(variant.name, fold, folder, settings, names, judged, split, stop=stop, **links)


def _digest(values: Any) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:8]


def save_plan(out: Path, plan: Plan) -> None:
    """Write the plan, so that a report can be written without the data."""
    write_json(out / PLAN, asdict(plan))


def read_plan(out: Path) -> Plan:
    """The plan that `save_plan` wrote.

    Raises:
        UsageError: there is none.
    """
    try:
        values: dict[str, Any] = read_json(out / PLAN)
        jobs = tuple(_job_from_json(one) for one in values["jobs"])
        patients, shared = ({name: tuple(own) for name, own in values[key].items()} for key in ("patients", "shared"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{out} holds no study ({reason(error)}): run it first, without --report-only") from error
    return Plan(jobs, values["refused"], patients, shared)


def _job_from_json(values: dict[str, Any]) -> Job:
    split = Split(tuple(values["split"]["train"]), tuple(values["split"]["validation"]))
    stop = StopRule(**values["stop"]) if values["stop"] else None
    tuples = {name: tuple(values[name]) for name in ("data", "judged")}
    return Job(**{**values, **tuples, "split": split, "stop": stop})
