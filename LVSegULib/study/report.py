"""The report of a study: one Markdown file with a table for each group, pictures, and conclusions in words."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from LVSegULib.atomic import write_csv, write_text
from LVSegULib.evaluation.bootstrap import CONFIDENCE, Summary, interval_text
from LVSegULib.network.config import count_multiply_adds, count_parameters
from LVSegULib.pictures.study import draw_accuracy, draw_differences, draw_learning_curve
from LVSegULib.shown import counted, number_text
from LVSegULib.study.conclusions import Findings, change_text, conclusions, findings, title
from LVSegULib.study.config import StudyConfig
from LVSegULib.study.plan import Plan
from LVSegULib.study.results import Row, read_rows
from LVSegULib.study.speed import measure_speed
from LVSegULib.writing.markdown import markdown_table

REPORT, PATIENTS = "report.md", "patients.csv"
PATIENT_COLUMNS = ("variant", "data_set", "patient", "dice", "mean_slice_dice", "ef_error_points")


def write_report(study: StudyConfig, plan: Plan, out: Path) -> Findings:
    """Write `report.md` with its pictures, and `patients.csv` with the figures of every patient, into `out`.

    Raises:
        OutputError: `out` cannot be written.
    """
    found = findings(study, read_rows(study, plan, out))
    pictures = _differences(found, out)
    speed = measure_speed(study, out)
    parts = [
        f"# {study.name}",
        study.about.strip(),
        "## What follows",
        _list(conclusions(found)),
        "## What was done",
        _list(_facts(found, plan)),
        *(_group(found, name, rows, speed, pictures.get(name, "")) for name, rows in found.groups().items()),
        *_curves(found, out),
        *_problems(found),
        "## Settings that all share",
        _settings(study.base),
    ]
    write_text(out / REPORT, "\n\n".join(part for part in parts if part) + "\n")
    write_csv(out / PATIENTS, PATIENT_COLUMNS, _patients(found.rows))
    return found


def _differences(found: Findings, out: Path) -> dict[str, str]:
    """Draw the differences of each group that has some: Markdown that shows them, by group."""
    shown: dict[str, str] = {}
    for number, (group, rows) in enumerate(found.groups().items(), start=1):
        compared = [found.comparisons[row.variant.name] for row in rows if row.variant.name in found.comparisons]
        if compared:
            name = f"differences-{number}.png"
            draw_differences(out / name, compared, found.noise, f"{_capital(group)}: change of the Dice per patient")
            shown[group] = f"![Change of the Dice per patient with {CONFIDENCE:.0%} intervals]({name})"
    return shown


def _curves(found: Findings, out: Path) -> list[str]:
    """Draw Dice over the size of the network and over the patients that it learns from, where there is a curve."""
    shown = []
    sizes = [row for row in found.rows if row.patients and row.variant.compared and "filters" in row.variant.settings]
    if sizes and found.reference.patients:
        draw_accuracy(out / "accuracy.png", [found.reference, *sizes], found.study.judged)
        shown += ["## Size and accuracy", "![Dice per patient over the parameters of the network](accuracy.png)"]
    curve = found.learning_curve()
    if len(curve) > 1:
        draw_learning_curve(out / "learning-curve.png", curve, found.study.judged)
        shown += ["## Learning curve", "![Dice over the number of patients that are learnt from](learning-curve.png)"]
    return shown


def _facts(found: Findings, plan: Plan) -> list[str]:
    study, jobs = found.study, [one for row in found.rows for one in row.figures.values()]
    data = [f"{name} ({counted(len(patients), 'patient')})" for name, patients in plan.patients.items()]
    hours = sum(float(one["seconds"]) for one in jobs) / 3600
    machines = len({one["machine"] for one in jobs})
    lines = [
        f"{counted(len(found.rows), 'variant')}, {counted(len(jobs), 'run')}, {hours:.1f} hours of computation on "
        f"{counted(machines, 'machine')}.",
        f"Data: {', '.join(data)}. Judged are the patients of {', '.join(study.judged)}, each by a network that did "
        f"not learn from it. They are dealt into {study.folds} folds, 0 to {study.folds - 1}; run: "
        f"{', '.join(map(str, study.run))}.",
        "Dice is over all voxels of a patient's ED and ES on the images' own pixels, after cleaning up. The difference "
        f"is to {study.reference}, or to what the variant's name says, patient by patient, with a {CONFIDENCE:.0%} "
        "bootstrap interval over patients. It is called better or worse only if the interval leaves out zero and the "
        "difference exceeds what another seed does.",
        "Times to reach a Dice are those of training (one process of several on the machine, validation included) "
        "until validation first gave it on the network's grid, mean over the folds; - where a fold never did. ms are "
        "those of ONNX Runtime on one thread, all networks timed in turn on one machine.",
    ]
    if study.stop_from:
        lines.append(
            f"A run is stopped from step {study.stop_from} on when its validation Dice is more than "
            f"{study.stop_margin:g} below that of {study.reference} at the same step."
        )
    lines += [
        f"{patient} is in {' and '.join(sets)}: one patient, on one side." for patient, sets in plan.shared.items()
    ]
    return lines


def _group(found: Findings, name: str, rows: Sequence[Row], speed: Mapping[str, float], picture: str) -> str:
    shown = list(rows) if found.reference in rows else [found.reference, *rows]
    columns = _columns(found, speed)
    table = markdown_table(list(columns), ((text(row) for text in columns.values()) for row in shown))
    notes = _list([f"{row.variant.name}: {row.variant.note}" for row in rows if row.variant.note])
    return "\n\n".join(part for part in (f"## {_capital(name)}", table, notes, picture) if part)


def _columns(found: Findings, speed: Mapping[str, float]) -> dict[str, Callable[[Row], str]]:
    """The columns of a group's table: what each row shows, by heading."""
    study = found.study

    def shape(row: Row) -> tuple[int, float]:
        config = study.training(row.variant)
        return count_parameters(config.network), count_multiply_adds(config.network) * config.size**2 / 1e6

    def dice(dataset: str) -> Callable[[Row], str]:
        return lambda row: number_text(row.dice(dataset).mean, ".3f")

    def reached(wanted: float) -> Callable[[Row], str]:
        return lambda row: number_text(row.seconds_to(wanted), ".0f")

    return {
        "variant": lambda row: title(row, study),
        "parameters": lambda row: f"{shape(row)[0]:,}",
        "M multiply-adds per slice": lambda row: f"{shape(row)[1]:,.1f}",
        "ms per slice": lambda row: f"{speed[row.variant.name]:.2f}",
        "minutes to train": lambda row: number_text(row.mean("training_seconds") / 60, ".1f"),
        **{f"s to {wanted:g}": reached(wanted) for wanted in study.reach},
        **{f"Dice, {name}": dice(name) for name in study.judged},
        "Dice, pooled": lambda row: number_text(row.pooled_dice().value, ".3f"),
        "Dice per slice": lambda row: number_text(row.slice_dice().mean, ".3f"),
        "LVEF error, points": _ef_error,
        f"difference of the Dice per patient ({CONFIDENCE:.0%})": lambda row: _change(found, row),
        "verdict": lambda row: _words(found, row),
    }


