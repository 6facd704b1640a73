"""What a change of some layers does to the network's result, running only what comes after the change."""

from __future__ import annotations

import torch
from torch import Tensor

from LVSegULib.measures.divergence import Divergence
from LVSegULib.network.by_layer import Layers, activate, run_by_layer, run_layer


class Judge:
    """Compares the results of a changed network with wanted ones on some slices.

    Attributes:
        loss: divergence of the network as it is.
    """

    def __init__(self, depth: int, layers: Layers, images: Tensor, wanted: Tensor) -> None:
        """Run `layers` over `images` (N, 1, H, W) and remember every layer's output.

        Args:
            depth: how often the network halves the resolution.
            layers: the network as it is.
            images: the slices.
            wanted: probabilities (N, C, H, W) that the network should give.
        """
        self._depth, self._layers, self._images = depth, layers, images
        self._divergence = Divergence(wanted.numpy())
        self._outputs: dict[str, Tensor] = {}
        self._order = {name: place for place, name in enumerate(layers)}
        self.loss = self._run({}, is_first=True)

    def loss_with(self, changed: Layers) -> float:
        """Divergence of the network with some of its layers `changed`."""
        return self._run(changed, is_first=False)

    @torch.inference_mode()
    def _run(self, changed: Layers, *, is_first: bool) -> float:
        start = min((self._order[name] for name in changed), default=0)

        def layer(name: str, x: Tensor) -> Tensor:
            if not is_first and self._order[name] < start:
                return self._outputs[name]
            y = activate(name, run_layer(name, changed.get(name, self._layers[name]), x))
            if is_first:
                self._outputs[name] = y
            return y

        return self._divergence.of(run_by_layer(self._depth, self._images, layer).numpy())
