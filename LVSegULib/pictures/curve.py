"""The volume over the beat as a small curve, with ED and ES marked."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageDraw

from LVSegULib.measures.volumes import Measures
from LVSegULib.pictures.canvas import FAINT_TEXT, PANEL, RULE, TEXT, Colour, write

_FINER = 4
"""Lines are drawn this much larger and scaled down, which makes them smooth."""

_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 18, 20, 26
"""Room around the curve for its labels, in pixels."""

_INSET = 8
"""Room between the ends of the axis and those of the curve."""


def draw_curve(measures: Measures, size: tuple[int, int], colour: Colour) -> Image.Image:
    """A picture of `size` (width, height); only its frame for fewer than two frames.

    Args:
        measures: volumes in mL, times in ms (frames are counted where there are none), ED and ES.
        size: width and height in pixels.
        colour: of the curve.
    """
    times = measures.time_ms or tuple(float(frame) for frame in range(len(measures.volumes_ml)))
    top_ml = _round_up(max(measures.volumes_ml))
    points = _points(times, measures.volumes_ml, top_ml, size)
    picture = _lines(points, measures, size, colour)
    if len(points) > 1:
        _labels(picture, points, measures, top_ml, times)
    return picture


def _round_up(volume_ml: float) -> float:
    """The next round number above `volume_ml`, for the end of the axis."""
    return next((float(end) for end in _ROUND if end >= volume_ml), volume_ml)


_ROUND = [digit * 10**power for power in range(-2, 4) for digit in (1, 1.5, 2, 3, 4, 5, 6, 8)]


def _points(
    times: Sequence[float], volumes_ml: Sequence[float], top_ml: float, size: tuple[int, int]
) -> list[tuple[float, float]]:
    left, width, height = _LEFT + _INSET, size[0] - _LEFT - _RIGHT - 2 * _INSET, size[1] - _TOP - _BOTTOM
    first, span = min(times), (max(times) - min(times)) or 1.0
    return [
        (left + width * (time - first) / span, _TOP + height * (1 - volume / top_ml))
        for time, volume in zip(times, volumes_ml, strict=True)
    ]


def _lines(points: list[tuple[float, float]], measures: Measures, size: tuple[int, int], colour: Colour) -> Image.Image:
    picture = Image.new("RGB", (size[0] * _FINER, size[1] * _FINER), PANEL)
    draw = ImageDraw.Draw(picture)
    for share in (0.0, 0.5, 1.0):
        y = (_TOP + share * (size[1] - _TOP - _BOTTOM)) * _FINER
        draw.line([(_LEFT * _FINER, y), ((size[0] - _RIGHT) * _FINER, y)], fill=RULE, width=_FINER)
    fine = [(x * _FINER, y * _FINER) for x, y in points]
    if len(fine) > 1:
        draw.line(fine, fill=colour, width=2 * _FINER, joint="curve")
        for point in fine:
            _dot(draw, point, 2.0, colour)
    for frame in (measures.ed_frame, measures.es_frame):
        if frame is not None:
            _dot(draw, fine[frame], 5.0, TEXT)
            _dot(draw, fine[frame], 3.2, colour)
    return picture.resize(size, Image.Resampling.LANCZOS)


def _dot(draw: ImageDraw.ImageDraw, centre: tuple[float, float], radius: float, colour: Colour) -> None:
    (x, y), reach = centre, radius * _FINER
    draw.ellipse([x - reach, y - reach, x + reach, y + reach], fill=colour)


def _labels(
    picture: Image.Image,
    points: list[tuple[float, float]],
    measures: Measures,
    top_ml: float,
    times: Sequence[float],
) -> None:
    bottom = picture.height - _BOTTOM
    write(picture, (_LEFT - 6, _TOP), f"{top_ml:g}", 11, FAINT_TEXT, "rm")
    write(picture, (_LEFT - 6, bottom), "0", 11, FAINT_TEXT, "rm")
    write(picture, (_LEFT - 6, (_TOP + bottom) / 2), "mL", 11, FAINT_TEXT, "rm")
    shown = "frame {:.0f}" if measures.time_ms is None else "{:.0f} ms"
    write(picture, (_LEFT, bottom + 6), shown.format(min(times)), 11, FAINT_TEXT, "lt")
    write(picture, (picture.width - _RIGHT, bottom + 6), shown.format(max(times)), 11, FAINT_TEXT, "rt")
    for caption, frame, offset in (("ED", measures.ed_frame, -9), ("ES", measures.es_frame, 9)):
        if frame is not None:
            x, y = points[frame]
            anchor = "mb" if offset < 0 else "mt"
            write(picture, (x, y + offset), caption, 12, TEXT, anchor)
