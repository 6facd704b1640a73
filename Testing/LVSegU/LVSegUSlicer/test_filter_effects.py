"""Effects of filters as the panel measures and lists them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from Testing.desktop.scene import add_volume
from Testing.LVSegU.filter_scenes import a_passing_model, a_small_cine, an_image_with_a_dot

pytest.importorskip("onnxruntime")


@pytest.fixture
def the_work(a_scene: Any, tmp_path: Path) -> Any:
    """Makes the work on an input with the network that passes the image on."""
    assert a_scene is not None
    from LVSegUSlicer.filter_effects import EffectsWork
    from LVSegUSlicer.scene_reader import readInput

    def make(node: Any) -> EffectsWork:
        return EffectsWork(readInput(node).cine, a_passing_model(tmp_path), "onnxruntime", 1, "finding", "measuring")

    return make


def test_the_filters_that_carry_the_image_come_first(the_work: Any) -> None:
    """Without one of them nothing is found: all of the volume at ED is lost; the others do nothing."""
    from LVSegUSlicer.filter_effects import effectRows, measureEffects

    shares: list[float] = []
    effects = measureEffects(the_work(a_small_cine()), lambda share, _step: shares.append(share))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    changing = [effect for effect in effects if effect.divergence > 0]
    assert effects[: len(changing)] == changing
    assert all(effect.filters[0].index == 0 for effect in changing)
    rows = effectRows(effects)
    assert rows[0][1] == f"{effects[0].divergence:.4f}"
    assert float(rows[0][2]) < -10
    assert rows[-1][1:] == ("0.0000", "+0.0", "+0.0")


def test_an_input_without_a_heart_says_so(the_work: Any) -> None:
    from LVSegULib.errors import InputError
    from LVSegUSlicer.filter_effects import measureEffects

    pixels = an_image_with_a_dot()
    pixels[2, 20, 28] = 0
    with pytest.raises(InputError, match="the model finds no heart in it"):
        measureEffects(the_work(add_volume(pixels)), lambda _share, _step: None)
