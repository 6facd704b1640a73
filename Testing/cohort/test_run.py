"""Cases are handed out a few at a time; what kills a worker, stops a worker or breaks is told."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from LVSegULib.cohort import run as module
from LVSegULib.cohort.case import Case
from LVSegULib.cohort.cohort import DEAD_SECONDS
from LVSegULib.cohort.manifest import Ending
from LVSegULib.cohort.run import CASES_PER_THREAD, Run
from LVSegULib.cohort.task import Job
from LVSegULib.errors import EngineError, OutputError
from Testing.cohort.small_cohort import ENDING, START_SECONDS, a_case, job_for, write_cohort

if TYPE_CHECKING:
    from distributed import Client


@dataclass
class Notes:
    """What a run tells."""

    open: int = 0
    most: int = 0
    endings: dict[str, Ending] = field(default_factory=dict)

    def hand_out(self, cases: Sequence[Case]) -> None:
        self.open += len(cases)
        self.most = max(self.most, self.open)

    def end(self, case: Case, ending: Ending) -> None:
        self.open -= 1
        self.endings[case.name] = ending


def cases_in(folder: Path, count: int) -> list[Case]:
    write_cohort(folder, [f"person{number:02d}" for number in range(count)])
    return [a_case(path) for path in sorted(folder.iterdir())]


def run_of(client: Client, job: Job, notes: Notes) -> Run:
    return Run(client, job, notes.hand_out, notes.end, patience_seconds=DEAD_SECONDS)


def quick(_case: Case, _job: Job) -> Ending:
    time.sleep(0.01)
    return ENDING


def deadly(case: Case, _job: Job) -> Ending:
    if case.name == "person03":
        time.sleep(START_SECONDS)
        os.kill(os.getpid(), signal.SIGKILL)
    return ENDING


def unlucky(case: Case, job: Job) -> Ending:
    """Killed four times while it works, which is as often as Dask tries, and then left alone."""
    if case.name == "person03":
        job.cases.mkdir(exist_ok=True)
        deaths = len(list(job.cases.iterdir()))
        if deaths < 4:
            (job.cases / str(deaths)).touch()
            time.sleep(START_SECONDS)
            os.kill(os.getpid(), signal.SIGKILL)
    return ENDING


def full(_case: Case, _job: Job) -> Ending:
    raise OutputError("cannot write to out: No space left on device")


def faulty(_case: Case, _job: Job) -> Ending:
    raise ZeroDivisionError("a mistake of ours")


def test_every_case_is_done_by_the_workers(tmp_path: Path, two_workers: Client, bright_model: Path) -> None:
    notes = Notes()
    run_of(two_workers, job_for(bright_model, tmp_path), notes)(cases_in(tmp_path / "in", 8))
    assert {name: ending.status for name, ending in notes.endings.items()} == {
        f"person{number:02d}": "done" for number in range(8)
    }
    assert len({ending.result["worker"] for ending in notes.endings.values()}) == 2


def test_only_a_few_are_out_at_a_time(
    tmp_path: Path, two_workers: Client, bright_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "do_case", quick)
    notes, cases = Notes(), cases_in(tmp_path / "in", 3)
    many = [Case(f"{number}", cases[0].found) for number in range(50)]
    run_of(two_workers, job_for(bright_model, tmp_path), notes)(many)
    assert len(notes.endings) == 50
    assert notes.most == 2 * CASES_PER_THREAD


@pytest.mark.skipif(os.name == "nt", reason="sends a signal")
def test_a_case_that_kills_its_worker_fails_and_the_rest_are_done(
    tmp_path: Path, two_workers: Client, bright_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "do_case", deadly)
    notes = Notes()
    run_of(two_workers, job_for(bright_model, tmp_path), notes)(cases_in(tmp_path / "in", 8))
    failed = {name: ending.reason for name, ending in notes.endings.items() if ending.status == "failed"}
    assert list(failed) == ["person03"]
    assert "the worker died each time it tried this case" in failed["person03"]
    assert len(notes.endings) == 8


@pytest.mark.skipif(os.name == "nt", reason="sends a signal")
def test_a_case_whose_workers_were_killed_is_tried_again_at_the_end(
    tmp_path: Path, two_workers: Client, bright_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "do_case", unlucky)
    notes = Notes()
    tries: list[tuple[list[str], list[str]]] = []  # what is handed out, and what the workers have already
    run = run_of(two_workers, job_for(bright_model, tmp_path), notes)
    run.handed_out = lambda cases: tries.append(([case.name for case in cases], run.in_work()))
    run(cases_in(tmp_path / "in", 8))
    assert {ending.status for ending in notes.endings.values()} == {"done"}
    assert len(list((tmp_path / "cases").iterdir())) == 4
    tried = Counter(name for names, _ in tries for name in names)
    suspects = [name for name in notes.endings if tried[name] == 2]  # Dask may blame a case that only waited
    assert "person03" in suspects
    assert tried.total() == 8 + len(suspects)
    assert list(notes.endings)[-len(suspects) :] == suspects
    assert tries[-len(suspects) :] == [([name], []) for name in suspects]


def test_a_full_disk_stops_the_run(
    tmp_path: Path, two_workers: Client, bright_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "do_case", full)
    notes = Notes()
    with pytest.raises(OutputError, match="No space left"):
        run_of(two_workers, job_for(bright_model, tmp_path), notes)(cases_in(tmp_path / "in", 8))
    assert notes.endings == {}


def test_a_fault_of_the_workers_stops_the_run(
    tmp_path: Path, two_workers: Client, bright_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "do_case", faulty)
    with pytest.raises(EngineError, match="cannot do the cases: ZeroDivisionError: a mistake of ours"):
        run_of(two_workers, job_for(bright_model, tmp_path), Notes())(cases_in(tmp_path / "in", 2))


def test_who_is_told_may_stop_it(tmp_path: Path, two_workers: Client, bright_model: Path) -> None:
    def stop(_case: Case, _ending: Ending) -> None:
        raise KeyboardInterrupt

    notes = Notes()
    run = Run(two_workers, job_for(bright_model, tmp_path), notes.hand_out, stop)
    with pytest.raises(KeyboardInterrupt):
        run(cases_in(tmp_path / "in", 8))
    assert run.in_work()
