"""The picture of the worst slices: a row for each, contours only where they belong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from LVSegULib.errors import OutputError
from LVSegULib.evaluation.overlap import Overlap
from LVSegULib.evaluation.records import SliceRecord
from LVSegULib.evaluation.worst import WorstSlice
from LVSegULib.labels import CAVITY
from LVSegULib.pictures.worst_slices import write_worst_slices


@pytest.fixture
def a_missed_slice() -> WorstSlice:
    """A grey image in which the expert drew a disc and the model nothing."""
    j, i = np.mgrid[:100, :120]
    expert = ((j - 50) ** 2 + (i - 60) ** 2 < 200).astype(np.uint8)
    record = SliceRecord("a_ED", "a", "ED", 0, 3, Overlap(0, int(expert.sum()), 0), 0.0, 0.0, "base")
    image = (50 + i % 7 + 100 * expert).astype(np.float32)
    return WorstSlice(record, image, expert, np.zeros_like(expert), (1.5, 1.5))


def the_picture(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture)


def coloured(picture: np.ndarray) -> int:
    """Pixels that are not grey."""
    spread = picture.max(axis=2).astype(int) - picture.min(axis=2)
    return int(np.count_nonzero(spread > 60))


def test_the_experts_contour_is_drawn_in_its_own_column_alone(a_missed_slice: WorstSlice, tmp_path: Path) -> None:
    write_worst_slices(tmp_path / "worst.png", [a_missed_slice], CAVITY)
    picture = the_picture(tmp_path / "worst.png")
    third = picture.shape[1] // 3
    assert coloured(picture[:, third : 2 * third]) > 200
    assert coloured(picture[:, :third]) == coloured(picture[:, 2 * third :]) == 0


def test_each_slice_adds_a_row(a_missed_slice: WorstSlice, tmp_path: Path) -> None:
    heights = []
    for count in (0, 1, 2, 3):
        write_worst_slices(tmp_path / "worst.png", [a_missed_slice] * count, CAVITY)
        heights.append(the_picture(tmp_path / "worst.png").shape[0])
    assert set(np.diff(heights)) == {heights[1] - heights[0]} and heights[1] - heights[0] >= 300


def test_an_output_that_cannot_be_written(a_missed_slice: WorstSlice, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError):
        write_worst_slices(tmp_path / "file" / "worst.png", [a_missed_slice], CAVITY)
