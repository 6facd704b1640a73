"""Numbers become the colours that the legend says."""

from __future__ import annotations

import numpy as np

from LVSegULib.pictures.colours import NEGATIVE, POSITIVE, ZERO, positive_colours, signed_colours


def test_signed_numbers_run_from_blue_over_white_to_red() -> None:
    colours = signed_colours(np.array([-2.0, -4.0, 0.0, 2.0, 9.0]), 2.0)
    np.testing.assert_array_equal(colours, [NEGATIVE, NEGATIVE, ZERO, POSITIVE, POSITIVE])


def test_halfway_to_the_scale_is_halfway_between_the_colours() -> None:
    (colour,) = signed_colours(np.array([1.0]), 2.0)
    np.testing.assert_allclose(colour, (np.array(ZERO) + POSITIVE) / 2, atol=0.5)


def test_positive_numbers_run_from_black_to_bright_and_never_darker() -> None:
    colours = positive_colours(np.linspace(-1, 3, 41), 2.0).astype(int)
    assert (colours[:11] == colours[0]).all()  # zero and below
    assert (colours[31:] == colours[-1]).all()  # the scale and above
    lightness = colours @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(lightness) >= 0).all()


def test_a_scale_of_zero_is_no_fault() -> None:
    np.testing.assert_array_equal(signed_colours(np.zeros(2), 0.0), [ZERO, ZERO])
    np.testing.assert_array_equal(positive_colours(np.zeros(1), 0.0), [(0, 0, 4)])
