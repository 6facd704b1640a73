"""A map lies where the image lies: a bright dot is found at the same point in RAS in every layer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import center_of_mass as centre_of_mass

from LVSegULib.cine import Cine
from LVSegULib.engines.base import open_engine
from LVSegULib.modelfolder.folder import find_model
from LVSegULib.network.config import level_of
from LVSegULib.preparation.grid import Grid
from LVSegULib.preparation.orientation import EVERY_ORIENTATION, Orientation
from LVSegULib.preparation.prepare import prepare_images
from LVSegULib.reading import read_cine
from LVSegULib.segmentation.fitting import fitting_grid
from LVSegULib.visualization.filters import layers_of
from LVSegULib.visualization.inspector import open_inspector
from LVSegULib.visualization.registration import grid_seen, map_grid, map_ijk_to_ras
from Testing.visualization import networks

DOT = (1, 21, 9)  # slice, row, column


def oblique(signs: tuple[int, int], *, is_swapped: bool) -> NDArray[np.float64]:
    """A matrix with pixels of 2 x 1.5 mm and slices 8 mm apart, at an angle, its axes mirrored and swapped or not."""
    towards_left, towards_feet = np.array([-0.6, -0.8, 0.0]), np.array([0.0, 0.0, -1.0])
    column, row = signs[0] * towards_left, signs[1] * towards_feet
    if is_swapped:
        column, row = row, column
    matrix = np.eye(4)
    matrix[:3, :3] = np.stack([2.0 * column, 1.5 * row, 8.0 * np.cross(towards_left, towards_feet)], 1)
    matrix[:3, 3] = 30, -20, 50
    return matrix


@pytest.fixture(
    params=[((1, 1), False), ((-1, 1), False), ((1, -1), True), ((-1, -1), True)],
    ids=["usual", "mirrored", "swapped", "swapped and mirrored"],
)
def a_cine_with_a_bright_dot(request: pytest.FixtureRequest) -> Cine:
    signs, is_swapped = request.param
    frames = np.zeros((1, 3, 30, 26), np.float32)
    k, row, column = DOT
    frames[0, k, row - 2 : row + 3, column - 2 : column + 3] = 1000
    return Cine(frames, oblique(signs, is_swapped=is_swapped), name="dot")


def test_a_dot_is_found_at_its_point_in_space_in_every_layer(a_cine_with_a_bright_dot: Cine, tmp_path: Path) -> None:
    cine, grid = a_cine_with_a_bright_dot, Grid(1.5, 32, 32)
    expected = (cine.ijk_to_ras @ [DOT[2], DOT[1], DOT[0], 1])[:3]
    inspector = open_inspector(networks.a_model(tmp_path / "passing", networks.passing_weights(), grid=grid))
    layers = [name for name in layers_of(networks.TWO_LEVELS) if name != "head"]
    maps = inspector.look(prepare_images(cine, grid), layers).maps
    for name in layers:
        level = level_of(name, 2)
        k, row, column = centre_of_mass(maps[name][:, 0])
        found = (map_ijk_to_ras(cine, grid, level) @ [column, row, k, 1])[:3]
        assert k == DOT[0]
        assert np.linalg.norm(found - expected) <= 1.5 * 2**level, name  # one map pixel


@pytest.mark.parametrize("turn", EVERY_ORIENTATION, ids=str)
def test_a_dot_is_found_there_on_a_grid_that_was_moved_turned_and_made_finer(
    a_cine_with_a_bright_dot: Cine, turn: Orientation, tmp_path: Path
) -> None:
    cine = a_cine_with_a_bright_dot
    grid = Grid(1.2, 40, 32, centre_mm=(4.0, -5.0)).turned(turn)
    expected = (cine.ijk_to_ras @ [DOT[2], DOT[1], DOT[0], 1])[:3]
    inspector = open_inspector(networks.a_model(tmp_path / "passing", networks.passing_weights(), grid=grid))
    maps = inspector.look(prepare_images(cine, grid), ["encoder.0.0", "encoder.1.0"]).maps
    for level, name in enumerate(maps):
        k, row, column = centre_of_mass(maps[name][:, 0])
        found = (map_ijk_to_ras(cine, grid, level) @ [column, row, k, 1])[:3]
        assert np.linalg.norm(found - expected) <= 0.5 * 1.2 * 2**level, name  # half a map pixel


def test_a_heart_the_size_of_a_mouses_is_looked_at_where_it_is_segmented(the_sample_patient: Path) -> None:
    cine = read_cine(the_sample_patient)
    small = replace(cine, ijk_to_ras=cine.ijk_to_ras @ np.diag([1 / 11, 1 / 11, 1, 1]))
    model = find_model("lv")
    grid = grid_seen(small, open_inspector(model, threads=1))
    assert grid.spacing_mm < 0.3
    assert grid == fitting_grid(small, model.spec, open_engine(model, threads=1))


def test_the_middle_of_the_grid_is_the_middle_of_the_image(a_cine_with_a_bright_dot: Cine) -> None:
    cine, grid = a_cine_with_a_bright_dot, Grid(1.5, 32, 32)
    middle = cine.ijk_to_ras @ [(26 - 1) / 2, (30 - 1) / 2, 2, 1]
    for level, side in ((0, 32), (1, 16), (2, 8)):
        matrix = map_ijk_to_ras(cine, grid, level)
        np.testing.assert_allclose(matrix @ [(side - 1) / 2, (side - 1) / 2, 2, 1], middle, atol=1e-9)
        np.testing.assert_allclose(np.linalg.norm(matrix[:3, :2], axis=0), 1.5 * 2**level)
        np.testing.assert_allclose(matrix[:3, 2], cine.ijk_to_ras[:3, 2])


def test_the_pixels_of_a_level_are_twice_as_large_as_those_above() -> None:
    assert map_grid(Grid(1.5, 128, 96), 3) == Grid(12.0, 16, 12)
