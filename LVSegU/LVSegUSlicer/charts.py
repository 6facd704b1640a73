"""The chart of a result: volume of each ventricle over the beat, with end-diastole and end-systole marked."""

from __future__ import annotations

import math
from typing import Any

import slicer
import vtk
from slicer.i18n import tr as _

from LVSegULib.labels import CAVITY, RIGHT_CAVITY, Label
from LVSegULib.measures.volumes import Measures
from LVSegUSlicer.hierarchy import ownNode

CHART_ROLE = "LVSegU.Chart"
MARKS_TABLE_ROLE = "LVSegU.MarksTable"
SERIES_ROLES = {CAVITY: "LVSegU.Series", RIGHT_CAVITY: "LVSegU.RightSeries"}
"""Role of the curve of each label that has one."""

_DARK = (0.2, 0.2, 0.2)
_ROOM_ABOVE = 1.3
"""The axis of the volume goes so many times higher than the curve: the legend stands there."""


def writeChart(segmentationNode: Any, framesTable: Any, measures: Measures) -> Any:
    """Fill the chart of a segmentation; its nodes are made on first use.

    The axis of the volume starts at 0, so that a weak heartbeat looks weak.

    Returns:
        The vtkMRMLPlotChartNode; None for a single frame, of which there is no curve.
    """
    if len(measures.volumes_ml) < 2:
        return None
    abscissa = "frame" if measures.time_ms is None else "time_ms"
    name = segmentationNode.GetName()
    chart = ownNode(segmentationNode, CHART_ROLE, "vtkMRMLPlotChartNode", _("{name} curve").format(name=name))
    shown = [label for label in SERIES_ROLES if _column(framesTable, label) is not None]
    series = [_writeCurve(segmentationNode, framesTable, abscissa, label) for label in shown]
    series += _writeMarks(segmentationNode, measures)
    chart.RemoveAllPlotSeriesNodeIDs()
    for one in series:
        chart.AddAndObservePlotSeriesNodeID(one.GetID())
    chart.SetTitle(name)
    chart.SetXAxisTitle(_("Frame") if measures.time_ms is None else _("Time after the R wave (ms)"))
    chart.SetYAxisTitle(_("LV blood pool (mL)") if len(shown) == 1 else _("Blood pool (mL)"))
    chart.SetYAxisRangeAuto(False)
    largest = max(_column(framesTable, label).GetRange()[1] for label in shown)
    chart.SetYAxisRange(0.0, _roundedUp(_ROOM_ABOVE * largest))
    chart.SetLegendVisibility(True)
    return chart


def _column(framesTable: Any, label: Label) -> Any:
    """The volumes of a label; None if the model does not know it."""
    return framesTable.GetTable().GetColumnByName(_title(label))


def _title(label: Label) -> str:
    return f"{label.name} (mL)"


def _writeCurve(segmentationNode: Any, framesTable: Any, abscissa: str, label: Label) -> Any:
    name = _("{name} volume").format(name=segmentationNode.GetName())
    curve = ownNode(segmentationNode, SERIES_ROLES[label], "vtkMRMLPlotSeriesNode", name)
    _show(curve, framesTable, abscissa, _title(label))
    curve.SetName(label.name)  # names of series are the words of the legend
    curve.SetColor(*label.colour)
    return curve


def _writeMarks(segmentationNode: Any, measures: Measures) -> list[Any]:
    """A series of one point for ED and one for ES, where they can be told."""
    name = segmentationNode.GetName()
    table = ownNode(segmentationNode, MARKS_TABLE_ROLE, "vtkMRMLTableNode", _("{name} ED and ES").format(name=name))
    marks = []
    with slicer.util.NodeModify(table):
        table.RemoveAllColumns()
        for phase, frame, marker in (("ED", measures.ed_frame, "circle"), ("ES", measures.es_frame, "diamond")):
            if frame is None:
                continue
            x = float(frame) if measures.time_ms is None else measures.time_ms[frame]
            y = measures.volumes_ml[frame]
            _addColumn(table, f"{phase} x", x)
            _addColumn(table, f"{phase} (mL)", y)
            mark = ownNode(segmentationNode, f"LVSegU.{phase}", "vtkMRMLPlotSeriesNode", f"{name} {phase}")
            _show(mark, table, f"{phase} x", f"{phase} (mL)")
            mark.SetName(_("{phase}: {volume} mL, frame {frame}").format(phase=phase, volume=f"{y:.1f}", frame=frame))
            mark.SetLineStyle(mark.LineStyleNone)
            mark.SetMarkerStyle(mark.GetMarkerStyleFromString(marker))
            mark.SetColor(*_DARK)
            marks.append(mark)
    return marks


def _show(series: Any, table: Any, x: str, y: str) -> None:
    series.SetAndObserveTableNodeID(table.GetID())
    series.SetPlotType(series.PlotTypeScatter)
    series.SetXColumnName(x)
    series.SetYColumnName(y)
    series.SetLineStyle(series.LineStyleSolid)
    series.SetLineWidth(2)
    series.SetMarkerStyle(series.MarkerStyleNone)
    series.SetMarkerSize(12)


def _addColumn(table: Any, title: str, value: float) -> None:
    column = vtk.vtkDoubleArray()
    column.SetName(title)
    column.InsertNextValue(value)
    table.AddColumn(column)


def _roundedUp(volume_ml: float) -> float:
    """The next multiple of 20 mL, or of 2 for small hearts; at least one step."""
    step = 20.0 if volume_ml > 40 else 2.0
    return step * max(math.ceil(volume_ml / step), 1)
