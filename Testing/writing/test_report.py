from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from LVSegULib import __version__
from LVSegULib.atomic import write_json
from LVSegULib.cine import Cine
from LVSegULib.labels import CAVITY
from LVSegULib.measures.volumes import Measures
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.network.config import UNetConfig
from LVSegULib.preparation.grid import Grid
from LVSegULib.quality.score import Flag, Quality
from LVSegULib.writing.report import build_report


@pytest.fixture
def a_cine() -> Cine:
    frames = np.arange(2 * 3 * 4 * 5, dtype=np.float32).reshape(2, 3, 4, 5)
    return Cine(frames, np.diag([1.5, 1.4, 8.0, 1.0]), name="Zoë", source="series 300", notes=("one note",))


@pytest.fixture
def a_model() -> ModelSpec:
    network = UNetConfig.from_base(64)
    return ModelSpec("lv", network, (CAVITY,), Grid(1.5, 128, 128), sha256={"model.onnx": "abc"})


def test_a_report_says_what_with_what_and_from_what(a_cine: Cine, a_model: ModelSpec) -> None:
    measures = Measures((90.0, 40.0), 0, 1, 90.0, 40.0, 50.0, 100 * 50 / 90)
    report = build_report(a_cine, measures, {1: measures.volumes_ml}, a_model, {"engine": {"name": "onnxruntime"}})
    assert report["measures"]["LVEDV_ml"] == 90.0
    assert report["volumes_ml"] == {"LV_cavity": [90.0, 40.0]}
    assert report["input"]["spacing_mm"] == {"K": 8.0, "J": 1.4, "I": 1.5}
    assert (report["input"]["frames"], report["input"]["slices"]) == (2, 3)
    assert report["model"]["parameters"] == 31_036_481  # the classic U-Net
    assert report["model"]["share_of_classic_unet"] == 1.0
    assert report["model"]["sha256"] == {"model.onnx": "abc"}
    assert report["model"]["commercial_use"] is None  # no licence is stated
    assert report["engine"] == {"name": "onnxruntime"}
    assert report["versions"]["lvsegu"] == __version__
    assert report["versions"]["numpy"] == np.__version__


def test_a_measure_that_makes_no_sense_is_null_with_its_reason(
    tmp_path: Path, a_cine: Cine, a_model: ModelSpec
) -> None:
    measures = Measures((90.0,), LVEF=math.nan, reasons={"LVEF": "there is one frame only"})
    write_json(tmp_path / "a.json", build_report(a_cine, measures, {1: (90.0,)}, a_model, {}))
    read = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert read["measures"]["LVEF_percent"] is None
    assert read["measures"]["reasons"]["LVEF"] == "there is one frame only"
    assert read["name"] == "Zoë"


def test_quality_is_there_where_it_is_known(a_cine: Cine, a_model: ModelSpec) -> None:
    measures = Measures((90.0, 40.0))
    quality = Quality(np.full((2, 3), 0.9), (Flag(1, 2, 0.25, "it is very small"),), 0.85, 0.75)
    report = build_report(a_cine, measures, {1: (90.0, 40.0)}, a_model, {}, quality)
    assert report["quality"]["flagged"] == [{"frame": 1, "slice": 2, "score": 0.25, "reason": "it is very small"}]
    assert report["quality"]["patient_score"] == 0.75
    assert "quality" not in build_report(a_cine, measures, {1: (90.0, 40.0)}, a_model, {})
