"""Jobs in processes of their own: two variants in two folds are really trained, and nothing is lost or done twice."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from LVSegULib.study.claim import Claims
from LVSegULib.study.plan import Job, Plan
from LVSegULib.study.work import Status, Watch, Work
from Testing.study.small_study import REFERENCE, SMALL, a_plan, a_study, write_study

ROOT = Path(__file__).parents[2]
TITLES = ("reference, fold 0", "reference, fold 1", "small, fold 0", "small, fold 1")


@pytest.fixture(scope="module")
def plan(four_phantom_hearts: Path, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return a_plan(a_study(tmp_path_factory.mktemp("study"), REFERENCE, SMALL), four_phantom_hearts)


@pytest.fixture(scope="module")
def done(plan: Plan, four_phantom_hearts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the study when all of it is done."""
    out = tmp_path_factory.mktemp("out")
    Work(plan.jobs, {"Dataset900_Phantom": four_phantom_hearts}, out, 2).run()
    return out


@pytest.fixture
def again(done: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(done, tmp_path / "out")


def figures(out: Path, job: Job) -> Path:
    return out / job.folder / "figures.json"


def work(plan: Plan, data: Path, out: Path) -> tuple[list[str], list[Status]]:
    said: list[str] = []
    statuses: list[Status] = []
    Work(plan.jobs, {"Dataset900_Phantom": data}, out, 2, Watch(said.append, statuses.append)).run()
    return said, statuses


def test_every_job_is_done_and_its_claim_gone(plan: Plan, done: Path) -> None:
    for job in plan.jobs:
        assert figures(done, job).is_file()
        assert not list((done / job.folder).glob("claim-*"))


def test_what_is_done_is_not_done_again(plan: Plan, four_phantom_hearts: Path, again: Path) -> None:
    times = [figures(again, job).stat().st_mtime_ns for job in plan.jobs]
    assert work(plan, four_phantom_hearts, again) == ([], [])
    assert [figures(again, job).stat().st_mtime_ns for job in plan.jobs] == times


def test_what_is_missing_is_done(plan: Plan, four_phantom_hearts: Path, again: Path) -> None:
    figures(again, plan.jobs[3]).unlink()
    said, statuses = work(plan, four_phantom_hearts, again)
    assert said == [f"{TITLES[3]}: done"]
    assert (statuses[0].done, statuses[0].total) == (3, 4)
    assert statuses[0].running[0][::2] == (TITLES[3], 40)


def test_a_failed_job_leaves_its_error_and_is_tried_again_the_next_time(
    plan: Plan, four_phantom_hearts: Path, again: Path
) -> None:
    first, other = plan.jobs[2:]
    broken = dataclasses.replace(first, settings={**first.settings, "loss": "guess"})
    for job in (first, other):
        figures(again, job).unlink()
    said, _ = work(dataclasses.replace(plan, jobs=(broken, other)), four_phantom_hearts, again)
    assert sorted(said) == [f"{TITLES[2]}: failed", f"{TITLES[3]}: done"]
    error = json.loads((again / first.folder / "error.json").read_text(encoding="utf-8"))
    assert 'there is no loss "guess"' in error["message"]
    assert "Traceback" in error["traceback"]
    assert work(plan, four_phantom_hearts, again)[0] == [f"{TITLES[2]}: done"]
    assert not (again / first.folder / "error.json").exists()


def test_a_process_that_dies_is_a_failed_job(plan: Plan, four_phantom_hearts: Path, again: Path) -> None:
    job = plan.jobs[2]
    shutil.rmtree(again / job.folder)
    doing = Work([job], {"Dataset900_Phantom": four_phantom_hearts}, again, 1)
    doing.watch = Watch(status=lambda status: status.running and doing._running[0].process.kill())
    doing.run()
    error = json.loads((again / job.folder / "error.json").read_text(encoding="utf-8"))
    assert "killed by signal 9" in error["message"] or "ended with" in error["message"]


def test_the_job_of_a_dead_process_is_taken_over(plan: Plan, four_phantom_hearts: Path, again: Path) -> None:
    job = plan.jobs[1]
    figures(again, job).unlink()
    program = "import sys\nfrom pathlib import Path\nfrom LVSegULib.study.claim import Claims\n"
    program += "Claims().take(Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", program, str(again / job.folder)], check=True, cwd=ROOT)
    if sys.platform == "win32":
        pytest.skip("there, a dead process is noticed by its silence only")
    said, _ = work(plan, four_phantom_hearts, again)
    assert said == [f"{TITLES[1]}: done"]
    assert not list((again / job.folder).glob("claim-*"))


