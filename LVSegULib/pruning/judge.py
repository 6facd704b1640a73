"""What a change of some layers does to the network's result, running only what comes after the change."""

from __future__ import annotations

from torch import Tensor

from LVSegULib.measures.divergence import Divergence
from LVSegULib.network.by_layer import Layers, Remembered, plain_function


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
        self._layers = layers
        self._divergence = Divergence(wanted.numpy())
        self._whole = Remembered(depth, images, plain_function(layers))
        self.loss = self._divergence.of(self._whole.logits.numpy())

    def loss_with(self, changed: Layers) -> float:
        """Divergence of the network with some of its layers `changed`."""
        start = next(name for name in self._layers if name in changed)
        return self._divergence.of(self._whole.again_from(start, plain_function(self._layers | changed)).numpy())
