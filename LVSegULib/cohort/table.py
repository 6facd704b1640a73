"""The cohort as a table: one row per case, as CSV for people and Parquet for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from LVSegULib import atomic
from LVSegULib.cohort.manifest import DONE
from LVSegULib.labels import ALL_LABELS, CAVITY
from LVSegULib.measures.catalogue import MEASURES

if TYPE_CHECKING:
    import pyarrow

Row = TypeVar("Row", bound=Mapping[str, Any])
Rows = Sequence[Mapping[str, Any]]

_FIRST = ("name", "status", "reason", "outlier", "outlier_reason", "source")
_SHAPE = ("frames", "slices", "rows", "columns", "spacing_k_mm", "spacing_j_mm", "spacing_i_mm", "ed_frame", "es_frame")
VOLUMES = {label.volume_key: label for label in ALL_LABELS}
"""The columns of what a case of one frame has in place of ED and ES: the volume of each label, mL."""

_TRUST = ("quality", "flagged_slices", "warnings")
_WORK = ("attempts",)
_LAST = ("memory_mb", "worker", "started", "finished", "input_sha256", "model", "model_sha256", "engine", "lvsegu")

_TEXTS = {"name", "status", "reason", "outlier_reason", "source", "warnings", *_LAST} - {"memory_mb"}
_WHOLE = {*_SHAPE[:4], "ed_frame", "es_frame", "flagged_slices", "attempts"}

_SIGNS = ("=", "+", "-", "@")
"""A spreadsheet takes a text that begins so for a formula, and computes it, unless a quote stands before it."""


def rows_done(rows: Sequence[Row]) -> list[Row]:
    """The rows of the cases that are done."""
    return [row for row in rows if row["status"] == DONE]


def column_names(rows: Rows) -> list[str]:
    """The columns of these rows, in the order of the table; measures that no model here gives are left out."""
    there = dict.fromkeys(name for row in rows for name in row)
    steps = [name for name in there if name.startswith("seconds_") and name != "seconds_total"]
    measures = [one.key for one in MEASURES if one.key in there or one.region == CAVITY]
    volumes = [name for name in VOLUMES if name in there]
    return [*_FIRST, *_SHAPE, *measures, *volumes, *_TRUST, *_WORK, *steps, "seconds_total", *_LAST]


def write_csv(path: Path, rows: Rows) -> None:
    """Write the rows as CSV; what is not known is empty.

    Raises:
        OutputError: the file cannot be written.
    """
    columns = column_names(rows)
    atomic.write_csv(path, columns, ([_shown(row.get(name)) for name in columns] for row in rows))


def write_parquet(path: Path, rows: Rows) -> None:
    """Write the rows as Parquet; what is not known is null.

    Raises:
        OutputError: the file cannot be written.
    """
    import pyarrow
    import pyarrow.parquet

    columns = column_names(rows)
    schema = pyarrow.schema([(name, _type(name)) for name in columns])
    values = {name: [row.get(name) for row in rows] for name in columns}
    table = pyarrow.table(values, schema=schema)
    with atomic.written_whole(path) as beside:
        pyarrow.parquet.write_table(table, beside)


def _shown(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_SIGNS):
        return f"'{value}"
    return f"{value:.6g}" if isinstance(value, float) else value


def _type(name: str) -> pyarrow.DataType:
    import pyarrow

    if name in _TEXTS:
        return pyarrow.string()
    return pyarrow.int64() if name in _WHOLE else pyarrow.float64()
