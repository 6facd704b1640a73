from __future__ import annotations

import logging
import warnings

import pytest

from LVSegULib.commands.messages import report_failure, start_logging
from LVSegULib.errors import InputError


@pytest.fixture(autouse=True)
def the_log_as_it_was() -> object:
    yield
    logging.captureWarnings(False)
    for name in ("LVSegULib", "py.warnings"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
        logger.setLevel(logging.NOTSET)


def say_everything() -> None:
    logger = logging.getLogger("LVSegULib.reading.dicom")
    logger.info("took series 7")
    logger.warning("one frame is empty")
    logger.error("cut short")


@pytest.mark.parametrize(
    ("verbose", "quiet", "lines"),
    [
        (0, False, ["warning: one frame is empty", "error: cut short"]),
        (1, False, ["info: took series 7", "warning: one frame is empty", "error: cut short"]),
        (0, True, ["error: cut short"]),
    ],
)
def test_how_much_is_said(verbose: int, quiet: bool, lines: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    start_logging(verbose, quiet=quiet)
    say_everything()
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.splitlines() == [f"lvsegu: {line}" for line in lines]


def test_a_message_is_one_line_that_a_terminal_does_not_obey(capsys: pytest.CaptureFixture[str]) -> None:
    start_logging()
    logging.getLogger("LVSegULib.reading.dicom").warning("%s: is empty", "a\x1b[2J\nb")
    assert capsys.readouterr().err == "lvsegu: warning: a?[2J b: is empty\n"


@pytest.mark.parametrize("where", ["two  blanks.nii", "no\u00a0break.nii", "a\ttab.nii"])
def test_a_path_is_said_once_and_as_it_is(where: str, capsys: pytest.CaptureFixture[str]) -> None:
    start_logging()
    report_failure(logging.getLogger("LVSegULib"), where, InputError(f"{where}: is empty"), debug=False)
    assert capsys.readouterr().err == f"lvsegu: error: {where}: is empty\n".replace("\t", " ")


def test_starting_twice_says_nothing_twice(capsys: pytest.CaptureFixture[str]) -> None:
    start_logging()
    start_logging()
    say_everything()
    assert len(capsys.readouterr().err.splitlines()) == 2


@pytest.mark.parametrize(("verbose", "is_shown"), [(0, False), (2, True)])
def test_warnings_of_other_packages_are_for_developers(
    verbose: int, is_shown: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    start_logging(verbose)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)
        logging.captureWarnings(True)
        warnings.warn("deprecated somewhere", stacklevel=1)
    assert ("deprecated somewhere" in capsys.readouterr().err) is is_shown
