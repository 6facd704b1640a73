"""Let the disk fill up while a cohort is done: `python -m Testing.cohort.measure_full_disk IN OUT` (Linux, as root).

OUT holds small file systems in memory, one after the other. On each the run must stop with one line; given more space,
it must end with what an undisturbed run wrote, byte for byte, and do nothing again that was whole.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from Testing.cohort.measure_kills import SOME_FAILED, Trial, digests, finish

STOPPED = 3
ENOUGH_MB = 4000


@contextlib.contextmanager
def small_disk(place: Path, megabytes: float) -> Iterator[None]:
    """A file system in memory."""
    place.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={round(megabytes * 1000)}k", "tmpfs", place], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", place], check=True)


def fill(source: Path, place: Path, megabytes: float, expected: dict[str, str]) -> bool:
    """Run until the disk is full, then with more space; whether all was as it should be."""
    with small_disk(place, megabytes):
        trial = Trial(source, place / "out", ["--workers", "2"], random.Random())
        finish(trial.start(), STOPPED)
        before = trial.whole()
        subprocess.run(["mount", "-o", f"remount,size={ENOUGH_MB}m", place], check=True)
        finish(trial.start(), SOME_FAILED)
        trial.watch(before)
        found = digests(trial.out)
    differ = sum(found.get(name) != digest for name, digest in expected.items()) + len(found.keys() - expected.keys())
    print(
        f"full at {megabytes:g} MB with {len(before)} cases whole: afterwards {len(found)} files, {differ} differ, "
        f"{len(trial.rewritten)} whole cases done again",
        flush=True,
    )
    return not differ and not trial.rewritten


def main() -> None:
    """Fill disks of several sizes and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--megabytes", type=float, nargs="+", default=[0.1, 1, 3, 5.5, 8, 12])
    arguments = parser.parse_args()
    undisturbed = Trial(arguments.source, arguments.out / "undisturbed", ["--workers", "2"], random.Random())
    finish(undisturbed.start(), SOME_FAILED)
    expected = digests(undisturbed.out)
    print(f"undisturbed: {len(undisturbed.whole())} cases done, {len(expected)} files")
    fine = [fill(arguments.source, arguments.out / "disk", size, expected) for size in arguments.megabytes]
    sys.exit(not all(fine))


if __name__ == "__main__":
    main()
