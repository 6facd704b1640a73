"""Segment a cine: prepare its slices, run the network over them, bring the labels back and clean them up."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from LVSegULib.cine import Cine
from LVSegULib.engines.base import Engine
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.preparation.prepare import prepare_images, restore_labels
from LVSegULib.segmentation.atrium import without_atrium
from LVSegULib.segmentation.cleanup import keep_heart

BATCH = 4
"""Slices that go through the network at once: enough to keep the cores busy, few enough to stay in the cache."""


@dataclass(frozen=True)
class SegmentationOptions:
    """How to segment.

    Attributes:
        clean_up: keep the heart's component, fill holes, and leave out slices above the base.
    """

    clean_up: bool = True


@dataclass(frozen=True)
class Segmentation:
    """What came out.

    Attributes:
        labels: label values (T, K, J, I) on the cine's own pixels.
        seconds: time of each step, by name.
        warnings: what the user should look at, one sentence each.
    """

    labels: NDArray[np.uint8]
    seconds: dict[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def segment_cine(
    cine: Cine,
    model: ModelSpec,
    engine: Engine,
    options: SegmentationOptions = SegmentationOptions(),
    progress: Callable[[float], None] = lambda _: None,
) -> Segmentation:
    """Segment every slice of every frame.

    Args:
        cine: the images.
        model: what the network expects and what its outputs mean.
        engine: runs the network.
        options: how.
        progress: called with the share done, 0 to 1, after every batch; whatever it raises stops the work.

    Raises:
        EngineError: the engine failed.
    """
    times = [time.perf_counter()]
    images = prepare_images(cine, model.grid)
    times.append(time.perf_counter())
    logits = _all_logits(engine, images, progress)
    times.append(time.perf_counter())
    labels = restore_labels(logits, cine, model.label_values, model.grid)
    above: tuple[int, ...] = ()
    if options.clean_up:
        labels, above = without_atrium(keep_heart(labels))
    times.append(time.perf_counter())
    steps = zip(("prepare", "network", "restore"), times[1:], times[:-1], strict=True)
    return Segmentation(labels, {name: end - start for name, end, start in steps}, _warnings(above))


def _warnings(above: tuple[int, ...]) -> tuple[str, ...]:
    if not above:
        return ()
    which = f"slice {above[0]} fills" if len(above) == 1 else f"slices {', '.join(map(str, above))} fill"
    return (f"{which} while the ventricle empties: taken for atrium or outflow tract and left out",)


def _all_logits(engine: Engine, images: NDArray[np.float32], progress: Callable[[float], None]) -> NDArray[np.float32]:
    parts = []
    for start in range(0, len(images), BATCH):
        parts.append(engine.logits(images[start : start + BATCH]))
        progress(min(1.0, (start + BATCH) / len(images)))
    return np.concatenate(parts)
