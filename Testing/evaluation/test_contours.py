"""Contours of masks, and distances to polygons, against geometry."""

from __future__ import annotations

import numpy as np
import pytest

from LVSegULib.errors import InputError
from LVSegULib.evaluation.contours import (
    average_perpendicular_distance_mm,
    distances_to_polygon,
    outer_contour,
    polygon_area,
)


def a_circle(radius: float, points: int = 400, centre: tuple[float, float] = (0.0, 0.0)) -> np.ndarray:
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
    return np.column_stack([centre[0] + radius * np.cos(angle), centre[1] + radius * np.sin(angle)])


def a_disc(radius: float, size: int = 80, centre: tuple[float, float] = (40.0, 40.0)) -> np.ndarray:
    j, i = np.mgrid[:size, :size]
    return (i - centre[0]) ** 2 + (j - centre[1]) ** 2 <= radius**2


def test_the_contour_of_one_pixel_is_a_diamond_round_its_centre() -> None:
    mask = np.zeros((5, 7), bool)
    mask[2, 4] = True
    assert {tuple(point) for point in outer_contour(mask)} == {(4.5, 2.0), (3.5, 2.0), (4.0, 1.5), (4.0, 2.5)}


def test_the_contour_of_a_box_runs_half_a_pixel_outside_its_centres() -> None:
    mask = np.zeros((8, 9), bool)
    mask[2:5, 3:7] = True
    contour = outer_contour(mask)
    assert contour.min(axis=0).tolist() == [2.5, 1.5] and contour.max(axis=0).tolist() == [6.5, 4.5]
    assert abs(polygon_area(contour)) == 3 * 4 - 4 / 8  # the box without a triangle of 1/8 at each corner


def test_a_mask_at_the_edge_of_the_image_has_a_closed_contour() -> None:
    assert abs(polygon_area(outer_contour(np.ones((4, 6), bool)))) == 4 * 6 - 4 / 8


@pytest.mark.parametrize("radius", [6.0, 12.3, 25.0])
def test_the_contour_of_a_disc_has_its_radius(radius: float) -> None:
    distance = np.linalg.norm(outer_contour(a_disc(radius)) - 40, axis=1)
    assert distance.mean() == pytest.approx(radius, abs=0.15)
    assert np.abs(distance - radius).max() < 0.75


def test_the_contour_is_that_of_the_largest_piece_without_its_hole() -> None:
    mask = a_disc(20) & ~a_disc(8)
    mask |= a_disc(3, centre=(70.0, 70.0))
    assert np.array_equal(np.unique(outer_contour(mask), axis=0), np.unique(outer_contour(a_disc(20)), axis=0))


def test_an_empty_mask_has_an_empty_contour() -> None:
    assert outer_contour(np.zeros((4, 4), bool)).shape == (0, 2)


@pytest.mark.parametrize("seed", range(6))
def test_contours_of_noise_close_and_run_between_inside_and_outside(seed: int) -> None:
    mask = np.random.default_rng(seed).random((12, 15)) < 0.5
    contour = outer_contour(mask)
    steps = np.linalg.norm(contour - np.roll(contour, -1, axis=0), axis=1)
    assert set(np.round(steps, 6)) <= {1.0, round(0.5**0.5, 6)}
    padded = np.pad(mask, 1)
    for i, j in contour + 1:
        ends = padded[[int(np.floor(j)), int(np.ceil(j))], [int(np.floor(i)), int(np.ceil(i))]]
        assert sorted(ends.tolist()) == [False, True]


def test_polygon_area_of_a_triangle() -> None:
    triangle = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 3.0]])
    assert (polygon_area(triangle), polygon_area(triangle[::-1])) == (6, -6)


def test_distance_to_a_square_is_perpendicular_beside_it_and_to_the_corner_beyond() -> None:
    square = np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0]])
    points = np.array([[5.0, -2.0], [5.0, 4.0], [13.0, 14.0], [10.0, 7.0], [-1.0, 5.0], [0.5, -2.0]])
    assert distances_to_polygon(points, square) == pytest.approx([2, 4, 5, 0, 1, 2])


def test_a_polygon_may_repeat_a_corner() -> None:
    square = np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0], [0.0, 0.0]])
    assert distances_to_polygon(np.array([[12.0, 5.0]]), square) == pytest.approx([2])


def test_apd_of_concentric_circles_is_the_difference_of_their_radii() -> None:
    apd_mm = average_perpendicular_distance_mm(a_circle(13), a_circle(10), (1.0, 1.0))
    assert apd_mm == pytest.approx(3, abs=1e-3)


def test_apd_does_not_depend_on_how_densely_the_expert_drew() -> None:
    coarse = average_perpendicular_distance_mm(a_circle(13), a_circle(10, points=60), (1.0, 1.0))
    assert coarse == pytest.approx(3, abs=0.02)


def test_apd_is_in_millimetres_along_each_axis() -> None:
    square = np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0]])
    beside, below = np.array([[12.0, 5.0]]), np.array([[5.0, 12.0]])
    assert average_perpendicular_distance_mm(beside, square, (1.5, 0.8)) == pytest.approx(3.0)
    assert average_perpendicular_distance_mm(below, square, (1.5, 0.8)) == pytest.approx(1.6)


def test_apd_of_a_mask_to_its_own_outline_is_below_half_a_pixel() -> None:
    apd_mm = average_perpendicular_distance_mm(outer_contour(a_disc(15)), a_circle(15, centre=(40, 40)), (1.0, 1.0))
    assert apd_mm < 0.5


def test_apd_between_two_label_maps_is_low_by_a_fifth_of_a_pixel() -> None:
    """Discs whose radii differ by 5, their centres anywhere between pixels."""
    random = np.random.default_rng(0)
    found = []
    for _ in range(20):
        row, column = 40 + random.uniform(-0.5, 0.5, 2)
        distance = np.hypot(*np.ogrid[-row : 80.5 - row, -column : 80.5 - column])
        inner, outer = outer_contour(distance < 20), outer_contour(distance < 25)
        found.append(average_perpendicular_distance_mm(inner, outer, (1.0, 1.0)))
    assert np.mean(found) == pytest.approx(5 - 0.18, abs=0.04)


def test_a_contour_without_points_is_refused() -> None:
    for contour, manual in ((np.zeros((0, 2)), a_circle(10)), (a_circle(10), np.zeros((0, 2)))):
        with pytest.raises(InputError, match="without points"):
            average_perpendicular_distance_mm(contour, manual, (1.0, 1.0))


@pytest.mark.parametrize(
    ("point", "distance"),
    [
        ((0.0, 0.0), 2.4),  # twice the area of a triangle of 3 by 4 by its longest side, 12 / 5
        ((1.6, 4.3), 2.0),  # 2 (0.6, 0.8) from (0.4, 2.7), which lies at nine tenths of a side
        ((-2.0, -1.5), 0.0),  # the middle of a side
        ((7.0, 0.0), 3.0),
        ((0.0, -5.0), 2.0),
    ],
)
def test_distance_to_the_slanting_sides_of_a_rhombus(point: tuple[float, float], distance: float) -> None:
    rhombus = np.array([[4.0, 0.0], [0.0, 3.0], [-4.0, 0.0], [0.0, -3.0]])
    assert distances_to_polygon(np.array([point]), rhombus) == pytest.approx([distance])
    pixel_mm = np.array([2.0, 0.5])
    assert average_perpendicular_distance_mm(
        np.array([point]) / pixel_mm, rhombus / pixel_mm, pixel_mm.tolist()
    ) == pytest.approx(distance)
