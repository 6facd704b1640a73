"""The poster is written as PNG and PDF, whole, with every layer's name on it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from LVSegULib.errors import OutputError
from LVSegULib.pictures.poster import draw_poster, write_poster
from LVSegULib.visualization.filters import layers_of
from LVSegULib.visualization.inspector import open_inspector
from LVSegULib.visualization.network_view import NetworkView
from Testing.visualization import networks
from Testing.visualization.views import a_view_of_a_square


@pytest.fixture(scope="module")
def a_view(tmp_path_factory: pytest.TempPathFactory) -> NetworkView:
    model = networks.a_model(tmp_path_factory.mktemp("model") / "edge", networks.with_an_edge_filter())
    return a_view_of_a_square(open_inspector(model, threads=1))


def test_png_and_pdf_are_written(a_view: NetworkView, tmp_path: Path) -> None:
    written = write_poster(tmp_path / "new" / "poster", a_view)
    assert [path.name for path in written] == ["poster.png", "poster.pdf"]
    with Image.open(written[0]) as picture:
        assert picture.width > 3000
        colours = np.asarray(picture.convert("RGB").resize((500, 500)))
    assert len(np.unique(colours.reshape(-1, 3), axis=0)) > 50  # something is drawn
    assert written[1].read_bytes().startswith(b"%PDF")
    assert b"CreationDate" not in written[1].read_bytes()  # else no two would be the same file
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["poster.pdf", "poster.png"]


def test_every_layer_and_the_model_are_named(a_view: NetworkView) -> None:
    (axes,) = draw_poster(a_view).axes
    texts = [text.get_text() for text in axes.texts]
    for name, count in layers_of(networks.TWO_LEVELS).items():
        assert f"{name}  {count}" in texts
    assert "hand-made: every filter" in texts
    assert "Not for clinical use" in texts
    arrows = [text for text in axes.texts if getattr(text, "arrow_patch", None) is not None]
    assert len(arrows) == 3 * 2  # across, down and up between each two levels


def test_a_folder_that_cannot_be_written_is_said_so(a_view: NetworkView, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot write"):
        write_poster(tmp_path / "file" / "poster", a_view)
