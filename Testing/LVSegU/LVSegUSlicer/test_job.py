"""A worker thread tells the main thread how far it is, and what came out."""

from __future__ import annotations

import ctypes
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from LVSegULib.errors import Cancelled, EngineError


@pytest.fixture
def make_job(a_scene: Any) -> Callable[..., Any]:
    """The class Job, importable as in Slicer."""
    assert a_scene is not None
    from LVSegUSlicer.job import Job

    return Job


def finished(job: Any) -> list[tuple[float, str]]:
    """The reports of a job, waited for."""
    job.start()
    reports = []
    while not job.isDone:
        report = job.wait(0.02)
        if report is not None:
            reports.append(report)
    return reports


def test_the_result_and_the_last_report_arrive(make_job: Callable[..., Any]) -> None:
    def work(report: Callable[[float, str], None]) -> str:
        report(0.5, "half")
        report(1.0, "all")
        return threading.current_thread().name

    job = make_job(work)
    assert finished(job)[-1] == (1.0, "all")
    assert job.result() == "LVSegU"  # the name of the worker's thread


def test_what_the_work_raises_is_raised_by_the_result(make_job: Callable[..., Any]) -> None:
    def work(_: Any) -> None:
        raise EngineError("the engine stopped")

    job = make_job(work)
    finished(job)
    with pytest.raises(EngineError, match="the engine stopped"):
        job.result()


def test_a_cancelled_job_stops_at_its_next_report(make_job: Callable[..., Any]) -> None:
    steps: list[int] = []

    def work(report: Callable[[float, str], None]) -> None:
        for step in range(1000):
            steps.append(step)
            report(step / 1000, "counting")
            time.sleep(0.001)

    job = make_job(work)
    job.start()
    while job.wait(0.001) is None:
        pass
    job.cancel()
    while not job.isDone:
        assert job.wait(0.02) is None or len(steps) < 1000
    assert job.isCancelled
    assert 0 < len(steps) < 1000
    with pytest.raises(Cancelled):
        job.result()


def test_cancelling_what_is_done_keeps_the_result(make_job: Callable[..., Any]) -> None:
    job = make_job(lambda _: 7)
    finished(job)
    job.cancel()
    assert job.result() == 7
    with pytest.raises(Cancelled):
        job.checkCancelled()


@pytest.mark.skipif(sys.platform == "win32", reason="usleep is POSIX")
def test_the_work_goes_on_although_the_event_loop_keeps_pythons_lock(make_job: Callable[..., Any]) -> None:
    """Between two polls Slicer's event loop holds the lock, as usleep does here; 400 switches need few polls."""
    hold_the_lock = ctypes.PyDLL(None).usleep

    def work(_: Any) -> int:
        for _switch in range(400):
            time.sleep(0)  # lets go of the lock and wants it again, as numpy does
        return 1

    job = make_job(work)
    job.start()
    polls = 0
    while not job.isDone:
        hold_the_lock(5000)
        job.wait(0.025)
        polls += 1
    assert job.result() == 1
    assert polls < 40
