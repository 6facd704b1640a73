"""One page on a whole cohort that is opened from the disk: pictures, distributions, failures, what needs a look."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from LVSegULib.atomic import write_text
from LVSegULib.cohort.outliers import OUTLYING
from LVSegULib.cohort.overview_columns import Column, columns_of, values_of
from LVSegULib.cohort.overview_failures import kinds_of
from LVSegULib.cohort.overview_figures import PLOTTED, bins, headline, usual_range
from LVSegULib.cohort.overview_rows import display_order, packed_numbers, packed_texts, plain
from LVSegULib.cohort.table import Rows, rows_done
from LVSegULib.templates import filled, safe_json

_TEMPLATE = Path(__file__).with_name("overview.html")
"""With the parts that it names beside it."""

_TEXTS = (
    *("name", "status", "reason", "outlier_reason", "warnings"),
    *("source", "finished", "worker", "engine", "model", "lvsegu"),
)


def write_overview(path: Path, rows: Sequence[dict[str, Any]], about: Mapping[str, Any]) -> None:
    """Write the page of a cohort; pictures and files of the cases are found from it as cases/NAME/NAME.*.

    Args:
        path: file to write, in the cohort's folder.
        rows: the cohort's table, with outliers marked.
        about: texts for the page's head, each of which may be missing: "model", its "restriction", and the version of
            "lvsegu".

    Raises:
        OutputError: `path` cannot be written.
    """
    title = plain(path.resolve().parent.name)
    values = page_values(rows) | {"title": title, "about": {name: plain(text) for name, text in about.items()}}
    text = filled(_TEMPLATE, {"title": html.escape(f"{title}: cohort"), "data": safe_json(values)})
    write_text(path, text)


def page_values(rows: Rows) -> dict[str, Any]:
    """What the page shows of `rows`, as plain values."""
    kinds = kinds_of(rows)
    ordered = display_order(rows, kinds)
    done = rows_done(ordered)
    return {
        "count": len(ordered),
        "outlying": OUTLYING,
        "times": _times(rows),
        "headline": headline(rows),
        "texts": {key: packed_texts(ordered, key) for key in _TEXTS},
        "columns": [_column(ordered, done, column) for column in columns_of(ordered)],
        "plots": [column.key for column in PLOTTED],
        "kinds": [{"text": plain(kind.text), "count": len(kind.rows)} for kind in kinds],
    }


def _column(ordered: Rows, done: Rows, column: Column) -> dict[str, Any]:
    values = values_of(done, column)
    described = {"key": column.key, "label": column.label, "unit": column.unit, "group": column.group}
    return {
        **described,
        "digits": column.digits,
        "range": usual_range(values),
        "bins": bins(values) if column in PLOTTED else None,
        **packed_numbers(ordered, column),
    }


def _times(rows: Rows) -> str:
    """From when to when the cases were segmented, UTC."""
    started = min((row["started"] for row in rows if row.get("started")), default="")
    finished = max((row["finished"] for row in rows if row.get("finished")), default="")
    if not started or not finished:
        return ""
    (day, begin), (last_day, end) = (time[:16].split("T") for time in (started, finished))
    return f"{day} {begin} to {end if last_day == day else f'{last_day} {end}'} UTC"
