"""A layer is the matrix that it is fitted as, and a fit is the least-squares solution."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from LVSegULib.network.by_layer import run_layer
from LVSegULib.pruning.fit import (
    BATCH,
    Sample,
    damped,
    moments,
    outputs,
    patches,
    refitted,
    refitted_rectified,
    to_layer,
    to_matrix,
)
from Testing.pruning.networks import uneven_layers

NAMES = ["encoder.0.0", "encoder.1.1", "upsample.0", "decoder.1.0", "head"]


def an_input(name: str) -> tuple[torch.Tensor, Sample]:
    """Random activations for a layer, and five pixels of each slice with all four corners among them."""
    layer = uneven_layers()[name]
    channels = layer.kernels.shape[0 if name == "upsample.0" else 1]
    generator = torch.Generator().manual_seed(3)
    pixels = torch.tensor([[0, 5, 42, 47, 20], [47, 42, 5, 0, 13]])  # 8 rows of 6 columns
    return torch.rand(2, channels, 8, 6, generator=generator), Sample(pixels)


@pytest.mark.parametrize("name", NAMES)
def test_patches_times_the_matrix_are_the_layers_outputs(name: str) -> None:
    layer = uneven_layers()[name]
    x, sample = an_input(name)
    expected = outputs(name, run_layer(name, layer, x), sample).double()
    found = patches(name, x, sample).double() @ to_matrix(name, layer)
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)


def test_patches_are_those_of_unfold() -> None:
    x, sample = an_input("encoder.1.1")
    every = functional.unfold(x, 3, padding=1)
    expected = torch.stack([every[n][:, sample.pixels[n]].T for n in range(2)]).reshape(10, -1)
    torch.testing.assert_close(patches("encoder.1.1", x, sample)[:, :-1], expected, rtol=0, atol=0)


@pytest.mark.parametrize("name", ["encoder.1.1", "upsample.0"])
def test_patches_of_many_slices_are_those_of_each(name: str) -> None:
    generator = torch.Generator().manual_seed(5)
    x = torch.rand(2 * BATCH + 3, 2, 4, 5, generator=generator)
    pixels = torch.randint(20, (len(x), 3), generator=generator)
    of_each = [patches(name, one, Sample(places)) for one, places in zip(x.split(1), pixels.split(1), strict=True)]
    assert torch.equal(patches(name, x, Sample(pixels)), torch.cat(of_each))


def test_outputs_of_an_up_sampling_are_the_four_pixels_that_one_becomes() -> None:
    y = torch.arange(2 * 3 * 16 * 12, dtype=torch.float32).view(2, 3, 16, 12)
    found = outputs("upsample.0", y, Sample(torch.tensor([[13], [0]])))  # row 2, column 1 of 8 x 6
    assert found[0].tolist() == [float(y[0, c, r, i]) for c in range(3) for r in (4, 5) for i in (2, 3)]


@pytest.mark.parametrize("name", NAMES)
def test_a_layer_becomes_a_matrix_and_the_same_layer_again(name: str) -> None:
    layer = uneven_layers()[name]
    again = to_layer(name, to_matrix(name, layer), layer)
    torch.testing.assert_close(again.kernels, layer.kernels, rtol=0, atol=0)
    torch.testing.assert_close(again.bias, layer.bias, rtol=1e-6, atol=0)


def test_a_fit_is_the_solution_that_numpy_finds_with_the_pull_as_further_equations() -> None:
    random = np.random.default_rng(2)
    rows, wanted, current = (random.standard_normal(shape) for shape in ((50, 7), (50, 3), (7, 3)))
    rows[:, -1] = 1.0
    ridge = 0.1
    pull = ridge * np.mean(np.sum(rows[:, :-1] ** 2, axis=0))
    further = np.sqrt(pull) * np.eye(7)[:-1]  # the bias is not pulled
    both = np.vstack([rows, further]), np.vstack([wanted, further @ current])
    expected = np.linalg.lstsq(*both, rcond=None)[0]
    found = refitted(moments(torch.tensor(rows), torch.tensor(wanted)), torch.tensor(current), ridge)
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-10)


def test_moments_are_the_same_however_many_rows_there_are() -> None:
    random = np.random.default_rng(2)
    rows, wanted = random.standard_normal((40000, 3)).astype(np.float32), random.standard_normal((40000, 2))
    found = moments(torch.tensor(rows), torch.tensor(wanted.astype(np.float32)))
    np.testing.assert_allclose(found.inputs.numpy(), rows.astype(float).T @ rows, rtol=1e-4, atol=0.05)
    np.testing.assert_allclose(found.outputs.numpy(), rows.T.astype(float) @ wanted, rtol=1e-4, atol=0.05)
    assert found.spread == pytest.approx(float(((wanted - wanted.mean(0)) ** 2).sum()), rel=1e-4)


def test_damping_leaves_the_bias_alone() -> None:
    found = moments(torch.tensor([[2.0, 1.0], [4.0, 1.0]]), torch.zeros(2, 1))
    assert damped(found, 0.5).tolist() == [[30.0, 6.0], [6.0, 2.0]]  # 4 + 16, and half of it


def test_allowing_for_the_relu_brings_the_rectified_output_closer() -> None:
    random = torch.Generator().manual_seed(1)
    rows = torch.cat([torch.rand(2000, 4, generator=random), torch.ones(2000, 1)], 1)
    hidden = torch.rand(2000, 3, generator=random)
    wanted = rows[:, :4] @ torch.randn(4, 2, generator=random) + 3 * (hidden @ torch.randn(3, 2, generator=random)) - 1
    found, start = moments(rows, wanted), torch.zeros(5, 2, dtype=torch.float64)

    def error(matrix: torch.Tensor) -> float:
        return float(((rows.double() @ matrix).relu() - wanted.double().relu()).square().sum())

    errors = [error(refitted_rectified(rows, wanted, found, start, 1e-9, rounds)) for rounds in (0, 1, 2, 8)]
    assert errors[0] == pytest.approx(error(refitted(found, start, 1e-9)))
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 0.98 * errors[0]


def test_a_layer_that_is_right_stays_as_it_is_however_many_rows_there_are() -> None:
    generator = torch.Generator().manual_seed(4)
    rows = torch.rand(200_000, 10, generator=generator)  # all positive and much alike: hard on single precision
    rows[:, -1] = 1.0
    current = torch.randn(10, 3, generator=generator, dtype=torch.float64)
    wanted = rows @ current.float()
    found = refitted_rectified(rows, wanted, moments(rows, wanted), current, ridge=1e-3, rounds=12)
    torch.testing.assert_close(found, current, rtol=0, atol=5e-5)
