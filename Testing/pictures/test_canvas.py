"""Text is written in signs that the built-in font has."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from LVSegULib.pictures.canvas import FURTHER_SIGNS, fitted, font, text_width, write

PRIVATE = "\ue123"  # of Unicode's private use area, which a font without it shows as a box


def written(text: str) -> np.ndarray:
    picture = Image.new("RGB", (300, 40))
    write(picture, (4, 30), text, 20)
    return np.asarray(picture)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Müller", "Muller"),
        ("Mu\u0308ller", "Muller"),  # as macOS stores it
        ("Škoda Nuñez Çelik Ângström", "Skoda Nunez Celik Angstrom"),
        ("Đặng Łukasz Søren Æsa Weiß", "Dang Lukasz Soren AEsa Weiss"),
        ("10² \u2013 3 \u00d7 4", "102 - 3 x 4"),
        ("\ud55c心", "??"),
        ("a\udce9", "a?"),  # a byte that is no UTF-8, as Python holds it
    ],
)
def test_letters_that_the_font_lacks_are_written_in_others(text: str, shown: str) -> None:
    np.testing.assert_array_equal(written(text), written(shown))
    assert text_width(text, 20) == text_width(shown, 20)


def test_what_the_font_has_is_no_box() -> None:
    box = bytes(font(20).getmask(PRIVATE))
    for sign in (*map(chr, range(33, 127)), *FURTHER_SIGNS):
        assert bytes(font(20).getmask(sign)) != box, sign


def test_long_names_with_accents_are_cut_off() -> None:
    assert fitted("Müller", 20, 300) == "Müller"
    assert text_width(fitted("ü" * 99, 20, 100), 20) <= 100
    assert fitted("i" * 99, 20, 100) == fitted("i" * 10**7, 20, 100)
