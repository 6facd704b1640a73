"""A job is in one pair of hands; those of the dead are noticed, and none is taken from the living."""

from __future__ import annotations

import json
import multiprocessing
import subprocess
import sys
import time
from pathlib import Path

import pytest

from LVSegULib.study.claim import DEAD_AFTER_SECONDS, MACHINE, Claims


def claim_of(folder: Path, number: int, machine: str, process: int) -> Path:
    path = folder / f"claim-{number:04d}"
    path.mkdir(parents=True)
    (path / "holder.json").write_text(json.dumps({"machine": machine, "process": process}), encoding="utf-8")
    return path


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_one_takes_a_job_and_others_do_not(tmp_path: Path) -> None:
    claim = Claims().take(tmp_path / "job")
    assert claim is not None
    assert Claims().take(tmp_path / "job") is None
    assert claim.beat()
    claim.release()
    assert list((tmp_path / "job").iterdir()) == []
    assert Claims().take(tmp_path / "job") is not None


@pytest.mark.skipif(sys.platform == "win32", reason="there, only silence tells")
def test_a_dead_process_of_this_machine_is_noticed_at_once(tmp_path: Path) -> None:
    program = "import sys\nfrom pathlib import Path\nfrom LVSegULib.study.claim import Claims\n"
    program += "Claims().take(Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True, cwd=Path(__file__).parents[2])
    assert [path.name for path in tmp_path.iterdir()] == ["claim-0001"]
    claim = Claims().take(tmp_path)
    assert claim is not None and claim.path.name == "claim-0002"
    claim.release()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere, its parent has to hear of its end first")
def test_a_process_whose_parent_has_not_heard_of_its_end_is_dead(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.read()  # closed by its end
        claim_of(tmp_path, 1, MACHINE, process.pid)
        claims, until = Claims(), time.monotonic() + 10
        while (claim := claims.take(tmp_path)) is None and time.monotonic() < until:
            time.sleep(0.01)
        assert claim is not None
        assert process.returncode is None


def test_another_machine_is_dead_after_long_silence(tmp_path: Path) -> None:
    clock = Clock()
    claims = Claims(clock)
    claim_of(tmp_path, 1, "far-away", 1)
    assert claims.take(tmp_path) is None
    clock.now = DEAD_AFTER_SECONDS - 1
    assert claims.take(tmp_path) is None
    clock.now = DEAD_AFTER_SECONDS + 1
    assert claims.take(tmp_path) is not None


def test_a_sign_of_life_is_heard(tmp_path: Path) -> None:
    clock = Clock()
    claims = Claims(clock)
    theirs = claim_of(tmp_path, 1, "far-away", 1)
    assert claims.take(tmp_path) is None
    clock.now = DEAD_AFTER_SECONDS - 1
    (theirs / "holder.json").touch()
    assert claims.take(tmp_path) is None
    clock.now = DEAD_AFTER_SECONDS + 1
    assert claims.take(tmp_path) is None


def test_a_claim_that_is_being_made_counts(tmp_path: Path) -> None:
    (tmp_path / "claim-0001").mkdir()
    assert Claims().take(tmp_path) is None


@pytest.mark.parametrize("holder", ["[]", "[" * 100_000, json.dumps({"machine": MACHINE}), '{"process": "x"}'])
def test_of_a_claim_that_cannot_be_read_only_signs_of_life_count(tmp_path: Path, holder: str) -> None:
    clock = Clock()
    claims = Claims(clock)
    (claim_of(tmp_path, 1, MACHINE, 1) / "holder.json").write_text(holder, encoding="utf-8")
    (tmp_path / "claim-x").mkdir()
    assert claims.take(tmp_path) is None
    clock.now = DEAD_AFTER_SECONDS + 1
    claim = claims.take(tmp_path)
    assert claim is not None and claim.path.name == "claim-0002"


def test_who_was_taken_for_dead_learns_it(tmp_path: Path) -> None:
    claim = Claims().take(tmp_path)
    assert claim is not None
    claim_of(tmp_path, 2, "far-away", 1)
    assert not claim.beat()
    claim.release()
    assert [path.name for path in tmp_path.iterdir()] == ["claim-0002"]


def take(folder: Path) -> bool:
    return Claims().take(folder) is not None


def test_of_many_at_once_one_gets_it(tmp_path: Path) -> None:
    with multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn").Pool(4) as pool:
        assert sum(pool.map(take, [tmp_path] * 40, chunksize=1)) == 1
