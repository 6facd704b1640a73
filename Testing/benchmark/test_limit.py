"""The machine's limits: what a network cannot be faster than."""

from __future__ import annotations

import pytest

from LVSegULib.benchmark import limit
from LVSegULib.benchmark.limit import Limit, measure_limit
from LVSegULib.network.config import UNetConfig, count_multiply_adds

SMALL = UNetConfig.from_levels((2, 4, 8))


def test_the_least_time_is_multiply_adds_by_rate() -> None:
    machine = Limit(threads=2, multiply_adds=2e9, bytes_moved=1e9)
    assert machine.least_ms(SMALL, 1000) == pytest.approx(1000 * 1000 * count_multiply_adds(SMALL) / 2e9)
    # 2 x 4 bytes for each value: 4 convolutions of 2 and an up-sampling to 2 at the finest level, and the head; 4
    # convolutions and an up-sampling of 4 at a quarter of the pixels; 2 convolutions of 8 at a sixteenth.
    values = 5 * 2 + 1 + 5 * 4 / 4 + 2 * 8 / 16
    assert machine.least_ms_of_memory(SMALL, 1000) == pytest.approx(1000 * 8 * 1000 * values / 1e9)


def test_both_rates_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limit, "SECONDS", 0.01)
    monkeypatch.setattr(limit, "COPIED_BYTES", 1_000_000)
    found = measure_limit(1)
    assert found.threads == 1
    assert found.multiply_adds > 1e8
    assert found.bytes_moved > 1e7
