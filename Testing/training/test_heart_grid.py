"""Hearts of people, of mice and off the middle: what their drawn cavities say of the grid."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from LVSegULib.cine import Cine
from LVSegULib.preparation.grid import Grid
from LVSegULib.training.heart_grid import Heart, drawn_heart, grids_of

OWN = Grid(1.5, 128, 128)


def a_disc(radius_mm: float, centre_mm: tuple[float, float], pixel_mm: float) -> tuple[Cine, NDArray[np.uint8]]:
    """Four slices of 200 x 160 pixels: two with a disc of the radius, one with half of it, one empty."""
    rows = (np.arange(200) - 99.5)[:, None] * pixel_mm - centre_mm[0]
    columns = (np.arange(160) - 79.5) * pixel_mm - centre_mm[1]
    far = np.hypot(rows, columns)
    labels = np.stack([far < radius_mm, far < radius_mm, far < radius_mm / 2, far < 0])[None].astype(np.uint8)
    return Cine(labels.astype(np.float32), np.diag([-pixel_mm, -pixel_mm, 8.0, 1.0])), labels


@pytest.mark.parametrize(
    ("radius_mm", "centre_mm", "pixel_mm"),
    [(25.0, (-10.0, 31.0), 1.4), (2.1, (3.0, -2.2), 0.12), (25.0, (0.0, 0.0), 1.0)],
)
def test_a_drawn_cavity_is_measured_in_mid_ventricle(
    radius_mm: float, centre_mm: tuple[float, float], pixel_mm: float
) -> None:
    cine, labels = a_disc(radius_mm, centre_mm, pixel_mm)
    heart = drawn_heart(cine, labels, OWN)
    assert heart is not None
    assert heart.radius_mm == pytest.approx(radius_mm, rel=0.02)
    assert heart.centre_mm == pytest.approx(centre_mm, abs=pixel_mm / 4)


def test_a_heart_is_as_large_in_one_file_of_a_beat_as_in_a_file_for_each_frame() -> None:
    """ED of 2 mm, ES of 1.2 mm and a frame that nobody drew: the largest counts."""
    (ed, drawn), (es, drawn_es) = (a_disc(radius_mm, (0.0, 0.0), 0.12) for radius_mm in (2.0, 1.2))
    beat = Cine(np.concatenate([es.frames, ed.frames, es.frames]), ed.ijk_to_ras)
    both = drawn_heart(beat, np.concatenate([drawn_es, drawn, drawn_es * 0]), OWN)
    alone = drawn_heart(ed, drawn, OWN)
    assert both is not None
    assert alone is not None
    assert both.radius_mm == alone.radius_mm


def test_where_nothing_is_drawn_there_is_no_heart() -> None:
    cine, labels = a_disc(20.0, (0.0, 0.0), 1.4)
    assert drawn_heart(cine, labels * 0, OWN) is None
    assert drawn_heart(cine, labels * 2, OWN) is None  # myocardium only
    assert grids_of([None, None], OWN) == [OWN, OWN]


def test_people_are_learnt_through_the_models_own_grid() -> None:
    """A child at ES of 9.8 mm beside its ED of 15 mm, and the largest adult of the public sets, 39.7 mm."""
    assert grids_of([Heart(15.0, (5.0, 0.0)), Heart(9.8, (5.0, 0.0))], OWN) == [OWN, OWN]
    assert grids_of([Heart(39.7, (20.0, -30.0))], OWN) == [OWN]


def test_a_mouse_is_brought_to_a_persons_size_in_the_middle() -> None:
    """2.2 mm for 22 mm: pixels a tenth as large, at ES as at ED."""
    ed, es, blank = grids_of([Heart(2.2, (3.0, -1.0)), Heart(1.1, (2.0, -1.0)), None], OWN)
    assert (ed.spacing_mm, es.spacing_mm) == (pytest.approx(0.15), pytest.approx(0.15))
    assert (ed.centre_mm, es.centre_mm) == (pytest.approx((3.0, -1.0)), pytest.approx((2.0, -1.0)))
    assert blank == ed


def test_a_model_for_mice_learns_them_through_its_own_grid() -> None:
    """192 mm / 11 wide: a mouse of 2 mm is what a person of 22 mm is to people's models."""
    mice = Grid(1.5 / 11, 128, 128)
    assert grids_of([Heart(2.0, (0.5, 0.0))], mice) == [mice]
    (person,) = grids_of([Heart(22.0, (0.0, 0.0))], mice)
    assert person.spacing_mm == pytest.approx(1.5)


def test_a_heart_at_the_edge_is_learnt_whole() -> None:
    (grid,) = grids_of([Heart(25.0, (-10.0, 75.0))], OWN)
    assert (grid.spacing_mm, grid.centre_mm) == (1.5, (-10.0, 75.0))


def test_the_whole_image_is_looked_at_whatever_the_shape_of_the_grid() -> None:
    cine, labels = a_disc(2.1, (3.0, 7.5), 0.12)
    heart = drawn_heart(cine, labels, Grid(1.5, 128, 64))
    assert heart is not None
    assert heart.radius_mm == pytest.approx(2.1, rel=0.02)
    assert heart.centre_mm == pytest.approx((3.0, 7.5), abs=0.03)


def test_three_quarters_of_the_slices_with_a_cavity_are_no_wider() -> None:
    """Radii of 10, 14, 18, 22 and 26 mm, and as many slices without a cavity, which do not count."""
    rows, columns = np.mgrid[:80, :80] - 39.5
    radii_mm = np.array([10, 14, 18, 22, 26, 0, 0, 0, 0, 0])
    labels = (np.hypot(rows, columns) < radii_mm[:, None, None])[None].astype(np.uint8)
    heart = drawn_heart(Cine(labels.astype(np.float32), np.diag([-1.0, -1.0, 8.0, 1.0])), labels, OWN)
    assert heart is not None
    assert heart.radius_mm == pytest.approx(22, rel=0.02)
