"""Tables, chart and navigation of a result."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from LVSegULib.labels import ALL_LABELS, RIGHT_CAVITY
from LVSegULib.measures.volumes import Measures, measure
from Testing.three_labels import heart_labels

BEAT = Measures(
    volumes_ml=(120.0, 60.0, 90.0),
    ed_frame=0,
    es_frame=1,
    LVEDV=120.0,
    LVESV=60.0,
    LVSV=60.0,
    LVEF=50.0,
    time_ms=(0.0, 300.0, 600.0),
)
VOLUMES = {1: [120.0, 60.0, 90.0]}


@pytest.fixture
def a_segmentation(a_scene: Any) -> Any:
    return a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "sax LV")


def rows(table: Any) -> list[list[str]]:
    columns = range(table.GetNumberOfColumns())
    return [[table.GetCellText(row, column) for column in columns] for row in range(table.GetNumberOfRows())]


def test_measures_have_units_and_codes(a_segmentation: Any) -> None:
    from LVSegUSlicer.tables import writeTables

    table, _ = writeTables(a_segmentation, BEAT, VOLUMES)
    assert table.GetName() == "sax LV measures"
    assert rows(table) == [
        ["LVEDV", "120.0", "mL", "LN 8821-1", ""],
        ["LVESV", "60.0", "mL", "LN 8823-7", ""],
        ["LVSV", "60.0", "mL", "SCT 90096001", ""],
        ["LVEF", "50.0", "%", "LN 8811-2", ""],
    ]


def test_what_cannot_be_told_has_its_reason(a_segmentation: Any) -> None:
    from LVSegUSlicer.charts import writeChart
    from LVSegUSlicer.tables import writeTables

    one = measure(np.ones((1, 2, 3, 3), np.uint8), (10.0, 10.0, 10.0))
    table, frames = writeTables(a_segmentation, one, {1: [18.0]})
    assert all(row[1] == "\N{EN DASH}" and "one frame only" in row[4] for row in rows(table))
    assert rows(frames) == [["0", "18"]]
    assert writeChart(a_segmentation, frames, one) is None


def test_measures_of_every_label_have_units_and_slices(a_segmentation: Any) -> None:
    from LVSegUSlicer.tables import writeTables

    labels = heart_labels()
    whole = measure(labels, (8.0, 1.5, 1.5), regions=ALL_LABELS)
    table, _ = writeTables(a_segmentation, whole, {1: whole.volumes_ml})
    found = {row[0]: row[2:] for row in rows(table)}
    assert list(found) == [
        *("LVEDV", "LVESV", "LVSV", "LVEF", "LVM"),
        *("wall_thickness_ed", "wall_thickness_ed_max", "wall_thickness_es", "wall_thickening"),
        *("RVEDV", "RVESV", "RVSV", "RVEF"),
    ]
    assert found["wall_thickness_ed"] == ["mm", "", "slices: 4"]
    assert found["RVEDV"] == ["mL", "", ""]


def test_frames_have_times_and_every_label(a_segmentation: Any) -> None:
    from LVSegUSlicer.tables import writeTables

    _, table = writeTables(a_segmentation, BEAT, VOLUMES | {2: [70.0, 71.0, 72.0]})
    titles = [table.GetColumnName(column) for column in range(table.GetNumberOfColumns())]
    assert titles == ["frame", "time_ms", "LV blood pool (mL)", "LV myocardium (mL)"]
    assert rows(table)[1] == ["1", "300", "60", "71"]


def test_filled_again_they_are_the_same_nodes(a_scene: Any, a_segmentation: Any) -> None:
    from LVSegUSlicer.charts import writeChart
    from LVSegUSlicer.tables import writeTables

    first = writeTables(a_segmentation, BEAT, VOLUMES)
    chart = writeChart(a_segmentation, first[1], BEAT)
    count = a_scene.GetNumberOfNodes()
    smaller = Measures(volumes_ml=(100.0, 50.0), ed_frame=0, es_frame=1, LVEDV=100.0, LVESV=50.0, LVSV=50.0, LVEF=50.0)
    again = writeTables(a_segmentation, smaller, {1: [100.0, 50.0]})
    assert again == first
    assert writeChart(a_segmentation, again[1], smaller) is chart
    assert a_scene.GetNumberOfNodes() == count
    assert rows(again[0])[0][1] == "100.0"
    assert rows(again[1]) == [["0", "100"], ["1", "50"]]


def series_of(chart: Any) -> list[Any]:
    return [chart.GetNthPlotSeriesNode(index) for index in range(chart.GetNumberOfPlotSeriesNodes())]


def points(series: Any) -> list[tuple[float, float]]:
    """What a series draws (x, y)."""
    table = series.GetTableNode().GetTable()
    x, y = (table.GetColumnByName(name) for name in (series.GetXColumnName(), series.GetYColumnName()))
    return [(x.GetValue(row), y.GetValue(row)) for row in range(x.GetNumberOfValues())]


def test_the_chart_marks_ed_and_es(a_segmentation: Any) -> None:
    from LVSegUSlicer.charts import writeChart
    from LVSegUSlicer.tables import writeTables

    _, frames = writeTables(a_segmentation, BEAT, VOLUMES)
    chart = writeChart(a_segmentation, frames, BEAT)
    curve, ed, es = series_of(chart)
    assert points(curve) == [(0, 120), (300, 60), (600, 90)]
    assert points(ed) == [(0, 120)]
    assert points(es) == [(300, 60)]
    names = [one.GetName() for one in (curve, ed, es)]
    assert names == ["LV blood pool", "ED: 120.0 mL, frame 0", "ES: 60.0 mL, frame 1"]
    assert chart.GetTitle() == "sax LV"
    assert chart.GetXAxisTitle() == "Time after the R wave (ms)"
    assert chart.GetYAxisTitle() == "LV blood pool (mL)"
    assert chart.GetYAxisRange() == (0, 160)  # 1.3 x 120 = 156, and up to the next 20


def test_the_chart_shows_both_ventricles(a_segmentation: Any) -> None:
    from LVSegUSlicer.charts import writeChart
    from LVSegUSlicer.tables import writeTables

    volumes = VOLUMES | {2: [400.0, 400.0, 400.0], 3: [140.0, 80.0, 110.0]}
    _, frames = writeTables(a_segmentation, BEAT, volumes)
    chart = writeChart(a_segmentation, frames, BEAT)
    left, right, _ed, _es = series_of(chart)
    assert [one.GetName() for one in (left, right)] == ["LV blood pool", "RV blood pool"]
    assert points(right) == [(0, 140), (300, 80), (600, 110)]
    assert right.GetColor() == pytest.approx(RIGHT_CAVITY.colour)
    assert chart.GetYAxisTitle() == "Blood pool (mL)"
    assert chart.GetYAxisRange() == (0, 200)  # 1.3 x 140 = 182, and up to the next 20


def test_without_times_the_chart_counts_frames(a_segmentation: Any) -> None:
    from LVSegUSlicer.charts import writeChart
    from LVSegUSlicer.tables import writeTables

    beat = replace(BEAT, time_ms=None)
    _, frames = writeTables(a_segmentation, beat, VOLUMES)
    chart = writeChart(a_segmentation, frames, beat)
    curve, _ed, es = series_of(chart)
    assert points(curve) == [(0, 120), (1, 60), (2, 90)]
    assert points(es) == [(1, 60)]
    assert chart.GetXAxisTitle() == "Frame"


def test_marks_go_where_ed_and_es_can_not_be_told_any_more(a_segmentation: Any) -> None:
    from LVSegUSlicer.charts import writeChart
    from LVSegUSlicer.tables import writeTables

    _, frames = writeTables(a_segmentation, BEAT, VOLUMES)
    chart = writeChart(a_segmentation, frames, BEAT)
    empty = measure(np.zeros((3, 2, 3, 3), np.uint8), (10.0, 10.0, 10.0))
    _, frames = writeTables(a_segmentation, empty, {1: [0.0, 0.0, 0.0]})
    assert writeChart(a_segmentation, frames, empty) is chart
    assert [one.GetName() for one in series_of(chart)] == ["LV blood pool"]
    assert chart.GetYAxisRange() == (0, 2)


def test_csv_is_that_of_the_command_line(tmp_path: Path) -> None:
    from LVSegULib.writing.table import write_table
    from LVSegUSlicer.tables import exportTable

    exportTable(tmp_path / "a.csv", BEAT, VOLUMES)
    write_table(tmp_path / "b.csv", VOLUMES, BEAT)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
