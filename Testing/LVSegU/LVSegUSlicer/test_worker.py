"""What the worker thread does with a network some of whose filters are off."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from LVSegULib.modelfolder.folder import find_model
from LVSegULib.reading import read_cine
from LVSegULib.segmentation.fitting import fitting_grid
from LVSegULib.segmentation.segment import SegmentationOptions, segment_cine
from LVSegULib.visualization.filters import Filter
from LVSegULib.visualization.inspector import WithoutFilters, open_inspector

pytest.importorskip("onnxruntime")


def test_where_the_heart_is_does_not_depend_on_the_filters_that_are_off(the_sample_patient: Path, a_scene: Any) -> None:
    """A heart the size of a mouse's, which the network without this filter would look for on another grid."""
    assert a_scene is not None
    from LVSegUSlicer.worker import Work, segmentAndMeasure

    whole = read_cine(the_sample_patient)
    frames = np.ascontiguousarray(whole.frames[[0, 7]])
    small = replace(whole, frames=frames, ijk_to_ras=whole.ijk_to_ras @ np.diag([1 / 11, 1 / 11, 1, 1]), time_ms=None)
    model, off = find_model("lv"), frozenset({Filter("decoder.3.1", 0)})
    inspector = open_inspector(model, threads=1)
    grid, without = (fitting_grid(small, model.spec, WithoutFilters(inspector, some)) for some in (frozenset(), off))
    assert grid.spacing_mm < 0.3 and grid != without
    found = segmentAndMeasure(
        Work(small, "lv", "onnxruntime", 1, keepHeart=True, loading="", segmenting="", off=off), lambda *_: None
    )
    expected = segment_cine(small, model.spec, WithoutFilters(inspector, off), SegmentationOptions(grid=grid))
    np.testing.assert_array_equal(found.found.segmentation.labels, expected.labels)
