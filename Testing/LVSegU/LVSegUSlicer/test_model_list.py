"""What the panel says of each model."""

import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from LVSegULib.modelfolder.folder import SHIPPED, find_model
from Testing.three_labels import save_three_label_model


@pytest.fixture
def model_list(a_scene: Any) -> Any:  # noqa: ARG001
    from LVSegUSlicer import model_list

    return model_list


@pytest.fixture
def my_model(tmp_path: Path) -> Path:
    """A model folder of the user's own."""
    return Path(shutil.copytree(SHIPPED / "lv", tmp_path / "mine"))


def altered(folder: Path, **changes: Any) -> Path:
    values = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    (folder / "model.json").write_text(json.dumps(values | changes), encoding="utf-8")
    return folder


def test_the_shipped_model_is_listed_with_its_facts(model_list: Any) -> None:
    entry = next(entry for entry in model_list.listModels() if entry.model == "lv")
    assert entry.title == "lv (LV blood pool)"
    assert entry.problem == ""
    assert "82,634 parameters, 0.3 % of the classic U-Net" in entry.details
    assert "Segments: LV blood pool" in entry.details
    assert (entry.licence, entry.isRestricted) == ("MIT", False)
    assert "may be used commercially" in entry.licenceMeaning
    figures = json.loads((SHIPPED / "lv" / "model.json").read_text(encoding="utf-8"))["figures"]
    pooled = {name: of_set["dice_pooled"]["value"] for name, of_set in figures.items() if "dice_pooled" in of_set}
    scd, chla, acdc = (pooled[f"Dataset{name}"] for name in ("101_SCD", "102_CHLA", "103_ACDC"))
    assert f"Test Dice: SCD {scd:.3f}, CHLA {chla:.3f}, ACDC {acdc:.3f}" in entry.details


def test_a_model_of_ones_own_comes_after_the_installed(model_list: Any, my_model: Path) -> None:
    model_list.settings.addOwnModel(str(my_model))
    entries = model_list.listModels(str(my_model))
    assert entries[-1].model == str(my_model)
    assert entries[-1].problem == ""
    assert entries[:-1] == model_list.listModels()


@pytest.mark.parametrize(("model", "named"), [("rv2", "rv2"), (f"/{'x' * 300}", f"/{'x' * 99}...")])
def test_what_is_neither_installed_nor_chosen_is_named(model_list: Any, model: str, named: str) -> None:
    entry = model_list.listModels(model)[-1]
    said = entry.problem
    assert said.startswith(f"{named}: this model of the scene is neither installed nor remembered as chosen on this")
    assert "(installed: cardiac, lv)" in said
    assert entry.model == model


def test_an_installed_model_is_not_listed_twice(model_list: Any) -> None:
    assert model_list.listModels("lv") == model_list.listModels()


@pytest.mark.parametrize(
    ("licence", "words"),
    [
        ("CC BY-NC 4.0", "CC BY-NC 4.0: research only, not for commercial use"),
        ("Research use only", "Research use only: research only, not for commercial use"),
        ("CC BY 4.0", "CC BY 4.0"),
        ("LicenseRef-hospital", "LicenseRef-hospital"),
        ("", "not stated, ask its author before you use it"),
    ],
)
def test_a_licence_is_said_plainly(model_list: Any, licence: str, words: str) -> None:
    assert model_list.describeLicence(licence) == words


@pytest.mark.parametrize(
    ("licence", "words"),
    [
        (
            "CC BY-NC-SA 4.0",
            "Creative Commons Attribution-NonCommercial-ShareAlike 4.0 International\nFor research only.",
        ),
        ("MIT", "MIT\nThe weights may be used commercially too"),
        ("LicenseRef-hospital", "LicenseRef-hospital\nIts words do not tell"),
        ("", "Its words do not tell"),
    ],
)
def test_a_licence_is_explained(model_list: Any, licence: str, words: str) -> None:
    assert model_list.explainLicence(licence).startswith(words)


def test_a_research_only_model_says_so_in_the_list_and_comes_after_the_default_one(
    model_list: Any, my_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path / "installed"
    save_three_label_model(installed / "cardiac")
    shutil.move(my_model, installed / "lv")
    monkeypatch.setattr("LVSegULib.modelfolder.folder.SHIPPED", installed)
    default, restricted = model_list.listModels()
    assert (default.model, default.isRestricted) == ("lv", False)
    assert restricted.title == "cardiac, research only (LV blood pool, LV myocardium, RV blood pool)"
    assert (restricted.model, restricted.isRestricted) == ("cardiac", True)
    assert restricted.licence == "CC BY-NC-SA 4.0: research only, not for commercial use"


def test_an_untested_model_says_so(model_list: Any) -> None:
    spec = dataclasses.replace(find_model("lv").spec, figures={})
    assert "Not tested yet" in model_list.describeModel(spec)


def test_a_newer_model_folder_says_what_to_do(model_list: Any, my_model: Path) -> None:
    entry = model_list.ownModel(str(altered(my_model, format=99)))
    assert entry.title == "mine (cannot be used)"
    assert "update LVSegU" in entry.problem


def test_a_broken_model_folder_says_what_to_do(model_list: Any, my_model: Path) -> None:
    (my_model / "model.json").write_text("{", encoding="utf-8")
    assert "copy the model again" in model_list.ownModel(str(my_model)).problem


def test_a_folder_that_is_gone_says_so(model_list: Any, tmp_path: Path) -> None:
    model_list.settings.addOwnModel(str(tmp_path / "gone"))
    entry = model_list.listModels(str(tmp_path / "gone"))[-1]
    assert "there is no model" in entry.problem
