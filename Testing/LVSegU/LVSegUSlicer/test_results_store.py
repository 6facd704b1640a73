"""Measures in the scene: what LVSegU did not write is no result, and never an error."""

from __future__ import annotations

import json
from typing import Any

import pytest

from LVSegULib.measures.volumes import Measures
from LVSegULib.quality.score import Flag

VOLUMES = {1: [100.0, 40.0]}


@pytest.fixture
def store(a_scene: Any) -> Any:
    assert a_scene is not None
    from LVSegUSlicer import results_store

    return results_store


@pytest.fixture
def a_segmentation(a_scene: Any, store: Any) -> Any:
    """A result of two frames, one slice of which is flagged."""
    from LVSegUSlicer.scene_quality import SceneQuality

    node = a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "heart")
    quality = SceneQuality(0.9, (Flag(1, 0, 0.2, "small"),), (7,), 2, 0)
    store.storeResults(
        node, Measures((100.0, 40.0), 0, 1, 100.0, 40.0, 60.0, 60.0, time_ms=(0, 300)), VOLUMES, None, quality
    )
    return node


def test_what_was_stored_is_found(store: Any, a_segmentation: Any) -> None:
    found = store.findResults(a_segmentation)
    assert found.measures.LVEF == 60
    assert found.quality.flags == (Flag(1, 0, 0.2, "small"),)
    assert store.storedVolumes(found) == VOLUMES


@pytest.mark.parametrize(
    ("attribute", "text"),
    [
        ("Measures", "{"),
        ("Measures", "{}"),
        ("Measures", "[]"),
        ("Measures", "[" * 200_000),
        ("Volumes", "{"),
        ("Volumes", '{"1": [100]}'),
        ("Volumes", '{"9": [100, 40]}'),
        ("Volumes", '{"1": ["x", 40]}'),
    ],
)
def test_a_damaged_attribute_is_no_result(
    store: Any, a_segmentation: Any, attribute: str, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    store.findResults(a_segmentation).measuresTableNode.SetAttribute(f"LVSegU.{attribute}", text)
    assert store.findResults(a_segmentation) is None
    assert "heart: its measures cannot be read: " in caplog.text


@pytest.mark.parametrize(
    ("attribute", "change"),
    [
        ("Measures", {"volumes_ml": []}),
        ("Measures", {"volumes_ml": ["x", 40]}),
        ("Measures", {"time_ms": [0]}),
        ("Measures", {"ed_frame": 99}),
        ("Measures", {"LVEF_percent": "x"}),
        ("Measures", {"warnings": [3]}),
    ],
)
def test_a_value_that_lvsegu_does_not_write_is_no_result(
    store: Any, a_segmentation: Any, attribute: str, change: dict[str, Any]
) -> None:
    alter(store.findResults(a_segmentation).measuresTableNode, attribute, change)
    assert store.findResults(a_segmentation) is None


@pytest.mark.parametrize(
    "change",
    [
        {"patient": "x"},
        {"axis": 3},
        {"axis": 1.0},
        {"axis": True},
        {"flags": [{"frame": 2, "slice": 0, "score": 0.2, "reason": ""}]},
        {"flags": [{"frame": 1.0, "slice": 0, "score": 0.2, "reason": ""}]},
        {"flags": [{"frame": True, "slice": 0, "score": 0.2, "reason": ""}]},
        {"checksums": [7.0]},
        {"checksums": []},
        {"more": 1},
    ],
)
def test_a_quality_that_does_not_fit_leaves_the_measures(
    store: Any, a_segmentation: Any, change: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    alter(store.findResults(a_segmentation).measuresTableNode, "Quality", change)
    found = store.findResults(a_segmentation)
    assert (found.measures.LVEF, found.quality) == (60, None)
    assert "heart: its quality cannot be read: " in caplog.text


@pytest.mark.parametrize("frames", [3, 4.0, 10**12])
def test_a_quality_has_as_many_frames_as_the_measures(store: Any, a_segmentation: Any, frames: float) -> None:
    """Scenes of before count those that were there before one was removed."""
    alter(store.findResults(a_segmentation).measuresTableNode, "Quality", {"frames": frames})
    assert store.findResults(a_segmentation).quality.flaggedSlices == [0, 1]


@pytest.mark.parametrize("attribute", ["Measures", "Quality"])
def test_what_cannot_be_read_is_logged_once_for_a_text(
    store: Any, a_segmentation: Any, attribute: str, caplog: pytest.LogCaptureFixture
) -> None:
    table = store.findResults(a_segmentation).measuresTableNode
    for text in ("{", "3"):
        table.SetAttribute(f"LVSegU.{attribute}", text)
        for _ in range(3):
            store.findResults(a_segmentation)
    assert len(caplog.records) == 2


@pytest.mark.parametrize("text", ["3", "{", "[" * 200_000])
def test_a_damaged_quality_leaves_the_measures(store: Any, a_segmentation: Any, text: str) -> None:
    store.findResults(a_segmentation).measuresTableNode.SetAttribute("LVSegU.Quality", text)
    found = store.findResults(a_segmentation)
    assert (found.measures.LVEF, found.quality) == (60, None)


def alter(table: Any, attribute: str, change: dict[str, Any]) -> None:
    values = json.loads(table.GetAttribute(f"LVSegU.{attribute}"))
    table.SetAttribute(f"LVSegU.{attribute}", json.dumps(values | change))
