"""Measures the module by hand: seconds from Apply to the result, the longest gap in the progress, memory.

    python -m Testing.slicer_core.measure_scene [--engine onnxruntime] [--threads 2]

Every case runs in a process of its own, twice: as after the start of Slicer, and again with the engine open. As in
Slicer, the event loop keeps Python's lock between two polls (on Windows this is left out).
"""

from __future__ import annotations

import argparse
import ctypes
import itertools
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LOOP_US = 5000


def main() -> None:
    """Measure every case, or in a process of its own the one that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", default="onnxruntime")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--case", choices=CASES, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.case:
        measure(arguments.case, arguments.engine, arguments.threads)
        return
    for case in CASES:
        command = [sys.executable, "-m", "Testing.slicer_core.measure_scene", "--case", case]
        command += ["--engine", arguments.engine, "--threads", str(arguments.threads)]
        subprocess.run(command, cwd=ROOT, check=True)


def measure(case: str, engine: str, threads: int) -> None:
    """Print the figures of a case."""
    from Testing.desktop.start import start_desktop

    sys.path.insert(0, str(ROOT / "LVSegU"))
    start_desktop()
    from LVSegULib.benchmark.memory import peak_memory_mb
    from LVSegUSlicer.logic import LVSegULogic, Request

    node, allFrames = CASES[case]()
    request = Request(node, allFrames=allFrames, engine=engine, threads=threads)
    loaded_mb = peak_memory_mb()
    for time_of in ("first", "again"):
        total_s, longest_gap_s, seconds = run(LVSegULogic(), request)
        steps = ", ".join(f"{name} {of_step:.2f}" for name, of_step in seconds.items())
        print(f"{case}, {time_of}: {total_s:.2f} s, longest gap {longest_gap_s:.2f} s ({steps})")
    print(f"{case}: peak memory {peak_memory_mb():.0f} MB, of which {loaded_mb:.0f} MB before Apply", flush=True)


def run(logic: Any, request: Any) -> tuple[float, float, dict[str, float]]:
    """Seconds in all, longest time without a report, and the time of each step."""
    ends: list[tuple[Any, str]] = []
    start = time.perf_counter()
    reports = [start]
    logic.start(
        request, lambda *_: reports.append(time.perf_counter()), lambda results, error: ends.append((results, error))
    )
    hold_the_lock = (lambda _: None) if sys.platform == "win32" else ctypes.PyDLL(None).usleep
    while not ends:
        hold_the_lock(LOOP_US)
        logic.poll()
    reports.append(time.perf_counter())
    ((results, error),) = ends
    if results is None:
        raise SystemExit(error)
    gaps = [after - before for before, after in itertools.pairwise(reports)]
    return reports[-1] - start, max(gaps), results.seconds


def _sample_patient() -> Any:
    from LVSegUSlicer.sample_data import loadSamplePatient

    return loadSamplePatient()


def _long_cine() -> Any:
    """The sample patient, made longer: 30 frames, 14 slices."""
    import numpy as np
    import slicer

    from LVSegUSlicer.cine_to_scene import addCine
    from LVSegUSlicer.scene_reader import readInput

    short = readInput(_sample_patient()).cine
    slicer.mrmlScene.Clear(0)
    frames = short.frames[np.arange(30) * short.frame_count // 30]
    frames = frames[:, np.arange(14) * short.slice_count // 14]
    return addCine(type(short)(frames, short.ijk_to_ras, name="long"))


CASES: dict[str, Callable[[], tuple[Any, bool]]] = {
    "1 x 12 slices": lambda: (_sample_patient(), False),
    "20 x 12 slices": lambda: (_sample_patient(), True),
    "30 x 14 slices": lambda: (_long_cine(), True),
}
"""What is segmented: the input node, and whether all of its frames are."""

if __name__ == "__main__":
    main()
