"""Refuse to put a cohort where its results would be written over what it reads, or over what is not its own."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from LVSegULib.cohort.case import Found
from LVSegULib.cohort.manifest import MANIFEST
from LVSegULib.cohort.receipt import RECEIPT
from LVSegULib.errors import OutputError, UsageError
from LVSegULib.identity import is_same
from LVSegULib.reading.names import is_text

CASES, TABLE, PARQUET, OVERVIEW = "cases", "cohort.csv", "cohort.parquet", "overview.html"
"""The folder of the cases, and the files beside it."""


def check_place(source: Path, out: Path) -> None:
    """Refuse an `out` that cannot be written to, or holds something else under the names of the results.

    Args:
        source: the root or list of the cohort.
        out: its folder, which need not be there.

    Raises:
        UsageError: the name of `out` is no UTF-8, or its table is the list.
        OutputError: `out` has a folder of cases that no cohort has written.
    """
    if not is_text(out.resolve()):  # databases and libraries in C++ do not take it
        raise UsageError(f"{out.resolve()}: its name is not UTF-8: choose another --out folder")
    table = out / TABLE
    if is_same(table, source):
        raise UsageError(f"{source}: the table would overwrite the list: choose another --out folder")
    cases = out / CASES
    if (out / MANIFEST).exists() or not cases.is_dir() or not any(cases.iterdir()):
        return
    if not any(cases.glob(f"*/{RECEIPT}")):  # where these are, the manifest is lost
        raise OutputError(f"{cases} is there already and is not of a cohort: choose another --out folder")


def refuse_inputs_inside(cases: Path, found: Iterable[Found]) -> None:
    """Refuse inputs that lie among the results: they would be written over, or tidied away.

    Raises:
        UsageError: one does.
    """
    cases = cases.resolve()
    for one in found:
        if one.path.resolve().is_relative_to(cases):
            raise UsageError(f"{one.path}: lies in {cases}, where the results go: choose another --out folder")
