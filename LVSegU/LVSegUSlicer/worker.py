"""What runs in the worker thread: load the model and its engine, segment, measure. Arrays in, arrays out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from LVSegULib.cine import Cine
from LVSegULib.engines.base import Engine, installed_engines, open_engine
from LVSegULib.errors import EngineError
from LVSegULib.labels import Label
from LVSegULib.measures.volumes import Measures
from LVSegULib.modelfolder.folder import ModelFolder, find_model
from LVSegULib.progress import part_of
from LVSegULib.quality.score import Quality
from LVSegULib.visualization.filters import Filter
from LVSegULib.visualization.inspector import Inspector, WithoutFilters, open_inspector
from LVSegUSlicer.job import Report
from LVSegUSlicer.packages import chosenEngine

Opened = TypeVar("Opened")

LOADED = 0.1
"""Share of the work that is done when the engine is open."""


@dataclass(frozen=True)
class Work:
    """What the thread needs to know.

    Attributes:
        cine: the images.
        model: name of an installed model, or path of a model folder.
        engine: "onnxruntime", "torch" or "auto".
        threads: processor threads; None leaves it to the engine.
        keepHeart: keep the heart's component, fill holes, leave out slices above the base.
        loading: words for the first step; translated beforehand, as Qt belongs to the main thread.
        segmenting: words for the second step.
        off: filters of the network that are turned off.
    """

    cine: Cine
    model: str
    engine: str
    threads: int | None
    keepHeart: bool
    loading: str
    segmenting: str
    off: frozenset[Filter] = frozenset()


@dataclass(frozen=True)
class Outcome:
    """What the thread found.

    Attributes:
        labels: label values (T, K, J, I), uint8, on the cine's own pixels.
        regions: what the values mean.
        model: short name of the model.
        measures: the beat's figures, with all warnings.
        volumes_ml: volume of each frame in mL, by label value.
        seconds: time of each step, by name.
        quality: how far the cavity can be trusted; None where the model has no calibration for it.
    """

    labels: NDArray[np.uint8]
    regions: tuple[Label, ...]
    model: str
    measures: Measures
    volumes_ml: dict[int, list[float]]
    seconds: dict[str, float]
    quality: Quality | None = None


def segmentAndMeasure(work: Work, report: Report) -> Outcome:
    """Do the work; whatever `report` raises stops it.

    Raises:
        LVSegUError: the model or the engine is at fault.
    """
    start = time.perf_counter()
    report(0.0, work.loading)
    from LVSegULib.segmentation.measured import segment_and_measure
    from LVSegULib.segmentation.segment import SegmentationOptions

    report(LOADED / 2, work.loading)  # what was imported for the first time may have taken a while
    model = find_model(work.model)
    engine = _engineOf(work, model)
    report(LOADED, work.segmenting)
    loaded = time.perf_counter() - start
    share = part_of(lambda done: report(done, work.segmenting), LOADED, 1.0)
    options = SegmentationOptions(clean_up=work.keepHeart)
    try:
        found = segment_and_measure(work.cine, model.spec, engine, options, share)
    except MemoryError as error:
        raise EngineError("out of memory: close other programs, or segment the current frame only") from error
    return Outcome(
        labels=found.segmentation.labels,
        regions=model.spec.labels,
        model=model.spec.name,
        measures=found.measures,
        volumes_ml=found.volumes_ml,
        seconds={"load": loaded, **found.segmentation.seconds},
        quality=found.segmentation.quality,
    )


def openedInspector(model: ModelFolder, engine: str, threads: int | None) -> Inspector:
    """Look into a model; the same inspector again for the same weights, engine and threads.

    Raises:
        LVSegUError: the engine is not installed, or the model's files are at fault or cannot be looked into.
    """
    return _inspectors.opened(model, engine, threads)


def _engineOf(work: Work, model: ModelFolder) -> Engine:
    if not work.off:
        return _engines.opened(model, chosenEngine(work.engine), work.threads)
    return WithoutFilters(openedInspector(model, work.engine, work.threads), work.off)


class _Last(Generic[Opened]):
    """What was opened last, as that takes longer than segmenting a volume."""

    def __init__(self, opening: Callable[[ModelFolder, str, int | None], Opened]) -> None:
        self._opening = opening
        self._lock = threading.Lock()
        self._key: tuple[object, ...] = ()
        self._opened: Opened | None = None

    def opened(self, model: ModelFolder, name: str, threads: int | None) -> Opened:
        """What is opened for a model; the same again for the same weights, engine's name and threads."""
        key = (model.path.resolve(), tuple(sorted(model.spec.sha256.items())), name, threads, installed_engines())
        with self._lock:
            if self._opened is None or key != self._key:
                self._opened, self._key = None, ()
                self._opened, self._key = self._opening(model, name, threads), key
            return self._opened


_engines: _Last[Engine] = _Last(open_engine)
_inspectors: _Last[Inspector] = _Last(open_inspector)
