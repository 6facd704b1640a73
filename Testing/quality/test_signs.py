"""All signs together: one row each, and nothing said of what is not there."""

from __future__ import annotations

import dataclasses

import numpy as np

from LVSegULib.quality import certainty, neighbours, shape, surroundings
from LVSegULib.quality.signs import SIGNS, signs_of
from Testing.quality.discs import a_view, discs


def test_every_sign_has_a_row_and_a_name_of_its_own() -> None:
    signs = signs_of(a_view(discs([[12, 11, 9, 0], [10, 9, 5, 0]])))
    assert signs.shape == (len(SIGNS), 2, 4)
    assert len({sign.key for sign in SIGNS}) == len({sign.reason for sign in SIGNS}) == len(SIGNS)


def test_of_an_empty_slice_no_sign_says_anything() -> None:
    signs = signs_of(a_view(discs([[12, 11, 0], [0, 0, 0]])))
    empty = ~np.array([[True, True, False], [False, False, False]])
    assert np.isnan(signs[:, empty]).all()
    assert np.isfinite(signs[:, ~empty]).sum() == 2 * (len(SIGNS) - 2), (
        "a leap needs two slices beside it, bareness a wall"
    )


def test_every_row_is_what_the_sign_of_that_name_finds() -> None:
    view = dataclasses.replace(a_view(discs([[12, 11, 9, 5], [10, 9, 5, 0]])), wall=np.full((2, 4), 50.0))
    for sign, row in zip(SIGNS, signs_of(view), strict=True):
        name = sign.key.replace(" ", "_")
        (find,) = (
            getattr(module, name) for module in (certainty, neighbours, shape, surroundings) if hasattr(module, name)
        )
        beside = [certainty.doubt(view)] if name == "doubt_beside" else []
        np.testing.assert_array_equal(row, find(view, *beside), err_msg=name)
    assert [sign.key for sign in SIGNS if sign.is_optional] == ["bareness"]
