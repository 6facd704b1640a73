"""Colours, text and shapes that the pictures share, drawn with Pillow and its built-in scalable font."""

from __future__ import annotations

import io
import unicodedata
from bisect import bisect_right
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


_MOST_LETTERS = 1000
"""Of a line that is written whole, however wide the picture is."""

FURTHER_SIGNS = "©«°±·»“”…™\u00b4\u2018\u2019\u2039\u203a\u2044"
"""What the built-in font has beside ASCII, single quotation marks among it; it has no letter with an accent."""

_LETTERS = "ß ss ẞ SS æ ae Æ AE œ oe Œ OE ø o Ø O ł l Ł L đ d Đ D ð d Ð D þ th Þ Th ħ h Ħ H \u0131 i"
_DASHES_AND_TIMES = "\u2013 - \u2014 - \u2212 - \u00d7 x"
_SIGNS = f"{_LETTERS} {_DASHES_AND_TIMES}".split()
_IN_OTHER_LETTERS = dict(zip(_SIGNS[::2], _SIGNS[1::2], strict=True))
"""Latin letters and signs that are not one with an accent."""


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
    return float(font(size).getlength(_shown(text)))


def fitted(text: str, size: int, width: float) -> str:
    """`text`, cut off with "..." where it is wider than `width` pixels."""
    if len(text) <= _MOST_LETTERS and text_width(text, size) <= width:
        return text
    text = text[:_MOST_LETTERS]
    kept = bisect_right(range(len(text)), width, key=lambda count: text_width(text[:count] + "...", size)) - 1
    return text[: max(kept, 0)] + "..."


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
        _shown(text),
        font=font(size),
        fill=colour,
        anchor=anchor,
        stroke_width=2 if is_on_image else 0,
        stroke_fill=BACKGROUND,
    )


def png_of(picture: Image.Image) -> bytes:
    """A picture as the content of a PNG file."""
    buffer = io.BytesIO()
    picture.save(buffer, format="PNG")
    return buffer.getvalue()


def _shown(text: str) -> str:
    """`text` in signs that the built-in font has; its space is too narrow to be seen at small sizes."""
    plain = text if text.isascii() else "".join(map(_in_the_font, text))
    return plain.replace(" ", "  ")


def _in_the_font(sign: str) -> str:
    """A sign as the font can show it: without the accent, in other letters, or as "?"; it would draw a box."""
    if sign.isascii() or sign in FURTHER_SIGNS:
        return sign
    if sign in _IN_OTHER_LETTERS:
        return _IN_OTHER_LETTERS[sign]
    parts = unicodedata.normalize("NFKD", sign)
    return "".join(part for part in parts if part.isascii()) or ("" if unicodedata.combining(sign) else "?")
