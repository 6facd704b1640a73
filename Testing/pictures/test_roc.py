"""The picture of a quality score."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("matplotlib")

from LVSegULib.pictures.roc import CURVE_COLOUR, POINT_COLOUR, roc_png
from LVSegULib.quality.learn import Judgement


def pixels_of(png: bytes, colour: str) -> np.ndarray:
    """Rows and columns (N, 2) of the pixels that have a colour "#rrggbb"."""
    rgb = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
    return np.argwhere((rgb == tuple(bytes.fromhex(colour[1:]))).all(axis=-1))


def place_of_the_point(png: bytes) -> tuple[float, float]:
    """Shares of the width and of the height at which the point lies, which is above the one in the legend."""
    row, column = min(map(tuple, pixels_of(png, POINT_COLOUR)))
    width, height = Image.open(io.BytesIO(png)).size
    return column / width, row / height


def test_the_point_is_where_slices_are_flagged() -> None:
    bad = np.arange(100) < 20
    area = {"value": 1.0, "low": 1.0, "high": 1.0}
    figures = {"patients": 7, "slices": 100, "bad_slices": 20, "area_under_roc": area}
    perfect = roc_png(Judgement(np.where(bad, 0.9, 0.1), bad), bad, figures)
    useless = roc_png(Judgement(np.tile([0.1, 0.2], 50), np.arange(100) % 2 == 0), bad, figures)
    assert min(len(pixels_of(png, CURVE_COLOUR)) for png in (perfect, useless)) > 100
    assert place_of_the_point(perfect) == pytest.approx((0.12, 0.08), abs=0.05), "all of the bad, none of the good"
    assert place_of_the_point(useless) == pytest.approx((0.54, 0.5), abs=0.05), "half of both"


def test_a_patient_alone_has_no_interval() -> None:
    bad = np.arange(10) < 4
    area = {"value": 0.7, "low": None, "high": None}
    figures = {"patients": 1, "slices": 10, "bad_slices": 4, "area_under_roc": area}
    assert roc_png(Judgement(np.where(bad, 0.9, 0.1), bad), bad, figures).startswith(b"\x89PNG")
