"""The worst slices of an evaluation: a row for each, with the image, the expert's contour and the model's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from LVSegULib.atomic import written_whole
from LVSegULib.evaluation.worst import WorstSlice
from LVSegULib.labels import Label
from LVSegULib.pictures.canvas import BACKGROUND, FAINT_TEXT, fitted, write
from LVSegULib.pictures.tiles import crop_around, draw_slice, grey_range

_TILE, _GAP, _MARGIN = 300, 6, 20
_HEADER, _CAPTION = 52, 30
_COLUMNS = ("image", "expert", "model")
_WIDTH = 2 * _MARGIN + len(_COLUMNS) * (_TILE + _GAP) - _GAP


def write_worst_slices(path: Path, slices: Sequence[WorstSlice], label: Label) -> None:
    """Write the picture as PNG, one row a slice in the order given.

    Args:
        path: file to write.
        slices: what to show; none gives the headings alone.
        label: the region whose contours are drawn.

    Raises:
        OutputError: `path` cannot be written.
    """
    height = _HEADER + len(slices) * (_CAPTION + _TILE) + _MARGIN
    picture = Image.new("RGB", (_WIDTH, height), BACKGROUND)
    for column, heading in enumerate(_COLUMNS):
        write(picture, (_MARGIN + column * (_TILE + _GAP), 36), heading, 18)
    for row, worst in enumerate(slices):
        _draw_row(picture, worst, label, _HEADER + row * (_CAPTION + _TILE))
    with written_whole(path) as beside:
        picture.save(beside, format="PNG", optimize=True)


def _draw_row(picture: Image.Image, worst: WorstSlice, label: Label, top: int) -> None:
    record = worst.record
    caption = f"{record.case}, frame {record.frame}, slice {record.slice} ({record.region}): Dice {record.dice:.3f}"
    write(picture, (_MARGIN, top + 20), fitted(caption, 15, _WIDTH - 2 * _MARGIN), 15, FAINT_TEXT)
    crop = crop_around((worst.expert == label.value) | (worst.machine == label.value), worst.spacing_mm)
    greys = grey_range(crop.of(worst.image))
    for column, (labels, regions) in enumerate(
        ((worst.expert, ()), (worst.expert, (label,)), (worst.machine, (label,)))
    ):
        tile = draw_slice(worst.image, labels, regions, crop, greys, _TILE)
        picture.paste(Image.fromarray(tile), (_MARGIN + column * (_TILE + _GAP), top + _CAPTION))
