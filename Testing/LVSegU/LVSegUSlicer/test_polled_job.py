"""Jobs that a timer asks until they end."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from Testing.desktop.user import wait_until


def test_a_polled_job_tells_its_progress_and_its_end(the_desktop: Any, a_scene: Any) -> None:
    assert the_desktop is not None
    assert a_scene is not None
    from LVSegUSlicer.polled_job import PolledJob

    seen: list[Any] = []

    def work(report: Any) -> int:
        report(0.5, "half")
        return 7

    PolledJob(work, lambda *report: seen.append(report), lambda *end: seen.append(end))
    wait_until(lambda: len(seen) == 2)
    assert seen == [(0.5, "half"), (7, "")]


def test_a_polled_job_can_be_cancelled_abandoned_and_can_fail(the_desktop: Any, a_scene: Any) -> None:
    assert the_desktop is not None
    assert a_scene is not None
    from LVSegULib.errors import InputError
    from LVSegUSlicer.polled_job import PolledJob

    ends: list[tuple[Any, str]] = []

    def endless(report: Any) -> None:
        while True:
            report(0.0, "on and on")

    def failing(_report: Any) -> None:
        raise InputError("nothing there")

    def start(work: Any) -> Any:
        return PolledJob(work, lambda *_: None, lambda *end: ends.append(end))

    abandoned, cancelled = start(endless), start(endless)
    abandoned.abandon()
    cancelled.cancel()
    wait_until(lambda: len(ends) == 1)
    failed = start(failing)
    wait_until(lambda: len(ends) == 2)
    assert ends == [(None, "Cancelled"), (None, "nothing there")]
    assert failed is not None


def test_who_gives_up_a_job_while_told_of_its_last_step_hears_no_more(the_desktop: Any, a_scene: Any) -> None:
    """As the panel does, which handles a click on Cancel while it shows the progress."""
    assert the_desktop is not None
    assert a_scene is not None
    from LVSegUSlicer.polled_job import PolledJob

    heard: list[str] = []

    def give_up(*_: Any) -> None:
        heard.append("told")
        wait_until(lambda: not any(thread.name == "LVSegU" for thread in threading.enumerate()))
        job.abandon()

    job = PolledJob(lambda report: report(1.0, "last"), give_up, lambda *_: heard.append("ended"))
    wait_until(lambda: heard != [])
    for _ in range(20):
        the_desktop.app.processEvents()
    assert heard == ["told"]


@pytest.mark.usefixtures("the_desktop", "a_scene")
def test_who_waits_is_told_even_of_work_that_wanted_to_leave_python() -> None:
    from LVSegUSlicer.polled_job import PolledJob

    def leave(_report: Any) -> None:
        raise SystemExit("stop")

    ends: list[tuple[Any, str]] = []
    job = PolledJob(leave, lambda *_: None, lambda *end: ends.append(end))
    wait_until(lambda: len(ends) == 1)
    assert ends[0][0] is None and "SystemExit: stop" in ends[0][1]
    assert job is not None


@pytest.fixture
def no_garbage_collection() -> Iterator[None]:
    """As with PythonQt, whose timers hold what they call where Python's garbage collector does not see it."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("the_desktop", "a_scene", "no_garbage_collection")
def test_a_job_that_is_over_is_let_go() -> None:
    """Its work holds all images of a cine; a timer that is kept would keep them."""
    from LVSegUSlicer.polled_job import PolledJob

    ends: list[tuple[Any, str]] = []
    done = PolledJob(lambda _report: 7, lambda *_: None, lambda *end: ends.append(end))
    wait_until(lambda: len(ends) == 1)
    done.abandon()
    abandoned = PolledJob(lambda _report: 8, lambda *_: None, lambda *end: ends.append(end))
    abandoned.abandon()
    jobs = [weakref.ref(done), weakref.ref(abandoned)]
    del done, abandoned
    wait_until(lambda: not any(job() for job in jobs))
    assert ends == [(7, "")]
