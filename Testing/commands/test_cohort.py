"""`lvsegu cohort`: the summary line, exit codes, and mistakes in one line."""

from __future__ import annotations

import io
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from LVSegULib.cohort.cohort import Totals
from LVSegULib.cohort.left_out import LeftOut
from LVSegULib.commands import packages
from LVSegULib.commands.cohort import Display, _what_is_wrong, summary
from LVSegULib.commands.main import main
from Testing.bright_pixels import save_bright_pixel_model
from Testing.cohort.small_cohort import write_cohort


def test_a_cohort_with_a_broken_case_is_done_with_code_4(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, out = write_cohort(tmp_path / "in", ["anna"]), tmp_path / "out"
    (folder / "bert.nii.gz").write_bytes(b"no image")
    model = save_bright_pixel_model(tmp_path / "bright").path
    words = ["cohort", str(folder), "--out", str(out), "--workers", "1", "--model", str(model)]
    assert main(words) == 4
    said = capsys.readouterr()
    assert said.out.startswith("2 cases: 1 done, 1 failed; 2 of them now, 12 images in")
    assert said.err.splitlines()[-1] == f"lvsegu: 1 of 2 cases failed: {out / 'cohort.csv'} says why"
    assert main(words) == 4
    assert capsys.readouterr().out.startswith("2 cases: 1 done, 1 failed; nothing to do\n")


def test_a_folder_that_cannot_be_listed_ends_with_code_4_though_all_else_is_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, out = write_cohort(tmp_path / "in", ["anna"]), tmp_path / "out"
    (folder / "locked").mkdir()
    really = os.scandir

    def scandir(path: Path | int) -> Iterator[Any]:
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return really(path)

    monkeypatch.setattr(os, "scandir", scandir)
    model = save_bright_pixel_model(tmp_path / "bright").path
    assert main(["cohort", str(folder), "--out", str(out), "--workers", "1", "--model", str(model)]) == 4
    said = capsys.readouterr()
    assert said.out.startswith("1 cases: 1 done, 0 failed; ")
    what = f"could not look into {folder / 'locked'}, cases may be missing"
    assert said.err.splitlines()[-1] == f"lvsegu: {what}: check the permissions and the disk, and run it again"


def test_only_the_first_that_could_not_be_looked_at_are_named() -> None:
    totals = Totals(Counter(done=8, failed=2))
    for name in "abcde":
        totals.left_out.add_closed(Path(name), "folders that cannot be listed (Permission denied)")
    assert _what_is_wrong(totals, Path("out/cohort.csv")) == [
        f"2 of 10 cases failed: {Path('out/cohort.csv')} says why",
        "could not look into a, b, c and 2 more, cases may be missing: check the permissions and the disk, and run it "
        "again",
    ]


def test_a_cohort_that_fails_as_a_whole_ends_with_code_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/anna.nii.gz").write_bytes(b"no image")
    assert main(["cohort", str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--workers", "1", "--debug"]) == 3
    assert "Traceback" not in capsys.readouterr().err  # of what only counts failures


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--workers", "0"], "--workers must lie between 1 and"),
        (["--threads", "0"], "threads must lie between 1 and"),
        (["--memory", "100"], "--memory must be at least 500 MB, got 100"),
        (["--workers", "1", "--scheduler", "tcp://a:1"], "not allowed with argument"),
    ],
)
def test_mistakes_are_usage_errors(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert main(["cohort", str(tmp_path), "--out", str(tmp_path / "out"), *words]) == 2
    assert said in capsys.readouterr().err


def test_what_is_not_installed_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "is_installed", lambda package: package != "distributed")
    assert main(["cohort", str(tmp_path), "--out", str(tmp_path / "out")]) == 3
    expected = 'lvsegu: a cohort needs distributed, which is not installed: pip install "lvsegu[cohort]"\n'
    assert capsys.readouterr().err == expected


@pytest.mark.parametrize(("encoding", "has_blocks"), [("ascii", False), ("utf-8", True)])
def test_a_bar_has_blocks_where_the_terminal_can_show_them(
    monkeypatch: pytest.MonkeyPatch, encoding: str, has_blocks: bool
) -> None:
    shown = io.BytesIO()
    terminal = io.TextIOWrapper(shown, encoding=encoding, write_through=True)
    monkeypatch.setattr(terminal, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stderr", terminal)
    display = Display("two processes")
    display.starting(2, 2)
    display._bar.update()
    display._bar.refresh()
    display.close()
    assert "1/2" in shown.getvalue().decode()
    assert ("\N{FULL BLOCK}" in shown.getvalue().decode()) == has_blocks


def test_the_summary_tells_all_that_matters() -> None:
    left_out = LeftOut()
    left_out.update({"no DICOM": 7, "hidden": 2})
    totals = Totals(Counter(done=1900, failed=100), 500, 1230.0, 120000, left_out, 3)
    assert summary(totals) == (
        "2000 cases: 1900 done, 100 failed; 500 of them now, 120000 images in 20 min, 0.41 cases/s; "
        "3 earlier cases are not there any more, their files are kept; left out 9 files (no DICOM: 7, hidden: 2)"
    )
