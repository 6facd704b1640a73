"""From a cine to its measures: segment, measure, and say all that the user should look at."""

from __future__ import annotations

from dataclasses import dataclass, replace

from LVSegULib.cine import Cine
from LVSegULib.engines.base import Engine
from LVSegULib.measures.volumes import Measures, measure_with_volumes
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.progress import Report, silent
from LVSegULib.reading.suitable import doubts
from LVSegULib.segmentation.segment import Segmentation, SegmentationOptions, segment_cine


@dataclass(frozen=True)
class Measured:
    """A cine that was segmented and measured.

    Attributes:
        segmentation: the labels, and how far they can be trusted.
        measures: the beat's figures, with all warnings: of the images, of the segmentation, and their own.
        volumes_ml: volume of each frame (T,) in mL, by label value.
    """

    segmentation: Segmentation
    measures: Measures
    volumes_ml: dict[int, list[float]]


def segment_and_measure(
    cine: Cine,
    model: ModelSpec,
    engine: Engine,
    options: SegmentationOptions = SegmentationOptions(),  # noqa: B008 (frozen)
    progress: Report = silent,
) -> Measured:
    """Segment a cine and measure it; arguments and errors as of `segment_cine`."""
    segmentation = segment_cine(cine, model, engine, options, progress)
    measures, volumes_ml = measure_with_volumes(segmentation.labels, cine.spacing_mm, cine.time_ms, model.labels)
    return Measured(
        segmentation,
        replace(measures, warnings=(*measures.warnings, *segmentation.warnings, *doubts(cine))),
        volumes_ml,
    )
