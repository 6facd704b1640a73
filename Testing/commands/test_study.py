"""`lvsegu study`: a mistake is one line and its code; the report can be written again without the data."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from LVSegULib.commands import study as command
from LVSegULib.commands.main import main
from LVSegULib.study import report
from LVSegULib.study.plan import save_plan
from LVSegULib.study.work import Status
from Testing.phantom_hearts import write_data_set
from Testing.study.small_study import REFERENCE, SMALL, a_plan, a_study, write_hearts
from Testing.study.written_study import write, write_figures

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def hearts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data_set(tmp_path_factory.mktemp("data") / "Dataset900_Phantom")


@pytest.fixture
def out(hearts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a study whose every job is done, and `study.toml` beside it."""
    study = a_study(tmp_path, REFERENCE, SMALL)
    plan = a_plan(study, hearts)
    for job in plan.jobs:
        write_figures(tmp_path / "out", job, dict.fromkeys(job.split.validation, 0.8))
    save_plan(tmp_path / "out", plan)
    monkeypatch.setattr(report, "measure_speed", lambda study, _: {one.name: 1.5 for one in study.variants})
    return tmp_path / "out"


def words(folder: Path, *more: str) -> list[str]:
    return ["study", str(folder / "study.toml"), "--out", str(folder / "out"), *more]


def test_a_study_that_is_done_is_only_reported(out: Path, hearts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words(out.parent, "--data", str(hearts))) == 0
    printed = capsys.readouterr().out
    assert "no difference is shown for small" in printed
    assert printed.splitlines()[-1] == f"report: {out / 'report.md'}"


def test_the_report_is_written_again_without_the_data(out: Path) -> None:
    assert main(words(out.parent, "--report-only")) == 0
    assert "# Phantom hearts" in (out / "report.md").read_text(encoding="utf-8")


def test_what_failed_is_named_and_the_rest_reported(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = next((out / "runs" / "small").iterdir())
    (folder / "figures.json").unlink()
    write(folder / "error.json", {"message": "a case cannot be read"})
    assert main(words(out.parent, "--report-only")) == 4
    error = capsys.readouterr().err
    assert error.startswith("lvsegu: 1 failed, the others are done: small, fold")
    assert "failed: a case cannot be read" in (out / "report.md").read_text(encoding="utf-8")


def test_a_study_of_which_all_failed(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in out.glob("runs/*/*/figures.json"):
        path.unlink()
        write(path.with_name("error.json"), {"message": "x.nii.gz: has the shape (1, 2)"})
    assert main(words(out.parent, "--report-only", "--debug")) == 3
    error = capsys.readouterr().err
    assert "every run failed; the first: fold 0: failed: x.nii.gz: has the shape" in error
    assert "Traceback" not in error  # of what only counts failures


def test_without_data_or_plan_it_says_what_to_give(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a_study(tmp_path, REFERENCE)
    assert main(words(tmp_path)) == 2
    assert "give --data DIR/Dataset900_Phantom" in capsys.readouterr().err
    assert main(words(tmp_path, "--report-only")) == 2
    assert "holds no study" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_one_patient_or_no_label_ends_it_before_it_begins(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a_study(tmp_path, REFERENCE)
    alone = write_hearts(tmp_path / "a" / "Dataset900_Phantom", "alone")
    other = write_hearts(tmp_path / "b" / "Dataset900_Phantom", "one", "two", labels=("RV",))
    for data, said in ((alone, "one patient only (alone)"), (other, "has no label LV")):
        assert main(words(tmp_path, "--data", str(data))) == 3
        error = capsys.readouterr().err
        assert said in error and error.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_mistakes_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a_study(tmp_path, REFERENCE)
    assert main(words(tmp_path, "--workers", "0")) == 2
    assert "--workers must be at least 1" in capsys.readouterr().err
    assert main(["study", str(tmp_path / "none.toml"), "--out", "x"]) == 2
    assert "cannot read the study" in capsys.readouterr().err


def test_workers_of_this_machine_and_of_a_scheduler_exclude_each_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a_study(tmp_path, REFERENCE)
    assert main(words(tmp_path, "--workers", "2", "--scheduler", "tcp://127.0.0.1:8786")) == 2
    error = capsys.readouterr().err
    assert "--scheduler: not allowed with argument --workers" in error and error.count("\n") == 1
    assert main(words(tmp_path, "--scheduler", "")) == 2
    assert "scheduler: an empty text was given" in capsys.readouterr().err


def test_a_scheduler_that_is_not_there_is_one_line(
    tmp_path: Path, hearts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a_study(tmp_path, REFERENCE)
    assert main(words(tmp_path, "--data", str(hearts), "--scheduler", "nowhere:")) == 3
    error = capsys.readouterr().err
    assert error.startswith("lvsegu: no Dask scheduler answers at nowhere:: start one") and error.count("\n") == 1


def test_without_dask_a_scheduler_is_refused_and_nothing_else(
    out: Path, hearts: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "distributed" else find(name))
    assert main(words(out.parent, "--data", str(hearts), "--scheduler", "tcp://127.0.0.1:8786")) == 3
    assert '--scheduler needs distributed, which is not installed: pip install "lvsegu[cohort]"' in (
        capsys.readouterr().err
    )
    assert main(words(out.parent, "--data", str(hearts))) == 0


def test_a_study_on_this_machine_imports_no_dask(out: Path, hearts: Path) -> None:
    program = "import sys; from LVSegULib.commands.main import main; code = main(sys.argv[1:]); "
    program += "sys.exit(code or 'distributed' in sys.modules or 'dask' in sys.modules)"
    given = words(out.parent, "--data", str(hearts))
    done = subprocess.run([sys.executable, "-c", program, *given], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_without_pytorch_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert main(words(tmp_path)) == 3
    assert 'pip install "lvsegu[train]"' in capsys.readouterr().err


def test_progress_is_a_line_on_a_terminal_and_nothing_elsewhere(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    status = Status(3, 8, (("small, fold 1", 20, 40),), 1, 5400.0)
    command._Line().status(status)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "200")
    line = command._Line()
    line.status(status)
    shown = capsys.readouterr().err
    assert shown == "\r3 of 8 runs, 1 h 30 min left: small, fold 1 (20 of 40); 1 on other machines"
    line.clear()
    assert capsys.readouterr().err.strip("\r ") == ""
