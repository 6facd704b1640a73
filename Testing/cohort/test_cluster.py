"""Workers of three kinds; SLURM is a stand-in that starts each job script at once."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from LVSegULib.cohort.cluster import LEAN, PROLOGUE, Workers, connected, read_slurm
from LVSegULib.cohort.cohort import Settings, Watch, segment_cohort
from LVSegULib.errors import EngineError, InputError
from Testing.cohort.small_cohort import write_cohort

if TYPE_CHECKING:
    from distributed import Client

EXAMPLE = Path(__file__).parents[2] / "docs" / "cohort" / "slurm.yaml"

STAND_IN = Path(__file__).parent / "slurm"
PATIENCE_SECONDS = 120
needs_a_shell = pytest.mark.skipif(os.name == "nt", reason="the stand-in for SLURM is a shell script")


@pytest.fixture
def slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with slurm.yaml; the stand-in's records go there, too. Put a line into `refuse`: no job is taken."""
    monkeypatch.setenv("PATH", str(STAND_IN), prepend=os.pathsep)
    monkeypatch.setenv("SLURM_RECORDS", str(tmp_path))
    lines = [f"python: {sys.executable}", "jobs: 2", "cores: 1", "memory: 1GB", "interface: lo", "log_directory: null"]
    (tmp_path / "slurm.yaml").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def until_patience_ends(records: Path) -> Watch:
    """Ends a run that no worker comes to, with what the jobs said."""
    begun = time.monotonic()

    def waiting(threads: int) -> None:
        if not threads and time.monotonic() - begun > PATIENCE_SECONDS:
            pytest.fail("\n".join(log.read_text(encoding="utf-8") for log in records.glob("*.log")) or "no job began")

    return Watch(waiting=waiting)


@needs_a_shell
def test_jobs_of_slurm_do_a_cohort(slurm: Path, bright_model: Path) -> None:
    settings = Settings(str(bright_model), "onnxruntime")
    folder = write_cohort(slurm / "in")
    workers = Workers(slurm=slurm / "slurm.yaml")
    totals = segment_cohort(folder, slurm / "out", workers, settings, until_patience_ends(slurm))
    assert totals.status["done"] == 3
    assert len(list(slurm.glob("*.job"))) == 2
    assert set(PROLOGUE) <= set((slurm / "script").read_text().splitlines())


@needs_a_shell
def test_a_refusal_of_slurm_is_said(slurm: Path) -> None:
    (slurm / "refuse").write_text("sbatch: error: invalid partition specified: gpu\n", encoding="utf-8")
    said = "SLURM does not take the jobs: sbatch: error: invalid partition specified: gpu$"
    with pytest.raises(EngineError, match=said), connected(Workers(slurm=slurm / "slurm.yaml")):
        pass


@needs_a_shell
def test_a_machine_without_slurm_is_said(slurm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(slurm))
    with (
        pytest.raises(EngineError, match="there is no sbatch here: run this where jobs of SLURM are submitted"),
        connected(Workers(slurm=slurm / "slurm.yaml")),
    ):
        pass


def test_a_running_scheduler_does_a_cohort(tmp_path: Path, bright_model: Path) -> None:
    import dask
    from distributed import LocalCluster

    settings = Settings(str(bright_model), "onnxruntime")
    with (
        dask.config.set(LEAN),  # what a cluster sets for its processes stays in this one's environment
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster,
    ):
        workers = Workers(scheduler=cluster.scheduler_address)
        totals = segment_cohort(write_cohort(tmp_path / "in"), tmp_path / "out", workers, settings, Watch())
        assert totals.status["done"] == 3
        assert len(cluster.workers) == 2


def test_workers_keep_no_profile_and_their_memory(two_workers: Client) -> None:
    def settings(dask_worker: Any) -> tuple[bool, str]:
        return "profile" in dask_worker.periodic_callbacks, os.environ["MALLOC_TRIM_THRESHOLD_"]

    assert set(two_workers.run(settings).values()) == {(False, str(2**27))}
    two_workers.restart()  # processes started anew
    assert set(two_workers.run(settings).values()) == {(False, str(2**27))}


@pytest.mark.skipif(os.name == "nt", reason="signals cannot be held back there")
def test_ctrl_c_does_not_reach_workers(two_workers: Client) -> None:
    def held() -> list[int]:
        return [int(one) for one in signal.pthread_sigmask(signal.SIG_BLOCK, [])]

    assert all(signal.SIGINT in each for each in two_workers.run(held).values())
    assert signal.SIGINT not in held()


def test_the_example_of_the_docs_can_be_read() -> None:
    settings = read_slurm(EXAMPLE)
    assert (settings["jobs"], settings["cores"], settings["memory"]) == (20, 8, "16GB")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("jobs: 2\ncores: 1", "says nothing of memory"),
        ("- a list", "says nothing of jobs, cores, memory"),
        ("jobs: many\ncores: 1\nmemory: 1GB", "jobs must be a whole number from 1, got 'many'"),
        ("jobs: [", "cannot be read"),
        ("jobs: !!python/object/apply:os.getcwd []\ncores: 1\nmemory: 1GB", "cannot be read"),
    ],
)
def test_a_wrong_configuration_of_slurm_is_said(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "slurm.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        read_slurm(tmp_path / "slurm.yaml")


def test_an_unknown_setting_of_slurm_is_said(tmp_path: Path) -> None:
    config = tmp_path / "slurm.yaml"
    config.write_text("jobs: 1\ncores: 1\nmemory: 1GB\nsheep: 3", encoding="utf-8")
    with pytest.raises(InputError, match="SLURMCluster does not know sheep"), connected(Workers(slurm=config)):
        pass


@pytest.mark.parametrize("address", ["nowhere:", ""])
def test_an_address_that_is_none_is_said(address: str) -> None:
    with (
        pytest.raises(EngineError, match=f"no Dask scheduler answers at {address}:"),
        connected(Workers(scheduler=address)),
    ):
        pass


def test_workers_are_named_for_people() -> None:
    assert str(Workers(count=2)) == "2 workers of this machine"
    assert str(Workers(scheduler="tcp://a:8786")) == "the scheduler at tcp://a:8786"
    assert str(Workers(slurm=Path("slurm.yaml"))) == "SLURM as in slurm.yaml"
