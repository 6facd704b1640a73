"""A published model carries the figures of its evaluations and a card that shows them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from LVSegULib.benchmark.classic import random_weights
from LVSegULib.errors import InputError
from LVSegULib.labels import CAVITY
from LVSegULib.modelfolder.folder import ModelFolder, open_model, save_model
from LVSegULib.modelfolder.publish import About, about_from_values, publish, read_evaluation, short_figures
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.network.config import UNetConfig
from LVSegULib.preparation.grid import Grid

ABOUT = {
    "name": "lv",
    "description": "Left ventricle.",
    "licence": "MIT",
    "citations": ["Somebody 2020"],
    "commands": ["lvsegu train"],
    "data": "Two sets.",
    "failures": "The apex.",
    "evaluated": "Everybody else.",
}


def a_summary(mean: float) -> dict[str, Any]:
    return {"mean": mean, "median": mean, "count": 7, "mean_interval": [mean - 0.1, mean + 0.1]}


@pytest.fixture
def an_evaluation() -> dict[str, Any]:
    slices = {"dice": a_summary(0.91), "below": a_summary(0.2), "hd95_mm": a_summary(3.0)}
    clinical = {"LVEF_percent": {"absolute_error": a_summary(2.5), "correlation": 0.97}, "patients": 2}
    cavity = {
        "pooled_dice": {"value": 0.95, "patients": 2, "interval": [0.94, 0.96]},
        "dice_per_patient": a_summary(0.94),
        "slices": {"all": slices, "apex": slices},
        "volumes": {"all": {"dice": a_summary(0.93), "error_percent": a_summary(-1.0)}},
        "clinical": clinical,
    }
    return {"dataset": "Phantoms", "patients": ["a", "b"], "labels": {"LV": cavity}}


@pytest.fixture
def a_trained_model(tmp_path: Path) -> ModelFolder:
    config = UNetConfig.from_levels((2, 4))
    spec = ModelSpec("run", config, (CAVITY,), Grid(1.5, 32, 32), training={"step": 60, "seconds": 120.0})
    return save_model(tmp_path / "run", spec, random_weights(config), "")


def test_figures_are_those_of_the_evaluation(an_evaluation: dict[str, Any]) -> None:
    figures = short_figures(an_evaluation)
    assert figures["dice_pooled"] == {"value": 0.95, "low": 0.94, "high": 0.96, "n": 2}
    assert figures["dice_apex"] == {"value": 0.91, "low": 0.81, "high": 1.01, "n": 7}
    assert figures["ef_absolute_error"]["value"] == 2.5
    assert "dice_base" not in figures


def test_a_published_model_has_the_weights_of_the_run(
    a_trained_model: ModelFolder, an_evaluation: dict[str, Any], tmp_path: Path
) -> None:
    publish(a_trained_model, about_from_values(ABOUT), [an_evaluation], "worst.png", tmp_path / "lv")
    model = open_model(tmp_path / "lv")
    assert model.spec.sha256 == a_trained_model.spec.sha256
    assert (model.spec.name, model.spec.licence, model.spec.citations) == ("lv", "MIT", ("Somebody 2020",))
    card = (tmp_path / "lv" / "CARD.md").read_text(encoding="utf-8")
    assert "| Dice, pooled | 0.950 (0.940 to 0.960; n 2) |" in card
    assert "![The worst slices: image, expert, model](worst.png)" in card
    assert "    lvsegu train\n" in card


def test_the_card_of_a_pruned_model_names_both_sizes(
    a_trained_model: ModelFolder, an_evaluation: dict[str, Any], tmp_path: Path
) -> None:
    uneven = UNetConfig(encoder=((2, 1), (4, 3)), decoder=((1, 2, 2),))
    pruning = {
        "from": {"parameters": 1234, "multiply_adds": 99.4},
        "pruned": {"parameters": 567, "multiply_adds": 45.0},
    }
    spec = replace(a_trained_model.spec, network=uneven, training=a_trained_model.spec.training | {"pruning": pruning})
    pruned = save_model(tmp_path / "pruned", spec, random_weights(uneven), "")
    publish(pruned, about_from_values(ABOUT), [an_evaluation], "worst.png", tmp_path / "lv")
    card = (tmp_path / "lv" / "CARD.md").read_text(encoding="utf-8")
    assert "| pruned | from 1,234 parameters and 99 multiply-adds per pixel to 567 and 45; nothing" in card
    assert "2+1, 4+3 on the way down, 1+2+2 (up-sampling first) on the way up" in card.replace(" filters", "")


@pytest.mark.parametrize("change", [{"licence": None}, {"extra": "x"}])
def test_a_description_must_be_complete(change: dict[str, str | None]) -> None:
    values = {name: value for name, value in {**ABOUT, **change}.items() if value is not None}
    with pytest.raises(InputError, match="needs exactly"):
        about_from_values(values)


def test_about_keeps_every_value() -> None:
    assert about_from_values(ABOUT) == About(
        **{**ABOUT, "citations": ("Somebody 2020",), "commands": ("lvsegu train",)}
    )  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["", "{}", json.dumps({"labels": {"MYO": {}}})])
def test_what_is_no_evaluation_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "evaluation.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="is not an evaluation"):
        read_evaluation(file)
