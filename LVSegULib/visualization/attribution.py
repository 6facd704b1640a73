"""Where a decision comes from: how much each pixel of a slice adds to the logits of the cavity.

Two ways, with captum: integrated gradients (Sundararajan, Taly, Yan: Axiomatic Attribution for Deep Networks, ICML
2017, arXiv 1703.01365) and occlusion (Zeiler, Fergus, ECCV 2014, doi 10.1007/978-3-319-10590-1_53).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from LVSegULib.engines.workers import torch_threads
from LVSegULib.errors import EngineError, InputError, UsageError
from LVSegULib.labels import CAVITY
from LVSegULib.modelfolder.folder import ModelFolder
from LVSegULib.preparation.grid import Grid
from LVSegULib.visualization.subjects import cavity_on_grid

if TYPE_CHECKING:
    from torch import Tensor

Slice = NDArray[np.float32]

TOLERANCE = 0.01
"""What the sum of the attributions may be off, as a share of what it should be."""

FIRST_STEPS, MOST_STEPS = 32, 1024
AT_ONCE = 16
"""Slices that run through the network together."""

PATCH_MM, STRIDE_MM = 12.0, 6.0
"""A patch is about as wide as a wall; halfway overlapping."""


@dataclass(frozen=True)
class Target:
    """What is explained: the sum of the logits of the cavity that the network finds.

    Attributes:
        pixels: where that is (rows, columns).
        value: the sum in the slice as it is.
    """

    pixels: NDArray[np.bool_]
    value: float


@dataclass(frozen=True)
class Attribution:
    """Integrated gradients of a slice.

    Attributes:
        target: what is explained.
        map: what each pixel adds to the target (rows, columns), in logits.
        grey: grey value of the baseline, the even slice from which the path to the slice starts.
        baseline_value: the target's value there.
        steps: points on the path.
        error: how far the sum of the map is from `target.value - baseline_value`, as a share of that; 0 is perfect.
    """

    target: Target
    map: Slice
    grey: float
    baseline_value: float
    steps: int
    error: float

    @property
    def is_complete(self) -> bool:
        """Whether the map adds up to within 1 %."""
        return self.error <= TOLERANCE


@dataclass(frozen=True)
class Occlusion:
    """What covering a part of a slice does.

    Attributes:
        target: what is explained.
        map: by how much the target falls if a pixel is covered (rows, columns), in logits: the mean over all patches
            that cover it.
        patch, stride: its side, and from one patch to the next, in pixels.
    """

    target: Target
    map: Slice
    patch: int
    stride: int


def integrated_gradients(model: ModelFolder, image: Slice) -> Attribution:
    """What each pixel of `image` adds to the sum of the logits of the cavity that is found.

    The points on the path are doubled from 32 until the map adds up to within 1 %, or there are 1024; see
    `Attribution.is_complete`. A pixel as grey as the baseline gets nothing, so black would hide the myocardium: the
    baseline is the slice's mean.

    Args:
        model: the model.
        image: a slice as the network sees it (rows, columns) in 0..1.

    Raises:
        InputError: the slice is constant, not finite or not on the network's grid, or no cavity is found in it.
        UsageError: the model has no LV cavity.
        EngineError: captum or PyTorch is not installed.
    """
    attribute = _captum("IntegratedGradients")
    import torch

    network = _Network(model, image)
    target, grey = network.target(), _mean(image)
    score = network.score(target)
    x, even = network.slice, torch.full_like(network.slice, grey)
    with torch.no_grad():
        baseline_value = float(score(even))
    steps = FIRST_STEPS
    while True:
        with torch_threads(1):
            found = attribute(score).attribute(x, even, n_steps=steps, internal_batch_size=AT_ONCE)
        error = _relative_error(float(found.sum(dtype=torch.float64)), target.value - baseline_value)
        if error <= TOLERANCE or steps >= MOST_STEPS:
            return Attribution(target, _map(found), grey, baseline_value, steps, error)
        steps *= 2


def occlusion(model: ModelFolder, image: Slice) -> Occlusion:
    """By how much the sum of the logits of the cavity that is found falls under a patch as grey as the slice's mean.

    Args:
        model: the model.
        image: a slice as the network sees it (rows, columns) in 0..1.

    Raises:
        InputError: the slice is constant, not finite or not on the network's grid, or no cavity is found in it.
        UsageError: the model has no LV cavity.
        EngineError: captum or PyTorch is not installed.
    """
    attribute = _captum("Occlusion")
    network = _Network(model, image)
    patch, stride = (max(1, round(length_mm / model.spec.grid.spacing_mm)) for length_mm in (PATCH_MM, STRIDE_MM))
    target = network.target()
    with torch_threads(1):
        found = attribute(network.score(target)).attribute(
            network.slice,
            sliding_window_shapes=(1, patch, patch),
            strides=(1, stride, stride),
            baselines=_mean(image),
            perturbations_per_eval=AT_ONCE,
        )
    return Occlusion(target, _map(found), patch, stride)


class _Network:
    """A model's network on one slice, with PyTorch."""

    def __init__(self, model: ModelFolder, image: Slice) -> None:
        self._spec = model.spec
        _check_slice(image, self._spec.grid)
        if CAVITY.value not in self._spec.label_values:
            raise UsageError(f"{self._spec.name} does not segment the {CAVITY.name}: choose a model that does")
        import torch

        from LVSegULib.network.by_layer import folded_layers, plain_function

        self._channel = self._spec.label_values.index(CAVITY.value)
        self._layer = plain_function(folded_layers(self._spec.network, model.weights()))
        self.slice: Tensor = torch.from_numpy(np.ascontiguousarray(image, np.float32))[None, None]
        with torch.no_grad():
            self._logits: NDArray[np.float32] = self._run(self.slice).numpy()

    def _run(self, images: Tensor) -> Tensor:
        from LVSegULib.network.by_layer import run_by_layer

        return run_by_layer(self._spec.network.depth, images, self._layer)

    def target(self) -> Target:
        """All that is cavity."""
        pixels = cavity_on_grid(self._logits, self._spec)[0]
        if not pixels.any():
            raise InputError("the network finds no cavity in this slice: choose another")
        return Target(pixels, float(self._logits[0, self._channel][pixels].sum(dtype=np.float64)))

    def score(self, target: Target) -> Callable[[Tensor], Tensor]:
        """What gives the target's value (N,) in slices (N, 1, rows, columns)."""
        import torch

        places = torch.from_numpy(np.argwhere(target.pixels))
        rows, columns = places[:, 0], places[:, 1]
        return lambda images: self._run(images)[:, self._channel, rows, columns].sum(1)


def _check_slice(image: Slice, grid: Grid) -> None:
    if image.shape != (grid.rows, grid.columns):
        raise InputError(
            f"expected one slice of {grid.rows} x {grid.columns} pixels, got an array of shape {image.shape}: take it "
            "from prepare_images"
        )
    if not np.isfinite(image).all():
        raise InputError("the slice has values that are not finite: read or prepare it again")
    if image.min() == image.max():
        raise InputError(f"the slice is {float(image.min()):g} everywhere, so no pixel says more than another")


def _mean(image: Slice) -> float:
    return float(image.mean(dtype=np.float64))


def _relative_error(found: float, expected: float) -> float:
    difference = abs(found - expected)
    return difference / abs(expected) if expected else (float("inf") if difference else 0.0)


def _map(found: Tensor) -> Slice:
    values: Slice = found.detach()[0, 0].numpy().astype(np.float32)
    return values


def _captum(method: str) -> Any:
    """A class of captum, which is imported here only: it takes seconds."""
    try:
        import torch  # noqa: F401 - captum may have been imported before
        from captum import attr
    except ImportError as error:
        raise EngineError("attribution needs captum and PyTorch: pip install captum") from error
    return getattr(attr, method)
