"""The panel's two tables: what was measured, and the volume of every frame."""

from __future__ import annotations

import math
from typing import Any

import qt
from slicer.i18n import tr as _

from LVSegULib.measures.volumes import Measures


def measureRows(measures: Measures) -> list[tuple[str, str, str, str]]:
    """Short name, name, value with unit, and its frame; of a single volume just its size."""
    if len(measures.volumes_ml) == 1:
        return [("LV", _("Volume of the cavity"), _number(measures.volumes_ml[0], "mL"), "")]
    ed, es = _frame(measures, measures.ed_frame), _frame(measures, measures.es_frame)
    values = [
        ("LVEDV", _("End-diastolic volume"), measures.LVEDV, "mL", ed),
        ("LVESV", _("End-systolic volume"), measures.LVESV, "mL", es),
        ("LVSV", _("Stroke volume"), measures.LVSV, "mL", ""),
        ("LVEF", _("Ejection fraction"), measures.LVEF, "%", ""),
    ]
    if measures.LVM is not None:
        values.append(("LVM", _("Mass of the myocardium"), measures.LVM, "g", ed))
    return [(short, name, _number(value, unit), where) for short, name, value, unit, where in values]


def notes(measures: Measures, warnings: tuple[str, ...]) -> list[str]:
    """What the user should know: why measures are missing, and the warnings; each once."""
    return list(dict.fromkeys((*measures.reasons.values(), *measures.warnings, *warnings)))


def frameRows(measures: Measures) -> list[tuple[str, str, str, str]]:
    """Frame, time, volume and phase of every frame; the time is "" where the source does not say."""
    times = measures.time_ms or (math.nan,) * len(measures.volumes_ml)
    phases = {measures.es_frame: _("ES"), measures.ed_frame: _("ED")}
    return [
        (str(frame), f"{time_ms:.0f}" if math.isfinite(time_ms) else "", f"{volume_ml:.1f}", phases.get(frame, ""))
        for frame, (time_ms, volume_ml) in enumerate(zip(times, measures.volumes_ml, strict=True))
    ]


def describeChange(before: Measures, now: Measures) -> str:
    """What changed between two results of an input: "LVEDV 151.2 to 148.0 mL, LVESV ..., LVEF 38.1 to 39.5 %"."""
    rows = [("LVEDV", before.LVEDV, now.LVEDV, "mL"), ("LVESV", before.LVESV, now.LVESV, "mL")]
    rows.append(("LVEF", before.LVEF, now.LVEF, "%"))
    if len(before.volumes_ml) == 1:
        rows = [("LV", before.volumes_ml[0], now.volumes_ml[0], "mL")]
    return ", ".join(
        _("{name} {old} to {new}").format(name=name, old=_number(old, ""), new=_number(new, unit))
        for name, old, new, unit in rows
    )


def setUpMeasuresTable(table: Any) -> None:
    """Columns without a title: the rows speak for themselves."""
    table.setColumnCount(4)
    table.horizontalHeader().hide()
    table.verticalHeader().hide()
    table.horizontalHeader().setSectionResizeMode(qt.QHeaderView.ResizeToContents)
    table.horizontalHeader().setStretchLastSection(True)


def setUpFramesTable(table: Any) -> None:
    """Four columns that share the width."""
    table.setColumnCount(4)
    table.setHorizontalHeaderLabels([_("Frame"), _("Time (ms)"), _("Volume (mL)"), _("Phase")])
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + 6)
    table.horizontalHeader().setSectionResizeMode(qt.QHeaderView.Stretch)


def fillTable(table: Any, rows: list[tuple[str, ...]], *, numbers: tuple[int, ...], bold: int = -1) -> None:
    """Fill a table; the columns `numbers` are aligned to the right, and one may be bold."""
    table.setRowCount(len(rows))
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
            item = qt.QTableWidgetItem(text)
            item.setToolTip(text)
            if column in numbers:
                item.setTextAlignment(int(qt.Qt.AlignRight | qt.Qt.AlignVCenter))
            if column == bold:
                font = item.font()
                font.setBold(True)
                item.setFont(font)
            table.setItem(row, column, item)


def showAllRows(table: Any) -> None:
    """Make a table as high as its rows, so that it does not scroll."""
    table.setFixedHeight(table.rowCount * table.verticalHeader().defaultSectionSize + 2 * table.frameWidth)


def _frame(measures: Measures, frame: int | None) -> str:
    if frame is None:
        return ""
    if measures.time_ms is None:
        return _("frame {frame}").format(frame=frame)
    return _("frame {frame}, {time} ms").format(frame=frame, time=f"{measures.time_ms[frame]:.0f}")


def _number(value: float, unit: str) -> str:
    return f"{value:.1f} {unit}".rstrip() if math.isfinite(value) else "-"
