"""The sample patient, as the first look sees it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from LVSegULib.engines.base import open_engine
from LVSegULib.modelfolder.folder import find_model
from LVSegULib.reading.sunnybrook import open_sunnybrook
from LVSegULib.segmentation.segment import segment_cine
from Testing.segmentation.looks import Patient


@pytest.fixture(scope="module")
def patient(the_sample_patient: Path) -> Patient:
    (source,) = open_sunnybrook(the_sample_patient)
    drawn = source.read()
    frames = drawn.cine.frames[[drawn.ed_frame, drawn.es_frame]]
    cine = dataclasses.replace(drawn.cine, frames=frames, time_ms=None)
    model = find_model("lv")
    engine = open_engine(model, "onnxruntime")
    return Patient(cine, segment_cine(cine, model.spec, engine).labels, model.spec, engine)
