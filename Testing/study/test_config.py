"""A study's file is checked as a whole before anything is run, and a mistake names the variant."""

from __future__ import annotations

from pathlib import Path

import pytest

from LVSegULib.errors import UsageError
from LVSegULib.study.config import read_study
from Testing.study.small_study import HEAD, REFERENCE, SMALL, a_study, write_study

FLIPS = '[[variant]]\nname = "flips"\ngroup = "training"\nmirrored = "reference"\n'


def test_a_variant_is_the_base_with_its_own_settings_over_it(tmp_path: Path) -> None:
    still = '[[variant]]\nname = "still"\ngroup = "training"\nsettings = { seed = 7, augmentation.noise = 0 }\n'
    study = a_study(tmp_path, REFERENCE, still)
    config = study.training(study.variant("still"))
    assert (config.seed, config.steps, config.filters) == (7, 40, (4, 8, 12))
    assert (config.augmentation.noise, config.augmentation.shift_mm) == (0, 4)


def test_defaults_come_from_the_study(tmp_path: Path) -> None:
    study = a_study(tmp_path, REFERENCE, SMALL, FLIPS)
    small, flips = study.variant("small"), study.variant("flips")
    assert study.data_of(small) == ("Dataset900_Phantom",)
    assert study.folds_of(small) == (0, 1)
    against = study.against(small)
    assert against is not None and against.name == "reference"
    assert study.against(study.variant("reference")) is None
    assert study.training(flips) == study.training(study.variant("reference"))


@pytest.mark.parametrize("folds", [2, 3, 6])
def test_all_folds_are_run_where_the_file_does_not_say_which(tmp_path: Path, folds: int) -> None:
    head = HEAD.replace("run = [0, 1]\n", "").replace("folds = 2", f"folds = {folds}")
    study = a_study(tmp_path, REFERENCE, head=head)
    assert study.run == study.folds_of(study.variant("reference")) == tuple(range(folds))


def test_names_become_folders(tmp_path: Path) -> None:
    odd = '[[variant]]\nname = "Dice + cross-entropy (both)"\ngroup = "training"\n'
    assert a_study(tmp_path, REFERENCE, odd).variants[1].slug == "dice-cross-entropy-both"


@pytest.mark.parametrize(
    ("variant", "message"),
    [
        ('name = "a"', r"\[\[variant\]\] 2: lacks group"),
        ('name = "a"\ngroup = "b"\nsize = 3', "unknown key size"),
        ('name = "a"\ngroup = 3', "group = 3: expected a text"),
        ('name = "a"\ngroup = "b"\nfolds = [0, "1"]', "folds = "),
        ('name = "Reference!"\ngroup = "b"', "not a name of its own"),
        ('name = "a"\ngroup = "b"\nsettings = { stepz = 3 }', 'the variant "a": unknown setting stepz'),
        ('name = "a"\ngroup = "b"\nsettings = { size = 50 }', 'the variant "a": size and crop must be multiples'),
        ('name = "a"\ngroup = "b"\nsettings = { spacing_mm = inf }', 'the variant "a": spacing_mm must be a number'),
        ('name = "a"\ngroup = "b"\nsettings = { fold = 1 }', "fold is set by the study itself"),
        ('name = "a"\ngroup = "b"\nsettings = { same = ["a=b"] }', r"same holds for all variants: give it in \[base\]"),
        ('name = "a"\ngroup = "b"\nafter = "later"', 'after = "later" names no variant above it'),
        ('name = "a"\ngroup = "b"\nafter = "a"', 'after = "a" names no variant above it'),
        ('name = "a"\ngroup = "b"\nafter = "reference"\nsettings = { filters = [2, 4] }', "leave out its filters"),
        ('name = "a"\ngroup = "b"\nagainst = "later"', 'against = "later" names no variant'),
        ('name = "a"\ngroup = "b"\nfolds = [2]', r"its folds must be some of \[0, 1\]"),
        ('name = "a"\ngroup = "b"\nmirrored = "reference"\nsettings = { seed = 2 }', "leave out its settings"),
    ],
)
def test_a_wrong_variant_is_explained(tmp_path: Path, variant: str, message: str) -> None:
    path = write_study(tmp_path / "study.toml", REFERENCE, f"[[variant]]\n{variant}\n")
    with pytest.raises(UsageError, match=message):
        read_study(path)


def test_what_a_variant_builds_on_must_have_networks_on_its_folds(tmp_path: Path) -> None:
    half = '[[variant]]\nname = "half"\ngroup = "size"\nfolds = [1]\n'
    after = '[[variant]]\nname = "on"\ngroup = "size"\nafter = "half"\n'
    with pytest.raises(UsageError, match='"half" is not run on all of its folds'):
        a_study(tmp_path, REFERENCE, half, after)
    with pytest.raises(UsageError, match='"flips" names a variant that has no networks of its own'):
        a_study(tmp_path, REFERENCE, FLIPS, after.replace("half", "flips"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("run = [0, 1]", "run = [2]", "run must list folds from 0 to 1"),
        ("folds = 2\nrun = [0, 1]", "folds = 1", "folds must be at least 2, got 1"),
        ('judged = ["Dataset900_Phantom"]', "judged = []", "judged = "),
        ("folds = 2", 'reference = "best"', 'the reference "best" must be a variant'),
        ("folds = 2", "folds = 2\nstop_margin = nan", "stop_margin must be a number, got nan"),
        (
            "folds = 2",
            "folds = 2\nreach = [0.9, inf]",
            "reach must be a number, got inf",
        ),
        ("[base]", "[bass]", r"unknown table \[bass\]"),
        ("steps = 40", "steps = ", "cannot read the study"),
    ],
)
def test_a_wrong_head_is_explained(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = write_study(tmp_path / "study.toml", REFERENCE, head=HEAD.replace(old, new))
    with pytest.raises(UsageError, match=message):
        read_study(path)


def test_a_missing_file_is_explained(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read the study"):
        read_study(tmp_path / "none.toml")


def test_the_shipped_study_is_sound() -> None:
    study = read_study(Path(__file__).parents[2] / "docs" / "study" / "study.toml")
    groups = {variant.group for variant in study.variants}
    assert {"size", "image processing", "training"} <= groups
    filters = {study.training(variant).filters[0] for variant in study.variants if variant.group == "size"}
    assert filters >= {2, 3, 4, 6, 8, 16, 64}
    depths = {len(study.training(variant).filters) - 1 for variant in study.variants if variant.group == "size"}
    assert depths == {3, 4, 5}


def test_names_without_a_latin_letter_have_folders_of_their_own(tmp_path: Path) -> None:
    mice, rats = (f'[[variant]]\nname = "{name}"\ngroup = "data"\n' for name in ("小鼠 1mm", "大鼠"))
    study = a_study(tmp_path, REFERENCE, mice, rats)
    assert [variant.slug for variant in study.variants] == ["reference", "1mm", "大鼠"]
