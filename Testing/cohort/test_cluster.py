"""Workers of three kinds; SLURM is a stand-in that starts each job script at once."""

from __future__ import annotations

import os
import signal
import sys
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

SBATCH = """#!/bin/sh
cp "$1" "$0.script"
sh "$1" >"$0.log" 2>&1 &
echo $! >>"$0.jobs"
echo "Submitted batch job $!"
"""
SCANCEL = """#!/bin/sh
kill "$@"
"""


def write_command(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for SLURM is a shell script")
def test_jobs_of_slurm_do_a_cohort(tmp_path: Path, bright_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_command(tmp_path / "sbatch", SBATCH)
    write_command(tmp_path / "scancel", SCANCEL)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    config = tmp_path / "slurm.yaml"
    lines = [f"python: {sys.executable}", "jobs: 2", "cores: 1", "memory: 1GB", "interface: lo", "log_directory: null"]
    config.write_text("\n".join(lines), encoding="utf-8")
    settings = Settings(str(bright_model), "onnxruntime")
    folder = write_cohort(tmp_path / "in")
    totals = segment_cohort(folder, tmp_path / "out", Workers(slurm=config), settings, Watch())
    assert totals.status["done"] == 3
    assert len((tmp_path / "sbatch.jobs").read_text().split()) == 2
    assert set(PROLOGUE) <= set((tmp_path / "sbatch.script").read_text().splitlines())


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
