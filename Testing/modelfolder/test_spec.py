"""`model.json` says all that is to be known, and comes back as it was."""

from __future__ import annotations

import json

import pytest

from LVSegULib.errors import ModelError
from LVSegULib.labels import CAVITY, MYOCARDIUM
from LVSegULib.modelfolder.spec import ModelSpec, spec_from_json
from LVSegULib.network.config import UNetConfig
from LVSegULib.preparation.grid import Grid

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
