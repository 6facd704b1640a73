"""What belongs to the heart stays, what does not goes: on discs and rings whose pixels are known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from LVSegULib.errors import InputError
from LVSegULib.segmentation.cleanup import keep_heart
from LVSegULib.segmentation.pieces import pieces_of_each_slice

FRAMES, SLICES, SIZE = 6, 8, 64


def a_disc(row: float, column: float, radius: float, size: int = SIZE) -> np.ndarray:
    j, i = np.mgrid[:size, :size]
    return (j - row) ** 2 + (i - column) ** 2 <= radius**2


def a_beating_heart(frames: int = FRAMES, slices: int = SLICES) -> np.ndarray:
    """Discs that taper to the apex and shrink to mid-beat, with empty slices at both ends."""
    labels = np.zeros((frames, slices, SIZE, SIZE), np.uint8)
    for t in range(frames):
        for k in range(1, slices - 1):
            radius = 12 * (1 - 0.3 * np.sin(np.pi * t / frames)) * (1 - 0.08 * k)
            labels[t, k] = a_disc(30, 30 + 0.5 * k, radius)
    return labels


def test_a_clean_heart_is_left_alone() -> None:
    heart = a_beating_heart()
    before = heart.copy()
    assert np.array_equal(keep_heart(heart), before)
    assert np.array_equal(heart, before)


def test_an_empty_input_comes_back_empty() -> None:
    empty = np.zeros((2, 3, 8, 9), np.uint8)
    cleaned = keep_heart(empty)
    assert cleaned.shape == empty.shape and cleaned.dtype == np.uint8 and not cleaned.any()


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (5, 1), (1, 2), (2, 1)])
def test_one_slice_or_one_frame_works(shape: tuple[int, int]) -> None:
    labels = np.broadcast_to(a_disc(20, 20, 9), (*shape, SIZE, SIZE)).astype(np.uint8)
    stray = labels.copy()
    stray[:, :, 50:53, 50:53] = 1
    assert np.array_equal(keep_heart(stray), labels)


def test_a_stray_blob_larger_than_the_heart_in_its_slice_goes() -> None:
    heart = a_beating_heart()
    labels = heart.copy()
    labels[2, 6] |= a_disc(56, 52, 7)  # the apex has a radius of 4.6 to 6.2
    assert np.array_equal(keep_heart(labels), heart)


def test_a_stray_blob_in_a_slice_without_heart_goes() -> None:
    heart = a_beating_heart()
    labels = heart.copy()
    labels[:, 0] = a_disc(54, 54, 8)
    assert np.array_equal(keep_heart(labels), heart)


def test_a_structure_that_touches_the_heart_in_one_frame_only_goes() -> None:
    heart = a_beating_heart()
    labels = heart.copy()
    labels[:, 3, 28:32, 46:60] = 1
    labels[4, 3, 29:31, 32:46] = 1  # a bridge from the heart to it, in one frame
    cleaned = keep_heart(labels)
    assert not cleaned[:, 3, 28:32, 46:60].any()
    others = [0, 1, 2, 3, 5]
    assert np.array_equal(cleaned[others], heart[others])
    assert (cleaned[4] >= heart[4]).all()


def test_a_structure_that_runs_along_the_heart_and_touches_it_in_one_frame_goes() -> None:
    heart = a_beating_heart()
    labels = heart.copy()
    labels[:, :, 28:32, 46:60] = 1
    labels[4, 3, 29:31, 32:46] = 1
    assert not keep_heart(labels)[:, :, 28:32, 46:60].any()


@pytest.mark.parametrize("frames", [1, 6])
def test_slices_beyond_a_missed_one_stay(frames: int) -> None:
    labels = a_beating_heart(frames)
    labels[:, 4] = 0
    assert np.array_equal(keep_heart(labels), labels)


def test_a_missed_slice_in_one_frame_changes_nothing_else() -> None:
    labels = a_beating_heart()
    labels[2, 3:5] = 0
    assert np.array_equal(keep_heart(labels), labels)


@pytest.mark.parametrize("at", [np.s_[2, 3], np.s_[:, 3], np.s_[:, 6]])
def test_a_ventricle_split_in_two_stays_whole(at: tuple[object, ...]) -> None:
    labels = a_beating_heart()
    labels[at][..., 29:31, :] = 0
    assert np.array_equal(keep_heart(labels), labels)


def a_column(frames: int, slices: int, side: int = 10) -> np.ndarray:
    """A square in the same place in every slice and frame: rows and columns from 20."""
    labels = np.zeros((frames, slices, SIZE, SIZE), np.uint8)
    labels[..., 20 : 20 + side, 20 : 20 + side] = 1
    return labels


@pytest.mark.parametrize("at", [np.s_[25, :], np.s_[:, 25]])
def test_the_heart_reaches_half_its_extent_and_eight_pixels_beyond_its_place(at: tuple[object, ...]) -> None:
    labels = a_column(5, 2, side=11)  # from 20 to 30
    expected = labels.copy()
    labels[2, 1][at] = 1
    expected[2, 1][at][20 - 13 : 31 + 13] = 1  # 10 // 2 + 8 pixels to each side
    assert np.array_equal(keep_heart(labels), expected)


def test_a_heart_in_the_corner_of_the_images_stays_whole() -> None:
    labels = np.roll(a_column(3, 2), (-20, -20), axis=(2, 3))  # from 0
    assert np.array_equal(keep_heart(labels), labels)


def test_every_frame_is_reported_until_all_is_done() -> None:
    shares: list[float] = []
    keep_heart(a_column(2, 2), shares.append)
    assert shares == pytest.approx([0.175, 0.35, 0.85, 1.0])  # 35 % and 30 % for two frames each; no second look


def test_what_is_there_in_half_of_the_frames_is_not_the_usual_place() -> None:
    heart = a_column(4, 2)
    labels = heart.copy()
    labels[:2, :, 40:60, 40:60] = 1  # four times as large
    assert np.array_equal(keep_heart(labels), heart)


def test_slices_that_the_heart_reaches_in_a_few_frames_only_stay_there() -> None:
    """As those at the base do, which the annulus leaves in systole: frames in which a slice is empty do not count."""
    labels = a_column(6, 6)
    labels[2:, 4:] = 0
    assert np.array_equal(keep_heart(labels), labels)


def test_what_touches_the_heart_in_half_of_the_frames_stays_there() -> None:
    labels = a_column(4, 2)
    labels[:, 1, 22:26, 33:36] = 1
    labels[:2, 1, 23, 30:33] = 1  # a bridge from the heart to it
    expected = labels.copy()
    expected[2:, 1, :, 33:36] = 0
    assert np.array_equal(keep_heart(labels), expected)


def test_a_missed_slice_does_not_join_the_heart_to_what_lies_beside_it() -> None:
    heart = a_column(3, 7)
    heart[:, 4:] = 0
    labels = heart.copy()
    labels[:, 5:, 20:30, 30:40] = 1
    assert np.array_equal(keep_heart(labels), heart)


def test_slices_that_lie_corner_to_corner_are_one_heart() -> None:
    labels = a_column(3, 2)
    labels[:, 1] = np.roll(labels[:, 1], (10, 10), axis=(1, 2))  # from 30
    assert np.array_equal(keep_heart(labels), labels)


@pytest.mark.parametrize("end", [0, 5])
def test_a_piece_on_the_heart_of_the_next_slice_stays_where_frames_do_not_agree(end: int) -> None:
    heart = a_column(4, 6)
    heart[[0, 1, 3], end] = 0
    labels = heart.copy()
    for frame, column in ((0, 32), (1, 42), (3, 52)):  # in that slice, no pixel is set in more than one of four frames
        labels[frame, end, 34:42, column : column + 8] = 1
    assert np.array_equal(keep_heart(labels), heart)


def test_a_corner_joins_pixels_of_a_frame() -> None:
    labels = a_column(5, 2)
    labels[2, 1, 30:32, 30:32] = 1
    assert np.array_equal(keep_heart(labels), labels)


@pytest.mark.parametrize(
    ("corner", "side", "stays"), [((25, 25), 10, True), ((25, 26), 10, False), ((26, 26), 20, True)]
)
def test_a_quarter_of_the_smaller_one_must_overlap(corner: tuple[int, int], side: int, stays: bool) -> None:
    # 5 x 5 of 10 x 10 pixels; 5 x 4 are too few; 4 x 4 of the 8 x 8 that the heart has in the last slices
    labels = a_column(5, 5)
    labels[:, 0, 20:40, 20:40] = 1
    if side == 20:
        labels[:, 3:] = 0
        labels[:, 3:, 22:30, 22:30] = 1
    row, column = corner
    labels[2, 4] = 0
    expected = labels.copy()
    labels[2, 4, row : row + side, column : column + side] = 1
    assert np.array_equal(keep_heart(labels), labels if stays else expected)


def test_papillary_muscles_become_cavity() -> None:
    heart = a_beating_heart()
    labels = heart.copy()
    labels[:, 2, 29:32, 27:30] = 0
    labels[3, 1, 33, 33] = 2  # a papillary muscle labelled as myocardium
    assert np.array_equal(keep_heart(labels), heart)


def test_an_open_bay_is_not_a_hole() -> None:
    labels = a_beating_heart(1)
    labels[0, 2, 30, 30:] = 0  # open to the outside on the right
    assert np.array_equal(keep_heart(labels), labels)


def test_a_hole_that_touches_the_outside_at_a_corner_only_is_filled() -> None:
    labels = a_column(1, 1)
    labels[..., 20, 20] = 0
    expected = labels.copy()
    labels[..., 21, 21] = 0
    assert np.array_equal(keep_heart(labels), expected)


def test_all_labels_of_the_heart_stay_and_only_the_cavity_is_filled() -> None:
    labels = np.zeros((2, 3, SIZE, SIZE), np.uint8)
    labels[:, :, a_disc(30, 30, 14)] = 2
    labels[:, :, a_disc(30, 30, 9)] = 1
    labels[:, :, 20:40, 45:55] = 3
    heart = labels.copy()
    heart[:, :, 30, 18] = 0  # a hole in the myocardium is nobody's cavity
    labels[:, :, 30, 18] = 0
    labels[:, :, 30, 30] = 0
    labels[:, :, 5:8, 5:8] = 3
    assert np.array_equal(keep_heart(labels), heart)


def a_heart_with_both_ventricles(frames: int = FRAMES, slices: int = SLICES) -> np.ndarray:
    """A beating cavity in a ring of myocardium, and a right ventricle that lies against the septum in all slices.

    In the first slice there is only the right ventricle, as above the base.
    """
    labels = np.zeros((frames, slices, SIZE, SIZE), np.uint8)
    for t in range(frames):
        for k in range(slices):
            shrunk = (1 - 0.3 * np.sin(np.pi * t / frames)) * (1 - 0.06 * k)
            labels[t, k, a_disc(32, 18, 12 * shrunk)] = 3
            if k > 0:
                labels[t, k, a_disc(32, 36, 10 * shrunk + 4)] = 2
                labels[t, k, a_disc(32, 36, 10 * shrunk)] = 1
    return labels


@pytest.mark.parametrize("frames", [1, 2, FRAMES])
def test_a_heart_with_both_ventricles_is_left_alone(frames: int) -> None:
    heart = a_heart_with_both_ventricles(frames)
    assert np.array_equal(keep_heart(heart), heart)


def test_a_right_ventricle_apart_from_the_septum_stays_if_it_touches_it_elsewhere() -> None:
    heart = a_heart_with_both_ventricles()
    heart[:, :3] = np.where((heart[:, :3] == 3) & (np.arange(SIZE) > 18), 0, heart[:, :3])
    assert np.array_equal(keep_heart(heart), heart)


def test_a_thin_and_an_open_myocardium_are_not_eaten() -> None:
    heart = a_heart_with_both_ventricles()
    for k in (2, 3):
        thin = np.where(a_disc(32, 36, 9), 1, np.where(a_disc(32, 36, 10), 2, 0))
        heart[:, k] = np.where(thin, thin, np.where(heart[:, k] == 3, 3, 0))
    heart[:, 4, 31:34, 38:][heart[:, 4, 31:34, 38:] == 2] = 0  # open to the outside
    assert np.array_equal(keep_heart(heart), heart)


def test_what_the_right_ventricle_or_the_myocardium_encloses_is_not_filled() -> None:
    heart = a_heart_with_both_ventricles()
    heart[:, 2, 32, 16] = 0  # a hole in the right ventricle
    heart[:, 2, 32, 37 + 10] = 0  # and one in the myocardium
    assert np.array_equal(keep_heart(heart), heart)


def test_a_stray_structure_of_any_label_goes() -> None:
    heart = a_heart_with_both_ventricles()
    for value in (1, 2, 3):
        labels = heart.copy()
        labels[:, 2:5, 55:62, 50:60] = value
        assert np.array_equal(keep_heart(labels), heart)


def test_blobs_that_never_overlap_leave_the_largest() -> None:
    labels = np.zeros((2, 1, SIZE, SIZE), np.uint8)
    labels[0, 0] = a_disc(15, 15, 8)
    labels[1, 0] = a_disc(45, 45, 5)
    cleaned = keep_heart(labels)
    assert np.array_equal(cleaned[0], labels[0]) and not cleaned[1].any()


@pytest.mark.parametrize("seed", range(8))
def test_properties_on_random_input(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = (*rng.integers(1, 7, 2), 40, 48)
    noise = ndimage.gaussian_filter(rng.normal(size=shape), (0.5, 0.5, 3, 3))
    labels = np.where(noise > np.quantile(noise, 0.8), rng.integers(1, 4), 0).astype(np.uint8)
    cleaned = keep_heart(labels)
    assert cleaned.any()
    assert set(np.unique(cleaned)) <= {0, 1, *np.unique(labels)}
    added = (cleaned != 0) & (labels == 0)
    for t, k in np.ndindex(*shape[:2]):
        enclosed = ndimage.binary_fill_holes(labels[t, k] == 1)
        assert not (added[t, k] & ~enclosed).any()
        assert np.array_equal(ndimage.binary_fill_holes(cleaned[t, k] == 1), cleaned[t, k] == 1)


def test_a_volume_in_place_of_a_cine_is_refused() -> None:
    with pytest.raises(InputError, match=r"\(3, 4, 4\)"):
        keep_heart(np.zeros((3, 4, 4), np.uint8))


def test_pieces_are_connected_in_their_slice_and_at_corners_only_if_asked() -> None:
    mask = np.array([[[1, 1, 0], [0, 0, 1]], [[1, 0, 0], [1, 0, 0]]], bool)
    pieces, count = pieces_of_each_slice(mask, diagonal=False)
    assert (pieces.tolist(), count) == ([[[1, 1, 0], [0, 0, 2]], [[3, 0, 0], [3, 0, 0]]], 3)
    pieces, count = pieces_of_each_slice(mask, diagonal=True)
    assert (pieces.tolist(), count) == ([[[1, 1, 0], [0, 0, 1]], [[2, 0, 0], [2, 0, 0]]], 2)
