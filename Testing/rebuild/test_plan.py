"""The plan of a model: exactly these commands, and folds that are judged on patients who took no part."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from LVSegULib.benchmark.classic import random_weights
from LVSegULib.labels import CAVITY
from LVSegULib.modelfolder.folder import SHIPPED, save_model
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.network.config import UNetConfig
from LVSegULib.preparation.grid import Grid
from LVSegULib.rebuild.plan import plan
from LVSegULib.rebuild.recipe import Judged, Recipe, Teacher, read_recipe, read_recipes
from LVSegULib.rebuild.steps import Places, needs, with_needs
from Testing.rebuild.test_recipe import RECIPES

TRAIN = "lvsegu train --config docs/models/m/train.toml --data DATA/A --data DATA/B"
A_RECIPE = Recipe(
    name="m",
    train=("A", "B"),
    folds=(1, 2),
    evaluations=(Judged("A", "a"), Judged("C", "c"), Judged("B", "b", challenge=True)),
)


def lines(recipe: Recipe) -> dict[str, str]:
    return {step.name.removeprefix("m/"): step.shown for step in plan(recipe)}


def test_a_model_that_is_not_pruned() -> None:
    folds = "--model RUNS/m/fold1/last --model RUNS/m/fold2/last"
    assert lines(A_RECIPE) == {
        "train-fold1": f"{TRAIN} --fold 1 --out RUNS/m/fold1",
        "train-fold2": f"{TRAIN} --fold 2 --out RUNS/m/fold2",
        "train-all": f"{TRAIN} --fold -1 --out RUNS/m/all",
        "evaluate-A": f"lvsegu evaluate DATA/A {folds} --json RUNS/m/A.json --picture RUNS/m/worst.png",
        "evaluate-C": "lvsegu evaluate DATA/C --model RUNS/m/all/last --json RUNS/m/C.json",
        "evaluate-B": f"lvsegu evaluate DATA/B {folds} --json RUNS/m/B.json",
        "publish": "lvsegu publish RUNS/m/all/last --about docs/models/m/about.toml --evaluation RUNS/m/A.json "
        "--evaluation RUNS/m/C.json --challenge RUNS/m/B.json --picture RUNS/m/worst.png "
        "--commands RUNS/m/commands.txt --out LVSegULib/models/m --replace",
    }


def test_a_model_that_is_pruned_and_scored() -> None:
    found = lines(replace(A_RECIPE, pruning={"target_parameters": 900}, calibration=("A",), same=("ann=anna",)))
    assert found["prune-fold2"] == (
        "lvsegu prune RUNS/m/fold2/last --data DATA/A --data DATA/B --split RUNS/m/fold2-pruning.json "
        "--target-parameters 900 --out RUNS/m/fold2-pruned"
    )
    pruned = "--model RUNS/m/fold1-pruned --model RUNS/m/fold2-pruned"
    assert found["evaluate-A"].startswith(f"lvsegu evaluate DATA/A {pruned} --json RUNS/m/A.json")
    assert found["evaluate-C"] == "lvsegu evaluate DATA/C --model RUNS/m/all-pruned --json RUNS/m/C.json"
    assert found["evaluate-C-unpruned"] == (
        "lvsegu evaluate DATA/C --model RUNS/m/all/last --json RUNS/m/C-unpruned.json"
    )
    assert found["calibrate"] == (
        "lvsegu calibrate RUNS/m/all-pruned --data DATA/A --folds RUNS/m/fold1-pruned RUNS/m/fold2-pruned "
        "--same ann=anna --out RUNS/m/calibrated"
    )
    assert found["publish"].startswith("lvsegu publish RUNS/m/calibrated --about")
    assert "--evaluation RUNS/m/A.json --unpruned RUNS/m/A-unpruned.json" in found["publish"]


def test_a_network_is_taught_by_one_that_kept_back_the_same_patients() -> None:
    found = lines(replace(A_RECIPE, teacher=Teacher(("A", "B", "C"), ("B",))))
    assert found["teach-fold2"] == (
        "lvsegu train --config docs/models/m/teacher.toml --data DATA/A --data DATA/B --data DATA/C --fold 2 "
        "--out RUNS/m/fold2-teacher"
    )
    assert found["relabel-fold2-B"] == (
        "lvsegu relabel DATA/B --model RUNS/m/fold2-teacher/last --out RUNS/m/fold2-drawn/B"
    )
    assert found["train-fold2"] == (
        "lvsegu train --config docs/models/m/train.toml --data DATA/A --data RUNS/m/fold2-drawn/B "
        "--split RUNS/m/fold2-teacher/split.json --out RUNS/m/fold2"
    )
    assert "--fold -1" in found["teach-all"] and "--split RUNS/m/all-teacher/split.json" in found["train-all"]
    assert found["evaluate-B"].startswith(
        "lvsegu evaluate DATA/B --model RUNS/m/fold1/last"
    )  # by its experts' contours


def test_a_taught_network_is_trained_when_its_teacher_has_drawn() -> None:
    steps = plan(replace(A_RECIPE, teacher=Teacher(("A", "B"), ("B",)), pruning={}))
    needed = needs(steps)
    assert needed["m/train-fold1"] == {"m/teach-fold1", "m/relabel-fold1-B"}
    assert needed["m/relabel-fold1-B"] == {"m/teach-fold1"}
    assert needed["m/prune-fold1"] == {"m/train-fold1", "m/relabel-fold1-B"}


def test_the_card_gets_every_command_in_order() -> None:
    steps = plan(A_RECIPE)
    prepared = steps[-1].prepared
    assert prepared is not None
    text = prepared.text(Places(*(Path(),) * 4))
    first, *others = text.splitlines()
    assert first == "# lvsegu rebuild docs/models --data DATA --out RUNS --model m, which does:"
    assert others == [step.shown for step in steps]


def test_whom_a_fold_kept_back_takes_no_part_in_its_pruning(tmp_path: Path) -> None:
    learnt = [f"p{number}" for number in range(9)]
    config = UNetConfig.from_levels((2, 4))
    training = {"split": {"train": learnt, "validation": ["kept1", "kept2"]}}
    spec = ModelSpec("m", config, (CAVITY,), Grid(1.5, 32, 32), training=training)
    save_model(tmp_path / "m" / "fold1" / "last", spec, random_weights(config), "")
    prune = next(step for step in plan(replace(A_RECIPE, pruning={})) if step.name == "m/prune-fold1")
    assert prune.prepared is not None
    split = json.loads(prune.prepared.text(Places(tmp_path, tmp_path, tmp_path, tmp_path)))
    assert split == {"train": ["p0", "p1", "p3", "p4", "p6", "p7"], "validation": ["p2", "p5", "p8"]}


def test_the_shipped_recipes_can_be_carried_out() -> None:
    from LVSegULib.commands.main import build_parser

    recipes = read_recipes(RECIPES)
    steps = [step for recipe in recipes for step in plan(recipe)]
    needs(steps)
    for step in steps:
        build_parser(step.command).parse_args([*step.words])  # leaves with an error if an option is wrong
    written = tuple(f"{output}/" for step in steps for output in step.outputs)
    assert all(picture.startswith(written) for recipe in recipes for picture in recipe.pictures.values())


@pytest.mark.parametrize("name", ["cardiac", "lv"])
def test_the_shipped_cards_and_figures_show_the_commands_of_the_recipes(name: str) -> None:
    steps = [step for step in plan(read_recipe(RECIPES / name)) if step.name.startswith(f"{name}/")]
    publish = next(step for step in steps if step.command == "publish")
    assert publish.prepared is not None
    shown = "".join(f"    {line}\n" for line in publish.prepared.text(Places(*(Path(),) * 4)).splitlines())
    assert shown in (SHIPPED / name / "CARD.md").read_text(encoding="utf-8")
    figures = json.loads((RECIPES / "figures.json").read_text(encoding="utf-8"))
    assert figures[name]["command"] == publish.shown


def test_the_comparison_needs_the_folds_of_the_default_model_and_nothing_else_of_it() -> None:
    steps = [step for recipe in read_recipes(RECIPES) for step in plan(recipe)]
    found = {step.name for step in with_needs(steps, ["comparison/compare"])}
    trained = {"comparison/train-narrow-2", "comparison/train-narrow-3", "lv/train-fold2", "lv/train-fold3"}
    assert found == {*trained, "comparison/compare"}
