"""Pictures of a study show every variant, in the colour of its verdict."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from LVSegULib.errors import OutputError
from LVSegULib.evaluation.bootstrap import summarise
from LVSegULib.evaluation.overlap import Overlap
from LVSegULib.pictures.study import VERDICT_COLOURS, draw_accuracy, draw_differences, draw_learning_curve
from LVSegULib.study.conclusions import Comparison
from LVSegULib.study.config import Variant
from LVSegULib.study.results import Patient, Row
from LVSegULib.study.verdict import verdict


def a_row(name: str, dice: float, parameters: int, learnt_from: int) -> Row:
    patients = {
        ("Dataset900_Phantom", f"p{number}"): Patient(Overlap(round(1000 * dice) + number, 1000, 1000), (dice,), 1.0)
        for number in range(6)
    }
    return Row(Variant(name, "size"), {0: {"parameters": parameters, "learnt_from": learnt_from}}, (), patients)


def compared(name: str, changes: list[float]) -> Comparison:
    row, change = a_row(name, 0.9, 100, 4), summarise(changes, [f"p{number}" for number in range(len(changes))])
    return Comparison(row, row, change, verdict(change, 0.004))


def pixels_like(path: Path, colour: str) -> int:
    """How many pixels have nearly this colour: letters are blended with what is behind them."""
    with Image.open(path) as picture:
        pixels = np.asarray(picture.convert("RGB"))
    wanted = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    return int((np.abs(pixels.astype(int) - wanted).sum(axis=-1) < 150).sum())


@pytest.mark.usefixtures("intervals_of_two")
def test_verdicts_have_their_colours(tmp_path: Path) -> None:
    better, worse = compared("better", [0.02, 0.03, 0.02]), compared("worse", [-0.02, -0.03, -0.02])
    none = compared("none", [0.02, -0.03, 0.01])
    draw_differences(tmp_path / "two.png", [better, better], 0.004, "two")
    draw_differences(tmp_path / "three.png", [better, worse, none], 0.004, "three")
    legend = pixels_like(tmp_path / "two.png", VERDICT_COLOURS["worse"])
    assert pixels_like(tmp_path / "three.png", VERDICT_COLOURS["worse"]) > legend + 50


@pytest.mark.usefixtures("intervals_of_two")
@pytest.mark.parametrize(("sign", "kind"), [(-1, "worse"), (1, "better")])
def test_a_change_beyond_the_scale_is_a_number_at_its_edge(tmp_path: Path, sign: int, kind: str) -> None:
    far = compared("far", [sign * 0.6, sign * 0.5, sign * 0.7])
    draw_differences(tmp_path / "far.png", [far], float("nan"), "far")
    draw_differences(tmp_path / "none.png", [compared("far", [0.02, -0.03, 0.01])], float("nan"), "far")
    legend = pixels_like(tmp_path / "none.png", VERDICT_COLOURS[kind])
    assert pixels_like(tmp_path / "far.png", VERDICT_COLOURS[kind]) > legend + 20


def test_curves_are_drawn(tmp_path: Path) -> None:
    rows = [a_row("small", 0.8, 1000, 4), a_row("large", 0.9, 50000, 16)]
    for draw, name in ((draw_accuracy, "a.png"), (draw_learning_curve, "b.png")):
        draw(tmp_path / name, rows, ["Dataset900_Phantom"])
        assert pixels_like(tmp_path / name, "#1d4ed8") > 50


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError):
        draw_accuracy(tmp_path / "file" / "a.png", [a_row("a", 0.8, 10, 2)], ["Dataset900_Phantom"])
