"""Why a checkpoint cannot be gone on from."""

from pathlib import Path

import pytest

from LVSegULib.errors import InputError
from LVSegULib.resuming import resuming


def test_a_file_that_cannot_be_read_is_no_reason_to_begin_anew(tmp_path: Path) -> None:
    with (
        pytest.raises(InputError, match=r"^cannot read .*\): check the disk") as refused,
        resuming(tmp_path / "a", "new"),
    ):
        raise AssertionError("the file is not there")
    assert "new" not in str(refused.value)


@pytest.mark.parametrize("error", [ValueError("it is odd"), IndexError("it is odd")])
def test_a_file_that_cannot_be_used_is(tmp_path: Path, error: Exception) -> None:
    (tmp_path / "a").touch()
    said = r"cannot resume from .* \(.*\), a damaged file or one of another version: begin anew$"
    with pytest.raises(InputError, match=said), resuming(tmp_path / "a", "begin anew", IndexError):
        raise error


def test_other_errors_are_left_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    with pytest.raises(IndexError), resuming(tmp_path / "a", "begin anew"):
        raise IndexError
