"""A segmented cine as small as it can be recognised: one slice in the middle of the heart, at ED and at ES."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from LVSegULib.atomic import written_whole
from LVSegULib.cine import Cine
from LVSegULib.labels import CAVITY, Label
from LVSegULib.measures.volumes import Measures
from LVSegULib.pictures.canvas import BACKGROUND
from LVSegULib.pictures.tiles import crop_around, draw_slice, grey_range

TILE, GAP = 132, 2
"""Side of the picture of one frame, and the room between two of them, in pixels."""

_JPEG_QUALITY = 80


def thumbnail(cine: Cine, labels: NDArray[np.uint8], regions: Sequence[Label], measures: Measures) -> Image.Image:
    """Draw one slice at ED and at ES side by side, around the heart, with the contours.

    Where ED and ES cannot be told (one frame, nothing found), it shows the frame of the largest volume alone; where
    nothing was found there, the middle of the middle slice.

    Args:
        cine: the images.
        labels: label values (T, K, J, I).
        regions: whose contours to draw.
        measures: the frames to show.
    """
    frames = list(measures.frames_to_show.values())
    k = middle_slice(labels[frames])
    images, label_maps = cine.frames[frames, k], labels[frames, k]
    crop = crop_around(label_maps > 0, cine.spacing_mm[1:])
    greys = grey_range(crop.of(images))
    picture = Image.new("RGB", (len(frames) * (TILE + GAP) - GAP, TILE), BACKGROUND)
    for place, (image, label_map) in enumerate(zip(images, label_maps, strict=True)):
        tile = draw_slice(image, label_map, regions, crop, greys, TILE)
        picture.paste(Image.fromarray(tile), (place * (TILE + GAP), 0))
    return picture


def write_thumbnail(path: Path, image: Image.Image) -> None:
    """Write `image` as JPEG; its colours are kept at full resolution, for contours are thin.

    Raises:
        OutputError: the file cannot be written.
    """
    with written_whole(path) as beside:
        image.save(beside, format="JPEG", quality=_JPEG_QUALITY, subsampling="4:4:4", optimize=True)


def middle_slice(labels: NDArray[np.uint8]) -> int:
    """The slice with the largest cavity in the middle half of those that have one in every frame.

    Neither base nor apex, whose cut tells little, and no slice in which a contour is missing if another has all.

    Args:
        labels: label values of the frames to show (T, K, J, I).

    Returns:
        The slice, from 0; the middle of the stack where no frame has a cavity.
    """
    areas = np.count_nonzero(labels == CAVITY.value, axis=(2, 3))
    cut = np.flatnonzero(areas.all(axis=0))
    if len(cut) == 0:
        cut = np.flatnonzero(areas.any(axis=0))
    if len(cut) == 0:
        return int(labels.shape[1]) // 2
    middle = cut[len(cut) // 4 : len(cut) - len(cut) // 4]
    return int(middle[np.argmax(areas[:, middle].sum(axis=0))])
