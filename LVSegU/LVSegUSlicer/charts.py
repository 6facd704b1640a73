"""The chart of a result: volume over the beat, with end-diastole and end-systole marked."""

from __future__ import annotations

from typing import Any

import slicer
import vtk
from slicer.i18n import tr as _

from LVSegULib.labels import CAVITY
from LVSegULib.measures.volumes import Measures
from LVSegUSlicer.hierarchy import putBeside

CHART_ROLE = "LVSegU.Chart"
SERIES_ROLE, MARKS_ROLE, MARKS_TABLE_ROLE = "LVSegU.Series", "LVSegU.Marks", "LVSegU.MarksTable"

_DARK = (0.2, 0.2, 0.2)


def writeChart(segmentationNode: Any, framesTable: Any, measures: Measures) -> Any:
    """Fill the chart of a segmentation; its nodes are made on first use.

    Returns:
        The vtkMRMLPlotChartNode; None for a single frame, of which there is no curve.
    """
    if len(measures.volumes_ml) < 2:
        return None
    abscissa = "frame" if measures.time_ms is None else "time_ms"
    name = segmentationNode.GetName()
    chart = _node(segmentationNode, CHART_ROLE, "vtkMRMLPlotChartNode", _("{name} curve").format(name=name))
    series = _node(segmentationNode, SERIES_ROLE, "vtkMRMLPlotSeriesNode", CAVITY.name)
    _show(series, framesTable, abscissa, f"{CAVITY.name} (mL)", CAVITY.colour, isLine=True)
    marksTable = _node(segmentationNode, MARKS_TABLE_ROLE, "vtkMRMLTableNode", _("{name} ED and ES").format(name=name))
    _fillMarks(marksTable, measures, abscissa)
    marks = _node(segmentationNode, MARKS_ROLE, "vtkMRMLPlotSeriesNode", _("ED and ES"))
    _show(marks, marksTable, abscissa, "volume_ml", _DARK, isLine=False)
    marks.SetLabelColumnName("phase")
    chart.RemoveAllPlotSeriesNodeIDs()
    for one in (series, marks):
        chart.AddAndObservePlotSeriesNodeID(one.GetID())
    chart.SetTitle(name)
    chart.SetXAxisTitle(_("Frame") if measures.time_ms is None else _("Time after the R wave (ms)"))
    chart.SetYAxisTitle(_("LV blood pool (mL)"))
    chart.SetLegendVisibility(True)
    return chart


def _node(segmentationNode: Any, role: str, className: str, name: str) -> Any:
    found = segmentationNode.GetNodeReference(role)
    if found is not None:
        return found
    node = slicer.mrmlScene.AddNewNodeByClass(className, slicer.mrmlScene.GenerateUniqueName(name))
    segmentationNode.SetNodeReferenceID(role, node.GetID())
    putBeside(node, segmentationNode)
    return node


def _show(series: Any, table: Any, x: str, y: str, colour: tuple[float, float, float], *, isLine: bool) -> None:
    series.SetAndObserveTableNodeID(table.GetID())
    series.SetPlotType(slicer.vtkMRMLPlotSeriesNode.PlotTypeScatter)
    series.SetXColumnName(x)
    series.SetYColumnName(y)
    series.SetColor(*colour)
    series.SetLineStyle(series.LineStyleSolid if isLine else series.LineStyleNone)
    series.SetLineWidth(2)
    series.SetMarkerStyle(series.MarkerStyleNone if isLine else series.MarkerStyleDiamond)
    series.SetMarkerSize(12)


def _fillMarks(table: Any, measures: Measures, abscissa: str) -> None:
    """A row for ED and one for ES, where they can be told."""
    phase, x, y = vtk.vtkStringArray(), vtk.vtkDoubleArray(), vtk.vtkDoubleArray()
    for array, title in ((phase, "phase"), (x, abscissa), (y, "volume_ml")):
        array.SetName(title)
    for name, frame in (("ED", measures.ed_frame), ("ES", measures.es_frame)):
        if frame is not None:
            phase.InsertNextValue(name)
            x.InsertNextValue(float(frame) if measures.time_ms is None else measures.time_ms[frame])
            y.InsertNextValue(measures.volumes_ml[frame])
    with slicer.util.NodeModify(table):
        table.RemoveAllColumns()
        for array in (phase, x, y):
            table.AddColumn(array)
