from __future__ import annotations

import numpy as np
import pytest

from LVSegULib.cine import Cine
from LVSegULib.reading.suitable import doubts, is_long_axis_view, is_mr


def a_cine(slices: int = 4, dark: int = 0, value: float = -1000.0, name: str = "anna", description: str = "") -> Cine:
    """A cine of 100 pixels in each slice, of which `dark` have `value`."""
    frames = np.full((1, slices, 10, 10), 100, np.float32)
    frames[..., 0, 0] = 200
    frames.reshape(1, slices, 100)[..., 1 : 1 + dark] = value
    return Cine(frames, np.diag([1.5, 1.5, 8.0, 1.0]), name=name, description=description)


@pytest.mark.parametrize(
    ("modality", "is_suitable"), [("MR", True), ("mr ", True), ("", True), ("OT", True), ("CT", False)]
)
def test_mr_is_taken_and_what_is_not_told(modality: str, *, is_suitable: bool) -> None:
    assert is_mr(modality) == is_suitable


@pytest.mark.parametrize(
    ("name", "slices", "is_long_axis"),
    [
        ("CINE_4CH", 1, True),
        ("2 chamber", 3, True),
        ("cine LAX", 1, True),
        ("heart_long_axis", 2, True),
        ("longaxis", 2, True),
        ("LVOT", 1, True),
        ("CINE_4CH", 4, False),  # four slices are a stack, whatever its name
        ("cine sax", 1, False),
        ("short axis, planned on 4ch", 1, False),
        ("Lara", 1, False),
        ("patient4", 1, False),
    ],
)
def test_long_axis_views_are_told_by_name_and_number(name: str, slices: int, *, is_long_axis: bool) -> None:
    assert is_long_axis_view(name, slices) == is_long_axis


@pytest.mark.parametrize(
    ("dark", "value", "count"),
    [(2, -500.0, 1), (1, -1000.0, 0), (60, -499.0, 0)],  # from 2 of 100 pixels at -500 or below on
)
def test_many_pixels_like_air_in_ct_are_doubted(dark: int, value: float, count: int) -> None:
    assert len(doubts(a_cine(dark=dark, value=value))) == count


def test_what_is_said_of_ct() -> None:
    (line,) = doubts(a_cine(dark=25))
    assert line == (
        "25 % of the pixels lie below -500, as in CT and phase images: LVSegU segments cine MR, give magnitude images"
    )


def test_what_is_said_of_a_long_axis_view() -> None:
    (line,) = doubts(a_cine(1, name="anna", description="CINE 4CH"))
    assert line == (
        'one slice named as a long-axis view ("CINE 4CH"): LVSegU segments short-axis stacks, give one of these'
    )
    assert doubts(a_cine(2, name="anna_4ch"))[0].startswith('2 slices named as a long-axis view ("anna_4ch")')
    assert doubts(a_cine(1, name="anna_4ch", description="cine sax")) == ()
