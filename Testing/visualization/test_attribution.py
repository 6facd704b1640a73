"""Attribution in networks in which it can be worked out by hand."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from LVSegULib.benchmark.classic import random_weights
from LVSegULib.errors import EngineError, InputError, UsageError
from LVSegULib.labels import MYOCARDIUM
from LVSegULib.modelfolder.folder import ModelFolder, save_model
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.visualization import attribution
from LVSegULib.visualization.attribution import integrated_gradients, occlusion
from Testing.visualization import networks

W = 4.0
PIXEL = (10, 12)


@pytest.fixture
def a_linear_model(tmp_path: Path) -> ModelFolder:
    """The logit of every pixel is 4 x its brightness - 2, and depends on nothing else."""
    weights = networks.passing_weights()
    weights["head.weight"][0, 0], weights["head.bias"][0] = W, -W / 2
    return networks.a_model(tmp_path / "linear", weights)


@pytest.fixture
def a_kinked_model(tmp_path: Path) -> ModelFolder:
    """The logit is the brightness above 0.9, and 0 below."""
    weights = networks.passing_weights()
    weights["encoder.0.1.bias"][0], weights["head.bias"][0] = -0.9, 0
    return networks.a_model(tmp_path / "kinked", weights)


def a_slice() -> np.ndarray:
    return np.random.default_rng(1).random((32, 32), np.float32)


def a_dim_slice_with_a_bright_pixel(bright: float = 0.95, dim: float = 0.4) -> np.ndarray:
    """What lies above 1/2 is the one pixel `PIXEL`."""
    image = dim * a_slice()
    image[PIXEL] = bright
    return image


def mean_of(image: np.ndarray) -> float:
    return float(image.mean(dtype=np.float64))


def only(pixel: tuple[int, int], value: float) -> np.ndarray:
    """A map that is `value` in one pixel and 0 in all others."""
    values = np.zeros((32, 32))
    values[pixel] = value
    return values


def test_a_linear_logit_comes_from_its_own_pixel_alone(a_linear_model: ModelFolder) -> None:
    image = a_dim_slice_with_a_bright_pixel()
    found, grey = integrated_gradients(a_linear_model, image), mean_of(image)
    assert found.grey == pytest.approx(grey)
    assert found.map == pytest.approx(only(PIXEL, W * (image[PIXEL] - grey)), abs=1e-5)
    assert found.target.value == pytest.approx(W * image[PIXEL] - 2, abs=1e-5)
    assert found.baseline_value == pytest.approx(W * grey - 2, abs=1e-5)
    assert found.is_complete and found.error < 1e-4 and found.steps == attribution.FIRST_STEPS


def test_the_whole_cavity_is_the_sum_over_its_pixels(a_linear_model: ModelFolder) -> None:
    """The cavity is where the image is above 1/2; its logits are 4 x - 2, the baseline's are 4 x the mean - 2."""
    image = a_slice()
    found, inside = integrated_gradients(a_linear_model, image), image > 0.5
    assert np.array_equal(found.target.pixels, inside)
    assert found.map == pytest.approx(np.where(inside, W * (image - mean_of(image)), 0), abs=1e-4)
    assert found.target.value == pytest.approx((W * image - 2)[inside].sum(), rel=1e-5)


def test_steps_are_added_until_the_map_adds_up(a_kinked_model: ModelFolder) -> None:
    """From the mean, which is 0.001, to 1, only the last tenth of the path counts."""
    found = integrated_gradients(a_kinked_model, a_dim_slice_with_a_bright_pixel(1.0, 0.0))
    assert found.is_complete and found.steps > attribution.FIRST_STEPS
    assert found.map[PIXEL] == pytest.approx(0.1, rel=0.01)


def test_it_says_so_when_the_map_does_not_add_up(a_kinked_model: ModelFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two points of Gauss and Legendre lie at 0.21 and 0.79 of the path, where there is no gradient: all is missing."""
    monkeypatch.setattr(attribution, "FIRST_STEPS", 2)
    monkeypatch.setattr(attribution, "MOST_STEPS", 2)
    found = integrated_gradients(a_kinked_model, a_dim_slice_with_a_bright_pixel(1.0, 0.0))
    assert found.error == pytest.approx(1.0) and not found.is_complete


def test_attributions_of_a_random_network_add_up(tmp_path: Path) -> None:
    model = networks.a_model(tmp_path / "random", random_weights(networks.TWO_LEVELS))
    found = integrated_gradients(model, a_slice())
    assert found.is_complete
    change = found.target.value - found.baseline_value
    assert float(found.map.sum(dtype=np.float64)) == pytest.approx(change, rel=attribution.TOLERANCE)


def test_covering_changes_a_pixel_as_often_as_patches_cover_it(
    a_linear_model: ModelFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Patches of 4 pixels begin at every second row and column.

    Those from rows 8 and 10 and columns 10 and 12 cover pixel (10, 12): the logit falls by 4 x (brightness - mean).
    Row 9 is covered by patches from rows 6 and 8, and column 11 by those from columns 8 and 10: half of them each.
    """
    monkeypatch.setattr(attribution, "PATCH_MM", 6.0)
    monkeypatch.setattr(attribution, "STRIDE_MM", 3.0)
    image = a_dim_slice_with_a_bright_pixel()
    found, fall = occlusion(a_linear_model, image), W * (image[PIXEL] - mean_of(image))
    assert (found.patch, found.stride) == (4, 2)
    assert found.map[PIXEL] == pytest.approx(fall, abs=1e-5)
    assert found.map[9, 12] == pytest.approx(fall / 2, abs=1e-5)
    assert found.map[9, 11] == pytest.approx(fall / 4, abs=1e-5)
    beyond = np.ones((32, 32), bool)
    beyond[8:14, 10:16] = False
    assert not found.map[beyond].any()


def test_covering_the_cavity_with_patches_of_a_pixel(
    a_linear_model: ModelFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Side by side, so every pixel is covered once."""
    monkeypatch.setattr(attribution, "PATCH_MM", 1.5)
    monkeypatch.setattr(attribution, "STRIDE_MM", 1.5)
    image = a_slice()
    expected = np.where(image > 0.5, W * (image - mean_of(image)), 0)
    assert occlusion(a_linear_model, image).map == pytest.approx(expected, abs=2e-3)  # of a sum of 500


@pytest.mark.parametrize("explain", [integrated_gradients, occlusion])
def test_slices_that_explain_nothing(a_linear_model: ModelFolder, explain: object) -> None:
    assert callable(explain)
    spoilt = a_slice()
    spoilt[3, 3] = np.nan
    for image, message in (
        (np.full((32, 32), 0.7, np.float32), "0.7 everywhere"),
        (0.4 * a_slice(), "finds no cavity"),
        (spoilt, "not finite"),
        (a_slice()[:30], "of 32 x 32 pixels"),
        (a_slice()[None], "of 32 x 32 pixels"),
    ):
        with pytest.raises(InputError, match=message):
            explain(a_linear_model, image)


def test_a_model_without_a_cavity(tmp_path: Path) -> None:
    spec = ModelSpec("wall", networks.TWO_LEVELS, (MYOCARDIUM,), networks.GRID)
    model = save_model(tmp_path / "wall", spec, networks.passing_weights(), "Hand-made.\n")
    with pytest.raises(UsageError, match="does not segment"):
        integrated_gradients(model, a_slice())


@pytest.mark.parametrize("missing", ["captum", "torch"])
def test_without_captum(a_linear_model: ModelFolder, missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(EngineError, match="pip install"):
        integrated_gradients(a_linear_model, a_slice())
