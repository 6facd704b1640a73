"""`model.json` says all that is to be known, and comes back as it was."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import Any

import pytest

from LVSegULib.errors import ModelError, UsageError
from LVSegULib.labels import CAVITY, MYOCARDIUM
from LVSegULib.modelfolder.spec import ModelSpec, check_name, spec_from_json
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


def test_a_grid_that_the_network_cannot_halve_is_refused() -> None:
    odd = dataclasses.replace(SPEC, grid=Grid(1.5, 63, 96))
    with pytest.raises(ModelError, match="here: has a grid of 63 x 96 pixels, but its network needs multiples of 2"):
        spec_from_json(odd.to_json(), "here")


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
        ({"split": {"train": ["a-ED", "a-ES", "SC-N-02"]}}, {"a-ED", "a-ES", "a", "SC-N-02"}),
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


def spoilt(value: Any, *keys: str | int) -> str:
    """The text of the description with another value in one place."""
    values = json.loads(SPEC.to_json())
    place = values
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    return json.dumps(values)


@pytest.mark.parametrize(
    ("keys", "value", "said"),
    [
        (("name",), 3, "name = 3: expected a text"),
        (("network",), [], "network = []: expected a table of settings"),
        (("network", "encoder"), 3, "encoder = 3: expected a list"),
        (("network", "encoder", 0), [2], "encoder = [2]: expected 2 whole numbers for each level"),
        (("network", "encoder", 0, 0), "x", "encoder = ['x', 3]: expected a list of whole numbers"),
        (("network", "encoder", 0, 0), float("inf"), "encoder = [inf, 3]: expected a list of whole numbers"),
        (("network", "encoder"), [[1, 1]] * 13, "a U-Net of 13 levels is not possible (it has up to 12)"),
        (("network", "input_channels"), 1.5, "input_channels = 1.5: expected a whole number"),
        (("input", "rows"), "64", "rows = '64': expected a whole number"),
        (("input", "rows"), 4097, "a grid of 4097 x 96 pixels of 1.5 mm is not possible (each side has 1 to 4096)"),
        (("input", "spacing_mm"), None, "spacing_mm = None: expected a number"),
        (
            ("input", "spacing_mm"),
            math.nan,
            "a grid of 64 x 96 pixels of nan mm is not possible (each side has 1 to 4096)",
        ),
        (("labels",), {}, "labels = {}: expected a list"),
        (("labels", 0), 3, "labels = 3: expected a table of settings"),
        (("labels", 0, "colour"), [5, -3, 0], "colour = [5, -3, 0]: expected three numbers from 0 to 1"),
        (("labels", 0, "snomed"), 87878005, "snomed = 87878005: expected a text"),
        (("citations",), "a", "citations = 'a': expected a list of texts"),
        (("training",), [], "training = []: expected a table of settings"),
        (("training", "split"), [], "split = []: expected a table of settings"),
        (("training", "split"), {"train": [3]}, "train = [3]: expected a list of texts"),
        (("training", "drawn_by"), {"A": []}, "drawn_by: A = []: expected a table of settings"),
        (("training", "seconds"), "long", "seconds = 'long': expected a number"),
        (("training", "thresholds"), [1], "thresholds = 1: expected numbers between 0 and 1"),
        (("figures",), {"A": 3}, "figures: A = 3: expected a table of settings"),
        (("figures",), {"A": {"challenge": 3}}, "figures: A: challenge = 3: expected a table of settings"),
        (("figures",), {"A": {"labels": [1]}}, "figures: A: labels = [1]: expected a table of settings"),
        (("figures",), {"A": {"labels": {"LV": 5}}}, "figures: A: labels: LV = 5: expected a table of settings"),
        (
            ("figures", "Phantoms", "dice_pooled", "value"),
            "x",
            "figures: Phantoms: dice_pooled: value = 'x': expected a number",
        ),
        (
            ("figures", "Phantoms", "dice_pooled", "low"),
            0.8,
            "figures: Phantoms: dice_pooled: expected both low and high, or neither",
        ),
        (("sha256",), {"../a": "00"}, 'sha256 names "../a": expected the name of a file'),
        (("sha256",), [], "sha256 = []: expected a table of texts"),
        (("quality",), 3, "quality = 3: expected a table of settings"),
    ],
)
def test_a_value_that_no_description_has_is_named(keys: tuple[str | int, ...], value: Any, said: str) -> None:
    with pytest.raises(ModelError) as raised:
        spec_from_json(spoilt(value, *keys), "here")
    assert str(raised.value) == f"here: model.json is not a model description ({said}): copy the model again"


@pytest.mark.parametrize("text", ["[" * 100_000, '{"format": ' * 100_000, '{"format": ' + "9" * 5000 + "}", "{,"])
def test_what_is_no_json_is_told_in_plain_words(text: str) -> None:
    with pytest.raises(
        ModelError, match=r"^here: model\.json is not a model description \(it .*\): copy the model again$"
    ):
        spec_from_json(text, "here")


def test_a_number_without_bounds_is_no_spacing() -> None:
    with pytest.raises(
        ModelError, match=r"\(spacing_mm = a number that goes on and on: expected a number\): copy the model again$"
    ):
        spec_from_json(spoilt(10**400, "input", "spacing_mm"), "here")


def test_figures_that_could_not_be_told_are_kept() -> None:
    """A run without anybody to validate on has a Dice of NaN, which JSON of Python holds."""
    spec = dataclasses.replace(SPEC, training={"dice": math.nan})
    assert math.isnan(spec_from_json(spec.to_json(), "here").training["dice"])


def test_what_a_terminal_would_obey_is_no_text() -> None:
    told = dataclasses.replace(SPEC, description="two\x1b[2J", licence="MIT\nor not", citations=("a\x07",))
    spec = spec_from_json(told.to_json(), "here")
    assert (spec.description, spec.licence, spec.citations) == ("two?[2J", "MIT or not", ("a?",))


def test_a_licence_is_kept_as_a_whole() -> None:
    licence = "x" * 10_000 + " not for commercial use"
    assert spec_from_json(dataclasses.replace(SPEC, licence=licence).to_json(), "here").licence == licence


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("=HYPERLINK()", "=HYPERLINK()"),
        ("", ""),
        ("lv  mice\n", "lv mice"),
        ("a\x1b[2J", "a?[2J"),
        ("M\udcfcller", "M?ller"),
        ("x" * 101, "x" * 100 + "..."),
    ],
)
def test_a_name_that_is_read_is_made_fit_for_a_line(told: str, read: str) -> None:
    assert spec_from_json(dataclasses.replace(SPEC, name=told).to_json(), "here").name == read


NAMES = ["lv", "base 4", "(7T) own", "[lv]", "+ dropout", "<= 2 mm", "two  spaces", "_x", "心臓"]


@pytest.mark.parametrize("name", NAMES)
def test_a_new_model_may_be_called_so(name: str) -> None:
    check_name(name)


@pytest.mark.parametrize("name", ["", " ", "a/b", "a\nb", "a\x1b[2J", "a\ud800"])
def test_a_new_model_has_a_name_that_a_folder_can_have_and_people_can_read(name: str) -> None:
    with pytest.raises(UsageError, match=r'^title must not be empty, or hold a "/" or what cannot be printed, got "'):
        check_name(name, "title")


def test_what_is_wrong_is_told_in_a_short_line() -> None:
    with pytest.raises(ModelError) as raised:
        spec_from_json(spoilt([0] * 100_000, "name"), "here")
    assert len(str(raised.value)) < 400
