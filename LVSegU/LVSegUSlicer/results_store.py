"""Measures in the scene: tables and chart of a segmentation, made, filled anew, and found again after a reload."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from LVSegULib.labels import BY_VALUE
from LVSegULib.measures.volumes import Measures, measures_from_json
from LVSegULib.settings import fitted
from LVSegULib.shown import shown
from LVSegUSlicer.charts import CHART_ROLE, writeChart
from LVSegUSlicer.request import Results
from LVSegUSlicer.scene_quality import SceneQuality, storedQuality, storeQuality
from LVSegUSlicer.sequences import browserOf
from LVSegUSlicer.tables import FRAMES_ROLE, MEASURES_ROLE, writeTables

MEASURES, VOLUMES = "LVSegU.Measures", "LVSegU.Volumes"
"""Attributes of the table of measures, as JSON: the measures, and the volumes in mL by label value."""

MODEL, KEEP_HEART = "LVSegU.Model", "LVSegU.KeepHeart"
"""Further ones: the model's short name, and whether its labels were cleaned up.

Not of the segmentation itself: the proxy of a sequence forgets its attributes when another frame is shown.
"""

FRAME = "LVSegU.Frame"
"""Attribute of a segmentation of one frame of a cine: which. It is no proxy, and keeps it when its tables are gone."""


def storeResults(
    segmentationNode: Any,
    measures: Measures,
    volumes_ml: Mapping[int, Sequence[float]],
    seconds: Mapping[str, float] | None = None,
    quality: SceneQuality | None = None,
) -> Results:
    """Fill the tables and the chart of a segmentation; they are made if it has none."""
    measuresTable, framesTable = writeTables(segmentationNode, measures, volumes_ml)
    measuresTable.SetAttribute(MEASURES, json.dumps(measures.to_json()))
    measuresTable.SetAttribute(VOLUMES, json.dumps(volumes_ml))
    storeQuality(measuresTable, quality)
    writeChart(segmentationNode, framesTable, measures)
    results = findResults(segmentationNode, seconds)
    if results is None:
        raise RuntimeError("the results that were written just now cannot be found")
    return results


def findResults(segmentationNode: Any, seconds: Mapping[str, float] | None = None) -> Results | None:
    """The results that a segmentation refers to; None if it has none, or a scene has others than LVSegU writes."""
    if segmentationNode is None:
        return None
    referred = segmentationNode.GetNodeReference
    measuresTable, framesTable = referred(MEASURES_ROLE), referred(FRAMES_ROLE)
    text = None if measuresTable is None else measuresTable.GetAttribute(MEASURES)
    if not text or framesTable is None:
        return None
    try:
        results = Results(
            segmentationNode=segmentationNode,
            browserNode=browserOf(segmentationNode),
            measuresTableNode=measuresTable,
            framesTableNode=framesTable,
            chartNode=referred(CHART_ROLE),
            measures=measures_from_json(json.loads(text)),
            seconds=dict(seconds or {}),
        )
        _check(results)
    except Exception as error:  # a scene may hold anything
        _complain(segmentationNode, f"its measures cannot be read: {shown(repr(error))}")
        return None
    return replace(results, quality=_qualityOf(results))


def _check(results: Results) -> None:
    """Raise whatever comes if what is stored has other types or sizes than LVSegU gives it."""
    measures, volumes, frames = results.measures, storedVolumes(results), range(len(results.measures.volumes_ml))
    measures.figures()
    frameOf(results)
    fitted("texts", [*measures.reasons.values(), *measures.warnings], tuple[str, ...])
    series = (measures.volumes_ml, measures.time_ms or measures.volumes_ml, *volumes.values())
    if (
        not frames
        or any(len(fitted("numbers", one, tuple[float, ...])) != len(frames) for one in series)
        or not volumes.keys() <= BY_VALUE.keys()
        or not {measures.ed_frame, measures.es_frame} <= {None, *frames}
    ):
        raise ValueError("its frames do not fit together")


def _qualityOf(results: Results) -> SceneQuality | None:
    """The quality that is stored with a result; None without one, or if it does not fit the measures."""
    try:
        quality = storedQuality(results.measuresTableNode)
        return None if quality is None else _fittingQuality(quality, len(results.measures.volumes_ml))
    except Exception as error:  # a scene may hold anything
        _complain(results.segmentationNode, f"its quality cannot be read: {shown(repr(error))}")
        return None


def _fittingQuality(quality: SceneQuality, frames: int) -> SceneQuality:
    """The quality with that many frames; raises whatever comes if it has other types or sizes than LVSegU gives it."""
    flags = quality.flags
    fitted("scores", [quality.patient, *(flag.score for flag in flags)], tuple[float, ...])
    fitted("reasons", [flag.reason for flag in flags], tuple[str, ...])
    slices = fitted("slices", [flag.slice for flag in flags], tuple[int, ...])
    of_flags = fitted("frames", [flag.frame for flag in flags], tuple[int, ...])
    fitted("checksums", quality.checksums, tuple[int, ...])
    if (
        fitted("axis", quality.axis, int) not in range(3)
        or len(quality.checksums) != len(flags)
        or min(slices, default=0) < 0
        or not {*of_flags} <= {*range(frames)}
    ):
        raise ValueError("its flagged slices do not fit")
    return replace(quality, frames=frames)


def _complain(node: Any, text: str) -> None:
    """Log a text once for a node, which is looked at often; Python keeps it with the node, and no scene saves it."""
    if getattr(node, "complaintOfLVSegU", "") != text:
        node.complaintOfLVSegU = text
        logging.warning("%s: %s", node.GetName(), text)


def storedVolumes(results: Results) -> dict[int, list[float]]:
    """Volume of each frame in mL, by label value."""
    return {
        int(value): volumes for value, volumes in json.loads(results.measuresTableNode.GetAttribute(VOLUMES)).items()
    }


def frameOf(results: Results) -> int | None:
    """Which frame of a cine a result of one frame is, from 0; None of a plain volume's, and of all frames."""
    frame = results.segmentationNode.GetAttribute(FRAME)
    return int(frame) if frame else None


def hasOtherVolumes(
    results: Results, volumes_ml: Mapping[int, Sequence[float]], spacing_mm: tuple[float, float, float]
) -> bool:
    """Whether a frame's volume in mL differs by half a voxel or more from what is stored; voxels are `spacing_mm`."""
    stored, half_ml = storedVolumes(results), math.prod(spacing_mm) / 2000
    if {value: len(frames) for value, frames in stored.items()} != {v: len(frames) for v, frames in volumes_ml.items()}:
        return True
    return any(
        abs(before - now) >= half_ml
        for value, frames in stored.items()
        for before, now in zip(frames, volumes_ml[value], strict=True)
    )
