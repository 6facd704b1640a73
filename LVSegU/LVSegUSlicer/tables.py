"""The two tables of a result: what was measured, and the volume of every frame."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import slicer
import vtk
from slicer.i18n import tr as _

from LVSegULib.labels import BY_VALUE
from LVSegULib.measures.digits import digits
from LVSegULib.measures.volumes import Measures
from LVSegUSlicer.hierarchy import ownNode

MEASURES_ROLE, FRAMES_ROLE = "LVSegU.MeasuresTable", "LVSegU.FramesTable"

NOT_KNOWN = "\N{EN DASH}"


def writeTables(
    segmentationNode: Any, measures: Measures, volumes_ml: Mapping[int, Sequence[float]]
) -> tuple[Any, Any]:
    """Fill the tables of a segmentation; they are made on first use.

    Args:
        segmentationNode: what was measured.
        measures: the figures.
        volumes_ml: volume of each frame (T,) in mL, by label value.

    Returns:
        The vtkMRMLTableNodes of the measures and of the frames.
    """
    name, className = segmentationNode.GetName(), "vtkMRMLTableNode"
    measuresTable = ownNode(segmentationNode, MEASURES_ROLE, className, _("{name} measures").format(name=name))
    framesTable = ownNode(segmentationNode, FRAMES_ROLE, className, _("{name} volumes").format(name=name))
    _fillMeasures(measuresTable, measures)
    _fillFrames(framesTable, measures, volumes_ml)
    return measuresTable, framesTable


def exportTable(
    path: Path,
    measures: Measures,
    volumes_ml: Mapping[int, Sequence[float]],
    flaggedSlices: Sequence[int] | None = None,
) -> None:
    """Write the volume of every frame as `lvsegu segment` does.

    Raises:
        OutputError: the file cannot be written.
    """
    from LVSegULib.writing.table import write_table

    write_table(path, volumes_ml, measures, flaggedSlices)


def _fillMeasures(table: Any, measures: Measures) -> None:
    rows = []
    slices = {name: _("slices: {count}").format(count=count) for name, count in measures.slices_of_walls().items()}
    for one, value in measures.given().items():
        shown = digits(value) if math.isfinite(value) else NOT_KNOWN
        rows.append((one.name, shown, one.unit, one.code, measures.reasons.get(one.name, slices.get(one.name, ""))))
    titles = (_("Measure"), _("Value"), _("Unit"), _("Code"), _("Note"))
    columns = [_textColumn(title, [row[place] for row in rows]) for place, title in enumerate(titles)]
    _replaceColumns(table, columns)


def _fillFrames(table: Any, measures: Measures, volumes_ml: Mapping[int, Sequence[float]]) -> None:
    columns = [_numberColumn("frame", range(len(measures.volumes_ml)))]
    if measures.time_ms is not None:
        columns.append(_numberColumn("time_ms", measures.time_ms))
    columns += [_numberColumn(f"{BY_VALUE[value].name} (mL)", volumes) for value, volumes in volumes_ml.items()]
    _replaceColumns(table, columns)


def _replaceColumns(table: Any, columns: Sequence[Any]) -> None:
    with slicer.util.NodeModify(table):
        table.RemoveAllColumns()
        for column in columns:
            table.AddColumn(column)
        table.SetUseColumnTitleAsColumnHeader(True)


def _textColumn(title: str, values: Sequence[str]) -> Any:
    column = vtk.vtkStringArray()
    column.SetName(title)
    for value in values:
        column.InsertNextValue(value)
    return column


def _numberColumn(title: str, values: Sequence[float] | range) -> Any:
    column = vtk.vtkDoubleArray()
    column.SetName(title)
    for value in values:
        column.InsertNextValue(float(value))
    return column
