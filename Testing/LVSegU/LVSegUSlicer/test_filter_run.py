"""The segmentation once more, without some filters, into the result that is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from LVSegULib.visualization.filters import Filter
from Testing.LVSegU.filter_scenes import a_passing_model, a_small_cine
from Testing.LVSegU.segmenting import results_of

pytest.importorskip("onnxruntime")


@pytest.fixture
def a_model(tmp_path: Path) -> str:
    return str(a_passing_model(tmp_path).path)


def test_a_run_without_filters_takes_frames_and_cleaning_from_the_result(a_scene: Any, a_model: str) -> None:
    """One frame of a cine was segmented; another one is shown now, and the panel would clean up."""
    assert a_scene is not None
    from LVSegUSlicer.filter_run import FilterRun
    from LVSegUSlicer.original_result import OriginalResult
    from LVSegUSlicer.request import Request
    from LVSegUSlicer.sequences import sequenceOf

    node = a_small_cine()
    browser, _sequence = sequenceOf(node)  # type: ignore[misc]
    browser.SetSelectedItemNumber(2)
    results = results_of(node, a_model, allFrames=False, keepHeart=False)
    browser.SetSelectedItemNumber(0)
    run = FilterRun(OriginalResult(results), Request(node, a_model), [Filter("encoder.0.0", 1)])
    outcome = run.work(lambda _share, _step: None)
    again = run.write(outcome, lambda _share, _step: None)
    assert again.segmentationNode is results.segmentationNode
    assert again.measures.volumes_ml == results.measures.volumes_ml, "no layer reads the edge filter"
    assert again.measures.warnings[-1] == "measured with filters turned off: encoder.0.0:1"


def test_an_input_with_other_frames_than_its_result_is_refused(a_scene: Any, a_model: str) -> None:
    from LVSegULib.errors import InputError
    from LVSegUSlicer.filter_run import FilterRun
    from LVSegUSlicer.original_result import OriginalResult
    from LVSegUSlicer.request import Request

    node = a_small_cine(frames=4)
    original = OriginalResult(results_of(node, a_model))
    with pytest.raises(InputError, match="it has other frames than its result: press Apply"):
        FilterRun(original, Request(a_small_cine(frames=3), a_model), [Filter("encoder.0.0", 1)])
    a_scene.RemoveNode(node)
    with pytest.raises(InputError, match="the result or its input was removed"):
        original.rewrite(np.zeros((4, 6, 48, 48), np.uint8), [])
