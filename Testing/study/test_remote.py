"""Jobs on the workers of a Dask scheduler: the same networks as here, and nothing is lost when a worker or it dies."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from LVSegULib.cohort import cluster as cluster_file
from LVSegULib.cohort import handing
from LVSegULib.errors import EngineError, UsageError
from LVSegULib.modelfolder.folder import open_model
from LVSegULib.study import remote
from LVSegULib.study.claim import Claims
from LVSegULib.study.job import is_finished, run_job
from LVSegULib.study.plan import Job, Plan, save_plan
from LVSegULib.study.remote import RemoteWork
from LVSegULib.study.task import Order
from LVSegULib.study.work import Status, Watch
from Testing.cohort.small_cohort import START_SECONDS
from Testing.study.small_study import HEAD, REFERENCE, SMALL, a_plan, a_study

if TYPE_CHECKING:
    from distributed import LocalCluster

LATE = '[[variant]]\nname = "late"\ngroup = "training"\nafter = "small"\nsettings = { steps = 10 }\n'
QUICK = HEAD.replace("steps = 40", "steps = 20").replace("validate_every = 20", "validate_every = 10")
MACHINE_DEPENDENT = {"machine", "date", "seconds", "training_seconds"}


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """Two workers; that a job dies with its worker once is enough to suspect it."""
    import dask
    from distributed import LocalCluster

    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster,
    ):
        yield cluster


@pytest.fixture(scope="module")
def plan(four_phantom_hearts: Path, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """Fold 0 of reference, small and late, which starts from small."""
    plan = a_plan(a_study(tmp_path_factory.mktemp("study"), REFERENCE, SMALL, LATE, head=QUICK), four_phantom_hearts)
    return dataclasses.replace(plan, jobs=tuple(job for job in plan.jobs if job.fold == 0))


@pytest.fixture(scope="module")
def done(
    plan: Plan, cluster: LocalCluster, four_phantom_hearts: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The folder of the study when the workers have done all of it."""
    out = tmp_path_factory.mktemp("out")
    save_plan(out, plan)
    RemoteWork(plan.jobs, {"Dataset900_Phantom": four_phantom_hearts}, out, cluster.scheduler_address).run()
    return out


