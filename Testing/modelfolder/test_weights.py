"""What follows from weights without PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

from LVSegULib.benchmark.classic import random_weights
from LVSegULib.errors import ModelError
from LVSegULib.modelfolder.weights import BATCH_NORM_EPSILON, check_weights, folded_convolution, weight_shapes
from LVSegULib.network.config import UNetConfig, count_parameters

CONFIG = UNetConfig.from_levels((2, 4))


def test_folding_does_what_convolution_and_batch_norm_do() -> None:
    weights = random_weights(CONFIG)
    weights["encoder.0.1.weight"][:] = 3
    weights["encoder.0.1.bias"][:] = 0.5
    weights["encoder.0.1.running_mean"][:] = 2
    weights["encoder.0.1.running_var"][:] = 4 - BATCH_NORM_EPSILON
    kernels, bias = folded_convolution(weights, "encoder.0", 0)
    # (x - 2) / 2 * 3 + 0.5 = 1.5 x - 2.5
    np.testing.assert_allclose(kernels, 1.5 * weights["encoder.0.0.weight"], rtol=1e-6)
    np.testing.assert_allclose(bias, [-2.5, -2.5], rtol=1e-6)


def test_shapes_add_up_to_the_parameters() -> None:
    trained = {name: shape for name, shape in weight_shapes(CONFIG).items() if "running" not in name}
    assert sum(int(np.prod(shape)) for shape in trained.values()) == count_parameters(CONFIG)


def test_a_missing_and_a_left_over_weight_are_named() -> None:
    weights = random_weights(CONFIG)
    bias = weights.pop("head.bias")
    with pytest.raises(ModelError, match=r"head\.bias is missing"):
        check_weights(weights, CONFIG, "here")
    with pytest.raises(ModelError, match="extra is not part of the network"):
        check_weights({**weights, "head.bias": bias, "extra": bias}, CONFIG, "here")


@pytest.mark.parametrize("dtype", [np.int8, np.int32, np.bool_])
def test_weights_that_are_no_fractions_are_named(dtype: type) -> None:
    weights = random_weights(CONFIG)
    weights["head.bias"] = weights["head.bias"].astype(dtype)  # type: ignore[assignment]
    with pytest.raises(
        ModelError, match=rf"here: head\.bias holds {np.dtype(dtype)}, expected floating-point numbers: copy the model"
    ):
        check_weights(weights, CONFIG, "here")
