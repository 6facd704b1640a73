"""The JSON form of an evaluation."""

from __future__ import annotations

import json
import math

import pytest

from LVSegULib.evaluation.evaluate import Evaluation
from LVSegULib.evaluation.to_json import evaluation_to_json, plain


def test_it_is_strict_json_with_every_slice_and_volume(an_evaluation_of_two_patients: Evaluation) -> None:
    values = json.loads(json.dumps(evaluation_to_json(an_evaluation_of_two_patients), allow_nan=False))
    label = values["labels"]["LV"]
    assert values["patients"] == ["a", "b"] and values["dataset"] == "squares"
    assert len(label["every_slice"]) == 12 and len(label["every_volume"]) == 4
    assert label["pooled_dice"]["value"] == pytest.approx(2 * 632 / (776 + 636))
    assert label["slices"]["base"]["dice"]["count"] == 4
    missed = next(one for one in label["every_slice"] if one["case"] == "b_ED" and one["slice"] == 0)
    assert missed["dice"] == 0 and missed["hd95_mm"] is None and missed["region"] == "base"
    assert missed["overlap"] == {"both": 0, "reference": 144, "prediction": 0}


def test_volumes_have_their_errors_and_patients_their_ejection_fraction(
    an_evaluation_of_two_patients: Evaluation,
) -> None:
    label = evaluation_to_json(an_evaluation_of_two_patients)["labels"]["LV"]
    of_b = label["every_patient"][1]
    assert of_b["patient"] == "b"
    assert of_b["reference"]["LVEF_percent"] == pytest.approx(100 * 180 / 280)
    assert of_b["prediction"]["LVEDV_ml"] == pytest.approx(136 * 0.04)
    assert label["every_volume"][2]["error_ml"] == pytest.approx(-144 * 0.04)


def test_the_conventions_are_written_beside_the_figures(an_evaluation_of_two_patients: Evaluation) -> None:
    conventions = evaluation_to_json(an_evaluation_of_two_patients)["conventions"]
    assert "reference has the label" in conventions["dice_per_slice"]
    assert "2000 resamples" in conventions["intervals"]


def test_what_is_no_number_becomes_none_however_deep_it_lies() -> None:
    assert plain((1.5, math.nan, [math.inf, {"a": (-math.inf, "b", None, 2)}])) == [
        1.5,
        None,
        [None, {"a": [None, "b", None, 2]}],
    ]
