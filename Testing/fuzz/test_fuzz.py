"""Some hundred damaged inputs do the readers no harm, and faults that are planted in a reader are found.

`python -m Testing.fuzz.run` tries ten thousand (CONTRIBUTING.md).
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from Testing.fuzz.campaign import campaign
from Testing.fuzz.inputs import fuzz_input
from Testing.fuzz.judge import ERROR, OUTPUT, Ending, judge, read_as_users_do
from Testing.fuzz.limits import is_measured
from Testing.fuzz.planted import FAULTS, read_with_faults
from Testing.fuzz.run import show_violations, table
from Testing.fuzz.seeds import seeds
from Testing.fuzz.worker import Report

REFUSED = "nifti-2"
"""The one kind that is not read."""


def test_damaged_inputs_end_in_an_output_or_in_a_clear_error() -> None:
    reports = campaign(range(240), seed=3)
    assert [report for report in reports if not report.ending.is_fine] == []
    assert [report.index for report in reports] == list(range(240))
    errors = Counter(report.kind for report in reports if report.ending.kind == ERROR)
    outputs = Counter(report.kind for report in reports if report.ending.kind == OUTPUT)
    assert set(errors) == set(seeds())  # damage of every kind is looked for, and not all of it is refused
    assert outputs.total() > 24
    assert outputs[REFUSED] == 0


@pytest.mark.skipif(not is_measured(), reason="memory is measured on Linux")
def test_planted_faults_are_found(capsys: pytest.CaptureFixture[str]) -> None:
    reports = campaign(range(len(FAULTS)), seed=1, read=read_with_faults, seconds=2)
    assert [report.ending.kind for report in reports] == [kind for _, kind in FAULTS]
    assert "exit code 3" in reports[-2].ending.said
    assert "exit code -11" in reports[-1].ending.said  # SIGSEGV
    assert show_violations(reports, seed=1) == 1
    said = capsys.readouterr().out
    assert f"{len(FAULTS) - 2} violations" in said
    assert "python -m Testing.fuzz.run --seed 1 --only 2 --write DIR" in said


def test_a_run_without_violations_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    reports = [Report(0, "nifti", Ending(OUTPUT), 0.5, 3), Report(1, "nrrd", Ending(ERROR, "FILE: is damaged"), 0.2, 1)]
    assert show_violations(reports, seed=1) == 0
    assert capsys.readouterr().out == "0 violations\n"
    every = next(line for line in table(reports).splitlines() if line.startswith("all"))
    assert every.split() == ["all", "2", "1", "1", "0", "0.50", "3"]


@pytest.mark.parametrize("kind", list(seeds()))
def test_what_the_mutations_start_from_is_read(kind: str, tmp_path: Path) -> None:
    seed = seeds()[kind]
    for name, content in seed.files.items():
        (tmp_path / name).write_bytes(content)
    ending = judge(read_as_users_do, tmp_path / (seed.target or ""))
    assert ending.kind == (ERROR if kind == REFUSED else OUTPUT), ending.said


def test_an_input_is_the_same_every_time_and_another_for_another_seed_or_number() -> None:
    for index in range(len(seeds())):
        assert fuzz_input(1, index) == fuzz_input(1, index)
    images = [fuzz_input(seed, index).files for seed in (1, 2) for index in range(0, 200, len(seeds()))]
    assert sum(one == other for one in images for other in images) < 1.5 * len(images)
