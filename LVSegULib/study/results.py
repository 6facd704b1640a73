"""What the jobs of a study came to: a row for each variant, with its difference to the one it is compared with."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from LVSegULib.evaluation.bootstrap import Ratio, Summary, ratio_of_sums, summarise
from LVSegULib.evaluation.overlap import Overlap
from LVSegULib.json_text import read_json
from LVSegULib.study.config import StudyConfig, Variant
from LVSegULib.study.job import ERROR, FIGURES
from LVSegULib.study.plan import Job, Plan

Key = tuple[str, str]
"""Data set and patient."""


@dataclass(frozen=True)
class Patient:
    """How a variant did on one patient: voxels, Dice of the slices, error of the LVEF in points (NaN without one)."""

    overlap: Overlap
    slices: tuple[float, ...]
    ef_error: float


@dataclass(frozen=True)
class Row:
    """A variant over its folds.

    Attributes:
        variant: the variant.
        figures: what each fold's job wrote, by fold; stopped ones among them.
        problems: why a fold has no figures: it failed, was stopped, or is not done; one sentence each.
        patients: every judged patient.
    """

    variant: Variant
    figures: Mapping[int, dict[str, Any]]
    problems: tuple[str, ...]
    patients: Mapping[Key, Patient]

    def dice(self, dataset: str = "") -> Summary:
        """Dice per patient of one data set, or of all."""
        chosen = self._of(dataset)
        return summarise([one.overlap.dice for one in chosen.values()], [patient for _, patient in chosen])

    def pooled_dice(self) -> Ratio:
        """Dice of all voxels of the patients together."""
        overlaps = [one.overlap for one in self.patients.values()]
        return ratio_of_sums([2 * one.both for one in overlaps], [one.reference + one.prediction for one in overlaps])

    def slice_dice(self) -> Summary:
        """Dice per slice; 0 where a slice is missed."""
        values = [(dice, patient) for (_, patient), one in self.patients.items() for dice in one.slices]
        return summarise([dice for dice, _ in values], [patient for _, patient in values])

    def ef_error(self) -> Summary:
        """Error of the LVEF without sign, points."""
        own = self.patients.items()
        return summarise([abs(one.ef_error) for _, one in own], [patient for (_, patient), _ in own])

    def seconds_to(self, dice: float) -> float:
        """Mean over the folds of the training time after which validation first gave `dice`; NaN if one never did."""
        reached = [_first(one.get("validations", ()), dice) for one in self.figures.values()]
        return sum(reached) / len(reached) if reached else math.nan

    def mean(self, name: str) -> float:
        """Mean of a number over the folds that have it ("parameters", "training_seconds"); NaN without any."""
        values = [float(one[name]) for one in self.figures.values() if one.get(name) is not None]
        return sum(values) / len(values) if values else math.nan

    def _of(self, dataset: str) -> dict[Key, Patient]:
        return {key: one for key, one in self.patients.items() if dataset in ("", key[0])}


def read_rows(study: StudyConfig, plan: Plan, out: Path) -> list[Row]:
    """A row for every variant, in the study's order, from the files of its jobs."""
    jobs: dict[str, list[Job]] = {variant.name: [] for variant in study.variants}
    for job in plan.jobs:
        if job.variant in jobs:
            jobs[job.variant].append(job)
    return [
        _row(study, variant, jobs[variant.name], plan.refused.get(variant.name, ""), out) for variant in study.variants
    ]


def difference(row: Row, other: Row) -> Summary:
    """Change of the Dice per patient from `other` to `row`, over the patients that both judged."""
    both = [key for key in row.patients if key in other.patients]
    changes = [row.patients[key].overlap.dice - other.patients[key].overlap.dice for key in both]
    return summarise(changes, [patient for _, patient in both])


def noise(rows: Sequence[Row], reference: Row) -> float:
    """How far the mean Dice of two runs that differ by their seed only may lie apart; NaN without repeats.

    Twice the standard deviation of such a difference, by that of the reference and its repeats.
    """
    changes = changes_by_seed(rows, reference)
    return 2 * math.sqrt(2) * statistics.stdev([0.0, *changes]) if changes else math.nan


def changes_by_seed(rows: Sequence[Row], reference: Row) -> list[float]:
    """Change of the mean Dice from the reference to each of its repeats that have figures."""
    changes = [difference(row, reference).mean for row in rows if row.variant.repeat]
    return [change for change in changes if math.isfinite(change)]


def _row(study: StudyConfig, variant: Variant, jobs: Sequence[Job], refused: str, out: Path) -> Row:
    problems = [refused] if refused else []
    figures: dict[int, dict[str, Any]] = {}
    patients: dict[Key, Patient] = {}
    done = {job.fold: job for job in jobs}
    for fold in () if refused else study.folds_of(variant):
        values, problem = _read(out / done[fold].folder) if fold in done else (None, "not run")
        if problem:
            problems.append(f"fold {fold}: {problem}")
        if values is not None:
            figures[fold] = values
            patients |= _patients(values.get("judged", {}))
    return Row(variant, figures, tuple(problems), patients)


def _read(folder: Path) -> tuple[dict[str, Any] | None, str]:
    """The figures in a job's folder, and what is wrong with them."""
    try:
        values = dict(read_json(folder / FIGURES))
    except (OSError, ValueError, TypeError):
        return None, _why(folder)
    stopped = values.get("stopped")
    if not stopped:
        return values, ""
    return values, (
        f"stopped at step {stopped['step']}, validation Dice {stopped['dice']:.3f} against {stopped['reference']:.3f}"
    )


def _why(folder: Path) -> str:
    try:
        return f"failed: {read_json(folder / ERROR)['message']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "not done yet"


def _patients(judged: Mapping[str, Mapping[str, Any]]) -> dict[Key, Patient]:
    return {
        (dataset, patient): Patient(
            Overlap(*one["overlap"]),
            tuple(one["slices"]),
            math.nan if one["ef_error"] is None else float(one["ef_error"]),
        )
        for dataset, patients in judged.items()
        for patient, one in patients.items()
    }


def _first(validations: Sequence[Mapping[str, Any]], dice: float) -> float:
    return next((float(one["seconds"]) for one in validations if one["dice"] >= dice), math.nan)
