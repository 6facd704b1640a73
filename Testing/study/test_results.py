"""Figures of folds become a row; rows are compared patient by patient."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import pytest

from LVSegULib.study.config import StudyConfig
from LVSegULib.study.plan import Plan
from LVSegULib.study.results import Row, difference, noise, read_rows
from Testing.study.small_study import REFERENCE, SMALL, a_plan, a_study
from Testing.study.written_study import judged_patient, write, write_figures

SEEDS = "".join(
    f'[[variant]]\nname = "seed {seed}"\ngroup = "repeats"\nrepeat = true\nsettings = {{ seed = {seed} }}\n'
    for seed in (2, 3)
)
FOLDS: tuple[Mapping[str, float], ...] = (
    {"phantom0": 0.9, "phantom2": 0.8, "phantom4": 0.75},
    {"phantom1": 0.7, "phantom3": 0.6},
)


@pytest.fixture
def study(tmp_path: Path) -> StudyConfig:
    return a_study(tmp_path, REFERENCE, SMALL, SEEDS)


@pytest.fixture
def plan(study: StudyConfig, four_phantom_hearts: Path) -> Plan:
    return a_plan(study, four_phantom_hearts)


def rows_of(study: StudyConfig, plan: Plan, out: Path) -> dict[str, Row]:
    return {row.variant.name: row for row in read_rows(study, plan, out)}


def write_shifted(plan: Plan, out: Path, variant: str, shift: float) -> None:
    for job in plan.jobs:
        if job.variant == variant:
            shifted = {patient: dice + shift for patient, dice in FOLDS[job.fold].items()}
            write_figures(out, job, shifted)


def test_folds_are_pooled_over_patients(study: StudyConfig, plan: Plan, tmp_path: Path) -> None:
    write_shifted(plan, tmp_path, "reference", 0.0)
    row = rows_of(study, plan, tmp_path)["reference"]
    assert row.dice().patients == 5
    assert row.dice().mean == pytest.approx(0.75)
    assert row.dice("Dataset900_Phantom").mean == pytest.approx(0.75)
    assert math.isnan(row.dice("Dataset901_Other").mean)
    assert row.pooled_dice().value == pytest.approx(0.75)
    assert row.slice_dice().mean == pytest.approx(0.75)
    assert row.ef_error().mean == 2.0
    assert row.problems == ()


def test_times_are_means_over_the_folds_and_none_where_a_fold_never_came_so_far(
    study: StudyConfig, plan: Plan, tmp_path: Path
) -> None:
    first, second = (job for job in plan.jobs if job.variant == "reference")
    write_figures(tmp_path, first, FOLDS[0])
    slower = [{"step": 20, "seconds": 50.0, "dice": 0.7}, {"step": 40, "seconds": 90.0, "dice": 0.88}]
    write_figures(tmp_path, second, FOLDS[1], validations=slower, training_seconds=90.0)
    row = rows_of(study, plan, tmp_path)["reference"]
    assert row.seconds_to(0.85) == (30 + 90) / 2
    assert math.isnan(row.seconds_to(0.9))
    assert row.mean("training_seconds") == 75


def test_a_difference_is_taken_patient_by_patient(study: StudyConfig, plan: Plan, tmp_path: Path) -> None:
    write_shifted(plan, tmp_path, "reference", 0.0)
    write_shifted(plan, tmp_path, "small", -0.05)
    rows = rows_of(study, plan, tmp_path)
    change = difference(rows["small"], rows["reference"])
    assert change.mean == pytest.approx(-0.05)
    assert change.mean_interval == pytest.approx((-0.05, -0.05))


def test_only_patients_that_both_judged_are_compared(study: StudyConfig, plan: Plan, tmp_path: Path) -> None:
    write_shifted(plan, tmp_path, "reference", 0.0)
    first = next(job for job in plan.jobs if job.variant == "small")
    write_figures(tmp_path, first, {"phantom0": 0.8, "phantom2": 0.8})
    rows = rows_of(study, plan, tmp_path)
    change = difference(rows["small"], rows["reference"])
    assert (change.patients, change.mean) == (2, pytest.approx(-0.05))
    assert rows["small"].problems == ("fold 1: not done yet",)


def test_noise_is_twice_the_deviation_of_the_difference_of_two_seeds(
    study: StudyConfig, plan: Plan, tmp_path: Path
) -> None:
    write_shifted(plan, tmp_path, "reference", 0.0)
    rows = rows_of(study, plan, tmp_path)
    assert math.isnan(noise(list(rows.values()), rows["reference"]))
    write_shifted(plan, tmp_path, "seed 2", 0.004)
    write_shifted(plan, tmp_path, "seed 3", -0.002)
    rows = rows_of(study, plan, tmp_path)
    assert noise(list(rows.values()), rows["reference"]) == pytest.approx(2 * math.sqrt(2) * 0.003055, rel=1e-3)


def test_what_failed_or_was_stopped_is_said(study: StudyConfig, plan: Plan, tmp_path: Path) -> None:
    first, second = (job for job in plan.jobs if job.variant == "small")
    write(tmp_path / first.folder / "error.json", {"message": "no space left"})
    stopped = {"step": 20, "dice": 0.1, "reference": 0.8}
    write(tmp_path / second.folder / "figures.json", {"stopped": stopped, "seconds": 1.0, "machine": "here"})
    row = rows_of(study, plan, tmp_path)["small"]
    assert row.problems == (
        "fold 0: failed: no space left",
        "fold 1: stopped at step 20, validation Dice 0.100 against 0.800",
    )
    assert not row.patients
    assert math.isnan(row.seconds_to(0.85))


def test_a_missing_ejection_fraction_is_left_out(study: StudyConfig, plan: Plan, tmp_path: Path) -> None:
    first = plan.jobs[0]
    patients = {"phantom0": judged_patient(0.9, -4.0), "phantom2": judged_patient(0.1, None)}
    write_figures(tmp_path, first, {}, judged={first.judged[0]: patients})
    error = rows_of(study, plan, tmp_path)["reference"].ef_error()
    assert (error.mean, error.count) == (4.0, 1)
