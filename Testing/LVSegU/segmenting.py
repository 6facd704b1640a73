"""Segments a node and waits for the result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def process(logic: Any, node: Any, progress: Callable[[float, str], None] | None = None, **choices: Any) -> Any:
    """The results of `logic.process`; `choices` are what else a `Request` takes."""
    from LVSegUSlicer.request import Request

    return logic.process(Request(node, **choices), progress)


def results_of(node: Any, model: str, **choices: Any) -> Any:
    """The results of a logic of its own."""
    from LVSegUSlicer.logic import LVSegULogic

    return process(LVSegULogic(), node, model=model, **choices)
