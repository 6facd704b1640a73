"""What a filter prefers: the places in real slices where it fires most, and an image that ascent finds for it.

Erhan, Bengio, Courville, Vincent: Visualizing Higher-Layer Features of a Deep Network, 2009 (University of Montreal,
1341); Olah, Mordvintsev, Schubert: Feature Visualization, Distill 2017, doi 10.23915/distill.00007.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from LVSegULib.engines.workers import Images, torch_threads
from LVSegULib.errors import EngineError, InputError, UsageError
from LVSegULib.modelfolder.folder import ModelFolder
from LVSegULib.network.config import UNetConfig, level_of
from LVSegULib.parallel import in_order
from LVSegULib.visualization.filters import check_layers, layers_of
from LVSegULib.visualization.inspector import Inspector

if TYPE_CHECKING:
    from torch import Tensor

    from LVSegULib.network.by_layer import Layers

AT_ONCE = 32
"""Slices whose maps are held at the same time; of the others only the strongest place is kept."""

LARGEST = 80
"""Side of a preferred image in pixels, at most: 120 mm at 1.5 mm, a heart with what is around it. The receptive field
of the deepest layers is larger than a slice, but what makes them fire lies in its middle."""

STEPS, STEP = 64, 0.3
"""Steps of the ascent, and how far the pixel with the largest gradient goes in one; grey values are 0..1."""

SEED = 0
"""Of the noise that an ascent starts from, and of its jitter."""

ROUGHNESS, GREY = 0.1, 0.02
"""Pull towards the neighbours, and towards mid grey, in shares of the largest gradient for a difference of 1."""

PER_RUN = 12
"""Images that a thread improves at once; they fit into its cache, and the split does not depend on the machine."""


@dataclass(frozen=True)
class Place:
    """A place in a slice, and how strongly a filter fires there.

    Attributes:
        slice: number of the slice, from 0.
        row, column: centre of the map's pixel on the network's grid; from 0, in pixels.
        value: activation, after the ReLU.
    """

    slice: int
    row: float
    column: float
    value: float


NO_PATCHES: Mapping[int, Images] = {}

Places = tuple[tuple[Place, ...], ...]
"""Of every filter of a layer, the strongest place first."""


@dataclass(frozen=True)
class Preferred:
    """What the filters of a layer would like to see.

    Attributes:
        layer: its name.
        images: one for each filter (filters, size, size) in 0..1; the filter is asked at the centre.
        values: the activation there, after the ReLU (filters,); 0 where none was found that makes the filter fire. It
            is that of the image by itself, black around it, and the mean of four pixels where the map's side is even:
            `Place.value` is of one pixel of a whole slice, so it may be larger.
    """

    layer: str
    images: Images
    values: NDArray[np.float32]


def strongest_places_by_layer(
    inspector: Inspector, images: Images, layers: Sequence[str], count: int
) -> dict[str, Places]:
    """For each filter the `count` slices with its highest activations, and where in them it is highest.

    Memory does not grow with the number of slices: of every map only the maximum is kept. The frames of a cine resemble
    each other; give ED and ES (`LVSegULib.visualization.subjects`) to see different places.

    Args:
        inspector: looks into the model.
        images: slices as the network sees them (N, 1, rows, columns).
        layers: names of layers; all of them cost one run.
        count: places for each filter, at most.

    Returns:
        By layer and filter, the strongest first, of equals the first slice; at most one place a slice. A slice on which
        a map is the same everywhere has no place, so a filter that never fires has none at all.

    Raises:
        UsageError: the network has no such layer.
        InputError: there are no slices.
    """
    if not len(images):
        raise InputError("there are no slices to look for strong places in: give at least one")
    config = inspector.model.spec.network
    check_layers(config, layers)
    found: dict[str, list[NDArray[np.float64]]] = {layer: [] for layer in layers}
    for start in range(0, len(images), AT_ONCE):
        maps = inspector.look(images[start : start + AT_ONCE], list(layers)).maps
        for layer in layers:
            found[layer].append(_peaks(maps[layer]))
    return {layer: _places(np.concatenate(found[layer]), 2 ** level_of(layer, config.depth), count) for layer in layers}


def patches_around(images: Images, places: Sequence[Place], side: int) -> Images:
    """Squares (len(places), side, side) of slices (N, 1, rows, columns) around places; 0 beyond the slice's edge.

    The place is the centre of the square, to half a pixel: exact if `side` is odd and the place a pixel's centre, as at
    the finest level, or if `side` is even and the place lies between pixels, as at all others.
    """
    patches = np.zeros((len(places), side, side), np.float32)
    padded = np.pad(images[[place.slice for place in places], 0], ((0, 0), (side, side), (side, side)))
    for patch, source, place in zip(patches, padded, places, strict=True):
        top, left = (int(np.ceil(middle - (side - 1) / 2)) + side for middle in (place.row, place.column))
        patch[:] = source[top : top + side, left : left + side]
    return patches


def receptive_field(layer: str, config: UNetConfig) -> int:
    """Side of the square of input pixels that one pixel of a layer's map can depend on."""
    names = list(layers_of(config))
    pixels = 1
    for name in reversed(names[: names.index(layer) + 1]):
        if name.startswith("upsample"):
            pixels = pixels // 2 + 1  # of the coarser ones, as many as they can lie in
        elif name != "head":
            pixels += 2
        if name.startswith("encoder") and name.endswith(".0") and name != "encoder.0.0":
            pixels *= 2  # before it is a pooling
    return pixels


