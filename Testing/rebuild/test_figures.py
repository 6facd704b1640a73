"""Figures are gathered from the published model and from what further commands wrote."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from LVSegULib.benchmark.classic import random_weights
from LVSegULib.errors import InputError
from LVSegULib.labels import CAVITY
from LVSegULib.modelfolder.folder import save_model
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.network.config import UNetConfig
from LVSegULib.preparation.grid import Grid
from LVSegULib.rebuild.figures import gather, read_figures, write_figures, write_pictures
from LVSegULib.rebuild.plan import plan
from LVSegULib.rebuild.recipe import Further, Judged, Recipe
from LVSegULib.rebuild.stamps import Stamp, Stamps
from LVSegULib.rebuild.steps import Places

DICE = {"value": 0.95, "low": 0.94, "high": 0.96, "n": 7}
RECIPE = Recipe(
    name="m",
    train=("A",),
    folds=(0, 1),
    evaluations=(Judged("A", "{patients} adults"),),
    further=(
        Further("bench", "bench --json", stdout="RUNS/m/b.json", figures="RUNS/m/b.json", keys=("a",), alone=True),
        Further("compare", "compare --out RUNS/m/c", figures="RUNS/m/c/table.md"),
    ),
    pictures={"docs/bench.png": "RUNS/m/c/bench.png"},
)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """A model is published, and all further commands have run."""
    found = Places(*(tmp_path / name for name in ("data", "runs", "models", "docs/models")))
    config = UNetConfig.from_levels((2, 4))
    training = {"step": 600, "seconds": 90.0}
    figures = {"A": {"patients": 7, "dice_pooled": DICE}}
    spec = ModelSpec("m", config, (CAVITY,), Grid(1.5, 32, 32), training=training, figures=figures)
    save_model(found.models / "m", spec, random_weights(config), "")
    (found.runs / "m" / "c").mkdir(parents=True)
    (found.runs / "m" / "b.json").write_text(json.dumps({"a": [1.23456789, None], "b": 2}))
    (found.runs / "m" / "c" / "table.md").write_text("| a |\n|---|\n")
    (found.runs / "m" / "c" / "bench.png").write_bytes(b"picture")
    bench = next(step for step in plan(RECIPE) if step.name == "m/bench")
    Stamps(found).write(bench, Stamp("key", [], is_done=True, seconds=1.5, peak_memory_mb=440.0))
    return found


def test_a_model_brings_its_size_training_and_evaluations(places: Places) -> None:
    found = gather(RECIPE, places)
    # encoder 2+2 and 4+4 filters, decoder 2+2+2
    assert (found["filters"], found["training"]) == (18, {"steps": 600, "minutes": 1.5})
    assert found["evaluations"]["A"]["title"] == "7 adults"
    assert found["evaluations"]["A"]["dice_pooled"] == DICE
    assert found["evaluations"]["A"]["command"].startswith("lvsegu evaluate DATA/A --model RUNS/m/fold0/last")
    assert "unpruned" not in found


def test_a_taught_model_brings_the_time_of_its_teacher_and_a_calibrated_one_how_well_it_can_tell(
    places: Places,
) -> None:
    path = places.models / "m" / "model.json"
    values: dict[str, Any] = json.loads(path.read_text())
    values["training"]["drawn_by"] = {"A": {"name": "m", "minutes": 12.5}, "B": {"name": "m", "minutes": 12.5}}
    values["quality"] = {"threshold": 0.9, "figures": {"patients": 20}}
    path.write_text(json.dumps(values))
    found = gather(RECIPE, places)
    assert found["training"] == {"steps": 600, "minutes": 1.5, "teacher_minutes": 12.5}
    assert found["quality"] == {"patients": 20}


def test_a_pruned_model_brings_both_sizes(places: Places) -> None:
    path = places.models / "m" / "model.json"
    values: dict[str, Any] = json.loads(path.read_text())
    values["training"]["pruning"] = {"from": {"parameters": 1234, "multiply_adds": 99.0}}
    path.write_text(json.dumps(values))
    assert gather(RECIPE, places)["unpruned"]["parameters"] == 1234


def test_further_commands_bring_what_they_wrote(places: Places) -> None:
    found = gather(RECIPE, places)
    assert found["bench"] == {
        "command": "lvsegu bench --json",
        "seconds": 1.5,
        "peak_memory_mb": 440.0,
        "values": {"a": [1.23457, None]},
    }
    assert found["compare"] == {"command": "lvsegu compare --out RUNS/m/c", "values": "| a |\n|---|"}


@pytest.mark.parametrize("text", ["", "{}", "[]"])
def test_figures_that_are_not_there_are_said(places: Places, text: str) -> None:
    (places.runs / "m" / "b.json").write_text(text)
    with pytest.raises(InputError, match="does not hold the figures of bench"):
        gather(RECIPE, places)


def test_the_figures_of_other_recipes_stay(places: Places) -> None:
    places.recipes.mkdir(parents=True)
    path = places.recipes / "figures.json"
    path.write_text(json.dumps({"other": {"parameters": 1}, "m": {"old": 1}}))
    assert write_figures(places.recipes, [RECIPE], places) == path
    found = read_figures(path)
    assert list(found) == ["m", "other"] and found["other"] == {"parameters": 1} and "old" not in found["m"]
    path.write_text("{")
    with pytest.raises(InputError, match="make it anew"):
        read_figures(path)


def test_pictures_go_where_documents_show_them(places: Places, tmp_path: Path) -> None:
    assert write_pictures(tmp_path, [RECIPE], places) == [tmp_path / "docs" / "bench.png"]
    assert (tmp_path / "docs" / "bench.png").read_bytes() == b"picture"
    with pytest.raises(InputError, match=r"m: docs/x\.png cannot be taken from RUNS/m/x\.png"):
        write_pictures(tmp_path, [replace(RECIPE, pictures={"docs/x.png": "RUNS/m/x.png"})], places)