@pytest.fixture
def again(done: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(done, tmp_path / "out")


@dataclasses.dataclass
class Notes:
    """What the work tells."""

    said: list[str] = dataclasses.field(default_factory=list)
    warned: list[str] = dataclasses.field(default_factory=list)
    statuses: list[Status] = dataclasses.field(default_factory=list)

    @property
    def watch(self) -> Watch:
        return Watch(self.said.append, self.statuses.append, self.warned.append)


def work(jobs: tuple[Job, ...], data: Path, out: Path, cluster: LocalCluster) -> Notes:
    notes = Notes()
    RemoteWork(jobs, {"Dataset900_Phantom": data}, out, cluster.scheduler_address, notes.watch).run()
    return notes


def figures(out: Path, job: Job) -> dict[str, Any]:
    """What does not depend on the machine."""
    values = json.loads((out / job.folder / "figures.json").read_text(encoding="utf-8"))
    dice = [(one["step"], one["dice"]) for one in values.pop("validations")]
    return {name: value for name, value in values.items() if name not in MACHINE_DEPENDENT} | {"dice": dice}


def error_of(out: Path, job: Job) -> str:
    return str(json.loads((out / job.folder / "error.json").read_text(encoding="utf-8"))["message"])


def test_the_workers_come_to_the_same_figures_as_this_process(
    plan: Plan, done: Path, four_phantom_hearts: Path, tmp_path: Path
) -> None:
    for job in plan.jobs[1:]:
        run_job(job, {"Dataset900_Phantom": four_phantom_hearts}, tmp_path)
        assert figures(done, job) == figures(tmp_path, job)
        there, here = (open_model(out / job.folder / "run" / "last").spec for out in (done, tmp_path))
        assert there.sha256 == here.sha256
        assert not list((done / job.folder).glob("claim-*"))


def test_what_starts_from_another_is_done_after_it(plan: Plan, done: Path) -> None:
    _, small, late = plan.jobs
    started = open_model(done / late.folder / "run" / "last").spec.training["started_from"]
    assert started["sha256"] == open_model(done / small.folder / "run" / "last").spec.sha256


def test_what_is_done_is_not_done_again_and_needs_no_scheduler(
    plan: Plan, done: Path, four_phantom_hearts: Path
) -> None:
    notes = Notes()
    RemoteWork(plan.jobs, {"Dataset900_Phantom": four_phantom_hearts}, done, "tcp://127.0.0.1:1", notes.watch).run()
    assert (notes.said, notes.statuses) == ([], [])


def test_a_job_that_fails_leaves_its_error_and_the_rest_go_on(
    plan: Plan, again: Path, four_phantom_hearts: Path, cluster: LocalCluster
) -> None:
    reference, small, late = plan.jobs
    for job in plan.jobs:
        shutil.rmtree(again / job.folder)
    broken = dataclasses.replace(small, settings={**small.settings, "loss": "guess"}, stop=None)
    notes = work((reference, broken, late), four_phantom_hearts, again, cluster)
    assert sorted(notes.said) == ["late, fold 0: failed", "reference, fold 0: done", "small, fold 0: failed"]
    assert 'there is no loss "guess"' in error_of(again, small)
    assert error_of(again, late) == 'not run, because "small", fold 0, which it builds on, failed'
    notes = work((reference, small), four_phantom_hearts, again, cluster)
    assert notes.said == ["small, fold 0: done"]
    assert (notes.statuses[0].done, notes.statuses[0].total) == (1, 2)
    assert not (again / small.folder / "error.json").exists()


def test_a_job_in_other_hands_is_left_to_them(
    plan: Plan, again: Path, four_phantom_hearts: Path, cluster: LocalCluster
) -> None:
    small = plan.jobs[1]
    kept = (again / small.folder / "figures.json").read_text(encoding="utf-8")
    for job in plan.jobs:
        (again / job.folder / "figures.json").unlink()
    assert Claims().take(again / small.folder) is not None
    notes = Notes()

    def they_finish(status: Status) -> None:
        notes.statuses.append(status)
        if "reference, fold 0: done" in notes.said:
            (again / small.folder / "figures.json").write_text(kept, encoding="utf-8")

    watch = Watch(notes.said.append, they_finish)
    RemoteWork(plan.jobs, {"Dataset900_Phantom": four_phantom_hearts}, again, cluster.scheduler_address, watch).run()
    assert notes.said == ["reference, fold 0: done", "late, fold 0: done"]
    assert notes.statuses[0].elsewhere == 1


def held_up(job: Job, order: Order) -> bool:
    """Goes on when there is a file `go` in the study's folder."""
    folder = order.out / job.folder
    claim = Claims().take(folder)
    while not (order.out / "go").exists():
        time.sleep(0.05)
    (folder / "figures.json").write_text("{}", encoding="utf-8")
    assert claim is not None
    claim.release()
    return True


def test_what_was_begun_when_it_is_stopped_is_finished_by_the_worker(
    plan: Plan, again: Path, four_phantom_hearts: Path, cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "do_job", held_up)
    job = plan.jobs[0]
    (again / job.folder / "figures.json").unlink()

    def stop(status: Status) -> None:
        if status.running:
            assert status.running == (("reference, fold 0", 20, 20),)  # its log has been left
            raise KeyboardInterrupt

    doing = RemoteWork(plan.jobs, {}, again, cluster.scheduler_address, Watch(status=stop))
    with pytest.raises(KeyboardInterrupt):
        doing.run()
    assert not is_finished(again / job.folder)
    (again / "go").touch()
    notes = work(plan.jobs, four_phantom_hearts, again, cluster)
    assert is_finished(again / job.folder)
    assert notes.said in ([], ["reference, fold 0: done"])  # by the worker on its own, or before it was asked again


def says_done(_job: Job, _order: Order) -> bool:
    return True


def another_version(_job: Job, order: Order) -> bool:
    from LVSegULib.study.task import do_job

    return do_job(_job, dataclasses.replace(order, version="9.9"))


def test_results_that_are_not_seen_here_are_said(
    plan: Plan, again: Path, four_phantom_hearts: Path, cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "do_job", says_done)
    monkeypatch.setattr(remote, "SEEN_SECONDS", 0.1)
    (again / plan.jobs[0].folder / "figures.json").unlink()
    with pytest.raises(EngineError, match=r"done by a worker, but not to be seen in .*: give an --out on a disk"):
        work(plan.jobs, four_phantom_hearts, again, cluster)


def test_what_is_wrong_with_a_worker_stops_the_work(
    plan: Plan, again: Path, four_phantom_hearts: Path, cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "do_job", another_version)
    (again / plan.jobs[0].folder / "figures.json").unlink()
    with pytest.raises(UsageError, match=r"the study is run by 9\.9: install the same"):
        work(plan.jobs, four_phantom_hearts, again, cluster)
    assert not (again / plan.jobs[0].folder / "error.json").exists()


FIRST, DEAD = "dies-first", "is-dead"
NOTICE_SECONDS = 1.0
"""Time in which the scheduler notices that a worker is gone."""


def deadly(job: Job, order: Order) -> bool:
    """Kills its worker: with the small network always, with the reference once; which of them first is in a file."""
    folder = order.out / job.folder
    if job.variant == "small" or (job.variant == "reference" and not (folder / "tried").exists()):
        Claims().take(folder)
        (folder / "tried").touch()
        if job.variant != (order.out / FIRST).read_text(encoding="utf-8"):
            while not (order.out / DEAD).exists():
                time.sleep(0.05)
            time.sleep(NOTICE_SECONDS)
        time.sleep(START_SECONDS)
        (order.out / DEAD).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    (folder / "figures.json").write_text("{}", encoding="utf-8")
    return True


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="sends a signal")
@pytest.mark.parametrize("first", ["reference", "small"])
def test_a_job_that_its_workers_die_of_is_tried_again_alone_before_it_fails(
    plan: Plan,
    again: Path,
    four_phantom_hearts: Path,
    cluster: LocalCluster,
    monkeypatch: pytest.MonkeyPatch,
    first: str,
) -> None:
    """Dask may blame the reference too, which a worker dies of once: then that is tried again alone as well."""
    handed: list[tuple[str, list[str]]] = []  # what is handed out, and what the workers have already
    hand_out = handing.Handing.hand_out

    def recorded(own: handing.Handing[Job, bool], job: Job, *rest: Any) -> None:
        handed.append((job.variant, [other.variant for other in own.items]))
        hand_out(own, job, *rest)

    monkeypatch.setattr(handing.Handing, "hand_out", recorded)
    monkeypatch.setattr(remote, "do_job", deadly)
    (again / FIRST).write_text(first, encoding="utf-8")
    small = plan.jobs[1]
    for job in plan.jobs:
        (again / job.folder / "figures.json").unlink()
    notes = work(plan.jobs, four_phantom_hearts, again, cluster)
    assert sorted(notes.said) == ["late, fold 0: done", "reference, fold 0: done", "small, fold 0: failed"]
    assert "the worker died each time it tried this run: out of memory" in error_of(again, small)
    tries = {variant: [beside for name, beside in handed if name == variant] for variant, _ in handed}
    assert len(tries["small"]) == 2 and len(tries["late"]) == 1
    assert all(beside == [] for one in tries.values() for beside in one[1:])
    assert Claims().take(again / small.folder) is not None, "nobody who lives has it"


