"""The benchmark runs every contender on the same slices and says what it measured; how fast is not tested."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from LVSegULib.benchmark.bench import Contender, bench, labels_by_channel
from LVSegULib.benchmark.classic import random_weights, save_random_model
from LVSegULib.benchmark.memory import peak_memory_mb
from LVSegULib.modelfolder.weights import check_weights
from LVSegULib.network.config import UNetConfig
from LVSegULib.preparation.grid import Grid


@pytest.mark.slow
def test_every_contender_is_timed(tmp_path: Path) -> None:
    small, large = (
        save_random_model(tmp_path / str(base), UNetConfig.from_base(base, depth=2), str(base), Grid(1.5, 64, 64))
        for base in (2, 16)
    )
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"nothing")
    contenders = [
        Contender("small", "onnxruntime", small.path, 64, 2),
        Contender("small", "torch", small.path, 64, 2),
        Contender("large", "onnxruntime", large.path / "model.onnx", 32, 1),
        Contender("broken", "onnxruntime", broken, 32, 1),
    ]
    random = np.random.default_rng(1)
    images = {size: random.random((4, 1, size, size), dtype=np.float32) for size in (64, 32)}
    seen: list[str] = []
    timings = bench(contenders, images, threads=1, rounds=2, seconds_per_round=0.01, progress=seen.append)
    assert [timing.contender for timing in timings] == contenders[:3]
    assert all(0 < t.fastest_ms <= t.ms_per_slice <= t.slowest_ms for t in timings)
    assert all(t.slices_per_second == pytest.approx(1000 / t.ms_per_slice) for t in timings)
    assert all(t.differing < 1e-3 for t in timings)
    assert any(line.startswith("broken cannot be run with onnxruntime: ") for line in seen)
    assert seen[-6:] == [
        f"round {number} of 2: {t.contender.label}, {t.contender.way}" for number in (1, 2) for t in timings
    ]
    assert timings[1].peak_memory_mb > timings[0].peak_memory_mb  # PyTorch is loaded by its own process only


def test_labels_are_those_of_the_largest_channel_and_the_background() -> None:
    """Two labels, the background's logit is 0: a pixel of the first, of the second above the first, and of neither."""
    logits = np.array([[[[1.0, 2.0, -1.0]], [[-1.0, 3.0, -2.0]]]], np.float32)
    assert labels_by_channel(logits, has_background=False).tolist() == [[[1, 2, 0]]]


def test_labels_of_a_network_that_has_a_channel_for_the_background() -> None:
    """The label's channel is above the background's in the first pixel only, though above 0 in the second too."""
    logits = np.array([[[[-2.0, 2.0, 1.0]], [[-1.0, 1.0, -1.0]]]], np.float32)
    assert labels_by_channel(logits, has_background=True).tolist() == [[[1, 0, 0]]]


def test_random_weights_fit_their_network() -> None:
    config = UNetConfig.from_base(4)
    weights = random_weights(config)
    check_weights(weights, config, "random")
    # He: variance 2 / (channels * 3 * 3)
    assert weights["encoder.4.3.weight"].std() == pytest.approx(np.sqrt(2 / (64 * 9)), rel=0.02)


def test_memory_grows_with_what_is_held() -> None:
    before = peak_memory_mb()
    held = np.ones(40_000_000, np.uint8)
    assert held.all()
    assert peak_memory_mb() > 20
    assert peak_memory_mb() >= before
