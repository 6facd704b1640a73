"""What Dask's workers have been handed, a cohort's cases or a study's runs, and what they died of."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from LVSegULib.errors import EngineError, LVSegUError

if TYPE_CHECKING:
    from distributed import Client, Future

Item = TypeVar("Item")
Result = TypeVar("Result")

COUNT_SECONDS = 5.0
"""Time between two looks at how many workers there are."""

LOOK_SECONDS = 1.0
"""How long is waited for something to end."""


@dataclass(frozen=True)
class Death:
    """What becomes of an item that a worker died of when it had nothing else.

    Attributes:
        what: what the item is called.
        worker: address of the last worker that died of it.
    """

    what: str
    worker: str

    def __str__(self) -> str:
        """For people: what happened."""
        return f"the worker died each time it tried this {self.what}: out of memory, or a crash in a library"


class Handing(Generic[Item, Result]):
    """Items in the hands of the workers.

    Where several workers died while they had an item, it becomes a suspect, to be tried again with nothing beside it:
    Dask blames all that a worker had, and workers are killed for other reasons too.
    """

    def __init__(self, client: Client, what: str, patience_seconds: float = math.inf) -> None:
        """Nothing is handed out yet.

        Args:
            client: of the workers.
            what: the word for one item in messages, "case".
            patience_seconds: how long to wait while there is no worker.
        """
        self._client, self._what, self._patience_seconds = client, what, patience_seconds
        self._seen = time.monotonic()
        self._open: dict[Future[Result], Item] = {}
        self._suspects: deque[Item] = deque()
        self._alone: Item | None = None
        self._threads: tuple[int, ...] = ()
        self._counted = -COUNT_SECONDS

    @property
    def items(self) -> list[Item]:
        """What the workers have."""
        return list(self._open.values())

    @property
    def is_one_alone(self) -> bool:
        """Whether a suspect is being tried, and nothing else may be handed out."""
        return self._alone is not None

    def threads(self) -> Sequence[int]:
        """The number of threads of each worker; they may come and go.

        Raises:
            EngineError: the scheduler is gone, or there has been no worker for too long.
        """
        now = time.monotonic()
        if now - self._counted > COUNT_SECONDS:
            try:
                self._threads = tuple(self._client.nthreads().values())
            except OSError as error:
                raise _is_gone() from error
            self._counted = now
        if self._threads:
            self._seen = now
        elif now - self._seen > self._patience_seconds:
            raise EngineError("the workers have died and do not come back: nothing is lost, run the same command again")
        return self._threads

    def hand_out(self, item: Item, work: Callable[..., Result], *arguments: Any) -> None:
        """Have a worker do `work(item, *arguments)`."""
        self._open[self._client.submit(work, item, *arguments, pure=False)] = item

    def take_suspect(self) -> Item | None:
        """The next suspect, to be handed out alone; None while the workers have anything."""
        if self._open or not self._suspects:
            return None
        self._alone = self._suspects.popleft()
        return self._alone

    def ended(self) -> Iterator[tuple[Item, Result | Death]]:
        """Wait a moment; each item that has come to its end, and what came of it.

        Raises:
            EngineError: the scheduler is gone, or the work raised what it should not.
            LVSegUError: what the work raised.
        """
        for future in self._wait():
            item = self._open[future]
            result = self._result(future, item)
            if result is not None:
                yield item, result
        if self._client.status not in ("running", "connecting"):
            raise _is_gone()

    def drop(self) -> None:
        """Take back what no worker has begun; what one has begun it finishes."""
        if self._open and self._client.status == "running":
            self._client.cancel(list(self._open))

    def _wait(self) -> list[Future[Result]]:
        from distributed import TimeoutError as NothingEnded
        from distributed import wait

        if not self._open:
            time.sleep(LOOK_SECONDS)
            return []
        try:
            wait(list(self._open), timeout=LOOK_SECONDS, return_when="FIRST_COMPLETED")
        except NothingEnded:
            return []
        except CancelledError as error:
            raise _is_gone() from error
        return [future for future in self._open if future.done()]

    def _result(self, future: Future[Result], item: Item) -> Result | Death | None:
        """What came of an item; None if it has become a suspect, or is done anew as the worker that did it is gone."""
        from distributed import KilledWorker
        from distributed import TimeoutError as IsLost

        is_alone = item is self._alone
        try:
            result: Result | Death | None = future.result(timeout=LOOK_SECONDS)
        except KilledWorker as error:
            result = Death(self._what, str(error.last_worker.address)) if is_alone else None
            if not is_alone:
                self._suspects.append(item)
        except CancelledError as error:
            raise _is_gone() from error
        except LVSegUError:
            raise
        except Exception as error:
            if isinstance(error, IsLost) and not future.done():
                return None
            raise EngineError(f"the workers cannot do the {self._what}s: {type(error).__name__}: {error}") from error
        del self._open[future]
        if is_alone:
            self._alone = None
        return result


def _is_gone() -> EngineError:
    return EngineError("the Dask scheduler is gone: nothing is lost, start it again and run the same command")
