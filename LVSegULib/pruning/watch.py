"""Who is told how a pruning goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from LVSegULib.pruning.log import Row


@dataclass(frozen=True)
class Watch:
    """What a pruning tells while it runs; every call may raise to stop it.

    Attributes:
        say: a line about what is being done.
        warn: a line that nobody should miss.
        loaded: the name of a case that is being read.
        row: a round is done.
        tried: a candidate has been tried.
    """

    say: Callable[[str], None] = lambda _: None
    warn: Callable[[str], None] = lambda _: None
    loaded: Callable[[str], None] = lambda _: None
    row: Callable[[Row], None] = lambda _: None
    tried: Callable[[], None] = lambda: None
