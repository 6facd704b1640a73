"""An evaluation as a plain text table for the terminal."""

from __future__ import annotations

from collections.abc import Iterable

from LVSegULib.evaluation.bootstrap import FEWEST_PATIENTS, Ratio, Summary, has_interval, interval_text
from LVSegULib.evaluation.challenge import GOOD_APD_MM, ChallengeFigures
from LVSegULib.evaluation.clinical import Agreement, ClinicalFigures
from LVSegULib.evaluation.evaluate import Evaluation
from LVSegULib.evaluation.figures import GOOD_DICE, LabelFigures, SliceFigures
from LVSegULib.labels import CAVITY
from LVSegULib.shown import counted, number_text

Row = tuple[str, str, str, str, str, str]

HEADINGS: Row = ("", "mean", "95 % interval", "median", "n", "undefined")
WORST = 5
NAMED = 5
DICE, NUMBER, DISTANCE, SHARE = ".3f", ".1f", ".2f", ".1%"
"""How figures are written."""


def report_text(evaluation: Evaluation) -> str:
    """All summaries as aligned columns, a block for each label, without the single slices."""
    patients, stacks = counted(len(evaluation.patients), "patient"), counted(len(evaluation.cases), "stack")
    few = f"fewer than {FEWEST_PATIENTS} patients: no intervals"
    intervals = "intervals are bootstrapped over patients" if has_interval(len(evaluation.patients)) else few
    blocks = [f"{evaluation.dataset}: {patients}, {stacks}; {intervals}"]
    for figures in evaluation.labels.values():
        blocks += [_table(figures.label.name, _overlap_rows(figures))]
        if figures.clinical:
            heading = (
                f"Clinical, {counted(figures.clinical.patients, 'patient')} with ED and ES, predicted minus reference"
            )
            blocks += [_table(heading, _clinical_rows(figures.clinical))]
        if figures.unpaired:
            blocks += [_unpaired(figures.unpaired)]
        elif figures.label == CAVITY and not figures.clinical:
            blocks += ["No LVEF: no patient has ED and ES: name the stacks NAME_ED and NAME_ES, or give cines"]
        if figures.challenge:
            blocks += [_table(_challenge_heading(figures.challenge), _challenge_rows(figures.challenge))]
        blocks += [_worst(figures)]
    blocks += [f"{failure.case} was left out: {failure.reason}" for failure in evaluation.failures]
    return "\n\n".join(blocks)


def _unpaired(patients: list[str]) -> str:
    some = ", ".join(patients[:NAMED]) + (f" and {len(patients) - NAMED} more" if len(patients) > NAMED else "")
    return (
        f"No LVEF of {some}: ED or ES is there several times, and it cannot be told which belong "
        "together: give each visit a name of its own, such as anna1_ED and anna2_ED"
    )


def _overlap_rows(figures: LabelFigures) -> list[Row]:
    rows = [
        _ratio("Dice, pooled", figures.pooled_dice),
        _summary("Dice per patient", figures.dice_per_patient, DICE),
    ]
    for group, volumes in figures.volumes.items():
        where = "" if group == "all" else f", {group}"
        rows.append(_summary(f"Dice per volume{where}", volumes.dice, DICE))
    for group, slices in figures.slices.items():
        rows += _slice_rows("" if group == "all" else f", {group}", slices)
    for group, volumes in figures.volumes.items():
        where = "" if group == "all" else f", {group}"
        rows += [
            _summary(f"HD95 of the volume{where}, mm", volumes.hd95_mm, DISTANCE),
            _summary(f"Volume error{where}, mL", volumes.error_ml, NUMBER),
            _summary(f"Volume error{where}, %", volumes.error_percent, NUMBER),
        ]
    missed, extra = figures.slices["all"].missed, figures.false_positive_slices
    rows += [("Slices missed", "", "", "", str(missed), ""), ("Slices without reference", "", "", "", str(extra), "")]
    return rows


def _slice_rows(where: str, figures: SliceFigures) -> list[Row]:
    rows = [
        _summary(f"Dice per slice{where}", figures.dice, DICE),
        _summary(f"Slices below {GOOD_DICE:g}{where}", figures.below, SHARE, has_median=False),
        _summary(f"HD95 of the slice{where}, mm", figures.hd95_mm, DISTANCE),
    ]
    return [row for row in rows if row[4] != "0"]


def _clinical_rows(clinical: ClinicalFigures) -> list[Row]:
    rows: list[Row] = []
    for name, found in (
        ("LVEDV, mL", clinical.LVEDV_ml),
        ("LVESV, mL", clinical.LVESV_ml),
        ("LVEF, points", clinical.LVEF_percent),
    ):
        rows += _agreement_rows(name, found)
    return rows


def _agreement_rows(name: str, found: Agreement) -> list[Row]:
    return [
        _summary(f"{name}: error", found.error, NUMBER),
        _summary(f"{name}: error without sign", found.absolute_error, NUMBER),
        (f"{name}: limits of agreement", "", interval_text(found.limits, NUMBER), "", "", ""),
        (f"{name}: correlation", number_text(found.correlation, DICE), "", "", str(found.error.count), ""),
    ]


def _challenge_heading(challenge: ChallengeFigures) -> str:
    return (
        f"MICCAI 2009 challenge, endocardium: {counted(challenge.contours, 'contour')}, {challenge.missing} missing; "
        f"good is below {GOOD_APD_MM:g} mm; mean of the patients' means"
    )


def _challenge_rows(challenge: ChallengeFigures) -> list[Row]:
    return [
        _summary("Good contours, %", challenge.good_percent, NUMBER),
        _summary("Official (good only): Dice", challenge.official_dice, DICE),
        _summary("Official (good only): APD, mm", challenge.official_apd_mm, DISTANCE),
        _summary("All (a missing one is 0): Dice", challenge.all_dice, DICE),
        _summary("All that are not missing: APD, mm", challenge.all_apd_mm, DISTANCE),
    ]


def _worst(figures: LabelFigures) -> str:
    lines = [
        f"  {record.dice:.3f}  {record.case}, frame {record.frame}, slice {record.slice} ({record.region})"
        for record in figures.worst_slices(WORST)
    ]
    return "\n".join(["Worst slices (frames and slices counted from 0)", *lines])


def _summary(name: str, summary: Summary, form: str, *, has_median: bool = True) -> Row:
    undefined = str(summary.undefined) if summary.undefined else ""
    median = number_text(summary.median, form) if has_median else ""
    mean, interval = number_text(summary.mean, form), interval_text(summary.mean_interval, form)
    return (name, mean, interval, median, str(summary.count), undefined)


def _ratio(name: str, ratio: Ratio) -> Row:
    return (name, number_text(ratio.value, DICE), interval_text(ratio.interval, DICE), "", str(ratio.patients), "")


def _table(heading: str, rows: Iterable[Row]) -> str:
    lines = [HEADINGS, *rows]
    widths = [max(len(row[column]) for row in lines) for column in range(len(HEADINGS))]
    shown = []
    for name, *cells in lines:
        columns = [cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True)]
        shown.append("  ".join([name.ljust(widths[0]), *columns]).rstrip())
    return "\n".join([heading, *shown])
