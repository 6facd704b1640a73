from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from LVSegULib import __version__
from LVSegULib.commands import main as command_line
from LVSegULib.commands.main import COMMANDS, main
from LVSegULib.errors import AllFailed, Cancelled, InputError, SomeFailed, UsageError

ROOT = Path(__file__).parents[2]


def python(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, encoding="utf-8", check=False, cwd=ROOT
    )


@pytest.fixture
def a_command_that_raises(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    command = SimpleNamespace(error=None, arguments=None)

    def run(arguments: argparse.Namespace) -> int:
        command.arguments = arguments
        if command.error is not None:
            raise command.error
        return 0

    module = SimpleNamespace(add_arguments=lambda _: None, run=run)
    monkeypatch.setattr(command_line, "_module", lambda _: module)
    return command


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (InputError("x.nii: cut short:\ndownload it again"), 3, "x.nii: cut short: download it again"),
        (UsageError("no such engine"), 2, "no such engine"),
        (SomeFailed("1 of 2 inputs failed"), 4, "1 of 2 inputs failed"),
        (Cancelled("cancelled"), 130, "cancelled"),
        (KeyboardInterrupt(), 130, "cancelled"),
        (MemoryError(), 1, "out of memory: close other programs, or give fewer or smaller images"),
        (OSError(28, "No space left on device", "out/a.csv"), 3, "out/a.csv: No space left on device"),
        (ModuleNotFoundError("", name="torch"), 3, 'torch is not installed: pip install "lvsegu[train]"'),
        (ModuleNotFoundError("", name="captum"), 3, 'captum is not installed: pip install "lvsegu[filters]"'),
        (ModuleNotFoundError("", name="dask"), 3, 'dask is not installed: pip install "lvsegu[cohort]"'),
        (RuntimeError('see "lvsegu[train]"'), 1, 'fault: RuntimeError: see "lvsegu[train]": run it again'),
        (ZeroDivisionError("by\n0"), 1, "fault: ZeroDivisionError: by: run it again with --debug and report what is"),
    ],
)
def test_every_error_is_one_line_and_a_code(
    a_command_that_raises: SimpleNamespace,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    code: int,
    line: str,
) -> None:
    a_command_that_raises.error = error
    assert main(["models"]) == code
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"lvsegu: {line}") and printed.err.count("\n") == 1


def test_the_end_that_a_system_asks_for_is_as_ctrl_c() -> None:
    """In a process of its own: pytest gives its faults a stack on which a signal may not find room."""
    done = python(
        "-c",
        "import signal, sys\n"
        "from types import SimpleNamespace\n"
        "from LVSegULib.commands import main as command_line\n"
        "asked = SimpleNamespace(add_arguments=lambda _: None, run=lambda _: signal.raise_signal(signal.SIGTERM))\n"
        "command_line._module = lambda _: asked\n"
        "sys.exit(command_line.main(['models']))",
    )
    assert (done.returncode, done.stderr) == (130, "lvsegu: cancelled\n")


@pytest.mark.parametrize(
    ("error", "code"),
    [(InputError("x.nii: cut short"), 3), (UsageError("no"), 2), (KeyboardInterrupt(), 130), (ZeroDivisionError(), 1)],
)
def test_debug_shows_where_and_changes_no_code(
    a_command_that_raises: SimpleNamespace, capsys: pytest.CaptureFixture[str], error: BaseException, code: int
) -> None:
    a_command_that_raises.error = error
    assert main(["models", "--debug"]) == main(["models"]) == code
    shown = capsys.readouterr().err
    assert shown.count("Traceback") == 1 and "in run\n" in shown
    first, last = shown.splitlines()[-2:]
    assert first == last and last.startswith("lvsegu: ")


@pytest.mark.parametrize(("error", "code"), [(SomeFailed("1 of 2 failed"), 4), (AllFailed("2 of 2 failed"), 3)])
def test_debug_shows_nothing_of_what_only_counts_failures(
    a_command_that_raises: SimpleNamespace, capsys: pytest.CaptureFixture[str], error: SomeFailed, code: int
) -> None:
    a_command_that_raises.error = error
    assert main(["models", "--debug"]) == code
    assert capsys.readouterr().err == f"lvsegu: {error}\n"


