"""What workers died of is tried again with nothing beside it."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING, cast

import pytest

from LVSegULib.cohort.handing import Death, Handing
from LVSegULib.errors import EngineError
from Testing.cohort.small_cohort import START_SECONDS

if TYPE_CHECKING:
    from distributed import Client


def doubled(number: int) -> int:
    return 2 * number


def deadly(number: int) -> int:
    time.sleep(START_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)
    return number


class NoWorkers:
    """A scheduler that lives and has no worker."""

    status = "running"

    def nthreads(self) -> dict[str, int]:
        return {}


def everything(handing: Handing[int, int]) -> dict[int, int | Death]:
    """What comes of all that is out."""
    came: dict[int, int | Death] = {}
    while handing.items:
        came.update(handing.ended())
    return came


def test_what_was_handed_out_comes_back_with_its_result(two_workers: Client) -> None:
    handing: Handing[int, int] = Handing(two_workers, "number")
    assert handing.threads() == (1, 1)
    for number in range(3):
        handing.hand_out(number, doubled)
    assert sorted(handing.items) == [0, 1, 2]
    assert everything(handing) == {0: 0, 1: 2, 2: 4}


@pytest.mark.skipif(os.name == "nt", reason="sends a signal")
def test_a_suspect_is_tried_alone_and_its_death_is_told(two_workers: Client) -> None:
    handing: Handing[int, int] = Handing(two_workers, "number")
    handing.hand_out(1, deadly)
    assert handing.take_suspect() is None
    assert everything(handing) == {}
    suspect = handing.take_suspect()
    assert suspect == 1
    assert handing.is_one_alone
    handing.hand_out(suspect, deadly)
    came = everything(handing)[1]
    assert isinstance(came, Death)
    assert str(came) == "the worker died each time it tried this number: out of memory, or a crash in a library"
    assert came.worker.startswith("tcp://")
    assert not handing.is_one_alone
    assert handing.take_suspect() is None


def test_workers_that_do_not_come_back_are_not_waited_for() -> None:
    patient: Handing[int, int] = Handing(cast("Client", NoWorkers()), "number")
    assert patient.threads() == ()
    time.sleep(0.02)
    assert patient.threads() == ()
    handing: Handing[int, int] = Handing(cast("Client", NoWorkers()), "number", patience_seconds=0.01)
    time.sleep(0.02)
    with pytest.raises(EngineError, match="the workers have died and do not come back: nothing is lost"):
        handing.threads()
