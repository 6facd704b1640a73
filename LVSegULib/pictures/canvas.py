"""Colours, text and shapes that the pictures share, drawn with Pillow and its built-in scalable font."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from PIL import Image, ImageDraw, ImageFont

Colour = tuple[int, int, int]

BACKGROUND: Colour = (16, 19, 24)
PANEL: Colour = (27, 32, 39)
RULE: Colour = (52, 60, 70)
TEXT: Colour = (235, 239, 243)
FAINT_TEXT: Colour = (142, 153, 165)
WARNING: Colour = (244, 178, 82)


def to_bytes(colour: tuple[float, float, float]) -> Colour:
    """A colour of 0..1 in 0..255."""
    red, green, blue = (round(255 * channel) for channel in colour)
    return red, green, blue


@lru_cache(maxsize=16)
def font(size: int) -> Any:
    """Pillow's built-in font at `size` pixels."""
    return ImageFont.load_default(size)


def text_width(text: str, size: int) -> float:
    """Width of `text` in pixels, as `write` sets it."""
    return float(font(size).getlength(_spaced(text)))


def fitted(text: str, size: int, width: float) -> str:
    """`text`, cut off with "..." where it is wider than `width` pixels."""
    if text_width(text, size) <= width:
        return text
    while text and text_width(text + "...", size) > width:
        text = text[:-1]
    return text + "..."


def write(
    picture: Image.Image,
    at: tuple[float, float],
    text: str,
    size: int,
    colour: Colour = TEXT,
    anchor: str = "ls",
    *,
    is_on_image: bool = False,
) -> None:
    """Write `text`; `anchor` is Pillow's: "ls" puts its left end on the base line at `at`.

    With `is_on_image`, a dark edge keeps it readable on any grey.
    """
    ImageDraw.Draw(picture).text(
        at,
        _spaced(text),
        font=font(size),
        fill=colour,
        anchor=anchor,
        stroke_width=2 if is_on_image else 0,
        stroke_fill=BACKGROUND,
    )


def _spaced(text: str) -> str:
    """The built-in font's space is too narrow to be seen at small sizes."""
    return text.replace(" ", "  ")
