"""Do the same to many items on all processor threads, and take the results in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from LVSegULib.engines.workers import available_threads

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(function: Callable[[Item], Result], items: Iterable[Item], further: int = 0) -> Iterator[Result]:
    """`function` of each of `items`, in their order.

    Good for work that lets go of Python's lock, as numpy and engines do. Who stops taking results, or an item that
    raises, stops the rest.

    Args:
        function: must be safe to call from several threads.
        items: what it is called with.
        further: threads beyond the processor's, for work that waits now and then.
    """
    with ThreadPoolExecutor(available_threads() + further, thread_name_prefix="lvsegu") as pool:
        try:
            yield from pool.map(function, items)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
