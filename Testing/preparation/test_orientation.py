"""Slices are turned into the usual view by their geometry, and labels are turned back."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from LVSegULib.cine import Cine
from LVSegULib.preparation.grid import Grid
from LVSegULib.preparation.orientation import EVERY_ORIENTATION, Orientation, usual_orientation
from LVSegULib.preparation.prepare import prepare_images, prepare_targets, restore_labels
from LVSegULib.quality.view import on_grid

# Directions of a real adult short-axis cine (RAS): columns to the left and back, rows down.
USUAL = np.array([[-0.77, 0.15, -0.62, 0], [-0.62, -0.41, 0.67, 0], [0.16, -0.9, -0.41, 0], [0, 0, 0, 1.0]])
GRID = Grid(1.5, 64, 64)


def stored(swap: bool, mirror_rows: bool, mirror_columns: bool) -> Cine:
    """The same heart in the same place of space, with its pixels stored in another order."""
    frames = np.random.default_rng(3).random((1, 2, 40, 48), dtype=np.float32)
    matrix = USUAL @ np.diag([1.25, 1.75, 8.0, 1.0])
    if mirror_columns:
        frames, matrix = (
            frames[..., ::-1],
            matrix @ np.array([[-1, 0, 0, 47], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1.0]]),
        )
    if mirror_rows:
        frames, matrix = (
            frames[..., ::-1, :],
            matrix @ np.array([[1, 0, 0, 0], [0, -1, 0, 39], [0, 0, 1, 0], [0, 0, 0, 1.0]]),
        )
    if swap:
        frames, matrix = frames.swapaxes(-1, -2), matrix[:, [1, 0, 2, 3]]
    return Cine(np.ascontiguousarray(frames), matrix)


@pytest.mark.parametrize("choice", list(product((False, True), repeat=3)))
def test_however_pixels_are_stored_the_network_sees_the_same(choice: tuple[bool, bool, bool]) -> None:
    np.testing.assert_allclose(
        prepare_images(stored(*choice), GRID), prepare_images(stored(False, False, False), GRID), atol=1e-5
    )


@pytest.mark.parametrize("choice", list(product((False, True), repeat=3)))
def test_labels_come_back_in_the_order_of_the_input(choice: tuple[bool, bool, bool]) -> None:
    cine = stored(*choice)
    labels = (cine.frames > np.quantile(cine.frames, 0.5)).astype(np.uint8)
    labels[..., :3, :], labels[..., :, :5] = 0, 1
    coarse = np.kron(labels[..., ::8, ::8], np.ones((8, 8), np.uint8))[..., : labels.shape[-2], : labels.shape[-1]]
    logits = prepare_targets(coarse, cine, (1,), GRID) - 0.5
    restored = restore_labels(logits, cine, (1,), GRID)
    assert np.count_nonzero(restored != coarse) < 0.08 * coarse.size  # at the borders of 8-pixel blocks only


def test_the_usual_view_is_left_alone() -> None:
    assert usual_orientation(USUAL) == Orientation()


def test_a_plain_axial_matrix_in_lps_order_is_left_alone() -> None:
    assert usual_orientation(np.diag([-1.4, -1.4, 10.0, 1.0])) == Orientation()
    assert usual_orientation(np.diag([-1.4, 1.4, 10.0, 1.0])) == Orientation(mirror_rows=True)  # as NIfTI stores it


@pytest.mark.parametrize("columns_towards", [(-1.0, 0.0, 0.0), (0.0, -1.0, 0.0)])
def test_columns_to_the_left_or_to_the_back_and_rows_down_are_left_alone(columns_towards: tuple[float, ...]) -> None:
    matrix = np.eye(4)
    matrix[:3, 0], matrix[:3, 1] = columns_towards, (0, 0, -1)
    assert usual_orientation(matrix) == Orientation()
    matrix[:3, 0] *= -1
    assert usual_orientation(matrix) == Orientation(mirror_columns=True)


def test_a_scan_turned_by_a_quarter_is_turned_back() -> None:
    # columns run down, rows to the right and forward, as in one of the Sunnybrook patients
    turned = np.array([[0.10, 0.73, -0.67, 0], [-0.35, 0.66, 0.67, 0], [-0.93, -0.16, -0.32, 0], [0, 0, 0, 1.0]])
    orientation = usual_orientation(turned)
    assert orientation == Orientation(swap=True, mirror_rows=False, mirror_columns=True)
    view = orientation.apply(np.arange(6, dtype=np.float32).reshape(2, 3))
    assert view.tolist() == [[3, 0], [4, 1], [5, 2]]  # a quarter turn clockwise, not mirrored


@pytest.mark.parametrize("first", EVERY_ORIENTATION)
@pytest.mark.parametrize("second", EVERY_ORIENTATION)
def test_one_orientation_after_another_is_one(first: Orientation, second: Orientation) -> None:
    images = np.arange(12, dtype=np.float32).reshape(1, 3, 4)
    np.testing.assert_array_equal(first.then(second).apply(images), second.apply(first.apply(images)))


@pytest.mark.parametrize("orientation", EVERY_ORIENTATION)
def test_a_step_goes_the_way_of_the_slices(orientation: Orientation) -> None:
    slices = np.zeros((9, 9), np.float32)
    slices[4 + 1, 4 + 3] = 1
    assert tuple(np.argwhere(orientation.apply(slices))[0] - 4) == orientation.step((1, 3))


def test_half_of_the_orientations_mirror() -> None:
    quarter = Orientation(swap=True, mirror_rows=True)
    turns = {Orientation(), quarter, quarter.then(quarter), quarter.then(quarter).then(quarter)}
    assert {one for one in EVERY_ORIENTATION if not one.is_mirrored} == turns and len(turns) == 4


@pytest.mark.parametrize("turn", EVERY_ORIENTATION)
@pytest.mark.parametrize("choice", [(False, False, False), (True, False, True)])
def test_through_a_turned_grid_the_same_place_is_seen_turned(
    turn: Orientation, choice: tuple[bool, bool, bool]
) -> None:
    cine = stored(*choice)
    labels = (cine.frames > 0.8).astype(np.uint8)
    grid = Grid(1.5, 24, 24, centre_mm=(6.0, -9.0))
    seen = grid.turned(turn)
    np.testing.assert_allclose(prepare_images(cine, seen), turn.apply(prepare_images(cine, grid)), atol=1e-6)
    logits = prepare_targets(labels, cine, (1,), grid) - np.float32(0.5)
    restored = restore_labels(logits, cine, (1,), grid)
    np.testing.assert_array_equal(restore_labels(turn.apply(logits), cine, (1,), seen), restored)
    mask = cine.frames > 0.5
    odd = Grid(1.6, 23, 23, centre_mm=(6.1, -8.9))  # where no pixel lies half way between two others
    np.testing.assert_array_equal(on_grid(mask, cine, odd.turned(turn)), turn.apply(on_grid(mask, cine, odd)))
