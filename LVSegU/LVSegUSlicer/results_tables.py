"""The panel's two tables: what was measured, and the volume of every frame."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import qt
from slicer.i18n import tr as _

from LVSegULib.labels import BY_VALUE, CAVITY, MYOCARDIUM, RIGHT_CAVITY
from LVSegULib.measures.digits import digits
from LVSegULib.measures.volumes import Measures
from LVSegUSlicer.messages import asToolTip

Volumes = Mapping[int, Sequence[float]]
"""Volume of each frame in mL, by label value."""


def measureRows(measures: Measures, volumes_ml: Volumes, frame: int | None = None) -> list[tuple[str, str, str, str]]:
    """Short name, name, value with unit, and its frame; of a single volume just the size of each label.

    What comes from a label that the model does not know is left out.

    Args:
        measures: the figures.
        volumes_ml: volume of each frame in mL, by label value.
        frame: of a single volume, which frame of a cine it is; None if of none.
    """
    if len(measures.volumes_ml) == 1:
        where = "" if frame is None else _("frame {frame}").format(frame=frame)
        titles = volumeTitles()
        return [
            (BY_VALUE[value].key, titles[value], _number(of_label[0], "mL"), where)
            for value, of_label in volumes_ml.items()
        ]
    frames = {"ED": _frame(measures, measures.ed_frame), "ES": _frame(measures, measures.es_frame)}
    slices = {name: _slices(count) for name, count in measures.slices_of_walls().items()}
    titles, walls = measureTitles(), wallNames()
    return [
        (
            walls.get(one.name, one.short),
            titles[one.name],
            _number(value, one.unit),
            slices.get(one.name, frames.get(one.phase, "")),
        )
        for one, value in measures.given().items()
    ]


def measureTitles() -> dict[str, str]:
    """What each measure is called in full, by its name."""
    return {
        "LVEDV": _("End-diastolic volume"),
        "LVESV": _("End-systolic volume"),
        "LVSV": _("Stroke volume"),
        "LVEF": _("Ejection fraction"),
        "LVM": _("Myocardial mass"),
        "wall_thickness_ed": _("Mean thickness at ED"),
        "wall_thickness_ed_max": _("Max. thickness at ED"),
        "wall_thickness_es": _("Mean thickness at ES"),
        "wall_thickening": _("Thickening ED to ES"),
        "RVEDV": _("RV at ED"),
        "RVESV": _("RV at ES"),
        "RVSV": _("RV stroke volume"),
        "RVEF": _("RV ejection fraction"),
    }


def wallNames() -> dict[str, str]:
    """Short names of the measures of the wall, by their names: narrow, and told apart by their first letters."""
    return {
        "wall_thickness_ed": _("ED wall"),
        "wall_thickness_ed_max": _("ED max"),
        "wall_thickness_es": _("ES wall"),
        "wall_thickening": _("Wall %"),
    }


def volumeTitles() -> dict[int, str]:
    """What the volume of each label is called in full, by its value."""
    return {
        CAVITY.value: _("Volume of the cavity"),
        MYOCARDIUM.value: _("Volume of the myocardium"),
        RIGHT_CAVITY.value: _("Volume of the RV cavity"),
    }


def notes(measures: Measures) -> list[str]:
    """What the user should know: why measures are missing, and the warnings; each once."""
    return list(dict.fromkeys((*measures.reasons.values(), *measures.warnings)))


def frameTitles(volumes_ml: Volumes) -> list[str]:
    """Titles of the table of frames: a volume for each label."""
    keys = [BY_VALUE[value].key for value in volumes_ml]
    titles = [_("{label} (mL)").format(label=key) for key in keys] if len(keys) > 1 else [_("Volume (mL)")]
    return [_("Frame"), _("Time (ms)"), *titles, _("Phase")]


def frameRows(measures: Measures, volumes_ml: Volumes) -> list[tuple[str, ...]]:
    """Frame, time, volumes and phase of every frame; the time is "" where the source does not say."""
    times = measures.time_ms or (math.nan,) * len(measures.volumes_ml)
    phases = {measures.es_frame: _("ES"), measures.ed_frame: _("ED")}
    return [
        (
            str(frame),
            f"{time_ms:.0f}" if math.isfinite(time_ms) else "",
            *(digits(of_label[frame]) for of_label in volumes_ml.values()),
            phases.get(frame, ""),
        )
        for frame, time_ms in enumerate(times)
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
    """Columns without a title: the rows speak for themselves. Where there is little room the names are cut short."""
    table.setColumnCount(4)
    table.horizontalHeader().hide()
    table.verticalHeader().hide()
    table.horizontalHeader().setSectionResizeMode(qt.QHeaderView.ResizeToContents)
    table.horizontalHeader().setSectionResizeMode(1, qt.QHeaderView.Stretch)


def setUpTable(table: Any, titles: list[str], resizeMode: Any) -> None:
    """Columns with titles, resized as a mode of qt.QHeaderView says; rows without titles, close together."""
    setTitles(table, titles)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + 6)
    table.horizontalHeader().setSectionResizeMode(resizeMode)


def setTitles(table: Any, titles: list[str]) -> None:
    """As many columns as titles."""
    table.setColumnCount(len(titles))
    table.setHorizontalHeaderLabels(titles)


def fillTable(table: Any, rows: Sequence[tuple[str, ...]], *, numbers: Sequence[int], bold: int = -1) -> None:
    """Fill a table; the columns `numbers` are aligned to the right, and one may be bold."""
    table.setRowCount(len(rows))
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
            item = qt.QTableWidgetItem(text)
            item.setToolTip(asToolTip(text))
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


def _slices(count: int) -> str:
    return _("1 slice") if count == 1 else _("{count} slices").format(count=count)


def _number(value: float, unit: str) -> str:
    return f"{digits(value)} {unit}".rstrip() if math.isfinite(value) else "-"
