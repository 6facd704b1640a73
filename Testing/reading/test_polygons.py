"""Contours filled on the pixel grid."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from LVSegULib.errors import InputError
from LVSegULib.reading.polygons import fill_polygon, read_polygon


def test_a_rectangle_between_pixel_centres() -> None:
    corners = np.array([[1.5, 2.5], [6.5, 2.5], [6.5, 4.5], [1.5, 4.5]])
    expected = np.zeros((8, 10), bool)
    expected[3:5, 2:7] = True  # rows 3, 4; columns 2 to 6: area 5 x 2
    np.testing.assert_array_equal(fill_polygon(corners, (8, 10)), expected)


def test_a_rectangle_through_pixel_centres_keeps_its_area_without_border_and_gains_it_with() -> None:
    corners = np.array([[2.0, 3.0], [6.0, 3.0], [6.0, 5.0], [2.0, 5.0]])
    assert fill_polygon(corners, (8, 10)).sum() == 4 * 2
    expected = np.zeros((8, 10), bool)
    expected[3:6, 2:7] = True  # rows 3 to 5; columns 2 to 6
    np.testing.assert_array_equal(fill_polygon(corners, (8, 10), with_border=True), expected)


def star() -> NDArray[np.float64]:
    turns = np.linspace(0, 2 * np.pi, 23)[:-1]
    radius = np.where(np.arange(22) % 2, 9.03, 4.01)
    return np.stack([15.3 + radius * np.cos(turns), 12.7 + radius * np.sin(turns)], axis=1)


def test_a_star_as_the_winding_angle_has_it() -> None:
    corners = star()
    j, i = np.mgrid[:26, :32]
    seen = np.arctan2(corners[:, 1, None, None] - j, corners[:, 0, None, None] - i)
    turns = np.diff(np.concatenate([seen, seen[:1]]), axis=0)
    winding = ((turns + np.pi) % (2 * np.pi) - np.pi).sum(axis=0)
    np.testing.assert_array_equal(fill_polygon(corners, (26, 32)), np.abs(winding) > np.pi)


def test_a_contour_that_leaves_the_image_is_cut_off() -> None:
    corners = np.array([[-5.5, -5.5], [3.5, -5.5], [3.5, 2.5], [-5.5, 2.5]])
    assert fill_polygon(corners, (8, 10)).sum() == 4 * 3


def test_corners_are_read_as_x_y_pairs(tmp_path: Path) -> None:
    path = tmp_path / "contour.txt"
    path.write_text("130.50 118.00\r\n131.00 118.00\r\n131.5 117.5\r\n\r\n")
    np.testing.assert_array_equal(read_polygon(path), [[130.5, 118], [131, 118], [131.5, 117.5]])


def test_a_contour_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "contour.txt").write_text("1 2\n3 4\n5 6.5\n", encoding="utf-8-sig")
    assert read_polygon(tmp_path / "contour.txt").tolist() == [[1, 2], [3, 4], [5, 6.5]]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"1 2\n3 a\n5 6\n", "line 2 is no x y pair of numbers: export it again"),
        (b"\xff\xfe1 2", "is no contour (it is not UTF-8): export it again"),
    ],
)
def test_what_is_wrong_with_a_contour_is_told_in_plain_words(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "contour.txt").write_bytes(content)
    with pytest.raises(InputError) as raised:
        read_polygon(tmp_path / "contour.txt")
    assert said in str(raised.value)


@pytest.mark.parametrize("text", ["", "1 2\n3 4\n", "1 2 3\n4 5 6\n7 8 9\n", "1 2\n3 nan\n5 6\n", "a b\nc d\ne f\n"])
def test_what_is_no_contour(tmp_path: Path, text: str) -> None:
    path = tmp_path / "contour.txt"
    path.write_text(text)
    with pytest.raises(InputError, match=r"contour\.txt: is no contour"):
        read_polygon(path)
