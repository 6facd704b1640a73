"""Where an error would be seen, against derivatives that are worked out by hand or by finite differences."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from LVSegULib.network.by_layer import Layer, plain_function, run_by_layer
from LVSegULib.pruning.sensitivity import probe, sensitivities
from LVSegULib.training.loss import probabilities
from Testing.pruning.networks import some_images, uneven_layers


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(1)


def test_probes_vary_together_as_the_labels_do() -> None:
    """Of a label that is drawn with chances 0.5, 0.2 and 0.3 for none: variances 0.25 and 0.16, covariance -0.1."""
    found = torch.tensor([0.5, 0.2]).view(1, 2, 1, 1).expand(200_000, 2, 1, 1)
    pulls = probe(found, generator()).flatten(1).numpy()
    assert np.cov(pulls.T) == pytest.approx(np.array([[0.25, -0.1], [-0.1, 0.16]]), abs=0.003)
    assert pulls.mean(0) == pytest.approx([0, 0], abs=0.005)


def test_where_the_result_is_certain_nothing_pulls() -> None:
    certain = torch.tensor([1.0, 0.0]).view(1, 2, 1, 1)
    assert probe(certain, generator()).abs().max() == 0


def test_the_head_is_told_by_the_doubt_alone() -> None:
    """An error of a logit changes the result by p (1 - p) of its label; here smoothed over 3 x 3 pixels."""
    layers = uneven_layers()
    images = some_images(1, 24, 20).expand(4000, 1, 24, 20)[:, :, :8, :8]
    found = probabilities(run_by_layer(2, images[:1], plain_function(layers)))
    wanted = torch.nn.functional.avg_pool2d((found * (1 - found)).sum(1), 3, stride=1, padding=1)
    seen = sensitivities(2, layers, images.contiguous(), generator())["head"].mean(0)
    assert seen.numpy() == pytest.approx(wanted[0].numpy(), rel=0.05)


def test_an_up_sampling_is_told_at_the_pixels_it_reads() -> None:
    layers, images = uneven_layers(), some_images(3, 24, 20)
    seen = sensitivities(2, layers, images, generator())
    assert seen["upsample.0"].shape == (3, 6, 5)
    assert seen["upsample.1"].shape == seen["decoder.0.1"].shape == (3, 12, 10)
    assert seen["encoder.0.0"].shape == seen["decoder.1.1"].shape == seen["head"].shape == (3, 24, 20)


def test_what_a_relu_hides_is_not_seen() -> None:
    layers = uneven_layers()
    dark = layers["decoder.1.1"]
    layers["decoder.1.1"] = Layer(dark.kernels, torch.full_like(dark.bias, -1e6))
    seen = sensitivities(2, layers, some_images(2, 24, 20), generator())
    assert seen["decoder.1.1"].abs().max() == 0
    assert seen["encoder.0.0"].abs().max() == 0
    assert seen["head"].min() > 0
