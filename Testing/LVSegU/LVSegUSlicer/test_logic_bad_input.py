"""Bad input, models and engines: a message that says what and what to do, and nothing left behind."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from LVSegULib.engines.base import installed_engines
from LVSegULib.errors import EngineError, LVSegUError, ModelError, UsageError
from LVSegULib.modelfolder.folder import SHIPPED
from Testing.desktop.scene import a_beating_heart, add_cine, add_volume, node_ids
from Testing.desktop.user import wait_until
from Testing.LVSegU.segmenting import process


@pytest.fixture
def logic(a_scene: Any, the_desktop: Any) -> Any:
    """The logic on an empty scene with a subject hierarchy, as the application has it."""
    from LVSegUSlicer.logic import LVSegULogic

    the_desktop.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(a_scene)
    return LVSegULogic()


def assert_refused(logic: Any, node: Any, message: str, error: type[LVSegUError] = LVSegUError, **options: Any) -> None:
    """Refused by `process` and by `start`, with the same words; afterwards a good input is segmented."""
    from LVSegUSlicer.logic import Request

    before = node_ids()
    with pytest.raises(error, match=message) as raised:
        process(logic, node, **options)
    ends: list[tuple[Any, str]] = []
    try:
        logic.start(Request(node, **options), lambda *_: None, lambda *end: ends.append(end))
    except error as at_once:
        ends.append((None, str(at_once)))
    wait_until(lambda: not logic.isRunning)
    assert ends == [(None, str(raised.value))]
    assert node_ids() == before
    assert process(logic, add_volume(a_beating_heart(size=96)[0], "good")).measures.volumes_ml


def nan_in_one_voxel() -> Any:
    pixels = a_beating_heart()[0].astype(np.float32)
    pixels[1, 2, 3] = np.nan
    return add_volume(pixels, "spoiled")


def frames_of_two_sizes() -> Any:
    import slicer

    from LVSegUSlicer.sequences import sequenceOf

    proxy = add_cine(a_beating_heart(frames=3), "uneven")
    _browser, sequence = sequenceOf(proxy)
    other = add_volume(a_beating_heart(size=48)[0])
    sequence.UpdateDataNodeAtValue(other, sequence.GetNthIndexValue(1))
    slicer.mrmlScene.RemoveNode(other)
    return proxy


def colours() -> Any:
    pixels = np.repeat(a_beating_heart()[0][..., None], 3, axis=-1).astype(np.uint8)
    return add_volume(pixels, "photo", "vtkMRMLVectorVolumeNode")


INPUTS = {
    "none": (lambda: None, "no input"),
    "CT": (lambda: add_volume(a_beating_heart()[0] - 1200, "thorax"), "thorax: its darkest pixel is -1000, as in CT"),
    "colours": (colours, "photo: this is a colour image|photo: this is not a volume"),
    "label map": (lambda: add_volume(a_beating_heart()[0], "drawn", "vtkMRMLLabelMapVolumeNode"), "drawn: .*label map"),
    "single slice": (lambda: add_volume(a_beating_heart(slices=1)[0], "scout"), "scout: a single slice"),
    "frames of two sizes": (frames_of_two_sizes, "uneven: frame 1 differs"),
    "NaN": (nan_in_one_voxel, "spoiled: 1 pixels are NaN"),
    "constant": (lambda: add_volume(np.full((5, 32, 32), 7, np.int16), "blank"), "blank: every pixel has the value 7"),
    "empty node": (lambda: _empty_node(), "empty: this volume holds no image"),
    "not a volume": (lambda: _table(), "notes: this is not a volume"),
}


def _empty_node() -> Any:
    import slicer

    return slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "empty")


def _table() -> Any:
    import slicer

    return slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTableNode", "notes")


@pytest.mark.parametrize("kind", INPUTS)
def test_an_input_that_cannot_be_segmented(logic: Any, kind: str) -> None:
    make, message = INPUTS[kind]
    assert_refused(logic, make(), message)


@pytest.fixture
def a_copy_of_the_model(tmp_path: Path) -> Path:
    """A model folder to be spoiled."""
    return Path(shutil.copytree(SHIPPED / "lv", tmp_path / "mine"))


def test_a_newer_model(logic: Any, a_copy_of_the_model: Path) -> None:
    file = a_copy_of_the_model / "model.json"
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | {"format": 99}), encoding="utf-8")
    node = add_volume(a_beating_heart()[0])
    message = "has model format 99, this version reads up to 1: update LVSegU"
    assert_refused(logic, node, message, ModelError, model=str(a_copy_of_the_model))


def test_a_model_without_its_weights(logic: Any, a_copy_of_the_model: Path) -> None:
    for file in (*a_copy_of_the_model.glob("*.onnx"), *a_copy_of_the_model.glob("*.safetensors")):
        file.unlink()
    node = add_volume(a_beating_heart()[0])
    assert_refused(logic, node, "is missing: copy the model folder again", ModelError, model=str(a_copy_of_the_model))


def test_a_model_whose_weights_were_altered(logic: Any, a_copy_of_the_model: Path) -> None:
    node = add_volume(a_beating_heart()[0])
    assert process(logic, node, model=str(a_copy_of_the_model)).measures.volumes_ml  # whole as yet
    process(logic, node)
    process(logic, node, threads=1)  # another engine takes its place
    for file in (*a_copy_of_the_model.glob("*.onnx"), *a_copy_of_the_model.glob("*.safetensors")):
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
    assert_refused(logic, node, "its SHA-256 differs", ModelError, model=str(a_copy_of_the_model))


def test_a_folder_that_is_no_model(logic: Any, tmp_path: Path) -> None:
    node = add_volume(a_beating_heart()[0])
    assert_refused(logic, node, "is not a model folder: it has no model.json", ModelError, model=str(tmp_path))


def test_a_model_that_does_not_exist(logic: Any) -> None:
    assert_refused(logic, add_volume(a_beating_heart()[0]), 'there is no model "rv"', UsageError, model="rv")


def test_an_engine_that_does_not_exist(logic: Any) -> None:
    assert_refused(logic, add_volume(a_beating_heart()[0]), 'no engine "abacus"', UsageError, engine="abacus")


def test_too_many_threads(logic: Any) -> None:
    node = add_volume(a_beating_heart()[0])
    assert_refused(logic, node, "threads must lie between 1 and", UsageError, threads=100_000)


@pytest.mark.skipif("torch" in installed_engines(), reason="torch is installed")
def test_an_engine_that_is_not_installed(logic: Any) -> None:
    assert_refused(logic, add_volume(a_beating_heart()[0]), "torch is not installed", EngineError, engine="torch")
