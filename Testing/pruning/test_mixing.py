"""Mixtures of an up-sampling's filters stand for all of them."""

from __future__ import annotations

import pytest
import torch

from LVSegULib.network.by_layer import Layer, Layers
from LVSegULib.network.config import count_parameters
from LVSegULib.pruning.fit import Moments, Sample, moments, patches, to_layer, to_matrix
from LVSegULib.pruning.mixing import Mixing, best_mixing, mixed, refitted_reader
from LVSegULib.pruning.state import State
from LVSegULib.pruning.structure import filters_of
from Testing.pruning.networks import UNEVEN, logits, some_images, uneven_layers

RANK = 2


@pytest.fixture(autouse=True)
def the_same_numbers_in_whatever_order_tests_run() -> None:
    torch.manual_seed(1)


def with_low_rank(layers: Layers) -> tuple[Layers, Mixing]:
    """The first up-sampling's filters are mixtures of two; with the mixing that says so."""
    unmix = torch.randn(RANK, filters_of(UNEVEN)["upsample.0"], dtype=torch.float64)
    few = layers["upsample.0"].kernels[:, :RANK], layers["upsample.0"].bias[:RANK]
    kernels = torch.einsum("cmij,mf->cfij", few[0], unmix.float()).contiguous()
    return layers | {"upsample.0": Layer(kernels, few[1] @ unmix.float())}, Mixing(torch.linalg.pinv(unmix), unmix)


def reader_of_low_rank() -> tuple[Layers, Moments, torch.Tensor, torch.Tensor]:
    """A network with low rank in `upsample.0`, and the moments of its reader on an input of that kind."""
    layers, mixing = with_low_rank(uneven_layers())
    name, skipped = "decoder.0.0", UNEVEN.encoder[1][1]
    few = torch.randn(3, RANK, 12, 10)
    x = torch.cat([torch.randn(3, skipped, 12, 10), torch.einsum("nmij,mf->nfij", few, mixing.unmix.float())], 1)
    rows = patches(name, x, Sample(torch.arange(120).expand(3, 120)))
    matrix = to_matrix(name, layers[name])
    blocks = torch.arange(skipped, x.shape[1])[:, None] * 9 + torch.arange(9)
    return layers, moments(rows, rows @ matrix.float()), blocks, rows


def test_a_known_mixing_leaves_the_result_as_it_is() -> None:
    layers, mixing = with_low_rank(uneven_layers())
    config, smaller = mixed(UNEVEN, layers, "upsample.0", "decoder.0.0", UNEVEN.encoder[1][1], mixing)
    assert filters_of(config)["upsample.0"] == RANK
    images = some_images(2, 24, 20)
    torch.testing.assert_close(logits(config, smaller, images), logits(UNEVEN, layers, images), rtol=1e-4, atol=1e-4)


def test_the_best_mixing_finds_the_rank_and_the_reader_misses_nothing() -> None:
    layers, found, blocks, rows = reader_of_low_rank()
    name, skipped = "decoder.0.0", UNEVEN.encoder[1][1]
    matrix = to_matrix(name, layers[name])
    mixing = best_mixing(found, matrix, blocks, RANK)
    reader = refitted_reader(name, layers[name], found, blocks, skipped, mixing, 1e-9)
    start, end = blocks[0, 0], blocks[-1, -1] + 1
    of_filters = rows[:, start:end].view(len(rows), -1, 9)
    mixtures = torch.einsum("nfp,fm->nmp", of_filters, mixing.mix.float()).flatten(1)
    given = torch.cat([rows[:, :start], mixtures, rows[:, end:]], 1) @ to_matrix(name, reader).float()
    torch.testing.assert_close(given, rows @ matrix.float(), rtol=1e-3, atol=1e-3)
    assert torch.allclose(mixtures.view(-1, RANK, 9).var(0).mean(1), torch.ones(RANK), atol=0.05)


