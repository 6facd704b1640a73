"""Who is told how a pruning goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from LVSegULib import watch
from LVSegULib.pruning.log import Row


@dataclass(frozen=True)
class Watch(watch.Watch):
    """What a pruning tells.

    Attributes:
        row: a round is done.
        tried: a candidate has been tried.
    """

    row: Callable[[Row], None] = lambda _: None
    tried: Callable[[], None] = lambda: None
