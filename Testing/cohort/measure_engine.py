"""What a cohort costs beside its cases: `python -m Testing.cohort.measure_engine IN OUT`.

The same cases of IN are done by a plain loop in one process, by one worker, and by two, in turns. Run it on cores that
have nothing else to do.
"""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from LVSegULib.cohort.case import Case
from LVSegULib.cohort.cluster import Workers, connected
from LVSegULib.cohort.cohort import Settings, recipe_of
from LVSegULib.cohort.listing import find_cases
from LVSegULib.cohort.manifest import open_manifest
from LVSegULib.cohort.run import Run
from LVSegULib.cohort.task import Job, do_case


def loop_seconds(cases: Sequence[Case], job: Job) -> float:
    """Time of a plain loop; the first case is done before, as it loads the model."""
    do_case(cases[0], job)
    start = time.perf_counter()
    for case in cases[1:]:
        do_case(case, job)
    return time.perf_counter() - start


def engine_seconds(cases: Sequence[Case], job: Job, workers: int) -> float:
    """Time of the same cases through the engine; each worker does the first case before."""
    with connected(Workers(count=workers)) as client:
        run = Run(client, job, lambda _: None, lambda _case, _ending: None)
        client.wait_for_workers(workers)
        client.run(do_case, cases[0], job)
        start = time.perf_counter()
        run(cases[1:])
        return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--cases", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    os.environ["OMP_NUM_THREADS"] = "1"
    arguments.out.mkdir(parents=True, exist_ok=True)
    with open_manifest(arguments.out) as manifest:
        cases = manifest.list_cases(find_cases(arguments.source.resolve(), manifest, lambda _: None).found)
    cases = tuple(case for case in cases if "broken" not in case.found.key)[: arguments.cases]
    model, recipe = recipe_of(Settings("lv"))
    seconds: dict[str, list[float]] = {"loop": [], "one worker": [], "two workers": []}
    for turn in range(arguments.rounds):
        for name, values in seconds.items():
            folder = arguments.out / "cases"
            shutil.rmtree(folder, ignore_errors=True)
            job = Job(folder, model.spec.name, recipe, 1)
            ways = {"one worker": 1, "two workers": 2}
            values.append(loop_seconds(cases, job) if name == "loop" else engine_seconds(cases, job, ways[name]))
            print(f"round {turn + 1}, {name}: {values[-1]:.2f} s", file=sys.stderr)
    count = len(cases) - 1
    loop, one, two = (statistics.median(values) for values in seconds.values())
    overhead = (one - loop) / count
    print(f"{count} cases, medians of {arguments.rounds}: loop {loop:.1f} s, one worker {one:.1f} s, two {two:.1f} s")
    print(f"a case takes {loop / count:.3f} s; the engine adds {1000 * overhead:.1f} ms, {100 * overhead:.1f} % of 1 s")
    print(f"two workers against one: {one / two:.2f} times")


if __name__ == "__main__":
    main()