def test_moments_of_mixtures_are_the_moments_of_their_patches() -> None:
    _, found, blocks, rows = reader_of_low_rank()
    mixing = Mixing(torch.randn(len(blocks), 3, dtype=torch.float64), torch.randn(3, len(blocks), dtype=torch.float64))
    start, end = blocks[0, 0], blocks[-1, -1] + 1
    of_filters = rows[:, start:end].view(len(rows), -1, 9)
    mixtures = torch.einsum("nfp,fm->nmp", of_filters, mixing.mix.float()).flatten(1)
    expected = torch.cat([rows[:, :start], mixtures, rows[:, end:]], 1).double()
    torch.testing.assert_close(mixing.of_moments(found, blocks).inputs, expected.T @ expected, rtol=1e-4, atol=1e-2)


def test_fewer_mixtures_than_needed_keep_what_the_reader_makes_most_of() -> None:
    layers, found, blocks, _ = reader_of_low_rank()
    matrix = to_matrix("decoder.0.0", layers["decoder.0.0"])

    def missed(mixing: Mixing) -> float:
        few = mixing.of_moments(found, blocks)
        solved = torch.linalg.lstsq(few.inputs, few.outputs).solution
        whole = float((matrix * (found.inputs @ matrix)).sum())
        return whole - float((solved * few.outputs).sum())

    best = missed(best_mixing(found, matrix, blocks, 1))
    others = [Mixing(torch.randn(len(blocks), 1, dtype=torch.float64), torch.zeros(1, len(blocks))) for _ in range(20)]
    by_chance = sorted(missed(other) for other in others)
    assert best < 1.01 * by_chance[0]
    assert best < 0.9 * by_chance[10]


def test_a_mixed_state_asks_of_the_upsampling_for_the_mixtures() -> None:
    layers, mixing = with_low_rank(uneven_layers())
    whole = State.whole(UNEVEN, layers)
    state = whole.mixed("upsample.0", mixing)
    assert count_parameters(state.config) < count_parameters(UNEVEN)
    outputs = torch.randn(7, filters_of(UNEVEN)["upsample.0"] * 4)
    expected = torch.stack([outputs.view(7, -1, 4)[..., p] @ mixing.mix.float() for p in range(4)], -1).flatten(1)
    torch.testing.assert_close(state.wanted("upsample.0", outputs), expected)
    one_gone = state.without({"upsample.0": [0]})
    torch.testing.assert_close(one_gone.wanted("upsample.0", outputs), expected[:, 4:])


@pytest.mark.parametrize("name", ["encoder.0.1", "head"])
def test_other_layers_are_asked_for_their_own_filters(name: str) -> None:
    outputs = torch.randn(5, filters_of(UNEVEN).get(name, UNEVEN.output_channels))
    torch.testing.assert_close(State.whole(UNEVEN, uneven_layers()).wanted(name, outputs), outputs)


def test_layer_and_matrix_are_each_others_inverse_for_a_mixed_reader() -> None:
    _, mixing = with_low_rank(uneven_layers())
    start = mixing.of_reader(uneven_layers()["decoder.0.0"], UNEVEN.encoder[1][1])
    again = to_layer("decoder.0.0", to_matrix("decoder.0.0", start), start)
    torch.testing.assert_close(again.kernels, start.kernels)


def test_filters_that_never_vary_can_be_mixed() -> None:
    """Two filters of nine rows each that are 0 on every slice."""
    rows = torch.zeros(40, 19)
    rows[:, -1] = 1.0
    blocks = torch.arange(18).view(2, 9)
    mixing = best_mixing(moments(rows, torch.ones(40, 3)), torch.randn(19, 3, dtype=torch.float64), blocks, 1)
    assert bool(mixing.mix.isfinite().all()) and bool(mixing.unmix.isfinite().all())


def test_what_filters_have_on_average_is_no_variation() -> None:
    """Around 10 one filter goes up and down by 1, the other by 0.1: the best mixture is the first filter."""
    rows = torch.tensor([[11, 10.1, 1], [9, 10.1, 1], [11, 9.9, 1], [9, 9.9, 1]], dtype=torch.float64)
    reader = torch.eye(3, 2, dtype=torch.float64)  # gives both as they are
    mixing = best_mixing(moments(rows, rows[:, :2]), reader, torch.tensor([[0], [1]]), 1)
    torch.testing.assert_close(mixing.mix.abs(), torch.tensor([[1.0], [0.0]]).double(), rtol=0, atol=1e-6)
    torch.testing.assert_close(mixing.unmix.abs(), torch.tensor([[1.0, 0.0]]).double(), rtol=0, atol=1e-6)
