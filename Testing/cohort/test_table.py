"""The table: the same rows as CSV and Parquet, typed, with empty cells for what is not known."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from LVSegULib.cohort.table import column_names, rows_done, write_csv, write_parquet

DONE: dict[str, Any] = {
    "name": "anna",
    "status": "done",
    "reason": "",
    "frames": 20,
    "LVEDV_ml": 142.123456789,
    "LVEF_percent": None,
    "warnings": 'one; "two", three',
    "attempts": 1,
    "seconds_read": 0.5,
    "seconds_total": 1.25,
    "memory_mb": 301.5,
}
FAILED: dict[str, Any] = {"name": "bert", "status": "failed", "reason": "is cut short", "attempts": 3}


def test_csv_and_parquet_hold_the_same(tmp_path: Path) -> None:
    write_csv(tmp_path / "cohort.csv", [DONE, FAILED])
    write_parquet(tmp_path / "cohort.parquet", [DONE, FAILED])
    with (tmp_path / "cohort.csv").open(encoding="utf-8", newline="") as file:
        shown = list(csv.DictReader(file))
    exact = pyarrow.parquet.read_table(tmp_path / "cohort.parquet").to_pylist()
    assert [row["name"] for row in shown] == [row["name"] for row in exact] == ["anna", "bert"]
    assert float(shown[0]["LVEDV_ml"]) == pytest.approx(exact[0]["LVEDV_ml"], rel=1e-5)
    assert exact[0]["LVEDV_ml"] == DONE["LVEDV_ml"]
    assert shown[0]["warnings"] == exact[0]["warnings"] == DONE["warnings"]
    assert (shown[1]["LVEF_percent"], exact[1]["LVEF_percent"]) == ("", None)


@pytest.mark.parametrize("text", ["=HYPERLINK(0)", "+1", "-1", "@a"])
def test_what_a_spreadsheet_would_compute_stays_a_text(tmp_path: Path, text: str) -> None:
    rows = [{**DONE, "model": text, "LVSV_ml": -3.5}]
    write_csv(tmp_path / "cohort.csv", rows)
    write_parquet(tmp_path / "cohort.parquet", rows)
    with (tmp_path / "cohort.csv").open(encoding="utf-8", newline="") as file:
        (shown,) = csv.DictReader(file)
    assert (shown["model"], shown["reason"], shown["LVSV_ml"]) == (f"'{text}", "", "-3.5")
    assert pyarrow.parquet.read_table(tmp_path / "cohort.parquet").to_pylist()[0]["model"] == text


def test_types_do_not_depend_on_the_rows(tmp_path: Path) -> None:
    write_parquet(tmp_path / "cohort.parquet", [FAILED])
    schema = pyarrow.parquet.read_schema(tmp_path / "cohort.parquet")
    types = {name: str(schema.field(name).type) for name in ("reason", "attempts", "frames", "LVEF_percent", "worker")}
    expected = {
        "reason": "string",
        "attempts": "int64",
        "frames": "int64",
        "LVEF_percent": "double",
        "worker": "string",
    }
    assert types == expected


def test_measures_that_no_model_gave_are_left_out() -> None:
    assert "LVM_g" not in column_names([DONE])
    assert column_names([DONE, {**DONE, "LVM_g": 120.0}]).count("LVM_g") == 1
    assert column_names([DONE])[:2] == ["name", "status"]


@pytest.mark.parametrize("rows", [[DONE], [FAILED]])
def test_all_measures_of_the_left_ventricle_have_a_column(rows: list[dict[str, Any]]) -> None:
    names = column_names(rows)
    start = names.index("LVEDV_ml")
    assert names[start : start + 5] == ["LVEDV_ml", "LVESV_ml", "LVSV_ml", "LVEF_percent", "quality"]


def test_the_volume_of_a_single_frame_stands_after_the_measures() -> None:
    names = column_names([DONE, {**FAILED, "status": "done", "LV_cavity_ml": 90.0}])
    assert names[names.index("LVEF_percent") + 1] == "LV_cavity_ml"
    assert "RV_cavity_ml" not in names


def test_rows_that_are_done_are_told_from_failures() -> None:
    assert rows_done([DONE, FAILED]) == [DONE]
