"""What a filter prefers, as pictures: the image that makes it fire most, and patches of real slices where it does."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from LVSegULib.pictures.canvas import BACKGROUND, FAINT_TEXT, WARNING, fitted, write
from LVSegULib.visualization.preferences import Place, Preferred

TILE, GAP, MARGIN = 120, 6, 12
HEADING, CAPTION = 26, 20
GAMMA = 0.75
SHEET_COLUMNS = 12
FEWEST_PIXELS = 12
"""An image with fewer pixels than this is shown as its pixels; larger ones are interpolated."""

SHORTEST_PATCH = 40
"""Side of a patch in pixels, at least: from the few that a filter of the first layers sees, no place can be told."""


def patch_side(size: int) -> int:
    """Side of the patches to show beside preferred images of `size`: large enough to tell where they are."""
    return max(size, SHORTEST_PATCH + size % 2)


def preferred_png(image: NDArray[np.float32]) -> bytes:
    """A preferred image (size, size) in 0..1 as a small grey PNG, pixel by pixel, for a page that enlarges it."""
    return _png(Image.fromarray(_greys(image)))


def patches_png(patches: NDArray[np.float32]) -> bytes:
    """Patches (count, side, side) in 0..1 beside each other as a small grey PNG; a pixel where there are none."""
    if not len(patches):
        return _png(Image.new("L", (1, 1)))
    return _png(Image.fromarray(_greys(np.concatenate(_lifted(patches), axis=1))))


def preference_png(
    name: str,
    preferred: NDArray[np.float32],
    value: float,
    patches: NDArray[np.float32],
    places: Sequence[Place],
) -> bytes:
    """A PNG of one filter: its preferred image, then the patches of real slices where it fires most.

    Args:
        name: the filter's.
        preferred: its preferred image (size, size) in 0..1.
        value: how strongly it fires there.
        patches: squares (count, side, side) of slices around `places`, see `patches_around`; in each, a frame shows the
            part that corresponds to the preferred image, if it is smaller.
        places: where they are from, the strongest first.
    """
    tiles = [(preferred, f"{value:.2f}", None), *_captioned(patches, places, preferred.shape[0])]
    second = MARGIN + TILE + 3 * GAP
    size = (second + max(3, len(places)) * (TILE + GAP) - GAP + MARGIN, HEADING + TILE + CAPTION + MARGIN)
    picture = Image.new("RGB", size, BACKGROUND)
    write(picture, (MARGIN, 19), fitted(name, 13, TILE), 13)
    told = "real slices: where it fires most" if places else "real slices: it fires in none"
    write(picture, (second, 19), told, 13, FAINT_TEXT)
    for position, (image, caption, field) in enumerate(tiles):
        left = second + (position - 1) * (TILE + GAP) if position else MARGIN
        _place_tile(picture, image, caption, (left, HEADING), field)
    return _png(picture)


def preferred_sheet_png(preferred: Preferred, title: str) -> bytes:
    """A PNG of all preferred images of a layer, with each filter's number and how strongly it fires there."""
    count = len(preferred.images)
    columns = min(SHEET_COLUMNS, max(4, count))
    rows = -(-count // columns)
    size = (2 * MARGIN + columns * (TILE + GAP) - GAP, HEADING + 12 + rows * (TILE + CAPTION + GAP) + MARGIN)
    picture = Image.new("RGB", size, BACKGROUND)
    write(picture, (MARGIN, 24), fitted(title, 16, size[0] - 2 * MARGIN), 16)
    for number, (image, value) in enumerate(zip(preferred.images, preferred.values.tolist(), strict=True)):
        row, column = divmod(number, columns)
        at = (MARGIN + column * (TILE + GAP), HEADING + 12 + row * (TILE + CAPTION + GAP))
        _place_tile(picture, image, f"{number}: {value:.2f}", at, None)
    return _png(picture)


def _captioned(
    patches: NDArray[np.float32], places: Sequence[Place], field: int
) -> list[tuple[NDArray[np.float32], str, int | None]]:
    return [
        (patch, f"{place.value:.2f}", field if field < len(patch) else None)
        for patch, place in zip(_lifted(patches), places, strict=True)
    ]


def _place_tile(
    picture: Image.Image, image: NDArray[np.float32], caption: str, at: tuple[int, int], field: int | None
) -> None:
    tile = _tile(image, TILE)
    if field is not None:
        reach = TILE * field / image.shape[0] / 2
        edges = [round(TILE / 2 + sign * reach) for sign in (-1, 1)]
        ImageDraw.Draw(tile).rectangle((edges[0] - 1, edges[0] - 1, edges[1], edges[1]), outline=WARNING)
    picture.paste(tile, at)
    write(picture, (at[0], at[1] + TILE + 14), caption, 11, FAINT_TEXT)


def _tile(image: NDArray[np.float32], size: int) -> Image.Image:
    way = Image.Resampling.NEAREST if min(image.shape) < FEWEST_PIXELS else Image.Resampling.BICUBIC
    return Image.fromarray(_greys(image)).resize((size, size), way).convert("RGB")


def _lifted(patches: NDArray[np.float32]) -> NDArray[np.float32]:
    """Patches with dark myocardium lifted."""
    return patches.clip(0, 1) ** np.float32(GAMMA)


def _greys(image: NDArray[np.float32]) -> NDArray[np.uint8]:
    greys: NDArray[np.uint8] = (255 * image.clip(0, 1)).round().astype(np.uint8)
    return greys


def _png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, format="PNG")
    return buffer.getvalue()
