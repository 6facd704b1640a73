"""A look tells how sure the network is of a heart, how large it is and where it lies."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from LVSegULib.cine import Cine
from LVSegULib.modelfolder.folder import find_model
from LVSegULib.preparation.grid import Grid
from LVSegULib.preparation.prepare import prepare_images
from LVSegULib.reading.sunnybrook import open_sunnybrook
from LVSegULib.segmentation.look import Look, _cavity, _plausible, look_at, some_slices, told_pixel_mm


@pytest.mark.parametrize(
    ("radius_mm", "centre_mm", "usual"),
    [(22.0, (0.0, 0.0), True), (5.0, (0.0, 0.0), False), (50.0, (0.0, 0.0), False), (22.0, (60.0, 0.0), False)],
)
def test_usual_is_a_usual_radius_well_inside(radius_mm: float, centre_mm: tuple[float, float], usual: bool) -> None:
    assert Look(Grid(1.5, 128, 128), 1.0, radius_mm, centre_mm, 1.5).is_usual is usual


@pytest.mark.parametrize(
    ("radius_mm", "centre_mm", "usual"),
    [
        # half a grid of 100 mm without 8 % of the grid is 42 mm, 22 mm more than the radius
        (22.0, (19.9, -19.9), True),
        (22.0, (20.1, 0.0), False),
        (22.0, (0.0, -20.1), False),
        (12.0, (0.0, 0.0), True),
        (34.0, (0.0, 0.0), True),
        (11.9, (0.0, 0.0), False),
        (34.1, (0.0, 0.0), False),
    ],
)
def test_a_usual_heart_lies_inside_by_its_radius_and_a_border(
    radius_mm: float, centre_mm: tuple[float, float], usual: bool
) -> None:
    assert Look(Grid(2.0, 50, 80), 1.0, radius_mm, centre_mm, 2.0).is_usual is usual


@pytest.mark.parametrize(
    ("radius_mm", "share"), [(6.0, 0), (5.0, 0), (9.0, 0.5), (12.0, 1), (34.0, 1), (51.0, 0.5), (68.0, 0), (99.0, 0)]
)
def test_a_radius_is_plausible_from_half_the_smallest_to_twice_the_largest(radius_mm: float, share: float) -> None:
    assert _plausible(radius_mm) == pytest.approx(share)


def test_the_cavity_of_a_slice_is_its_largest_piece() -> None:
    chances = np.zeros((41, 51))
    chances[10:14, 20:36], chances[30:33, 2:5] = 0.9, 0.9  # 4 x 16 and 3 x 3 pixels
    score, radius, place = _cavity(chances)
    assert radius == pytest.approx(np.sqrt(64 / np.pi))
    assert place == pytest.approx((11.5 - 20, 27.5 - 25))  # from the middle of 41 rows and 51 columns
    # n pixels in a row spread by sqrt((n * n - 1) / 12); those of a disc by its radius / sqrt(2)
    roundness = radius / np.sqrt(2 * ((4 * 4 - 1) + (16 * 16 - 1)) / 12)
    overlap = 2 * 0.9 * 64 / (0.9 * (64 + 9) + 64)
    assert score == pytest.approx(overlap * roundness)


def test_a_disc_of_which_the_network_is_sure_has_the_full_score() -> None:
    rows, columns = np.mgrid[:40, :40] - 19.5
    assert _cavity((np.hypot(rows, columns) < 12).astype(float))[0] == pytest.approx(1, abs=0.01)
    assert _cavity(np.full((40, 40), 0.5)) == (0, 0, (0, 0))


def test_five_slices_of_the_middle_are_looked_at_in_two_frames() -> None:
    frames = np.zeros((20, 21, 2, 2), np.float32)
    frames += 100 * np.arange(20)[:, None, None, None] + np.arange(21)[:, None, None]
    some = some_slices(Cine(frames, np.eye(4)))
    chosen = some.cine.frames[np.ix_(some.chosen.frames, some.chosen.slices)]
    # from a fifth to four fifths of 21 slices, in frames half a beat apart
    assert chosen[..., 0, 0].tolist() == [[4, 7, 10, 13, 16], [1004, 1007, 1010, 1013, 1016]]


def test_where_nothing_is_found_nothing_is_cut_off() -> None:
    grid = Grid(2.0, 50, 80)
    assert not Look(grid, 0.0, 0.0, (0.0, 0.0), 2.0).may_be_cut_off
    assert Look(grid, 0.5, 5.0, (8.1, 0.0), 2.0).may_be_cut_off  # half of 100 mm without 8 mm, and without 34 mm
    assert not Look(grid, 0.5, 5.0, (0.0, -7.9), 2.0).may_be_cut_off


def test_a_look_in_which_nothing_is_found_has_no_score(the_sample_patient: Path) -> None:
    model = find_model("lv").spec

    class Blind:
        name, version, batch = "blind", "1", 8

        def logits(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
            return np.full((len(images), len(model.labels), *images.shape[2:]), -9, np.float32)

    (source,) = open_sunnybrook(the_sample_patient)
    cine = source.read().cine
    found = look_at(some_slices(cine), model.grid, model, Blind())
    assert (found.score, found.radius_mm, found.centre_mm) == (0, 0, (0, 0))
    assert not found.may_be_cut_off


@pytest.mark.parametrize(
    ("own", "pixel_mm"),
    [
        (Grid(1.5, 128, 128), 1.5),
        (Grid(0.75, 100, 128), 0.75),  # 96 mm wide
        (Grid(0.74, 128, 100), 1.5),  # narrower: for small animals, told as if it were 192 mm
        (Grid(0.125, 100, 96), 1.92),
    ],
)
def test_sizes_of_small_animals_are_told_as_if_they_were_people(own: Grid, pixel_mm: float) -> None:
    assert told_pixel_mm(own) == pixel_mm


def test_a_heart_that_is_known_is_told_like_one_that_was_seen() -> None:
    """Through pixels of 0.125 mm that count as 1.5: twelve times as large."""
    own = Grid(0.125, 128, 100)
    known = Look.of_images(own, 2.0, (0.5, -0.25))
    assert known == Look(own, 1.0, 24.0, (6.0, -3.0), 1.5)
    assert known.from_centre_mm == (0.5, -0.25)


def test_a_cavity_has_its_place_and_its_radius_in_the_images_millimetres() -> None:
    seen = Look(Grid(0.5, 128, 128, centre_mm=(4.0, -1.0)), 0.9, 24.0, (6.0, -3.0), 1.5)
    assert seen.place_mm == (6.0, -2.0)
    assert seen.own_radius_mm == 8.0


def test_where_slices_are_outshone_they_are_looked_at_as_they_will_be_segmented() -> None:
    """On the scale of the whole cine, which a slice that is not looked at may set."""
    frames = np.random.default_rng(1).uniform(0, 100, (3, 7, 32, 32)).astype(np.float32)
    frames[:, 0, :3] *= 50
    cine, grid = Cine(frames, np.diag([-1.5, -1.5, 8, 1])), Grid(1.5, 32, 32)
    some = some_slices(cine)
    assert 0 not in some.chosen.slices
    every = prepare_images(cine, grid).reshape(3, 7, 32, 32)
    expected = every[np.ix_(some.chosen.frames, some.chosen.slices)].reshape(-1, 1, 32, 32)
    np.testing.assert_array_equal(some.images(grid), expected)
    assert some.images(grid).max() < 0.05
    frames[:, 0, :3] /= 50
    assert some_slices(Cine(frames, cine.ijk_to_ras)).images(grid).max() == 1
