"""Where a decision comes from, as a picture: the slice, and over it what each pixel adds to the cavity's logit."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from LVSegULib.labels import CAVITY
from LVSegULib.pictures.canvas import BACKGROUND, FAINT_TEXT, TEXT, fitted, png_of, to_bytes, write
from LVSegULib.pictures.tiles import Crop, draw_slice
from LVSegULib.visualization.attribution import Attribution, Occlusion, Target

TILE, GAP, MARGIN = 384, 10, 16
HEADING, CAPTION, BAR = 30, 22, 12

FOR = np.array([255.0, 140.0, 26.0])
"""Colour of what speaks for the cavity: orange."""

AGAINST = np.array([64.0, 156.0, 255.0])
"""Colour of what speaks against it: blue."""

DIMMED = 0.62
"""Brightness of the slice below the colours."""

STRONGEST = 99.7
"""The percentile of a map without sign that gets the full colour: single pixels of gradients are far above it."""

SMOOTHING_PIXELS = 0.8
"""Gradients differ from pixel to pixel; for the eye they are smoothed a little. The numbers are not."""


def attribution_png(image: NDArray[np.float32], gradients: Attribution, covered: Occlusion, spacing_mm: float) -> bytes:
    """A PNG: the slice with what is explained, its integrated gradients, and what covering its parts does.

    Args:
        image: the slice as the network sees it (rows, columns) in 0..1.
        gradients: integrated gradients of it.
        covered: occlusion of it, of the same target.
        spacing_mm: side of a pixel.
    """
    size = (2 * MARGIN + 3 * TILE + 2 * GAP, HEADING + TILE + BAR + 2 * CAPTION + MARGIN)
    picture = Image.new("RGB", size, BACKGROUND)
    smooth = ndimage.gaussian_filter(gradients.map, SMOOTHING_PIXELS)
    tiles = (
        ("the slice", _slice_tile(image, gradients.target), _about(gradients.target), None),
        ("integrated gradients", _map_tile(image, smooth, gradients.target), _about_gradients(gradients), smooth),
        ("covered", _map_tile(image, covered.map, covered.target), _about_covering(covered, spacing_mm), covered.map),
    )
    for column, (heading, tile, lines, values) in enumerate(tiles):
        left = MARGIN + column * (TILE + GAP)
        write(picture, (left, 22), heading, 16)
        picture.paste(tile, (left, HEADING))
        if values is not None:
            _draw_bar(picture, (left, HEADING + TILE + 5), _strongest(values))
        for number, line in enumerate(lines):
            at = (left, HEADING + TILE + BAR + 18 + (number + (values is not None)) * CAPTION)
            write(picture, at, fitted(line, 12, TILE), 12, FAINT_TEXT)
    return png_of(picture)


def _about(target: Target) -> list[str]:
    return [f"the cavity found: {int(target.pixels.sum())} pixels", f"sum of their logits: {target.value:.1f}"]


def _about_gradients(gradients: Attribution) -> list[str]:
    change = gradients.target.value - gradients.baseline_value
    error = f"adds up to within {100 * gradients.error:.2f} %"
    if not gradients.is_complete:
        error = f"does NOT add up: {100 * gradients.error:.1f} % off"
    return [f"from even grey {gradients.grey:.2f}: {change:+.1f} in all; {error}"]


def _about_covering(covered: Occlusion, spacing_mm: float) -> list[str]:
    patch_mm, stride_mm = covered.patch * spacing_mm, covered.stride * spacing_mm
    return [f"fall of the logits under a grey patch of {patch_mm:g} mm, every {stride_mm:g} mm"]


def _slice_tile(image: NDArray[np.float32], target: Target) -> Image.Image:
    labels = np.where(target.pixels, CAVITY.value, 0).astype(np.uint8)
    return Image.fromarray(draw_slice(image, labels, (CAVITY,), _whole(image), (0.0, 1.0), TILE))


def _map_tile(image: NDArray[np.float32], values: NDArray[np.float32], target: Target) -> Image.Image:
    """The slice, dimmed, below the colours of `values`; the cavity's contour above both."""
    labels = np.zeros(image.shape, np.uint8)
    grey = DIMMED * draw_slice(image, labels, (), _whole(image), (0.0, 1.0), TILE).astype(np.float64)
    enlarged = np.asarray(Image.fromarray(values).resize((TILE, TILE), Image.Resampling.BILINEAR))
    tile = Image.fromarray(_coloured(grey, enlarged / _strongest(values)))
    _draw_outline(tile, target)
    return tile


def _coloured(under: NDArray[np.float64], share: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
    """Colours (…, 3) over `under`: the more opaque the larger `share`, -1..1."""
    opacity = np.abs(share).clip(0, 1)[..., None] ** 0.8
    colour = np.where(share[..., None] > 0, FOR, AGAINST)
    mixed: NDArray[np.uint8] = (under + opacity * (colour - under)).round().astype(np.uint8)
    return mixed


def _strongest(values: NDArray[np.float32]) -> float:
    """What gets the full colour; never 0."""
    magnitude = np.abs(values)
    return float(np.percentile(magnitude, STRONGEST)) or float(magnitude.max()) or 1.0


def _draw_bar(picture: Image.Image, at: tuple[int, int], strongest: float) -> None:
    share = np.linspace(-1, 1, TILE, dtype=np.float32)[None].repeat(BAR - 2, axis=0)
    under = np.broadcast_to(np.array(BACKGROUND, np.float64), (*share.shape, 3))
    picture.paste(Image.fromarray(_coloured(under, share)), at)
    below = at[1] + BAR + 13
    number = f"{strongest:.2g}" if strongest < 100 else f"{strongest:.0f}"
    write(picture, (at[0], below), f"-{number}: against", 12, to_bytes(tuple(AGAINST / 255)))
    write(picture, (at[0] + TILE, below), f"for: +{number} logits", 12, to_bytes(tuple(FOR / 255)), "rs")


def _draw_outline(tile: Image.Image, target: Target) -> None:
    """A thin light line around the target's pixels."""
    large = Image.fromarray(target.pixels.astype(np.float32)).resize((TILE, TILE), Image.Resampling.BICUBIC)
    inside = ndimage.gaussian_filter(np.asarray(large), 2.0) > 0.5
    edge = inside ^ ndimage.binary_erosion(inside)
    tile.paste(TEXT, mask=Image.fromarray((200 * edge).astype(np.uint8)))


def _whole(image: NDArray[np.float32]) -> Crop:
    return Crop(0.0, 0.0, float(image.shape[1]), float(image.shape[0]))
