"""A cine checks itself, whoever made it."""

from __future__ import annotations

import numpy as np
import pytest

from LVSegULib.cine import Cine
from LVSegULib.errors import GeometryError, InputError

FRAMES = np.arange(2 * 3 * 4 * 5, dtype=np.float32).reshape(2, 3, 4, 5)


def test_spacing_is_the_length_of_the_matrix_columns() -> None:
    oblique = np.eye(4)
    oblique[:3, :3] = np.array([[0.8, -0.6, 0], [0.6, 0.8, 0], [0, 0, 1]]) @ np.diag([1.2, 1.5, 8.0])
    cine = Cine(FRAMES, oblique)
    assert cine.spacing_mm == pytest.approx((8.0, 1.5, 1.2))
    assert (cine.frame_count, cine.slice_count) == (2, 3)
    assert cine.describe() == "3 slices x 2 frames, 5 x 4 pixels, 1.20 x 1.50 x 8.00 mm"


@pytest.mark.parametrize(
    ("frames", "message"),
    [
        (FRAMES[0], "expected \\(T, K, J, I\\)"),
        (FRAMES.astype(np.float64), "float64, expected float32"),
        (np.full_like(FRAMES, 7), "every pixel has the value 7"),
        (np.where(FRAMES == 3, np.nan, FRAMES), "1 pixels are NaN"),
        (np.where(FRAMES < 2, np.inf, FRAMES), "2 pixels are NaN or infinite"),
        (FRAMES[:, :0], "none of them 0"),
    ],
)
def test_pixels_that_are_no_cine_are_refused(frames: np.ndarray, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Cine(frames, np.eye(4))


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        (np.eye(3), "finite 4x4"),
        (np.diag([1, 1, np.nan, 1]), "finite 4x4"),
        (np.diag([0, 1, 1, 1.0]), "0 x 1 x 1 mm is not possible"),
        (np.diag([1, 1, 5000, 1.0]), "1 x 1 x 5000 mm is not possible"),
        (np.array([[1, 1, 0, 0], [0, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1.0]]), "do not span space"),
    ],
)
def test_geometry_that_is_none_is_refused(matrix: np.ndarray, message: str) -> None:
    with pytest.raises(GeometryError, match=message):
        Cine(FRAMES, matrix)


def test_voxels_of_a_hundredth_of_a_millimetre_to_ten_centimetres_are_possible() -> None:
    assert Cine(FRAMES, np.diag([0.01, 0.01, 100, 1])).spacing_mm == pytest.approx((100, 0.01, 0.01))
    for size_mm in (0.0099, 100.1):
        with pytest.raises(GeometryError, match=f"1 x 1 x {size_mm:g} mm is not possible"):
            Cine(FRAMES, np.diag([1, 1, size_mm, 1]))


def leaning(degrees: float, k_mm: float) -> np.ndarray:
    """Slices `k_mm` apart, whose axis leans by `degrees`: the volume of a voxel is that share of a box's (cosine)."""
    matrix = np.eye(4)
    matrix[:3, 2] = k_mm * np.array([np.sin(np.radians(degrees)), 0, np.cos(np.radians(degrees))])
    return matrix


def test_axes_may_lean_by_up_to_60_degrees() -> None:
    for k_mm in (0.1, 8.0):  # whatever the size of a voxel
        assert Cine(FRAMES, leaning(59, k_mm)).spacing_mm == pytest.approx((k_mm, 1, 1))
        with pytest.raises(GeometryError, match="lean by more than 60 degrees"):
            Cine(FRAMES, leaning(61, k_mm))


def test_one_time_for_each_frame() -> None:
    with pytest.raises(InputError, match="one time for each of the 2 frames"):
        Cine(FRAMES, np.eye(4), time_ms=np.zeros(3))
