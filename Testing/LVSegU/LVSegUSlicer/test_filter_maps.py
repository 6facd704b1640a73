"""Maps lie where their pixels come from, and are computed once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from LVSegULib.cine import Cine
from LVSegULib.engines.base import open_engine
from LVSegULib.modelfolder.folder import find_model
from LVSegULib.reading import read_cine
from LVSegULib.segmentation.segment import segment_cine
from LVSegULib.visualization.filters import layers_of
from Testing.desktop.scene import a_beating_heart, add_cine, add_volume
from Testing.LVSegU.filter_scenes import DOT, a_passing_model, an_image_with_a_dot
from Testing.visualization import networks

pytest.importorskip("onnxruntime")


def a_turn(about: int, degrees: float) -> NDArray[np.float64]:
    """A rotation about an axis, 3x3."""
    first, second = ((1, 2), (0, 2), (0, 1))[about]
    turn = np.eye(3)
    turn[first, first] = turn[second, second] = np.cos(np.radians(degrees))
    turn[first, second], turn[second, first] = -np.sin(np.radians(degrees)), np.sin(np.radians(degrees))
    return turn


OBLIQUE = a_turn(0, 25) @ a_turn(1, -40) @ a_turn(2, 15)
DIRECTIONS = {
    "straight": np.eye(3),
    "oblique": OBLIQUE,
    "mirrored": OBLIQUE @ np.diag([-1.0, 1.0, 1.0]),
    "upside down": OBLIQUE @ np.diag([1.0, -1.0, -1.0]),
    "rows for columns": OBLIQUE[:, [1, 0, 2]],
}


@pytest.fixture
def the_maps(a_scene: Any, tmp_path: Path) -> Any:
    """Makes the maps of an input by the network that passes everything on."""
    assert a_scene is not None
    from LVSegUSlicer.filter_maps import FilterMaps
    from LVSegUSlicer.filter_source import readSource
    from LVSegUSlicer.worker import openedInspector

    model = a_passing_model(tmp_path)

    def make(node: Any, **options: Any) -> FilterMaps:
        inspector = openedInspector(model, "onnxruntime", 1)
        return FilterMaps(inspector, readSource(node, inspector, allFrames=True), **options)

    return make


def place(node: Any, directions: NDArray[np.float64], origin: tuple[float, float, float]) -> NDArray[np.float64]:
    """Lay a volume of 1.5 x 1.5 x 8 mm into space; returns its ijk_to_ras."""
    import slicer

    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = directions * (1.5, 1.5, 8.0), origin
    node.SetIJKToRASMatrix(slicer.util.vtkMatrixFromArray(matrix))
    return matrix


def where_it_is_brightest(
    maps: NDArray[np.float32], ijk_to_ras: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The middle of the brightest pixels of maps (K, rows, columns) in RAS, and the size of a pixel in mm."""
    k, j, i = np.argwhere(maps == maps.max()).mean(axis=0)
    return (ijk_to_ras @ [i, j, k, 1])[:3], np.linalg.norm(ijk_to_ras[:3, :3], axis=0)


@pytest.mark.parametrize("which", DIRECTIONS)
@pytest.mark.parametrize("isMoved", [False, True])
def test_a_dot_is_found_in_every_layer_where_it_lies(the_maps: Any, a_scene: Any, which: str, isMoved: bool) -> None:
    """Whatever way the images lie, and under a parent transform."""
    import slicer

    node = add_volume(an_image_with_a_dot())
    ijk_to_ras = place(node, DIRECTIONS[which], (30.0, -20.0, 50.0))
    if isMoved:
        moved = np.eye(4)
        moved[:3, :3], moved[:3, 3] = a_turn(1, 30), (5.0, 60.0, -7.0)
        transform = a_scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
        transform.SetMatrixTransformToParent(slicer.util.vtkMatrixFromArray(moved))
        node.SetAndObserveTransformNodeID(transform.GetID())
        ijk_to_ras = moved @ ijk_to_ras
    k, j, i = DOT
    dot = (ijk_to_ras @ [i, j, k, 1])[:3]
    maps = the_maps(node)
    for layer in layers_of(networks.TWO_LEVELS):
        found, pixel_mm = where_it_is_brightest(maps.of(0, layer)[:, 0], maps.matrix(layer))
        away_mm = maps.matrix(layer)[:3, :3].T @ (found - dot) / pixel_mm  # along columns, rows and slices
        assert np.all(np.abs(away_mm) < pixel_mm), layer
    np.testing.assert_allclose(
        *(where_it_is_brightest(maps.of(0, "encoder.0.0")[:, 0], maps.matrix("encoder.0.0"))[0], dot), atol=1e-3
    )


