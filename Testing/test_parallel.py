"""Results come in order, and what is not wanted any more is not done."""

from __future__ import annotations

import threading
import time

import pytest

from LVSegULib.parallel import in_order


def test_results_come_in_the_order_of_the_items() -> None:
    def late_first(number: int) -> int:
        time.sleep(0.02 * (number == 0))
        return 10 * number

    assert list(in_order(late_first, range(5))) == [0, 10, 20, 30, 40]


def test_who_stops_taking_results_stops_the_rest() -> None:
    begun: list[int] = []
    go_on = threading.Event()

    def note(number: int) -> int:
        begun.append(number)
        if number:
            go_on.wait(5)
        return number

    results = in_order(note, range(1000))
    assert next(results) == 0
    go_on.set()
    results.close()
    assert len(begun) < 1000


def test_an_item_that_raises_stops_the_rest() -> None:
    begun: list[int] = []

    def fail(number: int) -> int:
        begun.append(number)
        time.sleep(0.001)
        raise ValueError(number)

    with pytest.raises(ValueError, match="0"):
        list(in_order(fail, range(1000)))
    assert len(begun) < 1000
