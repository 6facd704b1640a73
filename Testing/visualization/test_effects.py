"""What a filter does, where it can be worked out by hand."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from LVSegULib.pruning.judge import Judge
from LVSegULib.visualization.effects import Ablation, effect_values, pair_effects, removal_effects
from LVSegULib.visualization.filters import Filter, removable_filters
from LVSegULib.visualization.inspector import Inspector, open_inspector
from LVSegULib.visualization.subjects import ED, ES, Subject
from Testing.visualization import networks

PIXEL_ML = 0.5


@pytest.fixture
def a_twofold_inspector(tmp_path: Path) -> Inspector:
    """The logit is the pixel times 4, half of it by each of two filters of the first layer, minus 1."""
    weights = networks.passing_weights()
    weights["encoder.0.0.weight"][1, 0][networks.CENTRE] = 1
    weights["encoder.0.3.weight"][0, 1][networks.CENTRE] = 1  # the second convolution reads both
    weights["head.weight"][0, 0] = 2
    weights["head.bias"][0] = -1
    return open_inspector(networks.a_model(tmp_path / "twofold", weights), threads=1)


def a_subject(name: str = "one", dim: float = 0.3) -> Subject:
    """ED: 40 bright pixels and 24 dim ones; ES: 16 bright ones. The network finds them all."""
    images = np.zeros((2, 1, 32, 32), np.float32)
    images[0, 0, 4:9, 4:12] = 1.0
    images[0, 0, 9:12, 4:12] = dim
    images[1, 0, 4:8, 4:8] = 1.0
    return Subject(name, images, images[:, 0] > 0.1, np.array([ED, ES], np.uint8), np.full(2, PIXEL_ML))


def test_a_filter_that_carries_half_takes_the_dim_pixels_with_it(a_twofold_inspector: Inspector) -> None:
    """A dim pixel's logit is 4 x 0.3 - 1 = 0.2; without one of the two filters it is 2 x 0.3 - 1 = -0.4."""
    ablation = Ablation(a_twofold_inspector, [a_subject()])
    assert ablation.whole.dice.tolist() == [1.0]
    assert ablation.whole.ed_ml.tolist() == [64 * PIXEL_ML]
    assert ablation.whole.lvef.tolist() == [100 * (64 - 16) / 64]
    effect = ablation.effect([Filter("encoder.0.0", 1)])
    assert effect.dice.mean == pytest.approx(2 * 56 / (56 + 80) - 1)
    assert effect.ed_ml.mean == pytest.approx(-24 * PIXEL_ML)
    assert effect.lvef.mean == pytest.approx(100 * (40 - 16) / 40 - 75)
    assert math.isnan(effect.dice.mean_interval[0])  # of one patient there is no interval


def test_what_is_multiplied_by_zero_downstream_does_exactly_nothing(an_inspector: Inspector) -> None:
    effect = Ablation(an_inspector, [a_subject(dim=0.9)]).effect([Filter("encoder.0.0", 1)])
    values = [effect.divergence, effect.dice.mean, effect.ed_ml.mean, effect.lvef.mean]
    assert values == [0.0, 0.0, 0.0, 0.0]


def test_the_score_is_the_one_that_pruning_judges_by(a_twofold_inspector: Inspector) -> None:
    import torch

    from LVSegULib.network.by_layer import Layer, folded_layers
    from LVSegULib.training.loss import probabilities

    model, subject = a_twofold_inspector.model, a_subject()
    layers, images = folded_layers(model.spec.network, model.weights()), torch.from_numpy(subject.images)
    logits = torch.from_numpy(a_twofold_inspector.look(subject.images).logits)
    judge = Judge(model.spec.network.depth, layers, images, probabilities(logits))
    off = {name: values.clone() for name, values in vars(layers["encoder.0.0"]).items()}
    off["kernels"][1], off["bias"][1] = 0, 0
    effect = Ablation(a_twofold_inspector, [subject]).effect([Filter("encoder.0.0", 1)])
    assert effect.divergence == pytest.approx(judge.loss_with({"encoder.0.0": Layer(**off)}), rel=1e-4)


