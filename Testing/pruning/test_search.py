"""What can be made up for goes first, and is made up for."""

from __future__ import annotations

from itertools import islice, pairwise

import pytest
import torch

from LVSegULib.errors import InputError
from LVSegULib.network.by_layer import Layer, Layers, run_layer
from LVSegULib.network.config import count_multiply_adds, count_parameters
from LVSegULib.pruning import search
from LVSegULib.pruning.calibration import BATCH, Calibration, calibrate, input_level
from LVSegULib.pruning.fit import outputs
from LVSegULib.pruning.judge import Judge
from LVSegULib.pruning.refit import refit
from LVSegULib.pruning.search import Candidate, divergence_of, least_missed, shrink
from LVSegULib.pruning.state import State, share_saved
from LVSegULib.pruning.structure import filters_of
from LVSegULib.training.loss import probabilities
from Testing.pruning.networks import UNEVEN, logits, some_images, uneven_layers

STEP, RIDGE = 0.01, 1e-6


def with_a_mixture(layers: Layers) -> Layers:
    """One filter of the first up-sampling is the mean of two others: no copy, but its readers can do without."""
    kernels, bias = layers["upsample.0"].kernels.clone(), layers["upsample.0"].bias.clone()
    kernels[:, 3] = (kernels[:, 0] + kernels[:, 1]) / 2
    bias[3] = (bias[0] + bias[1]) / 2
    return layers | {"upsample.0": Layer(kernels, bias)}


def calibrated(layers: Layers) -> Calibration:
    return calibrate(UNEVEN.depth, layers, some_images(16, 24, 20), pixels=150)


def test_a_filter_that_others_can_stand_in_for_goes_first_and_is_not_missed() -> None:
    """Besides the filters that are dead on every slice: all of these together are 6 % of the computation."""

    def upsampling_after_a_round(layers: Layers) -> tuple[int, float]:
        whole = State.whole(UNEVEN, layers)
        after = list(islice(shrink(whole, whole, calibrated(layers), 0.06, RIDGE), 2))[1]
        return filters_of(after.state.config)["upsample.0"], after.divergence

    filters, divergence = upsampling_after_a_round(with_a_mixture(uneven_layers()))
    assert (filters, divergence < 1e-6) == (4, True)
    assert upsampling_after_a_round(uneven_layers())[0] == 5


def test_refitting_makes_up_for_most_of_what_a_removal_breaks() -> None:
    layers = uneven_layers()
    calibration = calibrated(layers)
    cut = State.whole(UNEVEN, layers).without({"encoder.1.1": [0], "decoder.1.0": [2]})

    def loss(state: State) -> float:
        return Judge(2, state.layers, calibration.images, calibration.probabilities).loss

    assert loss(refit(cut, calibration, 1e-4, 4)[0]) < 0.5 * loss(cut)


def test_a_refit_of_the_whole_network_changes_nothing() -> None:
    layers, images = uneven_layers(), some_images(4, 32, 28)
    state, _ = refit(State.whole(UNEVEN, layers), calibrated(layers), 1e-3, 4)
    expected = logits(UNEVEN, layers, images)
    torch.testing.assert_close(logits(UNEVEN, state.layers, images), expected, rtol=1e-3, atol=1e-3)


def test_every_round_is_smaller_down_to_one_filter_a_layer() -> None:
    whole = State.whole(UNEVEN, uneven_layers())
    rounds = list(shrink(whole, whole, calibrated(whole.layers), 0.2, 1e-3))
    sizes = [count_parameters(one.state.config) for one in rounds]
    assert sizes == sorted(set(sizes), reverse=True)
    assert set(filters_of(rounds[-1].state.config).values()) == {1}
    for one in rounds:
        left = {name: len(alive) for name, alive in one.state.alive.items()}
        left |= {name: mix.shape[1] for name, mix in one.state.mixes.items()}
        assert left == filters_of(one.state.config)


def test_who_starts_from_a_rounds_cut_gets_that_round_again() -> None:
    layers = uneven_layers()
    whole, calibration = State.whole(UNEVEN, layers), calibrated(layers)
    first = list(islice(shrink(whole, whole, calibration, STEP, RIDGE), 5))
    again = list(islice(shrink(first[2].cut, whole, calibration, STEP, RIDGE), 3))
    assert [one.divergence for one in again] == [one.divergence for one in first[2:]]
    assert again[-1].state.config == first[-1].state.config


def test_the_least_loss_for_what_is_saved_goes_until_the_step_is_saved() -> None:
    offers = [
        Candidate("a", [0], 0.010, 0.010),
        Candidate("b", [1], 0.002, 0.010),
        Candidate("c", [2], 0.003, 0.020),
        Candidate("d", [3], -0.001, 0.001),
    ]
    assert [one.layer for one in least_missed(offers, 0.02)] == ["d", "c"]
    assert [one.layer for one in least_missed(offers, 0.022)] == ["d", "c", "b"]


def test_all_that_there_is_saves_everything() -> None:
    smaller = State.whole(UNEVEN, uneven_layers()).without({"encoder.0.0": [0]}).config
    expected = 0.75 * (1 - count_multiply_adds(smaller) / count_multiply_adds(UNEVEN))
    expected += 0.25 * (1 - count_parameters(smaller) / count_parameters(UNEVEN))
    assert share_saved(UNEVEN, smaller, UNEVEN) == pytest.approx(expected)


