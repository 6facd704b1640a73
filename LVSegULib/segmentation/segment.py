"""Segment a cine: prepare its slices, run the network over them, bring the labels back and clean them up."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from LVSegULib.cine import Cine
from LVSegULib.engines.base import Engine
from LVSegULib.labels import CAVITY
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.preparation.grid import Grid
from LVSegULib.preparation.prepare import prepare_images, restore_labels
from LVSegULib.progress import Report, part_of, silent
from LVSegULib.quality.calibration import calibration_of
from LVSegULib.quality.score import Quality, judge
from LVSegULib.quality.view import View, view_of
from LVSegULib.segmentation.atrium import without_atrium
from LVSegULib.segmentation.cleanup import keep_heart
from LVSegULib.segmentation.fitting import fitting_grid, what_is_unusual
from LVSegULib.segmentation.left_ventricle import keep_left_ventricle
from LVSegULib.segmentation.logits import finite_logits

PREPARED, SEGMENTED, RESTORED, CLEANED = 0.15, 0.75, 0.95, 0.98
"""Share of the work that is done after each step, as it goes with the default model on two processor cores."""


@dataclass(frozen=True)
class SegmentationOptions:
    """How to segment.

    Attributes:
        clean_up: keep the heart, one body of the left ventricle, fill holes, and leave out slices above the base.
        grid: on which the network sees the cine; None: the one that suits it, see `fitting_grid`.
        keep_view: keep what the quality is judged by, also of a model without a calibration.
    """

    clean_up: bool = True
    grid: Grid | None = None
    keep_view: bool = False


@dataclass(frozen=True)
class Segmentation:
    """What came out.

    Attributes:
        labels: label values (T, K, J, I) on the cine's own pixels.
        seconds: time of each step, by name.
        warnings: what the user should look at, one sentence each.
        quality: how far the cavity can be trusted; None if the model has no calibration for it.
        view: what the quality is judged by, where it was asked for.
    """

    labels: NDArray[np.uint8]
    seconds: dict[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    quality: Quality | None = None
    view: View | None = None


def segment_cine(
    cine: Cine,
    model: ModelSpec,
    engine: Engine,
    options: SegmentationOptions = SegmentationOptions(),
    progress: Report = silent,
) -> Segmentation:
    """Segment every slice of every frame.

    Args:
        cine: the images.
        model: what the network expects and what its outputs mean.
        engine: runs the network.
        options: how.
        progress: called with the share done, 0 to 1, after every frame or batch of every step; whatever it raises
            stops the work.

    Raises:
        EngineError: the engine failed.
        ModelError: the network gives values that are not finite, or the model's quality calibration cannot be used.
    """
    times = [time.perf_counter()]
    grid = options.grid or fitting_grid(cine, model, engine)
    images = prepare_images(cine, grid, part_of(progress, 0.0, PREPARED))
    times.append(time.perf_counter())
    logits = finite_logits(engine, images, model, part_of(progress, PREPARED, SEGMENTED))
    times.append(time.perf_counter())
    labels = restore_labels(logits, cine, model.label_values, grid, part_of(progress, SEGMENTED, RESTORED))
    above: tuple[int, ...] = ()
    if options.clean_up:
        labels = keep_heart(labels, part_of(progress, RESTORED, CLEANED))
        labels, above = without_atrium(keep_left_ventricle(labels, part_of(progress, CLEANED, 1.0)))
    times.append(time.perf_counter())
    view, quality = None, None
    calibration = calibration_of(model.quality, model.name)
    if CAVITY.value in model.label_values and (calibration is not None or options.keep_view):
        view = view_of(cine, grid, images, logits, labels, model.label_values, above)
        quality = None if calibration is None else judge(view, calibration)
        times.append(time.perf_counter())
    progress(1.0)
    steps = zip(("prepare", "network", "restore", "quality"), times[1:], times[:-1], strict=False)
    seconds = {name: end - start for name, end, start in steps}
    warnings = (*what_is_unusual(grid, model.grid), *_left_out(above))
    return Segmentation(labels, seconds, warnings, quality, view if options.keep_view else None)


def _left_out(above: tuple[int, ...]) -> tuple[str, ...]:
    """What to say of slices that were left out above the base."""
    if not above:
        return ()
    which = f"slice {above[0]} fills" if len(above) == 1 else f"slices {', '.join(map(str, above))} fill"
    return (f"{which} while the ventricle empties: taken for atrium or outflow tract and left out",)
