from __future__ import annotations

import numpy as np
import pytest

from LVSegULib.measures.volumes import Measures
from LVSegULib.pictures.curve import draw_curve

RED = (255, 0, 0)
SIZE = (300, 120)


def has_red(picture: object) -> bool:
    pixels = np.asarray(picture).astype(int)
    return bool(((pixels[..., 0] > 200) & (pixels[..., 1] < 60)).any())


def test_a_beat_has_a_curve() -> None:
    picture = draw_curve(Measures((100.0, 50.0, 80.0), 0, 1, 100.0, 50.0, 50.0, 50.0), SIZE, RED)
    assert picture.size == SIZE
    assert has_red(picture)


def test_a_larger_volume_is_higher() -> None:
    picture = np.asarray(draw_curve(Measures((100.0, 0.0), 0, 1), SIZE, RED)).astype(int)
    rows, columns = np.nonzero((picture[..., 0] > 200) & (picture[..., 1] < 60))
    assert rows[columns < 80].mean() < rows[columns > 220].mean()


@pytest.mark.parametrize("volumes", [(0.0, 0.0), (5e5, 1.0), (0.004, 0.001)])
def test_impossible_volumes_are_drawn_all_the_same(volumes: tuple[float, float]) -> None:
    assert draw_curve(Measures(volumes), SIZE, RED).size == SIZE


def test_all_frames_at_one_time() -> None:
    assert draw_curve(Measures((3.0, 2.0), 0, 1, time_ms=(5.0, 5.0)), SIZE, RED).size == SIZE


def test_one_frame_has_no_curve() -> None:
    assert not has_red(draw_curve(Measures((100.0,)), SIZE, RED))
