"""Two runs never work in one folder, and a process that outlives its run is not disturbed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

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
    with locked(tmp_path, *WORDS) as lock:
        words = [sys.executable, "-c", "input()"]
        step = subprocess.Popen(words, stdin=subprocess.PIPE, pass_fds=(lock,))
    with step:
        with pytest.raises(UsageError, match="another run is at work in"), locked(tmp_path, *WORDS):
            pass
        step.communicate(b"\n")
    with locked(tmp_path, *WORDS):
        pass


def test_a_file_in_the_way_is_said(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(OutputError, match="choose another --out"), locked(tmp_path / "runs", *WORDS):
        pass
