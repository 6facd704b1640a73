"""What runs in the worker thread: load the model and its engine, segment, measure. Arrays in, arrays out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from LVSegULib.cine import Cine
from LVSegULib.engines.base import Engine, installed_engines, open_engine
from LVSegULib.errors import EngineError
from LVSegULib.modelfolder.folder import ModelFolder, find_model
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.preparation.grid import Grid
from LVSegULib.progress import part_of
from LVSegULib.visualization.filters import Filter
from LVSegULib.visualization.inspector import Inspector, WithoutFilters, open_inspector
from LVSegULib.visualization.registration import grid_seen
from LVSegUSlicer.job import Report
from LVSegUSlicer.packages import chosenEngine

if TYPE_CHECKING:
    from LVSegULib.segmentation.measured import Measured

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
        found: labels on the cine's own pixels, with their quality and measures.
        model: what segmented.
        seconds: time of each step, by name.
    """

    found: Measured
    model: ModelSpec
    seconds: dict[str, float]


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
    engine, grid = _engineOf(work, model)
    report(LOADED, work.segmenting)
    loaded = time.perf_counter() - start
    share = part_of(lambda done: report(done, work.segmenting), LOADED, 1.0)
    options = SegmentationOptions(clean_up=work.keepHeart, grid=grid)
    try:
        found = segment_and_measure(work.cine, model.spec, engine, options, share)
    except MemoryError as error:
        raise EngineError("out of memory: close other programs, or segment the current frame only") from error
    return Outcome(found, model.spec, {"load": loaded, **found.segmentation.seconds})


def openedInspector(model: ModelFolder, engine: str, threads: int | None) -> Inspector:
    """Look into a model; the same inspector again for the same weights, engine and threads.

    Raises:
        LVSegUError: the engine is not installed, or the model's files are at fault or cannot be looked into.
    """
    return _inspectors.opened(model, engine, threads)


def _engineOf(work: Work, model: ModelFolder) -> tuple[Engine, Grid | None]:
    """Who runs the network, and on which grid, if filters are off: then the whole network says where the heart is."""
    if not work.off:
        return _engines.opened(model, chosenEngine(work.engine), work.threads), None
    inspector = openedInspector(model, work.engine, work.threads)
    return WithoutFilters(inspector, work.off), grid_seen(work.cine, inspector)


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
