"""The contact sheet: every slice at ED and at ES with the contours on it, the figures, and the volume over the beat."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from LVSegULib.atomic import written_whole
from LVSegULib.cine import Cine
from LVSegULib.labels import Label
from LVSegULib.measures.digits import short_digits
from LVSegULib.measures.volumes import Measures
from LVSegULib.pictures.canvas import (
    BACKGROUND,
    FAINT_TEXT,
    PANEL,
    RULE,
    TEXT,
    WARNING,
    fitted,
    text_width,
    to_bytes,
    write,
)
from LVSegULib.pictures.curve import draw_curve
from LVSegULib.pictures.tiles import Crop, crop_around, draw_slice, grey_range

_MARGIN, _GAP = 28, 4
_HEADER, _CAPTION, _FOOTER = 168, 44, 44
_WIDTH = 1240
_LARGEST_TILE, _MOST_COLUMNS = 300, 8
_CURVE_WIDTH = 330
_MARK, _MARK_MEANS = 16, "look at this slice"
"""Side of the corner of a flagged slice in pixels, and what it means."""


@dataclass(frozen=True)
class _Block:
    """The slices of one frame, under a caption."""

    frame: int
    caption: str
    note: str


@dataclass(frozen=True)
class _Layout:
    """Columns of tiles, their side in pixels, and rows in each block."""

    columns: int
    tile: int
    rows: int

    @property
    def block_height(self) -> int:
        return _CAPTION + self.rows * (self.tile + _GAP)

    def left_of(self, column: int) -> int:
        """Pixels to the left of a column; the columns of a full sheet end exactly at its right margin."""
        room = _WIDTH - 2 * _MARGIN - self.columns * self.tile
        return _MARGIN + column * self.tile + round(column * min(_GAP + 1.0, room / max(self.columns - 1, 1)))


def contact_sheet(
    cine: Cine,
    labels: NDArray[np.uint8],
    regions: Sequence[Label],
    measures: Measures,
    made_by: str = "",
    flagged: NDArray[np.bool_] | None = None,
) -> Image.Image:
    """Draw the contact sheet of a segmented cine.

    Where ED and ES cannot be told (one frame, nothing found), it shows the frame of the largest volume.

    Args:
        cine: the images.
        labels: label values (T, K, J, I).
        regions: whose contours to draw.
        measures: the figures, and the frames to show.
        made_by: what made it ("model lv"), for the last line; with the licence if that restricts its use.
        flagged: which slices (T, K) may be wrong and get a mark; None if that is not known.
    """
    blocks = _blocks(measures)
    layout = _layout(cine.slice_count)
    height = _HEADER + len(blocks) * layout.block_height + _FOOTER
    sheet = Image.new("RGB", (_WIDTH, height), BACKGROUND)
    _draw_header(sheet, cine, measures, to_bytes(regions[0].colour))
    frames = [block.frame for block in blocks]
    crop = crop_around(labels[frames] > 0, cine.spacing_mm[1:])
    greys = grey_range(crop.of(cine.frames[frames]))
    for number, block in enumerate(blocks):
        top = _HEADER + number * layout.block_height
        _draw_caption(sheet, top, block)
        _draw_slices(sheet, top + _CAPTION, layout, cine.frames[block.frame], labels[block.frame], regions, crop, greys)
        if flagged is not None:
            _mark(sheet, top + _CAPTION, layout, flagged[block.frame])
    _draw_footer(sheet, regions, made_by, has_marks=flagged is not None and bool(flagged[frames].any()))
    return sheet


def write_contact_sheet(path: Path, sheet: Image.Image) -> None:
    """Write `sheet` as PNG.

    Raises:
        OutputError: the file cannot be written.
    """
    with written_whole(path) as beside:
        sheet.save(beside, format="PNG", compress_level=4)


def _layout(slices: int) -> _Layout:
    rows = math.ceil(slices / _MOST_COLUMNS)
    columns = math.ceil(slices / rows)
    tile = min((_WIDTH - 2 * _MARGIN - (columns - 1) * _GAP) // columns, _LARGEST_TILE)
    return _Layout(columns, tile, rows)


def _blocks(measures: Measures) -> list[_Block]:
    volumes, frames = measures.volumes_ml, measures.frames_to_show
    if "" in frames:
        frame = frames[""]
        note = _volume(volumes[frame]) if volumes[frame] > 0 else "no left ventricle found"
        return [_Block(frame, f"Frame {frame}", note)]
    names = {"ED": "End-diastole", "ES": "End-systole"}
    return [_Block(at, names[phase], f"frame {at}, {_volume(volumes[at])}") for phase, at in frames.items()]


def _volume(volume_ml: float) -> str:
    return f"{short_digits(volume_ml)} mL"


def _draw_header(sheet: Image.Image, cine: Cine, measures: Measures, colour: tuple[int, int, int]) -> None:
    width = sheet.width - 2 * _MARGIN - _CURVE_WIDTH - 24
    write(sheet, (_MARGIN, 50), fitted(cine.name, 30, width), 30)
    write(sheet, (_MARGIN, 74), fitted(cine.describe(), 14, width), 14, FAINT_TEXT)
    _draw_figures(sheet, measures, width)
    if math.isnan(measures.LVEF):
        reason = measures.reasons.get("LVEF", "no volumes over the beat")
        write(sheet, (_MARGIN, 118), fitted(f"No LVEF: {reason}", 15, width), 15, WARNING)
    if len(measures.volumes_ml) > 1:
        size = (_CURVE_WIDTH, _HEADER - 38)
        place = (sheet.width - _MARGIN - _CURVE_WIDTH, 20)
        ImageDraw.Draw(sheet).rectangle((*place, place[0] + size[0] - 1, place[1] + size[1] - 1), PANEL)
        sheet.paste(draw_curve(measures, size, colour), place)


def _draw_figures(sheet: Image.Image, measures: Measures, width: float) -> None:
    """Name, number and unit of each measure that is known, side by side; many of them move together."""
    known = {one: value for one, value in measures.given().items() if one.name in _FIGURES and math.isfinite(value)}
    figures = [(one.short, short_digits(value), one.unit) for one, value in known.items()]
    widths = [
        max(text_width(number, 34) + 5 + text_width(unit, 15), text_width(name, 13)) for name, number, unit in figures
    ]
    gap = (width - sum(widths)) / max(len(figures) - 1, 1)
    x = float(_MARGIN)
    for (name, number, unit), wide in zip(figures, widths, strict=True):
        write(sheet, (x, 108), name, 13, FAINT_TEXT)
        write(sheet, (x, 142), number, 34)
        write(sheet, (x + text_width(number, 34) + 5, 142), unit, 15, FAINT_TEXT)
        x += _FIGURE_WIDTH if len(figures) * _FIGURE_WIDTH <= width else wide + gap


_FIGURES = ("LVEDV", "LVESV", "LVSV", "LVEF", "LVM", "RVEDV", "RVESV", "RVEF")
"""For which there is room."""

_FIGURE_WIDTH = 132


def _draw_caption(sheet: Image.Image, top: int, block: _Block) -> None:
    line = top + 30
    write(sheet, (_MARGIN, line), block.caption, 18)
    start = _MARGIN + text_width(block.caption, 18) + 10
    write(sheet, (start, line), block.note, 14, FAINT_TEXT)
    start += text_width(block.note, 14) + 14
    ImageDraw.Draw(sheet).line([(start, line - 5), (sheet.width - _MARGIN, line - 5)], RULE)


def _draw_slices(
    sheet: Image.Image,
    top: int,
    layout: _Layout,
    images: NDArray[np.float32],
    labels: NDArray[np.uint8],
    regions: Sequence[Label],
    crop: Crop,
    greys: tuple[float, float],
) -> None:
    for k, (image, label_map) in enumerate(zip(images, labels, strict=True)):
        row, column = divmod(k, layout.columns)
        x, y = layout.left_of(column), top + row * (layout.tile + _GAP)
        tile = draw_slice(image, label_map, regions, crop, greys, layout.tile)
        sheet.paste(Image.fromarray(tile), (x, y))
        write(sheet, (x + 7, y + 6), str(k), 13, TEXT, "lt", is_on_image=True)


def _mark(sheet: Image.Image, top: int, layout: _Layout, flagged: NDArray[np.bool_]) -> None:
    """A corner in the colour of warnings on each slice (K,) that is flagged."""
    for k in np.flatnonzero(flagged).tolist():
        row, column = divmod(k, layout.columns)
        right, y = layout.left_of(column) + layout.tile - 1, top + row * (layout.tile + _GAP)
        _draw_corner(sheet, right, y)


def _draw_corner(sheet: Image.Image, right: float, top: float) -> None:
    corner = [(right - _MARK, top), (right, top), (right, top + _MARK)]
    ImageDraw.Draw(sheet).polygon(corner, fill=WARNING, outline=BACKGROUND)


def _draw_footer(sheet: Image.Image, regions: Sequence[Label], made_by: str, *, has_marks: bool) -> None:
    line, x = sheet.height - 18, float(_MARGIN)
    draw = ImageDraw.Draw(sheet)
    for region in regions:
        draw.line([(x, line - 4), (x + 18, line - 4)], to_bytes(region.colour), width=2)
        write(sheet, (x + 24, line), region.name, 12, FAINT_TEXT)
        x += 24 + text_width(region.name, 12) + 20
    if has_marks:
        _draw_corner(sheet, x + _MARK, line - 12)
        write(sheet, (x + 24, line), _MARK_MEANS, 12, FAINT_TEXT)
        x += 24 + text_width(_MARK_MEANS, 12) + 20
    last = ". Slices and frames count from 0. Not for clinical use."
    right = sheet.width - _MARGIN
    first = fitted(f"LVSegU, {made_by}" if made_by else "LVSegU", 12, right - x - text_width(last, 12))
    write(sheet, (right, line), first + last, 12, FAINT_TEXT, "rs")
