"""A recipe is checked before any work, and what is wrong with it is said in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from LVSegULib.errors import LVSegUError, UsageError
from LVSegULib.rebuild.recipe import Judged, Teacher, read_recipe, read_recipes

ROOT = Path(__file__).parents[2]
RECIPES = ROOT / "docs" / "models"

BUILD = """
train = ["A", "B"]
folds = [1, 2]
[pruning]
tolerance = 0.002
[[evaluations]]
data = "A"
title = "Set A, {patients} people"
"""
ABOUT = """
name = "m"
description = "d"
licence = "MIT"
citations = ["c"]
data = "d"
failures = "f"
evaluated = "e"
"""


@pytest.fixture
def a_recipe(tmp_path: Path) -> Path:
    folder = tmp_path / "recipes" / "m"
    folder.mkdir(parents=True)
    for name, text in (("build", BUILD), ("about", ABOUT), ("train", "folds = 4\n")):
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def test_a_recipe_is_read(a_recipe: Path) -> None:
    recipe = read_recipe(a_recipe)
    assert (recipe.name, recipe.train, recipe.folds) == ("m", ("A", "B"), (1, 2))
    assert recipe.pruning == {"tolerance": 0.002}
    assert recipe.evaluations == (Judged("A", "Set A, {patients} people"),)


TAUGHT = BUILD.replace("[[eval", '[teacher]\ntrain = ["A", "B", "C"]\nrelabels = ["B"]\n[[eval')


def test_a_recipe_may_have_a_teacher(a_recipe: Path) -> None:
    (a_recipe / "build.toml").write_text(TAUGHT, encoding="utf-8")
    (a_recipe / "teacher.toml").write_text('folds = 4\nsteps = 9\nsame = ["ann=anna"]\n', encoding="utf-8")
    recipe = read_recipe(a_recipe)
    assert recipe.teacher == Teacher(("A", "B", "C"), ("B",))
    assert recipe.same == ("ann=anna",), "who deals the folds says who has two names"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('relabels = ["B"]', 'relabels = ["C"]', r"relabels must be some of the data sets of train, got \['C'\]"),
        ('relabels = ["B"]', "relabels = []", "relabels must be some"),
        ('relabels = ["B"]', "", r"build.toml: \[teacher\]: lacks relabels"),
        ('"A", "B", "C"', '"B", "C"', "the teacher does not learn from A"),
        ('"A", "B", "C"', '"A", "C"', "the teacher does not learn from B"),
        ("folds = 4", "folds = 5", "has 5 folds, train.toml has 4"),
        ("folds = 4", "foldings = 4", "unknown setting foldings"),
    ],
)
def test_a_wrong_teacher_is_explained(a_recipe: Path, old: str, new: str, said: str) -> None:
    (a_recipe / "build.toml").write_text(TAUGHT.replace(old, new), encoding="utf-8")
    (a_recipe / "teacher.toml").write_text("folds = 4\n".replace(old, new), encoding="utf-8")
    with pytest.raises(LVSegUError, match=said):
        read_recipe(a_recipe)


def test_a_recipe_may_hold_further_commands_only(a_recipe: Path) -> None:
    text = '[[steps]]\nname = "bench"\ncommand = """\nbench --model\nlv"""\nalone = true\n'
    (a_recipe / "build.toml").write_text(text, encoding="utf-8")
    (a_recipe / "about.toml").unlink()
    (bench,) = read_recipe(a_recipe).further
    assert (bench.name, bench.words, bench.alone) == ("bench", ("bench", "--model", "lv"), True)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "folds",
            "folding",
            "unknown key folding: there are train, .*, pruning, teacher, evaluations, steps: ",
        ),
        ('["A", "B"]', '"A"', "the recipe: train = 'A': expected a list of texts"),
        ("[1, 2]", "[1, 4]", r"folds must be two or more of 0 to 3, .* got \[1, 4\]"),
        ("[1, 2]", "[1]", "two or more"),
        ("tolerance", "mildness", "mildness"),
        ("0.002", "2", "fall in Dice between 0 and 1"),
        ("title", "heading", r"\[\[evaluations\]\] 1: unknown key heading"),
        ('title = "Set A, {patients} people"', "", r"\[\[evaluations\]\] 1: lacks title: correct it, see .*README.md"),
        ("[[evaluations]]", "[evaluations]", r"write each of evaluations as \[\[evaluations\]\], with two brackets"),
        ("[1, 2]", '[1.7, "2", true]', "the recipe: folds = .*: expected a list of whole numbers"),
        ("0.002", '"0.1"', r"\[pruning\]: tolerance = '0.1': expected a number"),
        ("0.002", "nan", "tolerance must be a number, got nan"),
        (
            'people"',
            'people"\nchallange = true',
            r"\[\[evaluations\]\] 1: unknown key challange: there are data",
        ),
        ('people"', 'people"\nchallenge = "false"', "challenge = 'false': expected true or false"),
        ("[[evaluations]]", '[[steps]]\nname = "b"\ncommand = "b"\nstdot = "c"\n[[evaluations]]', "unknown key stdot"),
        (
            "[[evaluations]]",
            "[[steps]]\nname = 'b'\ncommand = '\"'\n[[evaluations]]",
            'command of "b": No closing',
        ),
        ("[[evaluations]]", "[pictures]\na = 3\n[[evaluations]]", "pictures = .*: expected a table of texts"),
        ('people"', 'people"\nchallenge = true', "nothing to judge the model on"),
        ("train =", "train = =", "cannot read the configuration"),
    ],
)
def test_a_wrong_recipe_is_explained(a_recipe: Path, old: str, new: str, said: str) -> None:
    (a_recipe / "build.toml").write_text(BUILD.replace(old, new), encoding="utf-8")
    with pytest.raises(LVSegUError, match=said):
        read_recipe(a_recipe)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("train.toml", "folds", "foldings", "unknown setting foldings"),
        ("about.toml", '"m"', '"n"', 'the name is "n", expected "m"'),
        (
            "about.toml",
            "licence",
            "license",
            "about.toml: unknown key license: there are name, ",
        ),
    ],
)
def test_what_belongs_to_it_is_checked_too(a_recipe: Path, file: str, old: str, new: str, said: str) -> None:
    path = a_recipe / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(LVSegUError, match=said):
        read_recipe(a_recipe)


def test_recipes_are_chosen_by_name(a_recipe: Path) -> None:
    assert [recipe.name for recipe in read_recipes(a_recipe.parent)] == ["m"]
    with pytest.raises(UsageError, match=r'no recipe "x" in .*: there are m'):
        read_recipes(a_recipe.parent, ["x"])
    with pytest.raises(UsageError, match="holds no recipe"):
        read_recipes(a_recipe)


def test_the_shipped_recipes_are_whole() -> None:
    found = {recipe.name: recipe for recipe in read_recipes(RECIPES)}
    assert "Dataset103_ACDC" not in found["lv"].train  # its licence forbids what the default model's allows
    assert 0 not in found["lv"].folds  # its patients chose the recipe
    assert "Dataset103_ACDC" in found["cardiac"].train and found["cardiac"].calibration == ("Dataset103_ACDC",)
