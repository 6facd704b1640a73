"""What the pictures drawn with Matplotlib share: their size, and that file and bytes are the same picture."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("matplotlib")

from matplotlib.figure import Figure

from LVSegULib.errors import OutputError
from LVSegULib.pictures.plot import BLUE, new_figure, png_of, save


def pixels(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as picture:
        assert picture.format == "PNG"
        return np.asarray(picture.convert("RGB"))


def a_blue_line() -> Figure:
    figure = new_figure(2, 1)
    figure.add_subplot().plot([0, 1], [0, 1], color=BLUE, linewidth=4)
    return figure


def test_a_figure_has_120_dots_per_inch() -> None:
    assert pixels(png_of(new_figure(2, 1.5))).shape == (180, 240, 3)  # 1.5 x 120 rows, 2 x 120 columns


def test_a_saved_figure_is_the_picture_that_its_bytes_are(tmp_path: Path) -> None:
    save(a_blue_line(), tmp_path / "new" / "a.png")
    picture = pixels((tmp_path / "new" / "a.png").read_bytes())
    assert (picture == pixels(png_of(a_blue_line()))).all()
    assert (picture == (0x1D, 0x4E, 0xD8)).all(axis=-1).sum() > 100
    assert list((tmp_path / "new").iterdir()) == [tmp_path / "new" / "a.png"]


def test_long_titles_have_room() -> None:
    figure = new_figure(3, 2)
    figure.add_subplot().set(ylabel="two\nlines", title="one\ntwo\nthree")
    picture = pixels(png_of(figure))
    edges = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    assert (edges == 255).all(), "nothing reaches the border"


def test_a_figure_that_cannot_be_saved(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot write"):
        save(new_figure(1, 1), tmp_path / "file" / "a.png")
