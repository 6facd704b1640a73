"""The fuzz test of the readers: `python -m Testing.fuzz.run --inputs 10000 --seed 1 --workers 2`."""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from Testing.fuzz.campaign import SECONDS, campaign
from Testing.fuzz.inputs import fuzz_input
from Testing.fuzz.judge import ERROR, OUTPUT
from Testing.fuzz.worker import Report


def main() -> int:
    """Run, print the table and every violation; 1 if there is one."""
    arguments = _arguments()
    indices = range(arguments.inputs) if arguments.only is None else arguments.only
    if arguments.write:
        _write(arguments)
    start = time.perf_counter()
    reports = campaign(
        indices, arguments.seed, arguments.workers, seconds=arguments.seconds, progress=_progress(len(indices))
    )
    print(table(reports))
    print(f"seed {arguments.seed}: {len(reports)} inputs in {time.perf_counter() - start:.0f} s")
    return show_violations(reports, arguments.seed)


def table(reports: list[Report]) -> str:
    """A line for each format, and the most frequent errors."""
    lines = [f"{'format':<18}{'inputs':>8}{'output':>8}{'error':>8}{'else':>6}{'slowest s':>11}{'most MB':>9}"]
    for kind in [*dict.fromkeys(report.kind for report in reports), "all"]:
        of_kind = [report for report in reports if kind in (report.kind, "all")]
        counts = Counter(report.ending.kind for report in of_kind)
        others = len(of_kind) - counts[OUTPUT] - counts[ERROR]
        slowest, most = max(r.seconds for r in of_kind), max(r.megabytes for r in of_kind)
        lines.append(
            f"{kind:<18}{len(of_kind):>8}{counts[OUTPUT]:>8}{counts[ERROR]:>8}{others:>6}{slowest:>11.2f}{most:>9.0f}"
        )
    said = Counter(_pattern(report.ending.said) for report in reports if report.ending.kind == ERROR)
    return "\n".join([*lines, "", *(f"{count:>6}  {text}" for text, count in said.most_common(40))])


def show_violations(reports: list[Report], seed: int) -> int:
    """Print what must not be, and how to see it again; 1 if there is any."""
    violations = [report for report in reports if not report.ending.is_fine]
    for report in violations:
        print(f"{report.ending.kind.upper()} {report.kind} {report.ending.said:.500}")
        print(f"    python -m Testing.fuzz.run --seed {seed} --only {report.index} --write DIR")
    print(f"{len(violations)} violations")
    return 1 if violations else 0


def _pattern(message: str) -> str:
    """An error without what is particular to one input."""
    return re.sub(r"\S*/input\S*?(?=[:,; )]|$)", "FILE", re.sub(r"-?\d[\d.e+-]*", "0", message))[:150]


def _progress(count: int) -> Callable[[int], None]:
    def show(done: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{done} of {count}", end="", file=sys.stderr, flush=True)

    return show


def _write(arguments: argparse.Namespace) -> None:
    for index in arguments.only or ():
        for name, content in fuzz_input(arguments.seed, index).files.items():
            path = arguments.write / str(index) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=10000, help="how many (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="another seed gives other inputs (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=2, help="processes (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="most for one input (default: %(default)s)")
    parser.add_argument("--only", type=int, nargs="+", metavar="INDEX", help="these inputs alone")
    parser.add_argument("--write", type=Path, metavar="DIR", help="with --only: write the inputs there as well")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
