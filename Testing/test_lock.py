"""Two runs never work in one folder, and a process that outlives its run is not disturbed."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from LVSegULib import lock
from LVSegULib.errors import OutputError, UsageError
from LVSegULib.lock import locked

WORDS = ".lock", "another run"


def test_a_folder_is_made_and_locked_until_the_end(tmp_path: Path) -> None:
    with (
        locked(tmp_path / "runs", *WORDS),
        pytest.raises(UsageError, match="another run is at work in"),
        locked(tmp_path / "runs", *WORDS),
    ):
        pass
    with locked(tmp_path / "runs", *WORDS):
        pass


@pytest.mark.skipif(os.name == "nt", reason="on Windows a process does not inherit the lock")
def test_a_process_that_outlives_its_run_holds_the_lock(tmp_path: Path) -> None:
    with locked(tmp_path, *WORDS) as descriptor:
        words = [sys.executable, "-c", "input()"]
        step = subprocess.Popen(words, stdin=subprocess.PIPE, pass_fds=(descriptor,))
    with step:
        with pytest.raises(UsageError, match="another run is at work in"), locked(tmp_path, *WORDS):
            pass
        step.communicate(b"\n")
    with locked(tmp_path, *WORDS):
        pass


def test_on_a_disk_without_locks_the_work_goes_on_with_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def take(_descriptor: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(lock, "_take", take)
    with locked(tmp_path, *WORDS):
        pass
    (said,) = caplog.messages
    assert said == f"{tmp_path}: its disk knows no locks (No locks available): see that nothing else works in it"


def test_a_file_in_the_way_is_said(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(OutputError, match="choose another folder"), locked(tmp_path / "runs", *WORDS):
        pass
