"""A published model carries the figures of its evaluations and a card that shows them."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from LVSegULib.benchmark.classic import random_weights
from LVSegULib.errors import InputError, ModelError, UsageError
from LVSegULib.labels import CAVITY, MYOCARDIUM
from LVSegULib.modelfolder.folder import ModelFolder, open_model, save_model
from LVSegULib.modelfolder.publish import Evidence, figures_of, publish, read_about, without_folders
from LVSegULib.modelfolder.published_card import About
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.network.config import UNetConfig
from LVSegULib.preparation.grid import Grid
from Testing.modelfolder.test_figures import evaluation_of, label_of

ABOUT = {
    "name": "lv",
    "description": "Left ventricle.",
    "licence": "MIT",
    "citations": ["Somebody 2020"],
    "data": "Two sets.",
    "failures": "The apex.",
    "evaluated": "Everybody else.",
}
AN_ABOUT = About(**{**ABOUT, "citations": ("Somebody 2020",)})  # type: ignore[arg-type]


@pytest.fixture
def an_evaluation() -> dict[str, Any]:
    return evaluation_of({"LV": label_of(0.9)})


@pytest.fixture
def a_trained_model(tmp_path: Path) -> ModelFolder:
    config = UNetConfig.from_levels((2, 4))
    spec = ModelSpec("run", config, (CAVITY,), Grid(1.5, 32, 32), training={"step": 60, "seconds": 120.0})
    return save_model(tmp_path / "run", spec, random_weights(config), "")


def test_a_published_model_has_the_weights_of_the_run(
    a_trained_model: ModelFolder, an_evaluation: dict[str, Any], tmp_path: Path
) -> None:
    evidence = Evidence([an_evaluation], b"picture", commands=["lvsegu train"])
    publish(a_trained_model, AN_ABOUT, evidence, tmp_path / "lv")
    model = open_model(tmp_path / "lv")
    assert model.spec.sha256 == a_trained_model.spec.sha256
    assert (model.spec.name, model.spec.licence, model.spec.citations) == ("lv", "MIT", ("Somebody 2020",))
    assert model.spec.figures["Phantoms"]["dice_pooled"] == {"value": 0.9, "low": 0.89, "high": 0.91, "n": 2}
    assert (tmp_path / "lv" / "worst.png").read_bytes() == b"picture"
    card = (tmp_path / "lv" / "CARD.md").read_text(encoding="utf-8")
    assert "    lvsegu train\n" in card
    assert "quality" not in card


def test_the_picture_of_the_quality_score_goes_with_the_model(
    a_trained_model: ModelFolder, an_evaluation: dict[str, Any], tmp_path: Path
) -> None:
    (a_trained_model.path / "quality.png").write_bytes(b"curve")
    publish(a_trained_model, AN_ABOUT, Evidence([an_evaluation], b""), tmp_path / "lv")
    assert (tmp_path / "lv" / "quality.png").read_bytes() == b"curve"
    assert "(quality.png)" in (tmp_path / "lv" / "CARD.md").read_text(encoding="utf-8")


def made_of(model: ModelFolder, licence: str, *citations: str) -> ModelFolder:
    """The same model, with the licence and the sources that it has from another."""
    return ModelFolder(model.path, dataclasses.replace(model.spec, licence=licence, citations=citations))


@pytest.mark.parametrize(
    ("licence", "given"),
    [
        ("CC BY-NC-SA 4.0", "MIT"),
        ("CC BY-NC-SA 4.0", ""),
        ("CC BY-NC 4.0; CC BY-SA 4.0", "CC BY-NC 4.0"),
        ("ask Bernard", "MIT"),
    ],
)
def test_a_licence_that_binds_is_not_left_out(
    licence: str, given: str, a_trained_model: ModelFolder, an_evaluation: dict[str, Any], tmp_path: Path
) -> None:
    about = dataclasses.replace(AN_ABOUT, licence=given)
    said = f'run has the licence "{licence}", which binds .*, and --about says "{given}": write licence = "{licence}"'
    with pytest.raises(UsageError, match=said):
        publish(made_of(a_trained_model, licence), about, Evidence([an_evaluation], b""), tmp_path / "lv")
    assert not (tmp_path / "lv").exists()


@pytest.mark.parametrize(
    ("licence", "given"),
    [
        ("", "MIT"),
        ("MIT", "BSD"),
        ("CC BY-NC-SA 4.0", "CC BY-NC-SA 4.0"),
        ("CC BY-NC 4.0; CC BY-SA 4.0", "CC BY-SA 4.0 and CC BY-NC 4.0"),
    ],
)
def test_a_licence_that_names_those_that_bind_is_taken_as_it_is(
    licence: str, given: str, a_trained_model: ModelFolder, an_evaluation: dict[str, Any], tmp_path: Path
) -> None:
    about = dataclasses.replace(AN_ABOUT, licence=given)
    made = publish(made_of(a_trained_model, licence), about, Evidence([an_evaluation], b""), tmp_path / "lv")
    assert made.spec.licence == given


def test_the_sources_of_what_a_model_was_made_of_are_cited_once_after_its_own(
    a_trained_model: ModelFolder, an_evaluation: dict[str, Any], tmp_path: Path
) -> None:
    model = made_of(a_trained_model, "", "Bernard 2018", "Somebody 2020")
    made = publish(model, AN_ABOUT, Evidence([an_evaluation], b""), tmp_path / "lv")
    assert made.spec.citations == ("Somebody 2020", "Bernard 2018")
    assert "| cite | Bernard 2018 |" in (made.path / "CARD.md").read_text(encoding="utf-8")


def test_a_shipped_model_does_not_tell_where_its_files_lay(tmp_path: Path) -> None:
    training = {"config": {"split": str(tmp_path / "s.json"), "steps": 9}, "data": [str(tmp_path / "A"), "B"]}
    assert without_folders(training) == {"config": {"split": "s.json", "steps": 9}, "data": ["A", "B"]}


@pytest.mark.parametrize("path", ["/home/jo/data", "C:\\Users\\jo\\data", "C:/Users/jo/data", r"\\server\scans\data"])
def test_where_files_lay_on_another_system_is_not_told_either(path: str) -> None:
    assert without_folders({"data": [path, "runs/data", "a: b"]}) == {"data": ["data", "runs/data", "a: b"]}


def test_figures_before_pruning_and_of_the_challenge_stand_beside_the_others() -> None:
    before, pruned, dicom = label_of(0.9), label_of(0.88), label_of(0.8)
    evidence = Evidence(
        [evaluation_of({"LV": pruned})],
        b"",
        unpruned=[evaluation_of({"LV": before})],
        challenge=[evaluation_of({"LV": dicom}, "contours")],
    )
    figures = figures_of(evidence)
    assert figures["Phantoms"]["dice_per_patient"]["value"] == 0.88
    assert figures["Phantoms"]["unpruned"]["dice_per_patient"]["value"] == 0.9
    assert figures["Phantoms"]["change"]["dice_per_patient"]["value"] == -0.02
    assert figures["contours"].keys() == {"patients", "challenge"}
    assert figures["contours"]["challenge"]["good_percent"]["value"] == 80.0
    assert (figures["contours"]["challenge"]["contours"], figures["contours"]["challenge"]["missing"]) == (9, 1)


def test_figures_before_pruning_need_those_after(an_evaluation: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="Others was evaluated before pruning only"):
        figures_of(Evidence([an_evaluation], b"", unpruned=[evaluation_of({"LV": label_of(0.9)}, "Others")]))


@pytest.mark.parametrize("kind", ["evaluations", "unpruned", "challenge"])
def test_figures_of_a_label_that_the_model_lacks_are_refused(
    kind: str, a_trained_model: ModelFolder, an_evaluation: dict[str, Any], tmp_path: Path
) -> None:
    other = evaluation_of({"LV": label_of(0.9), "MYO": label_of(0.8), "RV": label_of(0.8)})
    evidence = dataclasses.replace(Evidence([an_evaluation], b""), **{kind: [other]})
    with pytest.raises(InputError, match="the evaluation of Phantoms has figures of MYO, RV, and run segments LV"):
        publish(a_trained_model, AN_ABOUT, evidence, tmp_path / "lv")
    assert not (tmp_path / "lv").exists()


def test_figures_of_some_of_the_labels_are_taken(an_evaluation: dict[str, Any], tmp_path: Path) -> None:
    config = UNetConfig.from_levels((2, 4), output_channels=2)
    training = {"step": 60, "seconds": 120.0}
    spec = ModelSpec("run", config, (CAVITY, MYOCARDIUM), Grid(1.5, 32, 32), training=training)
    model = save_model(tmp_path / "run", spec, random_weights(config), "")
    published = publish(model, AN_ABOUT, Evidence([an_evaluation], b""), tmp_path / "lv")
    assert published.spec.figures["Phantoms"]["dice_per_patient"]["value"] == 0.9


@pytest.mark.parametrize(
    ("kind", "option"), [("evaluations", "--evaluation"), ("unpruned", "--unpruned"), ("challenge", "--challenge")]
)
def test_a_data_set_that_is_given_twice_is_refused(kind: str, option: str, an_evaluation: dict[str, Any]) -> None:
    again = evaluation_of({"LV": label_of(0.5)})
    evidence = dataclasses.replace(Evidence([an_evaluation], b""), **{kind: [an_evaluation, again]})
    with pytest.raises(UsageError, match=f"{option} is given twice for Phantoms"):
        figures_of(evidence)


def test_a_failed_publication_leaves_the_shipped_model_as_it_was(
    a_trained_model: ModelFolder, an_evaluation: dict[str, Any], tmp_path: Path
) -> None:
    publish(a_trained_model, AN_ABOUT, Evidence([an_evaluation], b"old"), tmp_path / "lv")
    (a_trained_model.path / "quality.png").mkdir()
    (a_trained_model.path / "weights.safetensors").write_bytes(b"broken")
    with pytest.raises(ModelError):
        publish(a_trained_model, AN_ABOUT, Evidence([an_evaluation], b"new"), tmp_path / "lv")
    assert (tmp_path / "lv" / "worst.png").read_bytes() == b"old"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"licence": None}, "about.toml: lacks licence"),
        ({"extra": "x"}, "about.toml: unknown key extra: there are name, "),
        ({"name": 3}, "about.toml: name = 3: expected a text"),
        ({"name": "a/b"}, 'about.toml: name must not be empty, or hold a "/" or what cannot be printed, got "a/b"'),
        ({"citations": "Smith 2020"}, "about.toml: citations = 'Smith 2020': expected a list of texts"),
    ],
)
def test_a_description_must_be_complete(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read_about(a_toml(tmp_path / "about.toml", {**ABOUT, **change}))


def test_about_keeps_every_value(tmp_path: Path) -> None:
    assert read_about(a_toml(tmp_path / "about.toml", {**ABOUT, "data": "\n Two sets.\n"})) == AN_ABOUT


def a_toml(path: Path, values: dict[str, Any]) -> Path:
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in values.items() if value is not None]
    path.write_text("".join(lines), encoding="utf-8")
    return path
