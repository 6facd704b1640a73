"""The figures of a model are those of its evaluations, each with its interval and n."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from LVSegULib.errors import InputError
from LVSegULib.evaluation.evaluate import Evaluation
from LVSegULib.evaluation.to_json import evaluation_to_json
from LVSegULib.modelfolder.figures import (
    challenge_figures,
    change_figures,
    dice_shown,
    read_evaluation,
    short_figures,
    with_interval,
)
from Testing.evaluation.conftest import an_evaluation_of_two_patients  # noqa: F401, a fixture


def a_summary(mean: float) -> dict[str, Any]:
    return {"mean": mean, "median": mean, "count": 7, "mean_interval": [mean - 0.1, mean + 0.1]}


def label_of(dice: float) -> dict[str, Any]:
    """What `lvsegu evaluate --json` holds of a label, with a Dice of `dice` everywhere."""
    overlap = {"both": round(1000 * dice), "reference": 1000, "prediction": 1000}
    slices = {"dice": a_summary(dice), "below": a_summary(0.2), "hd95_mm": a_summary(3.0)}
    volumes = {"dice": a_summary(dice), "error_percent": a_summary(-1.0)}
    challenge = ("official_dice", "official_apd_mm", "all_dice", "all_apd_mm")
    return {
        "pooled_dice": {"value": dice, "patients": 2, "interval": [dice - 0.01, dice + 0.01]},
        "dice_per_patient": a_summary(dice),
        "slices": {"all": slices, "apex": slices},
        "volumes": {"all": volumes, "ED": volumes},
        "clinical": {"LVEF_percent": {"absolute_error": a_summary(2.5), "correlation": 0.97}, "patients": 2},
        "every_volume": [{"patient": patient, "overlap": overlap} for patient in ("a", "b")],
        "every_patient": [
            {"patient": patient, "reference": {"LVEF_percent": 60.0}, "prediction": {"LVEF_percent": ef}}
            for patient, ef in (("a", 60 + 10 * dice), ("b", 60 - 10 * dice))
        ],
        "challenge": {
            "contours": 9,
            "missing": 1,
            "good_percent": a_summary(100 * dice),
            **{name: a_summary(dice) for name in challenge},
        },
    }


def evaluation_of(labels: dict[str, Any], dataset: str = "Phantoms") -> dict[str, Any]:
    return {"dataset": dataset, "patients": ["a", "b"], "labels": labels}


def test_figures_have_their_interval_and_n() -> None:
    figures = short_figures(evaluation_of({"LV": label_of(0.9)}))
    assert figures["patients"] == 2
    assert figures["dice_pooled"] == {"value": 0.9, "low": 0.89, "high": 0.91, "n": 2}
    assert figures["dice_apex"] == figures["dice_ED"] == {"value": 0.9, "low": 0.8, "high": 1.0, "n": 7}
    assert figures["ef_absolute_error"]["value"] == 2.5
    assert figures["ef_correlation"] == {"value": 0.97, "low": None, "high": None, "n": 2}
    assert "dice_base" not in figures and "dice_ES" not in figures and "labels" not in figures


def test_the_first_label_leads_and_the_others_have_no_ejection_fraction() -> None:
    wall = label_of(0.8) | {"clinical": None, "challenge": None}
    figures = short_figures(evaluation_of({"LV": label_of(0.9), "MYO": wall}))
    assert figures["dice_per_patient"]["value"] == 0.9
    assert figures["labels"]["MYO"]["dice_per_patient"]["value"] == 0.8
    assert "ef_absolute_error" not in figures["labels"]["MYO"]


def test_a_real_evaluation_has_them_all(an_evaluation_of_two_patients: Evaluation) -> None:  # noqa: F811
    figures = short_figures(json.loads(json.dumps(evaluation_to_json(an_evaluation_of_two_patients))))
    assert figures["dice_pooled"]["value"] == pytest.approx(2 * 632 / (776 + 636), abs=1e-4)
    assert figures["dice_ED"]["n"] == figures["dice_ES"]["n"] == 2
    assert {"dice_base", "dice_mid", "hd95_mm", "volume_error_percent", "ef_correlation"} <= figures.keys()


def test_a_change_in_too_few_patients_has_no_interval() -> None:
    before, after = (evaluation_of({"LV": label_of(dice)}) for dice in (0.9, 0.88))
    assert change_figures(after, before)["dice_per_patient"] == {"value": -0.02, "low": None, "high": None, "n": 2}


@pytest.mark.usefixtures("intervals_of_two")
def test_the_change_in_each_patient() -> None:
    before, after = (evaluation_of({"LV": label_of(dice)}) for dice in (0.9, 0.88))
    changed = change_figures(after, before)
    assert changed["dice_per_patient"] == {"value": -0.02, "low": -0.02, "high": -0.02, "n": 2}
    assert changed["ef_absolute_error"] == {"value": -0.2, "low": -0.2, "high": -0.2, "n": 2}


def test_patients_of_several_volumes_or_without_lvef_change_too(
    an_evaluation_of_two_patients: Evaluation,  # noqa: F811
) -> None:
    after = json.loads(json.dumps(evaluation_to_json(an_evaluation_of_two_patients)))
    before = json.loads(json.dumps(after))
    assert change_figures(after, before)["dice_per_patient"]["value"] == 0
    before["labels"]["LV"]["every_patient"][0]["prediction"]["LVEF_percent"] = None
    assert change_figures(after, before)["ef_absolute_error"]["n"] == 1
    first = before["labels"]["LV"]["every_volume"][0]
    volumes = [one for one in before["labels"]["LV"]["every_volume"] if one["patient"] == first["patient"]]
    whole = sum(one["overlap"]["reference"] + one["overlap"]["prediction"] for one in volumes)
    first["overlap"]["both"] -= 5
    assert change_figures(after, before)["dice_per_patient"]["value"] == pytest.approx(10 / whole / 2, abs=1e-4)
    with pytest.raises(InputError, match="not of the same patients"):
        change_figures(after, before | {"patients": ["a"]})


def test_the_challenge_s_figures() -> None:
    figures = challenge_figures(evaluation_of({"LV": label_of(0.9)}))
    assert figures["good_percent"] == {"value": 90.0, "low": 89.9, "high": 90.1, "n": 7}
    assert (figures["contours"], figures["missing"]) == (9, 1)
    with pytest.raises(InputError, match="Phantoms has no figures of the MICCAI 2009 challenge"):
        challenge_figures(evaluation_of({"MYO": label_of(0.9)}))


@pytest.mark.parametrize(
    ("figure", "has_n", "text"),
    [
        ({"value": 0.94049, "low": 0.93, "high": 0.948, "n": 21}, True, "0.940 (0.930 to 0.948; n 21)"),
        ({"value": 0.94, "low": 0.93, "high": 0.948, "n": 21}, False, "0.940 (0.930 to 0.948)"),
        ({"value": 0.97, "low": None, "high": None, "n": 21}, True, "0.970 (n 21)"),
        ({"value": 0.97, "low": None, "high": None, "n": 21}, False, "0.970"),
        ({"value": None, "low": None, "high": None, "n": 0}, True, "-"),
        (None, True, "-"),
    ],
)
def test_a_figure_for_people(figure: dict[str, Any] | None, has_n: bool, text: str) -> None:
    assert with_interval(figure, 3, has_n=has_n) == text


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "it is no JSON in line 1, column 1"),
        ("{}", "it has no labels"),
        ('{"labels": {}}', "it is laid out differently"),
        (json.dumps({"labels": {"MYO": {}}}), "it has no pooled_dice"),
    ],
)
def test_what_is_no_evaluation_is_refused(tmp_path: Path, text: str, what: str) -> None:
    file = tmp_path / "evaluation.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=f"is not an evaluation .*: {what}"):
        read_evaluation(file)


@pytest.mark.parametrize(
    ("figures", "text"),
    [
        ({}, "-"),
        (
            {"Sunnybrook": {"dice_pooled": {"value": 0.9512, "low": 0.94}}, "other": {"dice_mean": "high"}},
            "Sunnybrook 0.951",
        ),
        ({"a": {"dice_pooled": {"value": 0.95}}, "validation": {"dice_mean": 0.9}}, "a 0.950, validation 0.900"),
    ],
)
def test_the_dice_that_is_shown(figures: dict[str, object], text: str) -> None:
    assert dice_shown(figures) == text