def test_an_output_folder_whose_name_is_no_utf8_is_refused_before_the_work(
    a_command_that_raises: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = SimpleNamespace(
        add_arguments=lambda parser: parser.add_argument("--out", type=Path), run=a_command_that_raises
    )
    monkeypatch.setattr(command_line, "_module", lambda _: module)
    assert main(["models", "--out", "out\udcfc"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "its name is not UTF-8: choose another --out folder" in error


@pytest.mark.parametrize("words", [["-v", "models"], ["models", "-v"]])
def test_common_options_stand_before_or_after_the_command(
    a_command_that_raises: SimpleNamespace, words: list[str]
) -> None:
    assert main(words) == 0
    assert a_command_that_raises.arguments.verbose == 1


@pytest.mark.parametrize("words", [[], ["nosuch"], ["segment"], ["models", "--nosuch"]])
def test_usage_errors_are_one_line(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    error = capsys.readouterr().err
    assert error.startswith("lvsegu: ") and error.count("\n") == 1 and "--help" in error


@pytest.mark.parametrize(
    ("words", "command"), [(["models", "--sheep"], "lvsegu models"), (["--sheep", "models"], "lvsegu")]
)
def test_an_unknown_option_points_to_those_of_its_command(
    words: list[str], command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    said = f"lvsegu: unrecognized arguments: --sheep ({command} --help shows the options)\n"
    assert capsys.readouterr().err == said


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"lvsegu {__version__}\n"


def test_help_names_every_command_and_imports_nothing_heavy() -> None:
    program = (
        "import sys\nfrom LVSegULib.commands.main import main\ncode = main(['--help'])\n"
        "print([name for name in ('numpy', 'scipy', 'SimpleITK', 'torch', 'PIL') if name in sys.modules])\n"
        "sys.exit(code)"
    )
    done = python("-c", program)
    assert done.returncode == 0
    assert all(name in done.stdout for name in COMMANDS)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_command_with_a_hyphen_lives_in_a_module_with_an_underscore(monkeypatch: pytest.MonkeyPatch) -> None:
    module = SimpleNamespace(add_arguments=lambda _: None, run=lambda _: 0)
    monkeypatch.setitem(COMMANDS, "take-out", "take something out")
    monkeypatch.setitem(sys.modules, "LVSegULib.commands.take_out", module)
    assert main(["take-out"]) == 0


@pytest.mark.parametrize("words", [["segment", "--help"], ["info", "--help"], ["cohort", "--help"], ["segment", "-x"]])
def test_options_are_shown_and_refused_without_numpy(words: list[str]) -> None:
    program = (
        f"import sys\nfrom LVSegULib.commands.main import main\nmain({words!r})\n"
        "print([name for name in ('numpy', 'scipy') if name in sys.modules])"
    )
    assert python("-c", program).stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    assert f"usage: lvsegu {name}" in capsys.readouterr().out


def test_the_package_runs_as_the_command_does() -> None:
    done = python("-m", "LVSegULib", "--version")
    assert (done.returncode, done.stdout) == (0, f"lvsegu {__version__}\n")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGPIPE and no broken pipe")
def test_a_reader_that_goes_away_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "LVSegULib", "models"], stdout=writing, stderr=subprocess.PIPE, check=False, cwd=ROOT
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize(("words", "code"), [("models", 0), ("info nosuch", 2), ("segment /nosuch --out /tmp/x", 3)])
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
@pytest.mark.skipif(os.name == "nt", reason="no POSIX shell")
def test_a_stream_that_was_closed_before_the_start_changes_no_code(words: str, code: int, closed: str) -> None:
    done = subprocess.run(
        ["sh", "-c", f'"$0" -m LVSegULib {words} {closed}', sys.executable], capture_output=True, check=False, cwd=ROOT
    )
    assert done.returncode == code
    assert b"Traceback" not in done.stderr and b"fault" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full is there on Linux only")
def test_output_that_cannot_be_written_is_told() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "LVSegULib", "models"], stdout=full, stderr=subprocess.PIPE, check=False, cwd=ROOT
        )
    assert done.stderr == b"lvsegu: cannot write to the standard output or a file: No space left on device\n"
    assert done.returncode == 3


@pytest.mark.parametrize(
    "words",
    [
        ["segment", "", "--out", "out"],
        ["segment", "a", "--out", ""],
        ["segment", "a", "--out", "out", "--model", ""],
        ["evaluate", "a", "--split", ""],
        ["train", "--data", "", "--out", "run"],
        ["prune", "lv", "--data", "a", "--data", "", "--out", "small"],
        ["prune", "", "--data", "a", "--out", "small"],
    ],
)
def test_an_empty_path_is_not_taken_for_the_current_folder(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and ("is empty: give the path" in error or ": an empty text was given: " in error)
