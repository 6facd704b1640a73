"""Every shape of network is timed once, and not again while the study has no new one."""

from __future__ import annotations

from pathlib import Path

import pytest

from LVSegULib.study import speed
from LVSegULib.study.speed import measure_speed
from Testing.study.small_study import REFERENCE, SMALL, a_study

FLIPS = '[[variant]]\nname = "flips"\ngroup = "training"\nmirrored = "reference"\n'
LOSS = '[[variant]]\nname = "other"\ngroup = "training"\nsettings = { learning_rate = 0.02 }\n'
FINE = '[[variant]]\nname = "fine"\ngroup = "training"\nsettings = { size = 96, crop = 96 }\n'


def test_shapes_are_timed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = measure_speed(a_study(tmp_path, REFERENCE, SMALL, LOSS), tmp_path)
    assert found.keys() == {"reference", "small", "other"}
    assert all(spent > 0 for spent in found.values())
    assert found["reference"] == found["other"]
    monkeypatch.setattr(speed, "milliseconds", lambda *_: pytest.fail("timed again"))
    assert measure_speed(a_study(tmp_path, REFERENCE, SMALL, LOSS), tmp_path) == found


def test_a_mirrored_network_runs_four_times(tmp_path: Path) -> None:
    found = measure_speed(a_study(tmp_path, REFERENCE, FLIPS), tmp_path)
    assert found["flips"] == pytest.approx(4 * found["reference"])


def test_a_new_shape_is_timed_with_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    measure_speed(a_study(tmp_path, REFERENCE), tmp_path)
    timed: list[int] = []

    def count(networks: list[object], _images: object) -> list[float]:
        timed.append(len(networks))
        return [1.0] * len(networks)

    monkeypatch.setattr(speed, "milliseconds", count)
    measure_speed(a_study(tmp_path, REFERENCE, SMALL, FINE), tmp_path)
    assert timed == [2, 1]  # two networks on 48 x 48, one on 96 x 96