def test_no_scheduler_is_one_line(plan: Plan, four_phantom_hearts: Path, tmp_path: Path) -> None:
    doing = RemoteWork(plan.jobs, {"Dataset900_Phantom": four_phantom_hearts}, tmp_path, "nowhere:")
    with pytest.raises(EngineError, match="no Dask scheduler answers at nowhere:"):
        doing.run()


def test_a_scheduler_without_workers_is_waited_at_and_its_end_is_said(
    plan: Plan, four_phantom_hearts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from distributed import LocalCluster

    monkeypatch.setattr(cluster_file, "CONNECT_SECONDS", 2)
    monkeypatch.setattr(handing, "COUNT_SECONDS", 1.0)
    notes = Notes()
    with LocalCluster(n_workers=0, dashboard_address=":0") as cluster:

        def close(status: Status) -> None:
            notes.statuses.append(status)
            if len(notes.statuses) == 2:
                cluster.close()

        watch = Watch(notes.said.append, close, notes.warned.append)
        doing = RemoteWork(
            plan.jobs, {"Dataset900_Phantom": four_phantom_hearts}, tmp_path, cluster.scheduler_address, watch
        )
        with pytest.raises(EngineError, match="the Dask scheduler is gone: nothing is lost, start it again"):
            doing.run()
    assert notes.warned == [f"no worker yet at the scheduler {cluster.scheduler_address}: waiting for one"]
    assert notes.statuses[0].running == ()
    assert not any(is_finished(tmp_path / job.folder) for job in plan.jobs)
