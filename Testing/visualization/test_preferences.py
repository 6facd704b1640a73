"""What a filter prefers, for filters that are set by hand."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from LVSegULib.errors import EngineError, InputError, UsageError
from LVSegULib.modelfolder.folder import ModelFolder
from LVSegULib.network.by_layer import Layer, folded_layers, plain_function, run_by_layer
from LVSegULib.network.config import UNetConfig
from LVSegULib.visualization import preferences
from LVSegULib.visualization.filters import layers_of
from LVSegULib.visualization.inspector import Inspector
from LVSegULib.visualization.preferences import (
    AT_ONCE,
    Place,
    patches_around,
    preferred_images,
    preferred_size,
    receptive_field,
    strongest_places_by_layer,
)
from Testing.visualization import networks


def slices_with_a_bright_pixel(*pixels: tuple[int, int, float]) -> np.ndarray:
    """Black slices, each with one pixel (row, column, brightness)."""
    images = np.zeros((len(pixels), 1, 32, 32), np.float32)
    for image, (row, column, value) in zip(images, pixels, strict=True):
        image[0, row, column] = value
    return images


def test_the_brightest_pixels_are_what_a_filter_that_passes_the_image_on_fires_at(an_inspector: Inspector) -> None:
    images = slices_with_a_bright_pixel((5, 7, 0.25), (10, 3, 0.875), (20, 21, 0.5))
    places, _ = strongest_places_by_layer(an_inspector, images, ["encoder.0.0"], count=2)["encoder.0.0"]
    assert places == (Place(1, 10, 3, pytest.approx(0.875)), Place(2, 20, 21, pytest.approx(0.5)))


def test_places_of_coarser_maps_are_the_centres_of_their_pixels(an_inspector: Inspector) -> None:
    """Pixel (10, 3) lies in pixel (5, 1) of pixels twice as large, from row 10 to 11 and column 2 to 3, and in pixel
    (2, 0) of those four times as large, from row 8 to 11 and column 0 to 3."""
    images = slices_with_a_bright_pixel((10, 3, 0.5))
    found = strongest_places_by_layer(an_inspector, images, ["encoder.1.0", "encoder.2.1", "head"], 1)
    assert found["encoder.1.0"][0] == (Place(0, 10.5, 2.5, pytest.approx(0.5)),)
    assert found["encoder.2.1"][0] == (Place(0, 9.5, 1.5, pytest.approx(0.5)),)
    assert found["head"][0] == (Place(0, 10, 3, pytest.approx(0.0)),)  # 0.5 - 0.5


def test_a_filter_that_never_fires_has_no_places(an_inspector: Inspector) -> None:
    images = slices_with_a_bright_pixel((10, 3, 0.5), (4, 4, 0.5))
    (found,) = strongest_places_by_layer(an_inspector, images, ["encoder.1.0"], 9).values()
    assert [len(of_filter) for of_filter in found] == [2, 0, 0]


def test_an_edge_filter_fires_left_of_what_is_bright_on_the_right(an_inspector: Inspector) -> None:
    """Three rows of 1 on the right less three of 0 on the left: 3, first in row 1, in the column before the step."""
    images = np.zeros((1, 1, 32, 32), np.float32)
    images[..., 12:] = 1
    ((place,),) = strongest_places_by_layer(an_inspector, images, ["encoder.0.0"], 9)["encoder.0.0"][1:]
    assert place == Place(0, 1, 11, pytest.approx(3.0))


def test_many_slices_are_looked_at_a_few_at_a_time_and_counted_on(an_inspector: Inspector) -> None:
    count = 2 * AT_ONCE + 6
    images = slices_with_a_bright_pixel(*((4, 4, 0.25) for _ in range(count)))
    images[2 * AT_ONCE + 1, 0, 8, 9] = 0.75
    found = strongest_places_by_layer(an_inspector, images, ["encoder.0.0"], 3)
    assert [place.slice for place in found["encoder.0.0"][0]] == [2 * AT_ONCE + 1, 0, 1]  # of equals, the first


def test_what_cannot_be_asked(an_inspector: Inspector) -> None:
    images = np.zeros((1, 1, 32, 32), np.float32)
    with pytest.raises(UsageError, match="no layer"):
        strongest_places_by_layer(an_inspector, images, ["encoder.7.0"], 1)
    with pytest.raises(InputError, match="no slices"):
        strongest_places_by_layer(an_inspector, images[:0], ["encoder.0.0"], 1)


def test_a_patch_has_the_place_in_its_centre_and_black_beyond_the_slice() -> None:
    images = np.arange(1, 17, dtype=np.float32).reshape(1, 1, 4, 4)
    odd = patches_around(images, [Place(0, 1, 2, 1.0), Place(0, 0, 0, 1.0)], 3)
    assert odd[0].tolist() == [[2, 3, 4], [6, 7, 8], [10, 11, 12]]
    assert odd[1].tolist() == [[0, 0, 0], [0, 1, 2], [0, 5, 6]]
    assert patches_around(images, [Place(0, 2.5, 0.5, 1.0)], 2).tolist() == [[[9, 10], [13, 14]]]
    assert patches_around(images, [], 3).shape == (0, 3, 3)


def test_receptive_fields_are_as_far_as_a_bright_pixel_can_be_seen() -> None:
    """In a network without negative weights whatever a pixel reaches becomes bright."""
    config, columns = networks.TWO_LEVELS, 96
    layers = {
        name: Layer(torch.full_like(layer.kernels, 0.1), torch.zeros_like(layer.bias))
        for name, layer in folded_layers(config, networks.silent_weights()).items()
    }
    seen: dict[str, torch.Tensor] = {}
    run = plain_function(layers)

    def layer(name: str, x: torch.Tensor) -> torch.Tensor:
        seen[name] = run(name, x)
        return seen[name]

    impulses = torch.zeros(columns, 1, 8, columns)
    impulses[torch.arange(columns), 0, 4, torch.arange(columns)] = 1
    run_by_layer(config.depth, impulses, layer)
    for name, maps in seen.items():
        reached = maps[:, 0, maps.shape[2] // 2] > 0  # which pixel (first axis) reaches which of the map's columns
        assert receptive_field(name, config) == int(reached.sum(0).max()), name


@pytest.mark.parametrize(
    ("layer", "size"),
    [("encoder.0.0", 5), ("encoder.1.0", 14), ("encoder.2.1", 36), ("head", 52)],
)
def test_images_have_room_for_the_receptive_field(layer: str, size: int) -> None:
    """Fields of 3, 10 and 32 pixels and one more of the map are 4, 12 and 36, in an odd number of its pixels: 5, 7 of 2
    and 9 of 4. The head's field is 46, and 47 takes 12 pixels of 4: 13."""
    assert preferred_size(layer, networks.TWO_LEVELS) == size


