"""What a command says when a package that it needs is not installed."""

from __future__ import annotations

import importlib.util

from LVSegULib.errors import EngineError


def need_torch(what: str) -> None:
    """Refuse to go on without PyTorch; `what` is what needs it ("training").

    Raises:
        EngineError: PyTorch is not installed.
    """
    if importlib.util.find_spec("torch") is None:
        raise EngineError(f'{what} needs PyTorch, which is not installed: pip install "lvsegu[train]"')
