"""The PyTorch U-Net is the network that its configuration describes."""

from __future__ import annotations

import pytest
import torch

from LVSegULib.modelfolder.weights import weight_shapes
from LVSegULib.network.config import UNetConfig, count_parameters
from LVSegULib.network.unet import UNet

UNEVEN = UNetConfig(encoder=((3, 5), (7, 4), (6, 9)), decoder=((5, 8, 3), (2, 6, 4)), output_channels=2)


@pytest.mark.parametrize("config", [UNetConfig.from_base(4), UNetConfig.from_base(64), UNEVEN])
def test_parameters_are_as_many_as_the_configuration_says(config: UNetConfig) -> None:
    with torch.device("meta"):
        network = UNet(config)
    assert sum(parameter.numel() for parameter in network.parameters()) == count_parameters(config)


def test_weights_have_the_names_and_shapes_that_are_expected_without_pytorch() -> None:
    state = {name: tuple(values.shape) for name, values in UNet(UNEVEN).state_dict().items()}
    assert {n: s for n, s in state.items() if not n.endswith("num_batches_tracked")} == weight_shapes(UNEVEN)


@pytest.mark.parametrize("size", [(64, 64), (37, 53), (1, 5), (16, 250)])
def test_any_in_plane_size_comes_back_as_it_was(size: tuple[int, int]) -> None:
    network = UNet(UNEVEN).eval()
    assert network(torch.zeros(5, 1, *size)).shape == (5, 2, *size)


def test_a_filter_sees_its_neighbourhood_and_no_other_slice() -> None:
    torch.manual_seed(0)
    network = UNet(UNEVEN).eval()
    images = torch.rand(2, 1, 32, 32)
    changed = images.clone()
    changed[1] += 1.0
    with torch.no_grad():
        before, after = network(images), network(changed)
    torch.testing.assert_close(before[0], after[0])
    assert not torch.allclose(before[1], after[1])


def test_every_weight_takes_part() -> None:
    torch.manual_seed(0)
    network = UNet(UNEVEN)
    network(torch.rand(2, 1, 32, 32)).square().sum().backward()
    still = [name for name, p in network.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
    assert still == []