def test_an_edge_filter_prefers_its_edge(a_model_with_an_edge_filter: ModelFolder) -> None:
    preferred = preferred_images(a_model_with_an_edge_filter, "encoder.0.0")
    image = preferred.images[1]
    assert image[1:4, 1].max() < 0.01 and image[1:4, 3].min() > 0.99
    assert image[2, 2] == pytest.approx(0.5, abs=0.1)
    assert preferred.values[1] == pytest.approx(3.0, abs=0.01)  # three rows of 1 less three of 0


def test_a_turned_edge_filter_prefers_a_turned_edge(tmp_path: Path) -> None:
    weights = networks.with_an_edge_filter()
    weights["encoder.0.0.weight"][1, 0] = np.transpose(networks.EDGE)
    image = preferred_images(networks.a_model(tmp_path / "turned", weights), "encoder.0.0").images[1]
    assert image[1, 1:4].max() < 0.01 and image[3, 1:4].min() > 0.99


def test_what_a_filter_does_not_see_stays_grey(
    a_model_with_an_edge_filter: ModelFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preferences, "preferred_size", lambda *_: 15)
    preferred = preferred_images(a_model_with_an_edge_filter, "encoder.0.0")
    assert preferred.images[0, 7, 7] > 0.99
    assert np.abs(preferred.images[:, 0] - 0.5).max() < 0.05


