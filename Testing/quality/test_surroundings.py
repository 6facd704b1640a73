"""Bright cavities, dark walls, and what is missing of them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from LVSegULib.quality.pixels import grown
from LVSegULib.quality.surroundings import bareness, dimness, gap_in_wall, paleness, unevenness
from LVSegULib.quality.view import View
from Testing.quality.discs import a_view, disc, discs


@pytest.fixture
def a_disc_in_a_wall() -> View:
    """Brightness 1 within 12 pixels, 0.2 in a wall of 8 pixels around it, 0.6 beyond."""
    cavity = discs([[12]])
    images = np.where(cavity, 1.0, np.where(discs([[20]]), 0.2, 0.6)).astype(np.float32)
    odds = np.where(cavity, 8, -8).astype(np.float32)
    return View(images, odds, cavity, cavity)


def test_a_closed_wall_is_dark_all_around(a_disc_in_a_wall: View) -> None:
    assert gap_in_wall(a_disc_in_a_wall) == pytest.approx(0.2)
    assert paleness(a_disc_in_a_wall) == pytest.approx(0.2)


@pytest.mark.parametrize("step", range(1, 8))
def test_the_inner_wall_is_two_and_three_steps_away_and_what_lies_around_it_four_to_six(step: int) -> None:
    """A cavity of 0.8 in 0.2, a quarter of it, with one ring around it as bright as it is."""
    cavity = discs([[12]])
    inner = cavity
    for _ in range(step - 1):
        inner = grown(inner)
    images = np.where(cavity | (grown(inner) & ~inner), 0.8, 0.2).astype(np.float32)
    view = dataclasses.replace(a_view(cavity), images=images)
    assert (gap_in_wall(view)[0, 0] > 0.3) == (step in (2, 3))
    assert (paleness(view)[0, 0] > 0.3) == (step in (4, 5, 6))
    for found, is_dark in ((gap_in_wall(view), step not in (2, 3)), (paleness(view), step not in (4, 5, 6))):
        if is_dark:
            assert found == pytest.approx(0.25)


def test_a_tiny_cavity_that_is_nothing_but_rim_is_as_bright_as_it_is() -> None:
    view = a_view(discs([[12, 1]]))
    for sign in (gap_in_wall, paleness):
        np.testing.assert_allclose(sign(view), [[0.2, 0.2]], rtol=1e-6)


def test_one_bright_sector_is_a_gap(a_disc_in_a_wall: View) -> None:
    rows, columns = np.mgrid[:64, :64]
    angle = np.degrees(np.arctan2(rows - 32, columns - 32))
    a_disc_in_a_wall.images[0, 0][(angle >= 0) & (angle < 45) & ~disc(12)] = 0.9
    assert gap_in_wall(a_disc_in_a_wall) == pytest.approx(0.9)


def test_a_thin_wall_makes_the_surroundings_pale(a_disc_in_a_wall: View) -> None:
    a_disc_in_a_wall.images[0, 0][~disc(14)] = 0.6
    assert paleness(a_disc_in_a_wall) > 0.5
    assert gap_in_wall(a_disc_in_a_wall) < 0.5, "the inner wall is dark on all sides"


def test_a_cavity_with_little_myocardium_is_bare(a_disc_in_a_wall: View) -> None:
    """By hand: the logarithm of 1 more than the cavity's pixels over those of the wall and 20."""
    area = float(a_disc_in_a_wall.area[0, 0])
    walled, bare = (
        bareness(dataclasses.replace(a_disc_in_a_wall, wall=np.array([[wall]])))[0, 0] for wall in (area - 20, 0.0)
    )
    assert walled == pytest.approx(np.log(2))
    assert bare == pytest.approx(np.log1p(area / 20))


def test_of_a_model_without_myocardium_nothing_is_bare(a_disc_in_a_wall: View) -> None:
    assert np.isnan(bareness(a_disc_in_a_wall)).all()


def test_a_cavity_of_two_halves_is_uneven() -> None:
    """Half of it 1 and half 0.5: a mean of 0.75 and a standard deviation of 0.25."""
    view = a_view(discs([[11]]))
    view.cavity[0, 0, :, 32] = False
    view.images[0, 0, :, :32] *= 0.5
    assert unevenness(view) == pytest.approx(0.25 / 0.75, abs=1e-3)


def test_a_dark_slice_is_dim_against_the_middle_one() -> None:
    view = a_view(discs([[10, 10, 10, 0]]))
    view.images[0, 2] *= 0.4
    np.testing.assert_allclose(dimness(view), [[0, 0, 0.6, np.nan]], atol=1e-6)


def test_a_cavity_of_one_pixel_and_an_empty_frame_can_be_looked_at() -> None:
    view = a_view(discs([[1], [0]]))
    for sign in (gap_in_wall, paleness, unevenness, dimness):
        assert np.isfinite(sign(view)).tolist() == [[True], [False]]


def test_a_gap_is_that_of_its_own_slice() -> None:
    cavity = np.repeat(discs([[12]]), 2, axis=1)
    images = np.where(cavity, 1.0, 0.2).astype(np.float32)
    images[0, 1][~disc(12)] = 0.7
    view = dataclasses.replace(a_view(cavity), images=images)
    np.testing.assert_allclose(gap_in_wall(view), [[0.2, 0.7]], rtol=1e-6)


def test_sectors_lie_around_the_middle_of_the_cavity_wherever_it_is() -> None:
    cavity = disc(10, 20, 40)[None, None]
    rows, columns = np.mgrid[:64, :64]
    angle = np.degrees(np.arctan2(rows - 20, columns - 40))
    images = np.where(cavity, 1.0, np.where((angle >= 0) & (angle < 45), 0.9, 0.2)).astype(np.float32)
    assert gap_in_wall(dataclasses.replace(a_view(cavity), images=images)) == pytest.approx(0.9)


def test_how_dim_a_slice_is_does_not_depend_on_how_bright_the_image_is() -> None:
    view = a_view(discs([[10, 10, 10, 0]]))
    view.images[0, 2] *= 0.4
    view.images[0] *= 0.25
    np.testing.assert_allclose(dimness(view), [[0, 0, 0.6, np.nan]], atol=1e-6)


def test_only_the_slice_that_is_nothing_but_rim_is_taken_with_its_rim() -> None:
    """The rim of the larger one is dark, and still it is as bright as its core."""
    view = a_view(discs([[12, 1]]))
    view.images[0, 0][disc(12) & ~disc(11)] = 0.2
    np.testing.assert_allclose(paleness(view), [[0.2, 0.2]], rtol=1e-6)
