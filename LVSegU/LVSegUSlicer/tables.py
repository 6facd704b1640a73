"""The two tables of a result: what was measured, and the volume of every frame."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import slicer
import vtk
from slicer.i18n import tr as _

from LVSegULib.labels import ALL_LABELS
from LVSegULib.measures.digits import digits
from LVSegULib.measures.volumes import Measures
from LVSegUSlicer.hierarchy import putBeside

MEASURES_ROLE, FRAMES_ROLE = "LVSegU.MeasuresTable", "LVSegU.FramesTable"

CODES = {
    "LVEDV": ("mL", "LN 8821-1"),
    "LVESV": ("mL", "LN 8823-7"),
    "LVSV": ("mL", "SCT 90096001"),
    "LVEF": ("%", "LN 8811-2"),
    "LVM": ("g", "LN 18087-7"),
    "wall_thickness_ed": ("mm", ""),
    "wall_thickness_ed_max": ("mm", ""),
    "wall_thickness_es": ("mm", ""),
    "wall_thickening": ("%", ""),
    "RVEDV": ("mL", ""),
    "RVESV": ("mL", ""),
    "RVSV": ("mL", ""),
    "RVEF": ("%", ""),
}
"""Unit and code of each measure, as far as there is one; LN is LOINC, SCT is SNOMED CT."""

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
    measuresTable = _table(segmentationNode, MEASURES_ROLE, _("{name} measures"))
    framesTable = _table(segmentationNode, FRAMES_ROLE, _("{name} volumes"))
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


def _table(segmentationNode: Any, role: str, name: str) -> Any:
    found = segmentationNode.GetNodeReference(role)
    if found is not None:
        return found
    unique = slicer.mrmlScene.GenerateUniqueName(name.format(name=segmentationNode.GetName()))
    table = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTableNode", unique)
    segmentationNode.SetNodeReferenceID(role, table.GetID())
    putBeside(table, segmentationNode)
    return table


def _fillMeasures(table: Any, measures: Measures) -> None:
    rows = []
    slices = _slicesOfTheWall(measures)
    for name, (unit, code) in CODES.items():
        value = getattr(measures, name)
        if value is not None:
            shown = digits(value) if math.isfinite(value) else NOT_KNOWN
            rows.append((name, shown, unit, code, measures.reasons.get(name, slices.get(name, ""))))
    titles = (_("Measure"), _("Value"), _("Unit"), _("Code"), _("Note"))
    columns = [_textColumn(title, [row[place] for row in rows]) for place, title in enumerate(titles)]
    _replaceColumns(table, columns)


def _slicesOfTheWall(measures: Measures) -> dict[str, str]:
    """Of how many slices the thickness of the wall is, by name of the measure."""
    ed, es = (_("slices: {count}").format(count=count) for count in measures.wall_slices or (0, 0))
    return {"wall_thickness_ed": ed, "wall_thickness_ed_max": ed, "wall_thickness_es": es}


def _fillFrames(table: Any, measures: Measures, volumes_ml: Mapping[int, Sequence[float]]) -> None:
    columns = [_numberColumn("frame", range(len(measures.volumes_ml)))]
    if measures.time_ms is not None:
        columns.append(_numberColumn("time_ms", measures.time_ms))
    names = {label.value: label.name for label in ALL_LABELS}
    columns += [_numberColumn(f"{names[value]} (mL)", volumes) for value, volumes in volumes_ml.items()]
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