def test_a_silent_filter_prefers_nothing(a_model_with_an_edge_filter: ModelFolder) -> None:
    preferred = preferred_images(a_model_with_an_edge_filter, "encoder.1.1")
    assert preferred.values[1] == 0
    assert np.abs(preferred.images[1] - 0.5).max() < 0.1


def test_jitter_is_followed_so_that_the_centre_stays_sharp(
    a_model_with_an_edge_filter: ModelFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last convolution passes the image on; asked for are the four pixels in the middle."""
    monkeypatch.setattr(preferences, "preferred_size", lambda *_: 12)
    preferred = preferred_images(a_model_with_an_edge_filter, "decoder.1.1")
    assert preferred.images[0, 5:7, 5:7].min() > 0.99
    assert np.abs(preferred.images[0, 0] - 0.5).max() < 0.1
    assert preferred.values[0] == pytest.approx(1.0, abs=0.01)


def test_a_second_ascent_starts_from_a_real_patch_and_the_better_is_kept(
    a_model_with_an_edge_filter: ModelFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After one step from noise around 0.5, nothing is near the edge that the patch is; one from black is worse."""
    monkeypatch.setattr(preferences, "STEPS", 1)
    edge, black = np.zeros((5, 5), np.float32), np.zeros((5, 5), np.float32)
    edge[:, 3:] = 1
    alone = preferred_images(a_model_with_an_edge_filter, "encoder.0.0")
    helped = preferred_images(a_model_with_an_edge_filter, "encoder.0.0", {1: edge})
    assert alone.values[1] < 2 and helped.values[1] > 2.8
    assert helped.images[1, 1:4, 3].min() > 0.9 and helped.images[1, 1:4, 1].max() < 0.1
    assert np.array_equal(helped.images[0], alone.images[0])  # has no patch
    hindered = preferred_images(a_model_with_an_edge_filter, "encoder.0.0", {0: black})
    assert np.array_equal(hindered.images, alone.images)


def test_patches_of_another_size_are_refused(a_model_with_an_edge_filter: ModelFolder) -> None:
    with pytest.raises(UsageError, match="must have 5 x 5 pixels"):
        preferred_images(a_model_with_an_edge_filter, "encoder.0.0", {1: np.zeros((7, 7), np.float32)})


def test_where_pixels_are_coarse_images_are_three_of_them() -> None:
    """At depth 6 the coarsest are 64 pixels large."""
    assert preferred_size("encoder.6.1", UNetConfig.from_levels((2,) * 7)) == 3 * 64


def test_the_seed_decides(a_model_with_an_edge_filter: ModelFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preferences, "STEPS", 5)
    found = []
    for seed in (3, 3, 4):
        monkeypatch.setattr(preferences, "SEED", seed)
        found.append(preferred_images(a_model_with_an_edge_filter, "encoder.1.1").images)
    assert np.array_equal(found[0], found[1]) and not np.array_equal(found[0], found[2])


def test_all_filters_of_a_layer_and_pytorch_as_it_was(
    a_model_with_an_edge_filter: ModelFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preferences, "STEPS", 1)
    threads = torch.get_num_threads()
    config = a_model_with_an_edge_filter.spec.network
    for layer, filters in layers_of(config).items():
        preferred = preferred_images(a_model_with_an_edge_filter, layer)
        size = preferred_size(layer, config)
        assert preferred.images.shape == (filters, size, size) and preferred.values.shape == (filters,)
        assert preferred.images.min() >= 0 and preferred.images.max() <= 1
    assert torch.get_num_threads() == threads


def test_images_of_a_layer_that_is_not_there(a_model_with_an_edge_filter: ModelFolder) -> None:
    with pytest.raises(UsageError, match="no layer"):
        preferred_images(a_model_with_an_edge_filter, "encoder.9.9")


def test_without_pytorch(a_model_with_an_edge_filter: ModelFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(EngineError, match="pip install torch"):
        preferred_images(a_model_with_an_edge_filter, "head")