def test_the_calibration_knows_what_the_network_gives_at_the_pixels_it_drew() -> None:
    layers = uneven_layers()
    found = calibrated(layers)
    assert found.samples["encoder.0.0"].pixels.shape == (16, 150)
    assert found.samples["encoder.2.1"].pixels.shape == (16, 6 * 5)  # all there are
    assert found.wanted["upsample.1"].shape == (16 * 120, 2 * 4)
    for sample in found.samples.values():
        assert all(len(set(pixels)) == len(pixels) for pixels in sample.pixels.tolist())


def test_slices_that_are_run_in_turns_keep_their_own_pixels() -> None:
    """The first layer's outputs before the ReLU, and the head's, of more slices than are run at once."""
    layers, images = uneven_layers(), some_images(BATCH + 3, 8, 8)
    found = calibrate(UNEVEN.depth, layers, images, pixels=10)
    whole = logits(UNEVEN, layers, images)
    first = run_layer("encoder.0.0", layers["encoder.0.0"], images)
    torch.testing.assert_close(found.wanted["encoder.0.0"], outputs("encoder.0.0", first, found.samples["encoder.0.0"]))
    torch.testing.assert_close(found.wanted["head"], outputs("head", whole, found.samples["head"]))
    torch.testing.assert_close(found.probabilities, probabilities(whole))


def test_most_pixels_are_drawn_where_the_network_is_in_doubt() -> None:
    """A network whose logit is 60 times the pixel minus 30: in doubt at the one pixel of 0.5, certain at 0 and at 1."""
    layers = {name: Layer(0 * layer.kernels, 0 * layer.bias) for name, layer in uneven_layers().items()}
    for name in ("encoder.0.0", "encoder.0.1", "decoder.1.0", "decoder.1.1"):
        layers[name].kernels[0, 0, 1, 1] = 1.0
    layers["head"].kernels[0, 0] = 60.0
    layers["head"].bias[:] = torch.tensor([-30.0, -60.0])
    image = torch.zeros(1, 1, 128, 128)
    image[..., :64] = 1.0
    image[0, 0, 100, 100] = 0.5
    pixels = calibrate(2, layers, image, pixels=200).samples["head"].pixels[0]
    near = (pixels // 128 - 100).abs().maximum((pixels % 128 - 100).abs()) <= 8
    assert int(near.sum()) > 100  # 289 pixels of 16,384 are as near


def test_without_slices_or_without_a_heart_there_is_nothing_to_calibrate_on() -> None:
    layers = uneven_layers()
    with pytest.raises(InputError, match="no slice to calibrate on"):
        calibrate(2, layers, torch.zeros(0, 1, 32, 32))
    never = Layer(layers["head"].kernels * 0, torch.full((2,), -5.0))
    with pytest.raises(InputError, match="finds no heart"):
        calibrate(2, layers | {"head": never}, some_images())


def test_a_heart_is_found_where_a_label_is_the_likeliest_though_less_likely_than_not() -> None:
    """Two labels and the background, with logits of 0.2, 0.1 and 0: each has a probability below 0.4."""
    layers = uneven_layers()
    barely = Layer(layers["head"].kernels * 0, torch.tensor([0.2, 0.1]))
    assert float(calibrate(2, layers | {"head": barely}, some_images()).probabilities.max()) < 0.4


def test_each_layers_input_has_the_resolution_of_its_level() -> None:
    levels = {name: input_level(name, 2) for name in uneven_layers()}
    expected = {"encoder.1.0": 1, "encoder.2.1": 2, "upsample.0": 2, "decoder.0.1": 1, "upsample.1": 1}
    assert expected.items() <= levels.items()
    assert levels["decoder.1.0"] == levels["head"] == levels["encoder.0.0"] == 0


def test_who_is_told_of_every_candidate_can_stop_the_search() -> None:
    class Stopped(Exception):
        pass

    told: list[int] = []

    def tried() -> None:
        told.append(len(told))
        if len(told) == 3:
            raise Stopped

    whole = State.whole(UNEVEN, uneven_layers())
    found = shrink(whole, whole, calibrated(whole.layers), STEP, RIDGE, tried)
    assert next(found).cut is whole
    assert told == []  # a round is given before anything is tried
    with pytest.raises(Stopped):
        next(found)
    assert told == [0, 1, 2]


def test_a_group_is_a_share_of_the_layers_filters_and_one_at_least(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 2, 3, 4, 5, 6, 7, 8 and 9 filters 40 % are 0.8, 1.2, 1.6, 2, 2.4, 2.8, 3.2 and 3.6."""
    at_once = {1: 0, 2: 1, 3: 1, 4: 2, 5: 2, 6: 2, 7: 3, 8: 3, 9: 4}
    whole = State.whole(UNEVEN, uneven_layers())
    monkeypatch.setattr(search, "GROUP", 0.4)
    one_layer = 1e-9
    rounds = islice(shrink(whole, whole, calibrated(whole.layers), one_layer, RIDGE), 5)
    for before, after in pairwise(filters_of(one.state.config) for one in rounds):
        ((count, left),) = ((before[name], after[name]) for name in before if before[name] != after[name])
        assert count - left == at_once[count]


def test_of_many_slices_some_that_lie_evenly_apart_are_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "JUDGED_SLICES", 4)
    whole = State.whole(UNEVEN, uneven_layers())
    cut, calibration = whole.without({"encoder.1.1": [0]}), calibrated(whole.layers)  # of 16 slices
    images, wanted = (of_all[[0, 5, 10, 15]] for of_all in (calibration.images, calibration.probabilities))
    assert divergence_of(cut, calibration) == Judge(2, cut.layers, images, wanted).loss > 0
