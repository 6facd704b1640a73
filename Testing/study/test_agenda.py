"""What can be begun follows from what has ended, and an error from before is no end."""

from __future__ import annotations

from pathlib import Path

import pytest

from LVSegULib.errors import InputError
from LVSegULib.study.agenda import Agenda
from LVSegULib.study.job import write_error
from LVSegULib.study.plan import Job
from LVSegULib.training.split import Split


def a_job(folder: str, start: str = "") -> Job:
    return Job(folder, 0, folder, {"steps": 1}, ("data",), ("data",), Split(("a",), ("b",)), start)


BASE, LATE, OTHER = a_job("base"), a_job("late", start="base"), a_job("other")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    for job in (BASE, LATE, OTHER):
        (tmp_path / job.folder).mkdir()
    return tmp_path


def finish(out: Path, job: Job) -> None:
    (out / job.folder / "figures.json").touch()


def test_a_job_waits_for_what_it_needs(out: Path) -> None:
    agenda = Agenda([BASE, LATE, OTHER], out)
    assert list(agenda.ready()) == [BASE, OTHER]
    agenda.begin(BASE)
    finish(out, BASE)
    assert list(agenda.ready()) == [OTHER]  # its files may be there before it has ended
    agenda.end(BASE)
    assert list(agenda.ready()) == [LATE, OTHER]
    assert agenda.done == 1


def test_what_others_have_ended_is_left_out(out: Path) -> None:
    agenda = Agenda([BASE, LATE, OTHER], out)
    finish(out, OTHER)
    write_error(out / BASE.folder, InputError("theirs"))
    assert list(agenda.ready()) == [LATE]
    assert (agenda.done, agenda.open) == (2, [LATE])


def test_an_error_from_before_is_tried_again_and_a_new_one_is_an_end(out: Path) -> None:
    write_error(out / BASE.folder, InputError("yesterday's"))
    agenda = Agenda([BASE, LATE], out)
    assert list(agenda.ready()) == [BASE]
    agenda.begin(BASE)
    agenda.end(BASE)
    assert list(agenda.ready()) == [LATE]


def test_what_is_given_back_is_open_again(out: Path) -> None:
    agenda = Agenda([BASE], out)
    agenda.begin(BASE)
    assert agenda and not agenda.open
    agenda.give_back(BASE)
    assert (agenda.open, agenda.busy) == ([BASE], [])


def test_nothing_is_left_of_what_is_finished(out: Path) -> None:
    finish(out, BASE)
    assert not Agenda([BASE], out)
