"""Slices go to several threads and come back in their order."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from LVSegULib.engines.workers import PER_RUN, Workers, available_threads

SLICES = np.arange(23, dtype=np.float32).reshape(-1, 1, 1, 1)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 23])
@pytest.mark.parametrize("threads", [1, 2, 5])
def test_what_comes_back_is_in_order(count: int, threads: int) -> None:
    def later_first(images: np.ndarray) -> np.ndarray:
        time.sleep(0.002 * float(images.sum() % 3))
        return 2 * images

    np.testing.assert_array_equal(Workers(later_first, threads)(SLICES[:count]), 2 * SLICES[:count])


def test_no_thread_takes_more_than_a_few_slices_at_once_and_all_take_part() -> None:
    seen: list[tuple[int, str]] = []
    everyone = threading.Barrier(3, timeout=10)

    def note(images: np.ndarray) -> np.ndarray:
        seen.append((len(images), threading.current_thread().name))
        if len(seen) <= 3:
            everyone.wait()
        return images

    Workers(note, 3)(SLICES)
    assert max(count for count, _ in seen) == PER_RUN
    assert len({name for _, name in seen}) == 3


def test_few_slices_are_shared_evenly() -> None:
    sizes: list[int] = []

    def note(images: np.ndarray) -> np.ndarray:
        sizes.append(len(images))
        return images

    Workers(note, 2)(SLICES[:4])
    assert sizes == [2, 2]


def test_an_error_of_a_thread_is_raised() -> None:
    def fail(images: np.ndarray) -> np.ndarray:
        if images.max() > 10:
            raise MemoryError("no room")
        return images

    with pytest.raises(MemoryError, match="no room"):
        Workers(fail, 2)(SLICES)


def test_a_batch_keeps_every_thread_busy() -> None:
    assert Workers(lambda images: images, 3).batch >= 3 * PER_RUN
    assert available_threads() >= 1
