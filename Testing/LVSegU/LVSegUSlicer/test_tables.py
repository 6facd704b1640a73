"""Tables, chart and navigation of a result."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from LVSegULib.measures.volumes import Measures, measure
from Testing.desktop.scene import a_beating_heart, add_cine, add_volume
from Testing.LVSegU.LVSegUSlicer.test_scene_writer import rings, write

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


def test_the_chart_marks_ed_and_es(a_scene: Any, a_segmentation: Any) -> None:
    from LVSegUSlicer.charts import writeChart
    from LVSegUSlicer.tables import writeTables

    _, frames = writeTables(a_segmentation, BEAT, VOLUMES)
    chart = writeChart(a_segmentation, frames, BEAT)
    series = [a_scene.GetNodeByID(chart.GetNthPlotSeriesNodeID(index)) for index in range(2)]
    assert (series[0].GetXColumnName(), series[0].GetYColumnName()) == ("time_ms", "LV blood pool (mL)")
    assert rows(series[1].GetTableNode()) == [["ED", "0", "120"], ["ES", "300", "60"]]
    assert chart.GetXAxisTitle() == "Time after the R wave (ms)"
    assert chart.GetYAxisTitle() == "LV blood pool (mL)"


def test_csv_is_that_of_the_command_line(tmp_path: Path) -> None:
    from LVSegULib.writing.table import write_table
    from LVSegUSlicer.tables import exportTable

    exportTable(tmp_path / "a.csv", BEAT, VOLUMES)
    write_table(tmp_path / "b.csv", VOLUMES, BEAT)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_going_to_a_frame_selects_it_in_the_browser(a_scene: Any) -> None:
    from LVSegUSlicer.navigation import browserOf, goToFrame

    node = write(add_cine(a_beating_heart()), rings())
    goToFrame(node, 3)
    browser = a_scene.GetFirstNodeByClass("vtkMRMLSequenceBrowserNode")
    assert browser.GetSelectedItemNumber() == 3
    assert browserOf(node) is browser


def test_a_single_volume_has_no_frame_to_go_to(a_scene: Any) -> None:
    from LVSegUSlicer.navigation import browserOf, goToFrame

    assert a_scene is not None
    node = write(add_volume(a_beating_heart()[0]), rings(frames=1))
    goToFrame(node, 3)
    assert browserOf(node) is None
