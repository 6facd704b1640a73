"""The log is whole after every validation and comes back for a resumed run."""

from __future__ import annotations

import math
from pathlib import Path

from PIL import Image

from LVSegULib.pictures.training_curve import draw_training_curve
from LVSegULib.training.log import Row, read_log, write_log

ROWS = [Row(20, 1.5, 0.004, 0.61234, 0.81234), Row(40, 3.0, 0.002, 0.41234, math.nan)]


def test_rows_come_back_up_to_the_step_of_the_checkpoint(tmp_path: Path) -> None:
    write_log(tmp_path / "log.csv", ROWS)
    assert read_log(tmp_path / "log.csv", 20) == ROWS[:1]
    again = read_log(tmp_path / "log.csv", 40)
    assert again[0] == ROWS[0]
    assert math.isnan(again[1].dice)


def test_lines_end_alike_on_every_system(tmp_path: Path) -> None:
    write_log(tmp_path / "log.csv", ROWS)
    content = (tmp_path / "log.csv").read_bytes()
    assert content.count(b"\n") == 3 and b"\r" not in content


def test_a_log_with_lines_that_end_in_carriage_return_and_line_feed_is_read(tmp_path: Path) -> None:
    write_log(tmp_path / "log.csv", ROWS)
    content = (tmp_path / "log.csv").read_bytes()
    (tmp_path / "log.csv").write_bytes(content.replace(b"\n", b"\r\n"))
    write_log(tmp_path / "again.csv", read_log(tmp_path / "log.csv", 40))
    assert (tmp_path / "again.csv").read_bytes() == content


def test_no_log_is_an_empty_one(tmp_path: Path) -> None:
    assert read_log(tmp_path / "log.csv", 100) == []


def test_the_curve_is_a_picture_with_something_on_it(tmp_path: Path) -> None:
    draw_training_curve(tmp_path / "curve.png", ROWS, "two rows")
    with Image.open(tmp_path / "curve.png") as picture:
        assert picture.width > 600
        assert len(picture.convert("RGB").getcolors(1_000_000) or []) > 10
