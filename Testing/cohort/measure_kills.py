"""Kill what works on a cohort at random moments: `python -m Testing.cohort.measure_kills IN OUT`.

IN is a cohort (`Testing.cohort.replicas` makes one). It is segmented once undisturbed; then workers are killed, then
the client, then the scheduler, ten times each. After the last kill and one more run, what was written must be what the
undisturbed run wrote, byte for byte, and no case that was whole before a kill may have been written again after it.
Receipts and the times in the table differ, nothing else.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

RECEIPT = "receipt.json"
ADDRESS = "tcp://127.0.0.1:18786"
SOME_FAILED = 4


@dataclass
class Trial:
    """One cohort's folder that is killed at, again and again."""

    source: Path
    out: Path
    options: list[str]
    random: random.Random
    rewritten: set[str] = field(default_factory=set)
    starts: int = 0

    def start(self) -> subprocess.Popen[str]:
        """Start the command."""
        self.starts += 1
        words = [sys.executable, "-m", "LVSegULib", "-q", "cohort", str(self.source), "--out", str(self.out)]
        return subprocess.Popen([*words, *self.options], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)

    def wait(self, longest: float) -> None:
        """Wait a random time until something is being done."""
        time.sleep(self.random.uniform(0.1, longest))

    def whole(self) -> dict[str, int]:
        """The cases that are whole, and when they were."""
        return {path.parent.name: path.stat().st_mtime_ns for path in self.out.glob(f"cases/*/{RECEIPT}")}

    def watch(self, before: dict[str, int]) -> None:
        """Note which cases were written again though they were whole."""
        after = self.whole()
        self.rewritten |= {name for name, when in before.items() if after.get(name) != when}


def digests(out: Path) -> dict[str, str]:
    """A hash of every file of every case, without the receipts."""
    files = (path for path in sorted(out.glob("cases/*/*")) if path.name != RECEIPT)
    return {str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def kill_workers(trial: Trial, times: int, longest: float) -> None:
    """One run, in which workers are killed."""
    client = trial.start()
    before: dict[str, int] = {}
    for _ in range(times):
        trial.wait(longest)
        workers = [one for one in psutil.Process(client.pid).children() if "spawn_main" in " ".join(one.cmdline())]
        before = trial.whole()
        if client.poll() is None and workers:
            trial.random.choice(workers).kill()
    finish(client, SOME_FAILED)
    trial.watch(before)


def kill_client(trial: Trial, times: int, longest: float) -> None:
    """Runs that are killed, and one that ends."""
    for _ in range(times):
        before, client = trial.whole(), trial.start()
        wait_for_more(trial, before, client)
        trial.wait(longest)
        client.kill()
        client.communicate()
        trial.watch(before)
    before = trial.whole()
    finish(trial.start(), SOME_FAILED)
    trial.watch(before)


def kill_scheduler(trial: Trial, times: int, longest: float) -> None:
    """Runs whose scheduler is killed, and one that ends."""
    for _ in range(times):
        with a_cluster() as scheduler:
            before, client = trial.whole(), trial.start()
            wait_for_more(trial, before, client)
            trial.wait(longest)
            scheduler.kill()
            finish(client, 3)
        trial.watch(before)
    with a_cluster():
        before = trial.whole()
        finish(trial.start(), SOME_FAILED)
        trial.watch(before)


def wait_for_more(trial: Trial, before: dict[str, int], client: subprocess.Popen[str]) -> None:
    """Until a case has been finished."""
    while client.poll() is None and len(trial.whole()) == len(before):
        time.sleep(0.05)


def finish(client: subprocess.Popen[str], code: int) -> None:
    """Wait for the end, which must be the one expected."""
    _, said = client.communicate(timeout=3600)
    if client.returncode != code or said.count("\n") > 1:
        raise SystemExit(f"ended with {client.returncode}, expected {code}: {said}")


@contextlib.contextmanager
def a_cluster() -> Iterator[subprocess.Popen[bytes]]:
    """A scheduler and two workers, as `dask scheduler` and `dask worker` start them."""
    dask = [sys.executable, "-m", "dask"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    port = ADDRESS.rpartition(":")[2]
    scheduler = subprocess.Popen([*dask, "scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard"], **quiet)
    worker = [*dask, "worker", ADDRESS, "--nthreads", "1", "--nworkers", "2", "--no-dashboard", "--death-timeout", "20"]
    workers = subprocess.Popen(worker, **quiet)
    try:
        yield scheduler
    finally:
        below = [one for process in (scheduler, workers) for one in children(process.pid)]
        for process in (scheduler, workers):
            process.kill()
            process.wait()
        for one in below:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()


def children(pid: int) -> list[psutil.Process]:
    """All processes below one."""
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


WAYS: dict[str, tuple[Callable[[Trial, int, float], None], list[str]]] = {
    "worker": (kill_workers, ["--workers", "2"]),
    "client": (kill_client, ["--workers", "2"]),
    "scheduler": (kill_scheduler, ["--scheduler", ADDRESS]),
}


def main() -> None:
    """Kill, compare, and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--longest", type=float, default=4.0, help="longest time before a kill, s")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--way", choices=WAYS, action="append", help="what is killed (default: each)")
    arguments = parser.parse_args()
    undisturbed = Trial(arguments.source, arguments.out / "undisturbed", ["--workers", "2"], random.Random())
    finish(undisturbed.start(), SOME_FAILED)
    expected, is_bad = digests(undisturbed.out), False
    print(f"undisturbed: {len(undisturbed.whole())} cases done, {len(expected)} files")
    for way in arguments.way or WAYS:
        kill, options = WAYS[way]
        trial = Trial(arguments.source, arguments.out / way, options, random.Random(arguments.seed))
        shutil.rmtree(trial.out, ignore_errors=True)
        kill(trial, arguments.times, arguments.longest)
        found = digests(trial.out)
        lost, further = expected.keys() - found.keys(), found.keys() - expected.keys()
        differ = {name for name in expected.keys() & found.keys() if expected[name] != found[name]}
        print(
            f"{way} killed {arguments.times} times, {trial.starts} runs: {len(lost)} files lost, {len(further)} too "
            f"many, {len(differ)} differ, {len(trial.rewritten)} whole cases done again",
            flush=True,
        )
        is_bad |= bool(lost or further or differ or trial.rewritten)
    sys.exit(is_bad)


if __name__ == "__main__":
    main()
