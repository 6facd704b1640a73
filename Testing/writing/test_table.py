from __future__ import annotations

import csv
import math
from pathlib import Path

from LVSegULib.measures.volumes import Measures
from LVSegULib.writing.table import write_table


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_row_per_frame_with_ed_and_es_marked(tmp_path: Path) -> None:
    measures = Measures((90.0, 40.5, 60.25), ed_frame=0, es_frame=1, time_ms=(0.0, 250.0, 500.0))
    write_table(tmp_path / "a.csv", {1: measures.volumes_ml, 2: (10.0, 11.0, 12.0)}, measures)
    rows = rows_of(tmp_path / "a.csv")
    assert list(rows[0]) == ["frame", "time_ms", "LV_cavity_ml", "LV_myocardium_ml", "phase"]
    assert [row["frame"] for row in rows] == ["0", "1", "2"]
    assert [float(row["time_ms"]) for row in rows] == [0.0, 250.0, 500.0]
    assert [float(row["LV_cavity_ml"]) for row in rows] == [90.0, 40.5, 60.25]
    assert [row["phase"] for row in rows] == ["ED", "ES", ""]


def test_one_frame_has_no_phase_and_no_time(tmp_path: Path) -> None:
    measures = Measures((90.0,), LVEDV=math.nan, reasons={"LVEDV": "there is one frame only"})
    write_table(tmp_path / "a.csv", {1: measures.volumes_ml}, measures)
    assert rows_of(tmp_path / "a.csv") == [{"frame": "0", "time_ms": "", "LV_cavity_ml": "90.000", "phase": ""}]


def test_lines_end_alike_on_every_system(tmp_path: Path) -> None:
    write_table(tmp_path / "a.csv", {1: (1.0, 2.0)}, Measures((1.0, 2.0)))
    content = (tmp_path / "a.csv").read_bytes()
    assert content.count(b"\n") == 3 and b"\r" not in content


def test_flagged_slices_are_counted_at_the_end_of_a_row(tmp_path: Path) -> None:
    write_table(tmp_path / "a.csv", {1: (1.0, 2.0)}, Measures((1.0, 2.0)), [3, 0])
    rows = rows_of(tmp_path / "a.csv")
    assert list(rows[0])[-1] == "flagged_slices"
    assert [row["flagged_slices"] for row in rows] == ["3", "0"]
