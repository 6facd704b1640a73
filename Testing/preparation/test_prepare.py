"""The way in and the way out of the network use the same grid."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from LVSegULib.cine import Cine
from LVSegULib.preparation.grid import Grid
from LVSegULib.preparation.intensity import KINDS, intensity_scaling
from LVSegULib.preparation.orientation import Orientation, usual_orientation
from LVSegULib.preparation.prepare import prepare_images, prepare_targets, restore_labels

GRID = Grid(1.5, 96, 96)


@pytest.fixture
def a_cine_with_two_frames_and_three_slices() -> Cine:
    frames = np.random.default_rng(2).random((2, 3, 100, 120), dtype=np.float32)
    return Cine(frames, np.diag([-1.2, -1.3, 8.0, 1.0]))


def a_disc(cine: Cine, value: int) -> np.ndarray:
    rows, columns = np.mgrid[:100, :120]
    disc = (((rows - 45) * 1.3) ** 2 + ((columns - 70) * 1.2) ** 2 < 25**2) * np.uint8(value)
    return np.broadcast_to(disc, cine.frames.shape).copy()


def test_slices_come_frame_by_frame(a_cine_with_two_frames_and_three_slices: Cine) -> None:
    images = prepare_images(a_cine_with_two_frames_and_three_slices, GRID)
    assert images.shape == (6, 1, 96, 96)
    assert images.min() >= 0
    assert images.max() <= 1


def test_beyond_the_image_it_is_dark(a_cine_with_two_frames_and_three_slices: Cine) -> None:
    images = prepare_images(a_cine_with_two_frames_and_three_slices, Grid(1.5, 128, 128))
    assert not images[..., :20, :].any()  # 100 rows of 1.3 mm are 130 mm of the grid's 192 mm
    assert images[..., 30:98, 30:98].any()


def test_targets_are_the_covered_share_of_each_pixel(a_cine_with_two_frames_and_three_slices: Cine) -> None:
    cine = a_cine_with_two_frames_and_three_slices
    targets = prepare_targets(a_disc(cine, 2), cine, (1, 2), GRID)
    assert targets.shape == (6, 2, 96, 96)
    assert not targets[:, 0].any()
    assert targets[0, 1].sum() * 1.5**2 == pytest.approx(np.pi * 25**2, rel=0.01)


def test_targets_as_logits_come_back_as_the_labels_they_were(a_cine_with_two_frames_and_three_slices: Cine) -> None:
    cine = a_cine_with_two_frames_and_three_slices
    labels = a_disc(cine, 3)
    labels[1, 2] = 0
    logits = 10 * (prepare_targets(labels, cine, (1, 3), GRID) - 0.5)
    restored = restore_labels(logits, cine, (1, 3), GRID)
    assert restored.shape == labels.shape
    assert restored.dtype == np.uint8
    assert not restored[1, 2].any()
    assert np.count_nonzero(restored != labels) < 0.03 * np.count_nonzero(labels)


def test_beyond_the_grid_is_background(a_cine_with_two_frames_and_three_slices: Cine) -> None:
    cine = a_cine_with_two_frames_and_three_slices
    grid = Grid(1.5, 32, 32)
    restored = restore_labels(np.ones((6, 1, 32, 32), np.float32), cine, (1,), grid)
    # 48 mm of 1.3 mm rows and 1.2 mm columns
    assert restored[0, 0].any(axis=1).sum() == pytest.approx(48 / 1.3, abs=1.01)
    assert restored[0, 0].any(axis=0).sum() == pytest.approx(48 / 1.2, abs=1.01)


def test_a_logit_of_zero_is_background(a_cine_with_two_frames_and_three_slices: Cine) -> None:
    assert not restore_labels(
        np.zeros((6, 2, 96, 96), np.float32), a_cine_with_two_frames_and_three_slices, (1, 2), GRID
    ).any()


def test_every_frame_is_scaled_by_the_limits_of_the_whole_cine(a_cine_with_two_frames_and_three_slices: Cine) -> None:
    cine = a_cine_with_two_frames_and_three_slices
    cine.frames[1] *= 0.5
    images = prepare_images(cine, GRID).reshape(2, 3, 96, 96)
    scaled = intensity_scaling(cine.frames, (1.3, 1.2))(cine.frames)
    assert images[0].mean() / images[1].mean() == pytest.approx(scaled[0].mean() / scaled[1].mean(), rel=0.01)


def test_both_ways_report_every_frame(a_cine_with_two_frames_and_three_slices: Cine) -> None:
    cine, shares = a_cine_with_two_frames_and_three_slices, list[float]()
    prepare_images(cine, GRID, shares.append)
    assert shares == [0.5, 1.0]
    shares.clear()
    restore_labels(np.ones((6, 1, 96, 96), np.float32), cine, (1,), GRID, shares.append)
    assert shares == [0.5, 1.0]


def test_the_largest_logit_wins_and_the_first_of_equals(a_cine_with_two_frames_and_three_slices: Cine) -> None:
    logits = np.full((6, 3, 96, 96), -1, np.float32)
    logits[:2] = np.array([1, 2, 2], np.float32)[:, None, None]
    logits[2:4] = np.array([-3, -2, 0.5], np.float32)[:, None, None]
    restored = restore_labels(logits, a_cine_with_two_frames_and_three_slices, (1, 2, 3), GRID)
    assert [sorted(np.unique(one)) for one in restored.reshape(6, 100, 120)[:, 20:80, 20:100]] == [
        *([2], [2], [3], [3]),
        *([0], [0]),
    ]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "clahe"])
def test_the_grid_says_how_intensities_are_scaled(a_cine_with_two_frames_and_three_slices: Cine, kind: str) -> None:
    cine = a_cine_with_two_frames_and_three_slices
    cine.frames[:] *= 800
    same_pixels = Grid(1.2, 8, 8, kind)
    columns_of_the_same_size = Cine(cine.frames, np.diag([-1.2, -1.2, 8.0, 1.0]))
    images = prepare_images(columns_of_the_same_size, same_pixels).reshape(2, 3, 8, 8)
    scale = intensity_scaling(cine.frames, (1.2, 1.2), kind)
    expected = np.stack([scale(frame) for frame in cine.frames])[..., 46:54, 56:64]
    np.testing.assert_allclose(images, expected, atol=1e-5)


LEFT, INFERIOR = np.array([-1.0, 0.0, 0.0]), np.array([0.0, 0.0, -1.0])
DOWN_MM, RIGHT_MM = 18.0, -12.0
"""Where a disc lies from the image's centre in the usual view: 18 mm down and 12 mm to the viewer's left."""


def stored(orientation: Orientation) -> np.ndarray:
    """`ijk_to_ras` of slices that `orientation` brings into the usual view; pixels are 1.3 mm (J) by 1.2 mm (I)."""
    columns = -LEFT if orientation.mirror_columns else LEFT
    rows = -INFERIOR if orientation.mirror_rows else INFERIOR
    i, j = (rows, columns) if orientation.swap else (columns, rows)
    matrix = np.eye(4)
    matrix[:3, 0], matrix[:3, 1], matrix[:3, 2] = 1.2 * i, 1.3 * j, [0, 8, 0]
    return matrix


def a_cine_with_a_disc(orientation: Orientation) -> tuple[Cine, np.ndarray]:
    """A stack of 100 x 120 pixels, and its labels: a disc of 15 mm whose place is told in space, not in pixels."""
    matrix = stored(orientation)
    j, i = np.mgrid[:100, :120]
    from_centre = (i - 59.5)[..., None] * matrix[:3, 0] + (j - 49.5)[..., None] * matrix[:3, 1]
    disc = np.linalg.norm(from_centre - DOWN_MM * INFERIOR - RIGHT_MM * LEFT, axis=-1) < 15
    labels = np.broadcast_to(disc.astype(np.uint8), (1, 2, 100, 120)).copy()
    return Cine(labels.astype(np.float32) * 900 + 50, matrix), labels


@pytest.mark.parametrize("choice", list(product((False, True), repeat=3)))
def test_a_grid_off_the_centre_finds_its_place_however_slices_are_stored(choice: tuple[bool, bool, bool]) -> None:
    orientation = Orientation(*choice)
    cine, labels = a_cine_with_a_disc(orientation)
    assert usual_orientation(cine.ijk_to_ras) == orientation
    grid = Grid(1.5, 40, 32, centre_mm=(DOWN_MM, RIGHT_MM))
    images, targets = prepare_images(cine, grid), prepare_targets(labels, cine, (1,), grid)
    for seen in (images[0, 0], targets[1, 0]):
        row, column = np.argwhere(seen > 0.5).mean(axis=0)
        assert (row, column) == pytest.approx((19.5, 15.5), abs=0.4)  # the middle of 40 rows and 32 columns
    assert targets[0].sum() * 1.5**2 == pytest.approx(np.pi * 15**2, rel=0.02)
    restored = restore_labels(10 * (targets - 0.5), cine, (1,), grid)
    assert np.count_nonzero(restored != labels) < 0.04 * np.count_nonzero(labels)
    row, column = np.argwhere(restored[0, 0]).mean(axis=0) - np.argwhere(labels[0, 0]).mean(axis=0)
    assert max(abs(row), abs(column)) < 0.1
