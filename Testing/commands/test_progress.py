from __future__ import annotations

import pytest

from LVSegULib.commands.progress import LastLine, Progress, duration


def test_progress_is_for_terminals_only(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress("a") as progress:
        progress(0.5)
    assert capsys.readouterr().err == ""


def test_progress_on_a_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with Progress("a") as progress:
        progress(0.5)
        shown = capsys.readouterr().err
    assert shown == "\ra [############............]  50 %"
    assert capsys.readouterr().err.strip("\r").strip(" ") == ""


def test_what_is_shown_already_is_not_written_again(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with Progress("a") as progress:
        for number in range(1000):
            progress(number / 100_000)
        shown = capsys.readouterr().err
    assert shown.count("\r") == 2, "0 and 1 per cent"


def test_a_shorter_line_leaves_nothing_of_a_longer_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    line = LastLine()
    line.show("ten of twenty")
    line.show("all")
    assert capsys.readouterr().err == "\rten of twenty" + "\rall" + " " * 10


def test_a_line_that_is_too_long_is_cut(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "12")
    LastLine().show("longer than the terminal")
    assert capsys.readouterr().err == "\rlonger than"


def test_a_long_caption_is_cut_and_the_bar_is_not(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "40")
    with Progress("a patient of a very long name") as progress:
        progress(0.5)
        progress(0.75)
        shown = capsys.readouterr().err
    assert shown == "\ra pati [############............]  50 %" + "\ra pati [##################......]  75 %"


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.26, "0.3 s"), (59.9, "59.9 s"), (60, "1 min"), (3599, "1 h 0 min"), (7530, "2 h 6 min")]
)
def test_a_time_for_people(seconds: float, said: str) -> None:
    assert duration(seconds) == said
