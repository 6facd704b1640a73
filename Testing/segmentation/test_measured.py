"""One function from a cine to its measures, with all that the user should look at."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from LVSegULib.cine import Cine
from LVSegULib.labels import CAVITY
from LVSegULib.measures.volumes import measure, volumes_by_label
from LVSegULib.segmentation.measured import segment_and_measure
from LVSegULib.segmentation.segment import SegmentationOptions
from Testing.segmentation.test_segment import MODEL, BrightPixels


@pytest.fixture
def a_beating_square() -> Cine:
    frames = np.random.default_rng(1).uniform(0, 10, (2, 3, 64, 64)).astype(np.float32)
    frames[0, :, 16:44, 20:48] = 100
    frames[1, :, 20:40, 24:44] = 100
    return Cine(frames, np.diag([-1.5, -1.5, 8.0, 1.0]), time_ms=np.array([0.0, 300.0]))


def test_the_measures_are_those_of_the_labels(a_beating_square: Cine) -> None:
    found = segment_and_measure(a_beating_square, MODEL, BrightPixels())
    labels, spacing_mm = found.segmentation.labels, a_beating_square.spacing_mm
    assert found.measures == replace(
        measure(labels, spacing_mm, a_beating_square.time_ms, MODEL.labels), warnings=found.measures.warnings
    )
    assert pytest.approx(100 * (1 - (20 / 28) ** 2)) == found.measures.LVEF
    assert found.volumes_ml == volumes_by_label(labels, MODEL.labels, spacing_mm)
    assert found.volumes_ml[CAVITY.value] == pytest.approx([3 * 28**2 * 0.018, 3 * 20**2 * 0.018])


def test_warnings_of_the_images_and_of_the_segmentation_are_among_them(a_beating_square: Cine) -> None:
    named = replace(a_beating_square, description="cine 4ch")
    found = segment_and_measure(named, MODEL, BrightPixels())
    assert any("named as a long-axis view" in warning for warning in found.measures.warnings)
    assert set(found.segmentation.warnings) <= set(found.measures.warnings)


def test_options_and_progress_are_passed_on(a_beating_square: Cine) -> None:
    shares: list[float] = []
    engine = BrightPixels()
    segment_and_measure(a_beating_square, MODEL, engine, SegmentationOptions(grid=MODEL.grid), shares.append)
    assert sum(engine.batches) == 6
    assert shares[-1] == 1.0
