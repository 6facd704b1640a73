"""A job on a worker: others are waited for, what goes wrong is its error, and what is wrong with the worker is said."""

from __future__ import annotations

import dataclasses
import json
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from LVSegULib import __version__
from LVSegULib.errors import InputError, UsageError
from LVSegULib.study import task
from LVSegULib.study.claim import Claims, is_claimed
from LVSegULib.study.job import Tell, write_error
from LVSegULib.study.plan import Job, save_plan
from LVSegULib.study.task import Order, do_job
from Testing.study.small_study import REFERENCE, a_plan, a_study


@pytest.fixture
def order(four_phantom_hearts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Order:
    monkeypatch.setattr(task, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(task, "BEAT_SECONDS", 0.05)
    save_plan(tmp_path / "out", a_plan(a_study(tmp_path, REFERENCE), four_phantom_hearts))
    return Order({"Dataset900_Phantom": four_phantom_hearts}, tmp_path / "out")


@pytest.fixture
def job(four_phantom_hearts: Path, tmp_path: Path) -> Job:
    return a_plan(a_study(tmp_path, REFERENCE), four_phantom_hearts).jobs[0]


def finish(job: Job, _places: Mapping[str, Path], out: Path, _tell: Tell = lambda _: None) -> None:
    (out / job.folder / "figures.json").write_text("{}", encoding="utf-8")


def test_an_earlier_error_is_gone_when_it_is_tried_again(
    order: Order, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task, "run_job", finish)
    (order.out / job.folder).mkdir(parents=True)
    write_error(order.out / job.folder, InputError("yesterday's"))
    assert do_job(job, order)
    assert sorted(path.name for path in (order.out / job.folder).iterdir()) == ["figures.json"]


def test_what_is_finished_is_left_alone(order: Order, job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    (order.out / job.folder).mkdir(parents=True)
    finish(job, {}, order.out)
    monkeypatch.setattr(task, "run_job", lambda *_: pytest.fail("done again"))
    assert do_job(job, order)


def test_what_goes_wrong_is_the_error_of_the_job(order: Order, job: Job) -> None:
    assert not do_job(dataclasses.replace(job, settings={**job.settings, "loss": "guess"}), order)
    error = json.loads((order.out / job.folder / "error.json").read_text(encoding="utf-8"))
    assert 'there is no loss "guess"' in error["message"]
    assert not is_claimed(order.out / job.folder)


def test_a_job_in_other_hands_is_waited_for(order: Order, job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = Claims().take(order.out / job.folder)
    assert theirs is not None
    monkeypatch.setattr(task, "run_job", lambda *_: pytest.fail("taken from the living"))
    timer = threading.Timer(0.3, finish, (job, {}, order.out))
    timer.start()
    assert do_job(job, order)
    timer.join()
    assert theirs.beat()


def test_it_gives_signs_of_life_while_nothing_is_told(order: Order, job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    def watched(job: Job, places: Mapping[str, Path], out: Path, _tell: Tell) -> None:
        (holder,) = (out / job.folder).glob("claim-*/holder.json")
        first = holder.stat().st_mtime_ns
        while holder.stat().st_mtime_ns == first:
            threading.Event().wait(0.02)
        finish(job, places, out)

    monkeypatch.setattr(task, "run_job", watched)
    assert do_job(job, order)


def test_a_job_that_was_taken_over_is_stopped_and_the_new_holder_waited_for(
    order: Order, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []

    def overtaken(job: Job, places: Mapping[str, Path], out: Path, tell: Tell) -> None:
        theirs = out / job.folder / "claim-0002"
        theirs.mkdir()
        (theirs / "holder.json").write_text('{"machine": "far-away", "process": 1}', encoding="utf-8")
        threading.Timer(0.5, finish, (job, places, out)).start()
        while True:
            tell(0)
            told.append(0)
            threading.Event().wait(0.02)

    monkeypatch.setattr(task, "run_job", overtaken)
    assert do_job(job, order)
    assert 0 < len(told) < 25  # stopped before half a second was over
    assert sorted(path.name for path in (order.out / job.folder).iterdir()) == ["claim-0002", "figures.json"]


def test_two_jobs_of_one_process_follow_each_other(order: Order, job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once: list[int] = []
    running = threading.Semaphore(5)

    def counted(job: Job, places: Mapping[str, Path], out: Path, _tell: Tell) -> None:
        with running:
            at_once.append(5 - running._value)
            threading.Event().wait(0.1)
        finish(job, places, out)

    monkeypatch.setattr(task, "run_job", counted)
    others = [dataclasses.replace(job, folder=f"runs/x/{number}") for number in range(3)]
    threads = [threading.Thread(target=do_job, args=(other, order)) for other in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert at_once == [1, 1, 1]


def test_another_version_on_the_worker_is_said(order: Order, job: Job) -> None:
    newer = dataclasses.replace(order, version="9.9")
    with pytest.raises(UsageError, match=rf"has LVSegU {__version__}, the study is run by 9\.9: install the same"):
        do_job(job, newer)


def test_a_folder_that_the_worker_does_not_see_is_said(order: Order, job: Job, tmp_path: Path) -> None:
    elsewhere = dataclasses.replace(order, out=tmp_path / "none")
    with pytest.raises(UsageError, match=r"does not see .*plan\.json: give an --out on a disk that all machines share"):
        do_job(job, elsewhere)
    assert not (tmp_path / "none").exists()
