"""The report says what was found, what was not, and no more."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from LVSegULib.study import report
from LVSegULib.study.conclusions import Findings, conclusions
from LVSegULib.study.plan import Plan
from LVSegULib.study.report import write_report
from Testing.study.small_study import HEAD, REFERENCE, SMALL, a_plan, a_study
from Testing.study.written_study import write, write_figures

WIDE = '[[variant]]\nname = "wide"\ngroup = "size"\nsettings = { filters = [8, 16, 24] }\nnote = "for the curious"\n'
SAME = '[[variant]]\nname = "same"\ngroup = "training"\nsettings = { average_steps = 1 }\n'
FEW = '[[variant]]\nname = "one patient"\ngroup = "training"\nsettings = { patients = 1 }\n'
SEED = '[[variant]]\nname = "seed 2"\ngroup = "repeats"\nrepeat = true\nsettings = { seed = 2 }\n'
CLASSIC = '[[variant]]\nname = "classic"\ngroup = "size"\ntrain = false\nsettings = { filters = [16, 32, 64] }\n'
BROKEN = '[[variant]]\nname = "broken"\ngroup = "training"\nsettings = { loss = "focal" }\n'
LATER = '[[variant]]\nname = "later"\ngroup = "training"\nagainst = "same"\nsettings = { steps = 20 }\n'

SHIFTS = {
    "reference": 0.0,
    "small": -0.1,
    "wide": 0.05,
    "same": 0.0,
    "one patient": -0.2,
    "seed 2": 0.005,
    "later": 0.02,
}
"""How much better than the reference each variant is, in every patient."""
DICE = ({"phantom0": 0.9, "phantom2": 0.8, "phantom4": 0.75}, {"phantom1": 0.7, "phantom3": 0.6})

ABOUT = HEAD.replace('name = "Phantom hearts"', 'name = "Phantom hearts"\nabout = "Hearts made by arithmetic."')


@pytest.fixture
def written(four_phantom_hearts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Findings, Path]:
    """A report on a study of which one variant failed in one fold and was never run in the other."""
    variants = (REFERENCE, SMALL, WIDE, CLASSIC, SAME, FEW, BROKEN, LATER, SEED)
    study = a_study(tmp_path, *variants, head=ABOUT)
    plan = a_plan(study, four_phantom_hearts)
    for job in plan.jobs:
        if job.variant in SHIFTS:
            dice = {patient: value + SHIFTS[job.variant] for patient, value in DICE[job.fold].items()}
            learnt = 1 if job.variant == "one patient" else 2
            parameters = {"small": 500, "wide": 4000}.get(job.variant, 1000)
            write_figures(tmp_path, job, dice, learnt_from=learnt, parameters=parameters)
        elif job.fold == 0:
            write(tmp_path / job.folder / "error.json", {"message": "a case cannot be read"})
    monkeypatch.setattr(report, "measure_speed", lambda study, _: {one.name: 1.5 for one in study.variants})
    return write_report(study, plan, tmp_path), tmp_path


def line_of(text: str, variant: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(f"| {variant} |"))


def test_each_variant_has_a_row_with_its_verdict(written: tuple[Findings, Path]) -> None:
    text = (written[1] / "report.md").read_text(encoding="utf-8")
    assert line_of(text, "small").endswith("| -0.1000 (-0.1000 to -0.1000) | worse |")
    assert line_of(text, "wide").endswith("| +0.0500 (+0.0500 to +0.0500) | better |")
    assert line_of(text, "same").endswith("| +0.0000 (+0.0000 to +0.0000) | no difference that 5 patients show |")
    assert line_of(text, "seed 2").endswith("| another seed |")
    assert line_of(text, "classic").endswith("| - | not trained |")
    assert line_of(text, "later (against same)").endswith("| +0.0200 (+0.0200 to +0.0200) | better |")
    assert "reference: Dice 0.750 (" in line_of(text, "reference")
    assert text.count("| reference |") == 3  # once in its own group, and on top of the two others


def test_tables_hold_size_speed_and_time(written: tuple[Findings, Path]) -> None:
    text = (written[1] / "report.md").read_text(encoding="utf-8")
    # 3x3 kernels and two numbers of batch norm a filter: see Testing/network; 48 x 48 pixels; a minute; 30 and 60 s.
    cells = [cell.strip() for cell in line_of(text, "small").strip("|").split("|")]
    assert cells[3:8] == ["1.50", "1.0", "30", "60", "-"]
    assert cells[8:12] == ["0.650", "0.650", "0.650", "2.0"]
    assert int(cells[1].replace(",", "")) < int(line_of(text, "wide").split("|")[2].replace(",", ""))


def test_the_report_is_complete_and_names_what_is_missing(written: tuple[Findings, Path]) -> None:
    text = (written[1] / "report.md").read_text(encoding="utf-8")
    for expected in (
        "# Phantom hearts",
        "Hearts made by arithmetic.",
        "- wide: for the curious",
        "Dataset900_Phantom (4 patients)",
        "## Failed, stopped or missing",
        "- broken: fold 0: failed: a case cannot be read",
        "- broken: fold 1: not done yet",
        "learning_rate = 0.01",
    ):
        assert expected in text
    shown = [part.split(")")[0] for part in text.split("](")[1:]]
    assert shown == [
        "differences-1.png",
        "differences-2.png",
        "differences-3.png",
        "accuracy.png",
        "learning-curve.png",
    ]
    for name in shown:
        assert (written[1] / name).read_bytes().startswith(b"\x89PNG")


def test_conclusions_say_what_is_shown_and_no_more(written: tuple[Findings, Path]) -> None:
    size, training, *others = conclusions(written[0])
    assert size == ("**Size**: better: wide +0.0500 (+0.0500 to +0.0500); worse: small -0.1000 (-0.1000 to -0.1000).")
    assert training.startswith("**Training**: better: later (against same) +0.0200")
    assert "worse: one patient -0.2000" in training
    assert "no difference is shown for same (their intervals reach from +0.0000 to +0.0000)" in training
    assert others == [
        "Dice per patient by the number of patients that are learnt from: 0.550 with 1, 0.750 with 2.",
        "The mean Dice of two runs that differ by their seed only may lie 0.0100 apart (twice the standard deviation "
        "of such a difference, roughly, as it is known from 2 runs); no smaller difference is called one.",
        "Comparisons made: 5, each with an interval of 95%. If there were no difference at all, less than one of "
        "the intervals would leave out zero by chance.",
    ]


def test_a_repeat_that_was_not_run_is_not_counted(
    four_phantom_hearts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = a_study(tmp_path, REFERENCE, SEED, SEED.replace("2", "3"))
    plan = a_plan(study, four_phantom_hearts)
    for job in plan.jobs:
        if job.variant != "seed 3":
            shifted = {patient: value + SHIFTS[job.variant] for patient, value in DICE[job.fold].items()}
            write_figures(tmp_path, job, shifted)
    monkeypatch.setattr(report, "measure_speed", lambda study, _: {one.name: 1.5 for one in study.variants})
    lines = conclusions(write_report(study, plan, tmp_path))
    assert any("may lie 0.0100 apart" in line and "as it is known from 2 runs)" in line for line in lines)


def test_every_patient_is_in_the_table_of_patients(written: tuple[Findings, Path]) -> None:
    with (written[1] / "patients.csv").open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 5 * len(SHIFTS)
    small = {line["patient"]: line for line in lines if line["variant"] == "small"}
    assert (small["phantom0"]["dice"], small["phantom0"]["ef_error_points"]) == ("0.80000", "2.000")


def test_the_smallest_network_that_is_not_worse_is_named(
    four_phantom_hearts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = a_study(tmp_path, REFERENCE, SMALL)
    plan = a_plan(study, four_phantom_hearts)
    for job in plan.jobs:
        write_figures(tmp_path, job, DICE[job.fold], parameters=500 if job.variant == "small" else 1000)
    monkeypatch.setattr(report, "measure_speed", lambda study, _: {one.name: 1.5 for one in study.variants})
    lines = conclusions(write_report(study, plan, tmp_path))
    assert any("not shown to be worse than reference is small: 500 parameters, 0.00 %" in line for line in lines)
    assert "No run was repeated with another seed, so how much runs differ by chance is not known." in lines


def test_a_report_on_nothing_says_so(
    four_phantom_hearts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = a_study(tmp_path, REFERENCE, SMALL)
    plan: Plan = a_plan(study, four_phantom_hearts)
    monkeypatch.setattr(report, "measure_speed", lambda study, _: {one.name: 1.5 for one in study.variants})
    found = write_report(study, plan, tmp_path)
    assert not found.comparisons
    text = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "- small: fold 1: not done yet" in text and ".png" not in text
