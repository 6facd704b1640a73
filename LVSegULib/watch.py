"""Who is told how long work goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Watch:
    """What work that takes long tells while it runs; every call may raise to stop it.

    Attributes:
        say: a line about what is being done.
        warn: a line that nobody should miss.
        loaded: the name of a case that is being read.
    """

    say: Callable[[str], None] = lambda _: None
    warn: Callable[[str], None] = lambda _: None
    loaded: Callable[[str], None] = lambda _: None