def _ef_error(row: Row) -> str:
    """Its mean, and of how many patients it is where others have no LVEF."""
    error = row.ef_error()
    of = f", of {error.count} of {error.count + error.undefined}" if error.undefined and error.count else ""
    return number_text(error.mean, ".1f") + of


def _change(found: Findings, row: Row) -> str:
    compared = found.comparisons.get(row.variant.name)
    return change_text(compared.change) if compared else "-"


def _words(found: Findings, row: Row) -> str:
    if row is found.reference:
        summary: Summary = row.dice()
        own = f"reference: Dice {number_text(summary.mean, '.3f')} ({interval_text(summary.mean_interval, '.3f')})"
        return "; ".join((own, *row.problems))
    compared = found.comparisons.get(row.variant.name)
    words = compared.verdict.words if compared else "not compared" if row.patients else ""
    if not row.variant.train:
        words = "not trained"
    return "; ".join(part for part in (words, *row.problems) if part)


def _problems(found: Findings) -> list[str]:
    """What failed, was stopped or is missing, once more in one place."""
    lines = [f"{row.variant.name}: {problem}" for row in found.rows for problem in row.problems]
    return ["## Failed, stopped or missing", _list(lines)] if lines else []


def _patients(rows: Sequence[Row]) -> Iterator[tuple[str, ...]]:
    """A line of `PATIENT_COLUMNS` for every variant and patient."""
    for row in rows:
        for (dataset, patient), one in sorted(row.patients.items()):
            slices = sum(one.slices) / len(one.slices) if one.slices else math.nan
            numbers = (f"{one.overlap.dice:.5f}", f"{slices:.5f}", f"{one.ef_error:.3f}")
            yield row.variant.name, dataset, patient, *numbers


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _settings(base: Mapping[str, Any]) -> str:
    """The shared settings as the lines of a TOML file."""
    plain = {name: value for name, value in base.items() if name != "augmentation"}
    varied = {f"augmentation.{name}": value for name, value in base.get("augmentation", {}).items()}
    lines = [f"{name} = {json.dumps(value)}" for name, value in (plain | varied).items()]
    return "\n".join(["```toml", *lines, "```"])


def _list(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