def test_a_job_in_other_hands_is_waited_for(plan: Plan, four_phantom_hearts: Path, again: Path) -> None:
    job = plan.jobs[1]
    kept = figures(again, job).read_text(encoding="utf-8")
    figures(again, job).unlink()
    theirs = Claims().take(again / job.folder)
    assert theirs is not None
    elsewhere: list[int] = []

    def they_finish(status: Status) -> None:
        elsewhere.append(status.elsewhere)
        if len(elsewhere) == 2:
            figures(again, job).write_text(kept, encoding="utf-8")

    said: list[str] = []
    Work(plan.jobs, {"Dataset900_Phantom": four_phantom_hearts}, again, 2, Watch(said.append, they_finish)).run()
    assert said == []
    assert elsewhere[:2] == [1, 1]


def test_whatever_stops_the_work_stops_its_processes(plan: Plan, four_phantom_hearts: Path, again: Path) -> None:
    job = plan.jobs[0]
    shutil.rmtree(again / job.folder)
    doing = Work([job], {"Dataset900_Phantom": four_phantom_hearts}, again, 1)
    processes = []

    def stop(status: Status) -> None:
        if status.running:
            processes.append(doing._running[0].process)
            raise KeyboardInterrupt

    doing.watch = Watch(status=stop)
    with pytest.raises(KeyboardInterrupt):
        doing.run()
    assert not processes[0].is_alive()
    left = [path.name for path in (again / job.folder).rglob("*") if path.name.startswith((".", "claim-"))]
    assert left == []
    assert not (again / job.folder / "error.json").exists()
    assert work(plan, four_phantom_hearts, again)[0] == [f"{TITLES[0]}: done"]


def test_no_more_processes_are_waited_for_than_windows_can(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    waited: list[int] = []
    monkeypatch.setattr("LVSegULib.study.work.wait", lambda sentinels, _: waited.append(len(sentinels)))
    doing = Work([], {}, tmp_path, 100)
    for count in (1, 100):
        doing._running = [SimpleNamespace(sentinel=number) for number in range(count)]  # type: ignore[misc]
        doing._wait()
    assert waited[0] == 1
    assert 1 < waited[1] <= 63


def start_command(study: Path, data: Path, out: Path) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "LVSegULib", "study", str(study), "--data", str(data), "--out", str(out)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        [*words, "--workers", "1", "-v"],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
def test_two_commands_at_once_share_the_work(four_phantom_hearts: Path, plan: Plan, tmp_path: Path) -> None:
    study, out = write_study(tmp_path / "study.toml", REFERENCE, SMALL), tmp_path / "out"
    both = [start_command(study, four_phantom_hearts, out) for _ in range(2)]
    said = [one.communicate(timeout=900) for one in both]
    assert [one.returncode for one in both] == [0, 0], said
    lines = [line for _, errors in said for line in errors.splitlines() if line.endswith(": done")]
    assert sorted(lines) == [f"lvsegu: info: {title}: done" for title in TITLES]
    assert all(figures(out, job).is_file() for job in plan.jobs)
    assert (out / "report.md").is_file()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is how a machine that loses power looks")
def test_a_killed_command_leaves_nobody_behind_and_goes_on(
    four_phantom_hearts: Path, plan: Plan, tmp_path: Path
) -> None:
    study, out = write_study(tmp_path / "study.toml", REFERENCE, SMALL), tmp_path / "out"
    command = start_command(study, four_phantom_hearts, out)
    checkpoint = out / plan.jobs[0].folder / "run" / "checkpoint.safetensors"
    while not checkpoint.exists():
        assert command.poll() is None
        time.sleep(0.05)
    command.send_signal(signal.SIGKILL)
    command.communicate()
    time.sleep(1.0)
    files = {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}
    time.sleep(2.0)
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()} == files
    again = start_command(study, four_phantom_hearts, out)
    _, errors = again.communicate(timeout=900)
    assert again.returncode == 0, errors
    assert all(figures(out, job).is_file() for job in plan.jobs)
