"""Run a model's weights with PyTorch, the reference that every other engine is compared with."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from LVSegULib.engines.base import check_images
from LVSegULib.engines.workers import torch_threads
from LVSegULib.errors import EngineError
from LVSegULib.modelfolder.folder import ModelFolder
from LVSegULib.modelfolder.weights import Weights, check_weights
from LVSegULib.network.config import UNetConfig
from LVSegULib.network.unet import UNet


def load_network(config: UNetConfig, weights: Weights) -> UNet:
    """A U-Net in evaluation mode with `weights` (by PyTorch's names) in it.

    Raises:
        ModelError: a weight is missing, left over, of another shape, or not finite.
    """
    check_weights(weights, config, "the weights do not fit the network")
    network = UNet(config)
    # Not strict: how many batches batch norm has seen is no weight.
    network.load_state_dict({name: torch.from_numpy(v) for name, v in weights.items()}, strict=False)
    return network.eval()


def network_weights(network: UNet) -> Weights:
    """The weights of `network` as arrays, by PyTorch's names."""
    state = network.state_dict().items()
    return {name: v.detach().cpu().float().numpy() for name, v in state if not name.endswith("num_batches_tracked")}


class TorchEngine:
    """PyTorch in float32; on the processor, the same numbers everywhere."""

    name = "torch"
    version: str = torch.__version__
    batch = 4

    def __init__(self, model: ModelFolder, threads: int | None = None) -> None:
        self._config, self._threads = model.spec.network, threads or 0
        network = load_network(model.spec.network, model.weights())
        self._network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def logits(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Engine.logits`.

        Raises:
            EngineError: the images are of another shape, or PyTorch failed, for example for want of memory.
        """
        check_images(images, self._config)
        tensor = torch.from_numpy(np.ascontiguousarray(images, np.float32))
        try:
            with torch.inference_mode(), torch_threads(self._threads):
                result: torch.Tensor = self._network(tensor.contiguous(memory_format=torch.channels_last))
        except RuntimeError as error:
            raise EngineError(f"PyTorch failed on {len(images)} slices: {error}") from error
        return np.ascontiguousarray(result.numpy())
