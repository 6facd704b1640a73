"""Thickness of the wall, against rings whose radii are known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from LVSegULib.measures.wall import _at_zero, _length_of_a_crossing, wall_of_beat, wall_of_frame, wall_of_slice
from Testing.ring_hearts import CENTRE_MM, SPACING_MM, a_ring

PIXEL_MM = SPACING_MM[1:]


def shifted_centres() -> list[tuple[float, float]]:
    """Centres at any place between the pixels."""
    shifts = np.random.default_rng(0).uniform(-1, 1, (4, 2))
    return [(CENTRE_MM[0] + j, CENTRE_MM[1] + i) for j, i in shifts]


@pytest.mark.parametrize("pixel_mm", [(1.0, 1.0), (1.5, 1.5), (1.2, 1.8), (2.5, 2.5)])
@pytest.mark.parametrize(("radius_mm", "wall_mm"), [(24.0, 5.0), (24.0, 9.0), (15.0, 12.0), (12.0, 18.0)])
def test_a_ring_is_as_thick_as_its_radii_say(pixel_mm: tuple[float, float], radius_mm: float, wall_mm: float) -> None:
    size = round(150 / min(pixel_mm))
    for centre_mm in shifted_centres():
        found = wall_of_slice(a_ring(radius_mm, wall_mm, pixel_mm, size, centre_mm), pixel_mm)
        assert found is not None
        assert found.mean_mm == pytest.approx(wall_mm, abs=0.25 * np.mean(pixel_mm))
        assert found.largest_mm == pytest.approx(wall_mm, abs=0.6 * np.mean(pixel_mm))


@pytest.mark.parametrize(("pixel", "least", "most"), [(1.4, 0.0, 0.12), (2.0, 0.05, 0.25), (3.0, 0.2, 0.7)])
def test_a_wall_of_6_mm_reads_too_thick_in_coarse_pixels(pixel: float, least: float, most: float) -> None:
    """As the documents say: 0.06 mm in pixels of 1.4 mm, 0.15 mm in those of 2 mm, 0.3 to 0.5 mm in those of 3 mm."""
    random = np.random.default_rng(2)
    errors = []
    for radius_mm in 20 * [8.0, 10.0]:
        centre_mm = np.add(CENTRE_MM, random.uniform(-pixel / 2, pixel / 2, 2))
        found = wall_of_slice(a_ring(radius_mm, 6.0, (pixel, pixel), centre_mm=centre_mm), (pixel, pixel))
        assert found is not None
        errors.append(found.mean_mm - 6)
    assert least < np.mean(errors) < most


def test_there_is_no_bias_over_many_rings() -> None:
    random = np.random.default_rng(1)
    errors = []
    for _ in range(40):
        radius_mm, wall_mm = random.uniform(15, 28), random.uniform(5, 14)
        found = wall_of_slice(
            a_ring(radius_mm, wall_mm, centre_mm=np.add(CENTRE_MM, random.uniform(-1, 1, 2))), PIXEL_MM
        )
        assert found is not None
        errors.append(found.mean_mm - wall_mm)
    assert abs(np.mean(errors)) < 0.1  # a fifteenth of a pixel
    assert np.std(errors) < 0.15


@pytest.mark.parametrize("degrees", [0, 30, 90, 200])
def test_a_thick_septum_is_found_wherever_it_lies(degrees: float) -> None:
    shift_mm = 5 * np.array([np.sin(np.radians(degrees)), np.cos(np.radians(degrees))])
    found = wall_of_slice(a_ring(20.0, 10.0, epi_shift_mm=shift_mm), PIXEL_MM)
    assert found is not None
    assert found.largest_mm == pytest.approx(15, abs=0.6)  # 10 + 5 mm on that side
    # Area over length of the centreline: between circles of 20 and 30 mm, an ellipse of half axes 25 and 24.87 mm.
    area_mm2, half_axes = np.pi * (30**2 - 20**2), (25, math.sqrt(25**2 - 2.5**2))
    assert found.mean_mm == pytest.approx(area_mm2 / (np.pi * sum(half_axes)), abs=0.25)


def a_ring_of_four_bulges(pixel_mm: tuple[float, float], degrees: float) -> np.ndarray:
    """A cavity of 20 mm in a wall of 10 mm that is 3 mm thicker in four directions, thinner between them."""
    j, i = (np.indices((96, 96)) - 47.3) * np.reshape(pixel_mm, (2, 1, 1))
    radius_mm, angle = np.hypot(j, i), np.arctan2(j, i) - np.radians(degrees)
    return np.where(radius_mm < 20, 1, np.where(radius_mm < 30 + 3 * np.cos(4 * angle), 2, 0))


@pytest.mark.parametrize("pixel_mm", [(1.5, 1.5), (1.0, 1.6)])
def test_a_wall_is_as_thick_whichever_way_the_heart_lies(pixel_mm: tuple[float, float]) -> None:
    straight, turned = (wall_of_slice(a_ring_of_four_bulges(pixel_mm, degrees), pixel_mm) for degrees in (0, 45))
    assert straight is not None and turned is not None
    assert straight.mean_mm == pytest.approx(turned.mean_mm, abs=0.1)
    # A running mean of 3 pixels (sigma) takes some of a bulge that comes back every 2 pi 25 mm / 4.
    kept = math.exp(-((4 * 3 * np.mean(pixel_mm) / 25) ** 2) / 2)
    assert straight.largest_mm == pytest.approx(10 + 3 * kept, abs=0.22)


@pytest.mark.parametrize("pixel_mm", [(1.5, 1.5), (1.0, 1.6), (1.6, 1.0)])
def test_the_crossings_of_a_circle_and_the_grid_make_its_length(pixel_mm: tuple[float, float]) -> None:
    j, i = (np.indices((96, 96)) - 47.3) * np.reshape(pixel_mm, (2, 1, 1))
    from_circle_mm = np.hypot(j, i) - 20
    (length_mm,) = _at_zero(from_circle_mm, _length_of_a_crossing(from_circle_mm, pixel_mm)[None])
    assert length_mm.sum() == pytest.approx(2 * np.pi * 20, rel=0.025)


def test_a_thin_wall_is_not_lost() -> None:
    found = wall_of_slice(a_ring(24.0, 2.0), PIXEL_MM)  # one and a third pixels
    assert found is not None
    assert found.mean_mm == pytest.approx(2, abs=0.4)


def test_papillary_muscles_belong_to_the_cavity() -> None:
    ring = a_ring(20.0, 10.0)
    muscle = ring.copy()
    muscle[40:44, 50:54] = 2
    assert (ring[40:44, 50:54] == 1).all()
    assert wall_of_slice(muscle, PIXEL_MM) == wall_of_slice(ring, PIXEL_MM)


def test_other_structures_do_not_count() -> None:
    ring = a_ring(20.0, 10.0)
    among_others = ring.copy()
    among_others[2:8, 2:8] = 2
    among_others[(ring == 0) & (np.arange(96) < 40)] = 3
    assert wall_of_slice(among_others, PIXEL_MM) == wall_of_slice(ring, PIXEL_MM)


def open_to_the_background() -> np.ndarray:
    ring = a_ring(20.0, 10.0)
    ring[41, 56:][ring[41, 56:] == 2] = 0
    return ring


def open_to_the_right_ventricle() -> np.ndarray:
    ring = a_ring(20.0, 10.0)
    ring[41, :56][ring[41, :56] == 2] = 3
    return ring


def cut_by_the_edge() -> np.ndarray:
    return a_ring(20.0, 10.0)[:, 46:]


def two_rings() -> np.ndarray:
    one = a_ring(8.0, 6.0, centre_mm=(30.0, 40.0))
    return np.maximum(one, a_ring(8.0, 6.0, centre_mm=(100.0, 100.0)))


def only_a_cavity() -> np.ndarray:
    return a_ring(20.0, 0.0)


def only_a_myocardium() -> np.ndarray:
    return np.where(a_ring(20.0, 10.0) > 0, 2, 0)


@pytest.mark.parametrize(
    "make",
    [
        open_to_the_background,
        open_to_the_right_ventricle,
        cut_by_the_edge,
        two_rings,
        only_a_cavity,
        only_a_myocardium,
    ],
)
def test_what_is_no_closed_ring_is_not_measured(make: object) -> None:
    assert callable(make)
    assert wall_of_slice(make(), PIXEL_MM) is None


def test_a_cavity_of_one_pixel_is_measured() -> None:
    ring = a_ring(0.1, 12.0, centre_mm=(60.0, 84.0))
    assert np.count_nonzero(ring == 1) == 1
    found = wall_of_slice(ring, PIXEL_MM)
    assert found is not None
    assert found.mean_mm == pytest.approx(12, abs=1.0)


def test_the_apex_and_open_slices_are_left_out() -> None:
    walls_mm = (10, 10, 10, 8, 8, 8, 30, 30, 30)  # the apex, cut at an angle, looks thick
    labels = np.stack([a_ring(15.0, wall_mm) for wall_mm in walls_mm])
    wall = wall_of_frame(labels, SPACING_MM, base_first=True)
    assert (wall.slices, wall.mean_mm) == (6, pytest.approx(9, abs=0.2))  # slices count alike
    assert wall.largest_mm == pytest.approx(10, abs=0.9)  # that of the thickest slice
    turned = wall_of_frame(labels[::-1], SPACING_MM, base_first=False)
    assert turned == pytest.approx(wall)
    labels[0] = open_to_the_background()
    wall = wall_of_frame(labels, SPACING_MM, base_first=True)
    assert (wall.slices, wall.mean_mm) == (5, pytest.approx((2 * 10 + 3 * 8) / 5, abs=0.2))


def test_nothing_to_measure() -> None:
    wall = wall_of_frame(np.zeros((4, 20, 20), np.uint8), SPACING_MM, base_first=True)
    assert math.isnan(wall.mean_mm) and math.isnan(wall.largest_mm) and wall.slices == 0


def test_the_base_is_found_and_each_frame_has_its_own_slices() -> None:
    radii_mm = (24, 24, 22, 20, 16, 12)
    ed = np.stack([a_ring(radius_mm, 8.0) for radius_mm in radii_mm])
    es = np.stack([a_ring(radius_mm - 8.0, 12.0) for radius_mm in radii_mm])
    es[0] = 0  # the base has moved out of the first slice
    ed[4:], es[4:] = [a_ring(radius_mm, 25.0) for radius_mm in (10, 8)], [a_ring(4.0, 25.0)] * 2
    ed, es = (np.pad(frame, ((5, 0), (0, 0), (0, 0))) for frame in (ed, es))  # slices above the base
    for step in (1, -1):
        of_ed, of_es = wall_of_beat(ed[::step], es[::step], SPACING_MM)
        assert (of_ed.slices, of_es.slices) == (4, 3)  # of six: 2 + 2; of five: 2 + 1
        assert of_ed.mean_mm == pytest.approx(8, abs=0.2)
        assert of_es.mean_mm == pytest.approx(12, abs=0.2)
