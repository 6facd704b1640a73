"""`model.json` says all that is to be known, and comes back as it was."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from LVSegULib.errors import ModelError
from LVSegULib.labels import CAVITY, MYOCARDIUM
from LVSegULib.modelfolder.spec import ModelSpec, spec_from_json
from LVSegULib.network.config import UNetConfig
from LVSegULib.preparation.grid import Grid
from LVSegULib.preparation.intensity import KINDS

SPEC = ModelSpec(
    name="two",
    network=UNetConfig(encoder=((2, 3), (4, 5)), decoder=((6, 7, 8),), output_channels=2),
    labels=(CAVITY, MYOCARDIUM),
    grid=Grid(1.5, 64, 96),
    description="two labels",
    licence="MIT",
    citations=("Somebody 2020",),
    training={"step": 3},
    figures={"Phantoms": {"dice_pooled": {"value": 0.9}}},
    sha256={"model.onnx": "00"},
)


def test_a_description_comes_back_as_it_was() -> None:
    assert spec_from_json(SPEC.to_json(), "here") == SPEC


def test_people_find_the_parameters_and_their_share() -> None:
    values = json.loads(a_small_classic().to_json())
    assert values["parameters"] == 122_021
    assert values["share_of_classic_unet"] == pytest.approx(0.003932, abs=1e-6)  # 122,021 of 31,036,481


def a_small_classic() -> ModelSpec:
    return ModelSpec("base 4", UNetConfig.from_base(4), (CAVITY,), Grid(1.5, 128, 128))


def test_labels_and_outputs_must_agree() -> None:
    with pytest.raises(ModelError, match="1 outputs for 2 labels"):
        ModelSpec("x", UNetConfig.from_base(4), (CAVITY, MYOCARDIUM), Grid(1.5, 128, 128))


@pytest.mark.parametrize("kind", KINDS)
def test_every_scaling_of_intensities_comes_back(kind: str) -> None:
    spec = dataclasses.replace(SPEC, grid=Grid(1.5, 64, 96, kind))
    assert spec_from_json(spec.to_json(), "here").grid.intensity == kind
    assert spec_from_json(spec.to_json(), "here") == spec


def test_older_models_are_scaled_by_percentiles() -> None:
    values = json.loads(SPEC.to_json())
    assert values["input"]["normalisation"] == {
        "kind": "percentiles",
        "percentiles": [0.5, 99.5],
        "region_mm": 160.0,
    }
    assert spec_from_json(json.dumps(values), "here").grid == Grid(1.5, 64, 96, "percentile")


@pytest.mark.parametrize(
    "normalisation",
    [
        {"kind": "percentiles", "percentiles": [1, 99], "region_mm": 160.0},
        {"kind": "percentiles", "percentiles": [0.5, 99.5], "region_mm": 100.0},
        {"kind": "smoothed", "sigma_mm": 2.0, "region_mm": 160.0},
        {"kind": "magic"},
        "percentile",
        None,
    ],
)
def test_a_scaling_that_this_version_does_not_do_is_refused(normalisation: Any) -> None:
    values = json.loads(SPEC.to_json())
    values["input"]["normalisation"] = normalisation
    with pytest.raises(ModelError, match=r"^here: model\.json asks for another normalisation, .*copy the model again$"):
        spec_from_json(json.dumps(values), "here")


@pytest.mark.parametrize(
    ("training", "patients"),
    [
        ({}, set()),
        ({"split": {"train": ["a", "b"], "validation": ["c"]}}, {"a", "b"}),
        ({"started_from": {"name": "older", "trained_on": ["b", "d"]}}, {"b", "d"}),
        ({"drawn_by": {"A": {"trained_on": ["b"]}, "B": {"trained_on": ["c"]}}}, {"b", "c"}),
        ({"split": {"train": ["a", "b"]}, "started_from": {"trained_on": ["b", "d"]}}, {"a", "b", "d"}),
    ],
)
def test_a_model_was_trained_on_its_own_patients_and_those_of_its_start_and_teachers(
    training: dict[str, Any], patients: set[str]
) -> None:
    spec = dataclasses.replace(SPEC, training=training)
    assert spec.trained_on == patients
    assert spec_from_json(spec.to_json(), "here").trained_on == patients


def test_a_quality_calibration_is_kept_and_older_folders_have_none() -> None:
    calibrated = dataclasses.replace(SPEC, quality={"threshold": 0.9})
    assert spec_from_json(calibrated.to_json(), "here").quality == {"threshold": 0.9}
    assert "quality" not in json.loads(SPEC.to_json())
    assert spec_from_json(SPEC.to_json(), "here").quality == {}
