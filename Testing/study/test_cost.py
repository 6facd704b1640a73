"""The time left follows what jobs cost and how long they took so far."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from LVSegULib.settings import as_plain
from LVSegULib.study import cost
from LVSegULib.study.cost import Clock
from LVSegULib.study.plan import Job
from LVSegULib.training.split import Split
from Testing.study.small_study import REFERENCE, a_study


@pytest.fixture
def a_job(tmp_path: Path) -> Job:
    study = a_study(tmp_path, REFERENCE)
    settings = as_plain(study.training(study.variants[0]))
    return Job("reference", 0, "runs/reference/fold0", settings, (), (), Split((), ()))


def test_more_filters_pixels_or_steps_cost_more(a_job: Job) -> None:
    for setting in ({"filters": [8, 16, 24]}, {"crop": 96}, {"steps": 80}, {"batch_size": 12}):
        assert cost.cost(dataclasses.replace(a_job, settings=a_job.settings | setting)) > cost.cost(a_job)


def test_judging_again_costs_less_than_training(a_job: Job) -> None:
    assert cost.cost(dataclasses.replace(a_job, mirrored="runs/other/fold0")) < cost.cost(a_job)


def test_time_left_of_equal_jobs_is_what_they_took(a_job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    clock = Clock(workers=2)
    clock.started(a_job)
    assert clock.seconds_left([a_job], []) is None
    now = 160.0
    clock.ended(a_job)
    assert clock.seconds_left([a_job, a_job, a_job], []) == pytest.approx(3 * 60 / 2)
    assert clock.seconds_left([a_job], [(a_job, 20)]) == pytest.approx(1.5 * 60 / 2)  # 20 of 40 steps are done
    assert clock.seconds_left([], []) == 0