@pytest.mark.usefixtures("intervals_of_two")
def test_filters_come_the_strongest_first_and_in_pairs(a_twofold_inspector: Inspector) -> None:
    subjects = [a_subject("one"), a_subject("two", dim=0.9)]
    ablation = Ablation(a_twofold_inspector, subjects)
    shares: list[float] = []
    effects = removal_effects(ablation, removable_filters(networks.TWO_LEVELS), shares.append)
    assert shares[-1] == 1.0
    assert [effect.divergence for effect in effects] == sorted((e.divergence for e in effects), reverse=True)
    carrying = {"encoder.0.0:0", "encoder.0.0:1", "encoder.0.1:0", "decoder.1.0:0", "decoder.1.1:0"}
    assert {effect.name for effect in effects if effect.divergence > 0} == carrying
    pairs = pair_effects(ablation, effects, 5)
    assert len(pairs) == 10
    both = next(pair for pair in pairs if {one.layer for one in pair.filters} == {"encoder.0.0"})
    assert both.ed_ml.mean == pytest.approx(-64 * PIXEL_ML)  # nothing is left
    half = next(effect for effect in effects if effect.name == "encoder.0.0:1")
    assert half.ed_ml.mean == pytest.approx(-12 * PIXEL_ML)  # 24 pixels in one patient, none in the other
    assert half.ed_ml.mean_interval == (-24 * PIXEL_ML, 0.0)


@pytest.mark.usefixtures("intervals_of_two")
def test_the_numbers_of_an_effect_are_flat(a_twofold_inspector: Inspector) -> None:
    effect = Ablation(a_twofold_inspector, [a_subject("one"), a_subject("two")]).effect([Filter("encoder.0.0", 1)])
    values = effect_values(effect)
    assert values["filter"] == "encoder.0.0:1"
    assert values["ed_ml"] == values["ed_ml_low"] == values["ed_ml_high"] == pytest.approx(-24 * PIXEL_ML)
    assert values["patients"] == 2


def test_it_is_said_of_how_many_hearts_the_ejection_fraction_is(a_twofold_inspector: Inspector) -> None:
    """Of a heart that is dim throughout nothing is left: 2 x 0.3 - 1 is below 0."""
    dim = a_subject("two")
    dim.images[dim.images > 0] = 0.3
    effect = Ablation(a_twofold_inspector, [a_subject("one"), dim]).effect([Filter("encoder.0.0", 1)])
    values = effect_values(effect)
    assert (values["hearts"], values["lvef_hearts"], values["patients"]) == (2, 1, 2)
    assert values["lvef"] == pytest.approx(100 * (40 - 16) / 40 - 75)
    assert values["ed_ml"] == pytest.approx(-(24 + 64) / 2 * PIXEL_ML)


def test_a_heart_of_which_next_to_nothing_is_left_has_no_ejection_fraction(a_twofold_inspector: Inspector) -> None:
    """Three bright pixels of 64 stay at ED, and all 16 at ES: -433 %."""
    dim = a_subject("two")
    dim.images[0][dim.images[0] > 0] = 0.3
    dim.images[0, 0, 4, 4:7] = 1.0
    effect = Ablation(a_twofold_inspector, [a_subject("one"), dim]).effect([Filter("encoder.0.0", 1)])
    assert (effect.lvef.count, effect.ed_ml.count) == (1, 2)


def test_an_unknown_phase_leaves_the_ejection_fraction_out(a_twofold_inspector: Inspector) -> None:
    subject = a_subject()
    other = Subject("one", subject.images, subject.reference, np.zeros(2, np.uint8), subject.pixel_ml)
    effect = Ablation(a_twofold_inspector, [other]).effect([Filter("encoder.0.0", 1)])
    assert effect.ed_ml.mean == pytest.approx(-24 * PIXEL_ML)
    assert math.isnan(effect.lvef.mean)