def preferred_size(layer: str, config: UNetConfig) -> int:
    """Side of a layer's preferred images in pixels: its receptive field, and not more than about `LARGEST`.

    It is an odd number of the coarsest pixels on the way, so that in the encoder one pixel of the map is the centre;
    three at least, which is more than `LARGEST` where these are 32 pixels or larger (depth 5 and more).
    """
    multiple = _coarsest(layer, config.depth)
    wanted = min(receptive_field(layer, config) + (1 << level_of(layer, config.depth)), LARGEST)
    count = max(3, -(-wanted // multiple))
    if count % 2 == 0:
        count += 1 if (count + 1) * multiple <= LARGEST else -1
    return count * multiple


def preferred_images(model: ModelFolder, layer: str, patches: Mapping[int, Images] = NO_PATCHES) -> Preferred:
    """For every filter of `layer` an image that makes it fire strongly, found by gradient ascent (with PyTorch).

    The ascent may end at a maximum that is not the highest. A filter with one of the `patches` gets a second ascent,
    from there, and what fires more is kept.

    What is raised is the filter's activation before the ReLU, which has a gradient where the filter is silent, in the
    centre pixel of its map; the mean of the four centre pixels where the map's side is even. Every step adds the
    gradient, scaled to a maximum of 1, less a pull towards the neighbours (total variation with squared differences:
    Mahendran, Vedaldi, CVPR 2015, doi 10.1109/CVPR.2015.7299155) and towards mid grey; the image is kept in 0..1. It is
    jittered: moved by some pixels, as many as its resolution is halved to, and the centre with it as far as the map can
    tell, which keeps the pattern of poolings out.

    Args:
        model: the model.
        layer: the layer's name.
        patches: by filter, an image of `preferred_size` in 0..1 to start a second ascent from, such as where it fires
            most in real slices (`patches_around`).

    Raises:
        UsageError: the network has no such layer, or a patch has another size.
        EngineError: PyTorch is not installed.
    """
    config = model.spec.network
    check_layers(config, [layer])
    size = preferred_size(layer, config)
    if any(patch.shape != (size, size) for patch in patches.values()):
        raise UsageError(f"patches of {layer} must have {size} x {size} pixels, as its images have")
    try:
        import torch
    except ImportError as error:
        raise EngineError("preferred images need PyTorch: pip install torch") from error
    from LVSegULib.network.by_layer import folded_layers

    random = np.random.default_rng(SEED)
    filters = layers_of(config)[layer]
    noise = (0.5 + 0.02 * random.standard_normal((filters, 1, size, size))).astype(np.float32)
    starts = np.concatenate([noise, *(patch[None, None] for patch in patches.values())]).astype(np.float32)
    owners = np.array([*range(filters), *patches])
    furthest = _coarsest(layer, config.depth) // 2
    shifts = random.integers(-furthest, furthest + 1, (STEPS, 2)).tolist()
    ascent = _Ascent(folded_layers(config, model.weights()), config.depth, layer, shifts)
    parts = [slice(at, at + PER_RUN) for at in range(0, len(owners), PER_RUN)]
    with torch_threads(1):  # the images are shared among threads instead
        done = in_order(lambda part: ascent(torch.from_numpy(starts[part]), torch.from_numpy(owners[part])), parts)
        images, values = (np.concatenate(some) for some in zip(*done, strict=True))
    strongest_first = np.lexsort((-values, owners))  # of each filter; of equals, the one from noise
    best = strongest_first[np.unique(owners[strongest_first], return_index=True)[1]]
    return Preferred(layer, images[best], values[best])


class _Ascent:
    """Improves some images at a time."""

    def __init__(self, layers: Layers, depth: int, layer: str, shifts: list[list[int]]) -> None:
        self._layers, self._depth, self._layer, self._shifts = layers, depth, layer, shifts
        self._step = 2 ** level_of(layer, depth)

    def __call__(self, images: Tensor, filters: Tensor) -> tuple[Images, NDArray[np.float32]]:
        """Better `images` (N, 1, size, size), each for one of the filters (N,), and the activations (N,)."""
        import torch

        from LVSegULib.network.by_layer import has_relu

        x = images.contiguous(memory_format=torch.channels_last)
        for shift in self._shifts:
            x = self._improved(x, filters, shift)
        with torch.no_grad():
            values = self._centre(x, filters, (0, 0))
        return x[:, 0].numpy(), (values.clamp(min=0) if has_relu(self._layer) else values).numpy()

    def _improved(self, x: Tensor, filters: Tensor, shift: list[int]) -> Tensor:
        import torch

        moved = torch.roll(x, shift, (2, 3)).requires_grad_()
        followed = (round(shift[0] / self._step), round(shift[1] / self._step))
        (gradient,) = torch.autograd.grad(self._centre(moved, filters, followed).sum(), moved)
        gradient = torch.roll(gradient, [-shift[0], -shift[1]], (2, 3))
        largest = gradient.abs().amax((1, 2, 3), keepdim=True)
        gradient = gradient / largest.clamp(min=torch.finfo(largest.dtype).tiny)
        return (x + STEP * (gradient - ROUGHNESS * _roughness(x) - GREY * (x - 0.5))).clamp(0, 1)

    def _centre(self, images: Tensor, filters: Tensor, shift: tuple[int, int]) -> Tensor:
        """Activation before the ReLU (N,) in the middle of each image's own filter's map, moved by `shift`."""
        import torch

        maps = _before_relu(self._layers, self._depth, images, self._layer)
        own = maps[torch.arange(len(filters)), filters]
        rows, columns = (
            slice((side - 1) // 2 + by, side // 2 + 1 + by) for side, by in zip(own.shape[1:], shift, strict=True)
        )
        return own[:, rows, columns].mean((1, 2))


class _Reached(Exception):
    """Carries a layer's output out of a run that need not go on."""

    def __init__(self, output: Tensor) -> None:
        super().__init__()
        self.output = output


def _before_relu(layers: Layers, depth: int, images: Tensor, wanted: str) -> Tensor:
    """Output of the layer `wanted` before its ReLU; nothing after it is run."""
    from LVSegULib.network.by_layer import activate, run_by_layer, run_layer

    def layer(name: str, x: Tensor) -> Tensor:
        y = run_layer(name, layers[name], x)
        if name == wanted:
            raise _Reached(y)
        return activate(name, y)

    try:
        return run_by_layer(depth, images, layer)
    except _Reached as reached:
        return reached.output


def _roughness(x: Tensor) -> Tensor:
    """Sum of each pixel's differences from its neighbours: the gradient of half the sum of all squared differences."""
    import torch

    rough = torch.zeros_like(x)
    for axis in (2, 3):
        difference = x.diff(dim=axis)
        rough.narrow(axis, 1, x.shape[axis] - 1).add_(difference)
        rough.narrow(axis, 0, x.shape[axis] - 1).sub_(difference)
    return rough


def _coarsest(layer: str, depth: int) -> int:
    """Side of the coarsest pixels on the way to `layer`, in pixels of the image."""
    return 1 << (level_of(layer, depth) if layer.startswith("encoder") else depth)


def _peaks(maps: Images) -> NDArray[np.float64]:
    """Of every map (N, filters, rows, columns) its maximum and the row and column where it is (N, filters, 3).

    The maximum is minus infinity where a map is the same everywhere.
    """
    flat = maps.reshape(*maps.shape[:2], -1)
    at = flat.argmax(2)
    value = np.take_along_axis(flat, at[..., None], 2)[..., 0].astype(np.float64)
    value[value == flat.min(2)] = -np.inf
    row, column = np.unravel_index(at, maps.shape[2:])
    return np.stack([value, row, column], axis=2)


def _places(peaks: NDArray[np.float64], step: int, count: int) -> Places:
    """The strongest of the peaks (N, filters, 3) of maps whose pixels are `step` times as large as the network's."""
    places = []
    for of_filter in peaks.swapaxes(0, 1):
        order = np.argsort(-of_filter[:, 0], kind="stable")[:count]
        chosen = [number for number in order.tolist() if np.isfinite(of_filter[number, 0])]
        places.append(tuple(_place(number, of_filter[number], step) for number in chosen))
    return tuple(places)


def _place(number: int, peak: NDArray[np.float64], step: int) -> Place:
    value, row, column = peak.tolist()
    return Place(number, step * (row + 0.5) - 0.5, step * (column + 0.5) - 0.5, value)