def test_the_maps_of_a_heart_of_a_mouses_size_lie_where_it_is_segmented(the_sample_patient: Path, a_scene: Any) -> None:
    assert a_scene is not None
    import slicer

    from LVSegUSlicer.filter_source import readSource
    from LVSegUSlicer.worker import openedInspector

    cine = read_cine(the_sample_patient)
    small = Cine(cine.frames[[0]], cine.ijk_to_ras @ np.diag([1 / 11, 1 / 11, 1, 1]), name="mouse")
    model = find_model("lv")
    labels = segment_cine(small, model.spec, open_engine(model, threads=1)).labels[0]
    k, j, i = np.argwhere(labels > 0).mean(axis=0)
    heart = (small.ijk_to_ras @ [i, j, k, 1])[:3]

    node = add_volume(small.frames[0])
    node.SetIJKToRASMatrix(slicer.util.vtkMatrixFromArray(small.ijk_to_ras))
    inspector = openedInspector(model, "onnxruntime", 1)
    source = readSource(node, inspector, allFrames=True)
    logits = inspector.look(source.images[0]).logits[:, 0]
    row, column = np.argwhere(logits > 0).mean(axis=0)[1:]
    found = (source.matrices[0] @ [column, row, k, 1])[:3]
    assert np.linalg.norm(found - heart) < 0.5, "mm; the cavity has a diameter of 4"


def test_the_frame_and_the_slice_that_are_shown_are_told(the_maps: Any) -> None:
    import slicer

    node = add_cine(a_beating_heart(frames=4, slices=6, size=48))
    source = the_maps(node).source
    slicer.modules.sequences.logic().GetFirstBrowserNodeForProxyNode(node).SetSelectedItemNumber(3)
    assert source.frameShown() == 3
    center = source.matrices[0] @ [15.5, 15.5, 4.3, 1]
    assert source.sliceAt(center[:3]) == 4
    assert source.sliceAt(center[:3] + 1000) in (0, 5)
    assert source.images.shape == (4, 6, 1, 32, 32)


def test_a_frame_is_computed_once_and_the_oldest_is_forgotten(the_maps: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    oneFrame = 6 * 2 * 32 * 32 * 4  # slices, filters of encoder.0.0, pixels, bytes
    maps = the_maps(add_cine(a_beating_heart(frames=4, slices=6, size=48)), mostBytes=2 * oneFrame)
    computed: list[int] = []
    look = maps.inspector.look

    def counting(images: Any, *arguments: Any) -> Any:
        computed.append(len(images))
        return look(images, *arguments)

    monkeypatch.setattr(maps.inspector, "look", counting)
    first = maps.of(0, "encoder.0.0")
    assert maps.of(0, "encoder.0.0") is first
    assert computed == [6], "all slices of the frame in one call"
    for frame in (1, 2):
        maps.of(frame, "encoder.0.0")
    assert maps.keptBytes == 2 * oneFrame
    maps.of(0, "encoder.0.0")
    assert len(computed) == 4


def test_a_layer_larger_than_all_that_may_be_kept_is_shown_all_the_same(the_maps: Any) -> None:
    maps = the_maps(add_volume(an_image_with_a_dot()), mostBytes=1)
    assert maps.of(0, "encoder.0.0").any()


def test_what_is_off_gives_nothing_to_the_layers_behind_it(the_maps: Any) -> None:
    from LVSegULib.visualization.filters import Filter

    maps = the_maps(add_volume(an_image_with_a_dot()))
    assert maps.of(0, "encoder.1.0")[:, 0].any()
    assert not maps.of(0, "encoder.1.0", [Filter("encoder.0.0", 0)])[:, 0].any()
