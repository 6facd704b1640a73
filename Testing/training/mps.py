"""Apple's graphics processor as far as tests need it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.overrides import TorchFunctionMode


class AsOnMps(TorchFunctionMode):
    """Refuses float64 where a tensor was not brought to the processor before, as Apple's graphics do."""

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if func is torch.Tensor.cpu:
            brought = args[0].clone()
            brought.is_on_processor = True
            return brought
        if func is torch.Tensor.double and not hasattr(args[0], "is_on_processor"):
            raise TypeError("the MPS framework doesn't support float64")
        return func(*args, **(kwargs or {}))
