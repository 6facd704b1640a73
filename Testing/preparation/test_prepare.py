"""The way in and the way out of the network use the same grid."""

from __future__ import annotations

import numpy as np
import pytest

from LVSegULib.cine import Cine
from LVSegULib.preparation.grid import Grid
from LVSegULib.preparation.intensity import scale_intensities
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
    scaled = scale_intensities(cine.frames, (1.3, 1.2))
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
