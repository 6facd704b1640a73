"""All of a network on one slice is what its parts are."""

from __future__ import annotations

import numpy as np
import pytest

from LVSegULib.cine import Cine
from LVSegULib.errors import UsageError
from LVSegULib.visualization.filters import Filter, layers_of, removable_filters
from LVSegULib.visualization.inspector import Inspector
from LVSegULib.visualization.network_view import telling_place, view_network
from LVSegULib.visualization.subjects import subject_of_cine
from Testing.visualization import networks


@pytest.fixture
def a_beating_square() -> Cine:
    """Cavity in the slices 1 to 3 of 5; the largest in frame 1."""
    frames = np.zeros((3, 5, 32, 32), np.float32)
    for frame, side in zip(frames, (8, 12, 4), strict=True):
        frame[1:4, 8 : 8 + side, 8 : 8 + side] = 100
    return Cine(frames, np.diag([1.5, 1.5, 10.0, 1.0]), name="squares")


def test_a_telling_place_is_halfway_from_base_to_apex_at_end_diastole(
    an_inspector: Inspector, a_beating_square: Cine
) -> None:
    assert telling_place(a_beating_square, an_inspector) == (1, 2)


def test_a_view_holds_every_layer_map_and_effect(an_inspector: Inspector, a_beating_square: Cine) -> None:
    subject = subject_of_cine(a_beating_square, an_inspector)
    shares: list[float] = []
    view = view_network(an_inspector, a_beating_square, (1, 2), [subject], is_labelled=False, report=shares.append)
    assert list(view.layers) == list(layers_of(networks.TWO_LEVELS))
    assert view.image.shape == view.cavity.shape == (32, 32)
    assert view.cavity.sum() == 12 * 12
    for layer in view.layers.values():
        assert layer.maps.shape == (len(layer.kernels.kernels), 32 >> layer.level, 32 >> layer.level)
    np.testing.assert_allclose(view.layers["encoder.0.0"].maps[0], view.image, atol=1e-6)
    assert {effect.filters[0] for effect in view.effects} == set(removable_filters(networks.TWO_LEVELS))
    assert len(view.pairs) == 15
    assert view.effect_of(Filter("head", 0)) is None
    strongest = view.effect_of(Filter("decoder.1.1", 0))
    assert strongest is not None
    assert strongest.dice.mean == -1  # nothing is found any more
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)


@pytest.mark.parametrize("place", [(3, 0), (0, 5), (-1, 0)])
def test_a_slice_that_does_not_exist_is_refused(
    place: tuple[int, int], an_inspector: Inspector, a_beating_square: Cine
) -> None:
    subject = subject_of_cine(a_beating_square, an_inspector)
    with pytest.raises(UsageError, match="it has 5 slices and 3 frames, counted from 0"):
        view_network(an_inspector, a_beating_square, place, [subject], is_labelled=False)
