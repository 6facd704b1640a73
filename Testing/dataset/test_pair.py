from __future__ import annotations

import pytest

from LVSegULib.dataset.pair import frames_from, phase_from
from LVSegULib.errors import UsageError


def test_frames_are_numbers_or_numbers_by_phase() -> None:
    assert frames_from("") == {}
    assert frames_from("07") == {None: 7}
    assert frames_from("ED=0 es=12") == {"ED": 0, "ES": 12}


@pytest.mark.parametrize("text", ["x", "-1", "ED", "EDV=1", "1.5", "ED=0,ES=8"])
def test_no_frames(text: str) -> None:
    with pytest.raises(UsageError, match="expected a number counted from 0, or ED=N and ES=N"):
        frames_from(text)


@pytest.mark.parametrize("text", ["2 5", "ED=0 es=6 ed=4"])
def test_two_frames_for_one(text: str) -> None:
    with pytest.raises(UsageError, match="was given before it: give one"):
        frames_from(text)


def test_phases() -> None:
    assert (phase_from("ed"), phase_from("ES")) == ("ED", "ES")
    with pytest.raises(UsageError, match='phase "diastole": expected ED or ES'):
        phase_from("diastole")
