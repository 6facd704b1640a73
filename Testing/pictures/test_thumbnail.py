from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from LVSegULib.cine import Cine
from LVSegULib.errors import OutputError
from LVSegULib.labels import ALL_LABELS, CAVITY
from LVSegULib.measures.volumes import measure
from LVSegULib.pictures.thumbnail import GAP, TILE, middle_slice, thumbnail, write_thumbnail
from Testing.pictures.discs import a_beating_disc, reddish
from Testing.three_labels import heart_images, heart_labels


def drawn(cine: Cine, labels: np.ndarray) -> np.ndarray:
    picture = thumbnail(cine, labels, [CAVITY], measure(labels, cine.spacing_mm))
    return np.asarray(picture).astype(int)


def height_of(red: np.ndarray) -> int:
    rows = np.flatnonzero(red.any(axis=1))
    return int(rows[-1] - rows[0] + 1)


def test_end_diastole_is_left_of_end_systole() -> None:
    """The disc has a radius of 12 pixels of 2 mm at ED and of 6 at ES; the crop is 1.75 x 48 mm wide."""
    pixels = drawn(*a_beating_disc([9.0, 12.0, 9.0, 6.0]))
    assert pixels.shape == (TILE, 2 * TILE + GAP, 3)
    ed, es = reddish(pixels[:, :TILE]), reddish(pixels[:, TILE + GAP :])
    assert height_of(ed) == pytest.approx(TILE * 48 / (1.75 * 48), abs=6)
    assert height_of(es) == pytest.approx(TILE * 24 / (1.75 * 48), abs=6)


def test_one_frame_is_one_tile() -> None:
    pixels = drawn(*a_beating_disc([9.0]))
    assert pixels.shape == (TILE, TILE, 3)
    assert reddish(pixels).any()


def test_where_nothing_was_found_the_middle_is_shown() -> None:
    cine, labels = a_beating_disc([9.0, 6.0])
    pixels = drawn(cine, np.zeros_like(labels))
    assert pixels.shape == (TILE, TILE, 3)
    assert not reddish(pixels).any()
    # 70 % of the image, of which the disc of radius 9 takes 18 of 33.6 pixels
    bright = pixels[TILE // 2, :, 0] > 150
    assert np.count_nonzero(bright) == pytest.approx(TILE * 18 / 33.6, abs=6)


def test_every_region_is_drawn() -> None:
    labels = heart_labels()
    cine = Cine(heart_images(labels), np.diag([1.5, 1.5, 8.0, 1.0]), name="heart")
    picture = thumbnail(cine, labels, ALL_LABELS, measure(labels, cine.spacing_mm, regions=ALL_LABELS))
    pixels = np.asarray(picture).astype(int)
    for region in ALL_LABELS:
        colour = np.round(255 * np.array(region.colour))
        for tile in (pixels[:, :TILE], pixels[:, TILE + GAP :]):
            assert (np.abs(tile - colour).max(axis=-1) < 30).any(), region.name


def areas(*of_frames: list[int]) -> np.ndarray:
    """Labels (T, K, 1, 30) with so many pixels of cavity."""
    return (np.arange(30) < np.array(of_frames)[..., None, None]).astype(np.uint8)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (areas([20, 12, 14, 11, 9, 6, 3, 1], [10, 6, 7, 5, 4, 3, 2, 1]), 2),  # the middle half is 2 to 5
        (areas([9, 8, 5, 4, 3], [0, 0, 0, 2, 1]), 3),  # slices without a contour at ES are not taken
        (areas([0, 9, 9, 0], [0, 0, 0, 0]), 1),  # unless there is no other
        (areas([0, 0, 0, 0, 0]), 2),
        (areas([7]), 0),
    ],
)
def test_the_slice_is_a_good_cut(labels: np.ndarray, expected: int) -> None:
    assert middle_slice(labels) == expected


def test_the_file_is_small_and_the_same_each_time(tmp_path: Path) -> None:
    cine, labels = a_beating_disc([12.0, 6.0])
    picture = thumbnail(cine, labels, [CAVITY], measure(labels, cine.spacing_mm))
    for name in ("a.jpg", "b.jpg"):
        write_thumbnail(tmp_path / name, picture)
    assert (tmp_path / "a.jpg").read_bytes() == (tmp_path / "b.jpg").read_bytes()
    assert (tmp_path / "a.jpg").stat().st_size < 20_000
    with Image.open(tmp_path / "a.jpg") as read:
        assert (read.format, read.size) == ("JPEG", picture.size)
        assert np.abs(np.asarray(read).astype(int) - np.asarray(picture)).mean() < 3


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(OutputError, match="cannot write"):
        write_thumbnail(tmp_path / "out" / "a.jpg", Image.new("RGB", (2, 2)))
