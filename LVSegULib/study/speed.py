"""How fast the networks of a study are: every shape timed in turn on this machine, alone, once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from LVSegULib.atomic import write_json
from LVSegULib.benchmark.classic import random_weights
from LVSegULib.json_text import read_json
from LVSegULib.pruning.speed import milliseconds
from LVSegULib.study.config import StudyConfig
from LVSegULib.study.mirrored import FLIPS
from LVSegULib.training.config import TrainingConfig

SPEED = "speed.json"
SLICES = 2
"""Slices of a run; the time does not depend on what is in them, nor on what the network has learnt."""


def measure_speed(study: StudyConfig, out: Path) -> dict[str, float]:
    """Milliseconds for a slice with ONNX Runtime on one thread, by variant; kept in `speed.json` of the study's folder.

    All are measured anew if one is not among those that are kept: only times of one machine and hour can be compared.
    """
    configs = {variant.name: study.training(variant) for variant in study.variants}
    shapes = {_shape(config): config for config in configs.values()}
    known = _read(out / SPEED)
    if not shapes.keys() <= known.keys():
        known = _measured(shapes)
        write_json(out / SPEED, known)
    runs = {variant.name: len(FLIPS) if variant.mirrored else 1 for variant in study.variants}
    return {name: known[_shape(config)] * runs[name] for name, config in configs.items()}


def _measured(shapes: dict[str, TrainingConfig]) -> dict[str, float]:
    found: dict[str, float] = {}
    for size in sorted({config.size for config in shapes.values()}):
        own = {shape: config.network for shape, config in shapes.items() if config.size == size}
        images = np.random.default_rng(1).random((SLICES, 1, size, size), np.float32)
        spent: Sequence[float] = milliseconds([(network, random_weights(network)) for network in own.values()], images)
        found |= dict(zip(own, (round(one, 4) for one in spent), strict=True))
    return found


def _shape(config: TrainingConfig) -> str:
    return f"{config.network.to_json()} on {config.size} x {config.size}"


def _read(path: Path) -> dict[str, float]:
    try:
        return {str(shape): float(spent) for shape, spent in read_json(path).items()}
    except (OSError, ValueError):
        return {}
