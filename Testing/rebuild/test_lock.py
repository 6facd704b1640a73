"""Two rebuilds never work in one folder, and a step that outlives its rebuild is not disturbed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from LVSegULib.errors import OutputError, UsageError
from LVSegULib.rebuild.lock import locked


def test_a_folder_is_made_and_locked_until_the_end(tmp_path: Path) -> None:
    with locked(tmp_path / "runs"), pytest.raises(UsageError, match="another rebuild"), locked(tmp_path / "runs"):
        pass
    with locked(tmp_path / "runs"):
        pass


@pytest.mark.skipif(os.name == "nt", reason="on Windows a process does not inherit the lock")
def test_a_step_that_outlives_its_rebuild_holds_the_lock(tmp_path: Path) -> None:
    with locked(tmp_path) as lock:
        words = [sys.executable, "-c", "input()"]
        step = subprocess.Popen(words, stdin=subprocess.PIPE, pass_fds=(lock,))
    with step:
        with pytest.raises(UsageError, match="a step of one that was killed"), locked(tmp_path):
            pass
        step.communicate(b"\n")
    with locked(tmp_path):
        pass


def test_a_file_in_the_way_is_said(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(OutputError, match="choose another --out"), locked(tmp_path / "runs"):
        pass
