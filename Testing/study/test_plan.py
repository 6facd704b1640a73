"""The jobs of a study: their folders follow everything that the result depends on, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from LVSegULib.errors import InputError, UsageError
from LVSegULib.study.plan import read_plan, save_plan
from Testing.study.small_study import HEAD, REFERENCE, SMALL, a_plan, a_study, write_hearts

LATE = '[[variant]]\nname = "late"\ngroup = "training"\nafter = "small"\n'
FLIPS = '[[variant]]\nname = "flips"\ngroup = "training"\nmirrored = "late"\n'
CLASSIC = '[[variant]]\nname = "classic"\ngroup = "size"\ntrain = false\nsettings = { filters = [64, 128, 256] }\n'
STOPPING = HEAD.replace("run = [0, 1]", "run = [0, 1]\nstop_from = 20")


def folders(study_folder: Path, data: Path, *variants: str, head: str = HEAD) -> dict[str, str]:
    plan = a_plan(a_study(study_folder, *variants, head=head), data)
    return {job.title: job.folder for job in plan.jobs}


def test_a_job_for_each_variant_and_fold_but_for_what_is_not_trained(four_phantom_hearts: Path, tmp_path: Path) -> None:
    found = folders(tmp_path, four_phantom_hearts, CLASSIC, SMALL, REFERENCE)
    assert list(found) == ["reference, fold 0", "reference, fold 1", "small, fold 0", "small, fold 1"]
    assert found["small, fold 1"].startswith("runs/small/fold1-")


def test_a_variant_may_have_any_name(four_phantom_hearts: Path, tmp_path: Path) -> None:
    names = ["+ dropout", "(no flips)", "<= 2 mm", "two  spaces", "1/2 width", "no\u00a0break"]
    variants = (f'[[variant]]\nname = "{name}"\ngroup = "size"\n' for name in names)
    jobs = a_plan(a_study(tmp_path, REFERENCE, *variants), four_phantom_hearts).jobs
    assert [job.training({four_phantom_hearts.name: four_phantom_hearts}, tmp_path).name for job in jobs[2::2]] == [
        *("+ dropout", "(no flips)", "<= 2 mm", "two  spaces", "1-2 width", "no\xa0break")
    ]


def test_jobs_know_what_they_build_on(four_phantom_hearts: Path, tmp_path: Path) -> None:
    study = a_study(tmp_path, REFERENCE, SMALL, LATE, FLIPS, head=STOPPING)
    jobs = {(job.variant, job.fold): job for job in a_plan(study, four_phantom_hearts).jobs}
    reference, small, late, flips = (jobs[name, 1] for name in ("reference", "small", "late", "flips"))
    assert reference.needs == ()
    assert small.needs == (reference.folder,)
    assert late.needs == (small.folder, reference.folder)
    assert flips.needs == (late.folder,)
    assert (late.start, flips.mirrored) == (small.folder, late.folder)
    assert late.settings["filters"] == [2, 4, 6]  # the network of what it starts from


def test_a_changed_setting_changes_the_folders_that_depend_on_it_and_no_others(
    four_phantom_hearts: Path, tmp_path: Path
) -> None:
    before = folders(tmp_path, four_phantom_hearts, REFERENCE, SMALL, LATE)
    after = folders(tmp_path, four_phantom_hearts, REFERENCE, SMALL.replace("[2, 4, 6]", "[3, 4, 6]"), LATE)
    changed = {title for title in before if before[title] != after[title]}
    assert changed == {"small, fold 0", "small, fold 1", "late, fold 0", "late, fold 1"}


def test_other_words_or_another_place_change_nothing(four_phantom_hearts: Path, tmp_path: Path) -> None:
    before = folders(tmp_path, four_phantom_hearts, REFERENCE, SMALL)
    (tmp_path / "there").mkdir()
    moved = (tmp_path / "there" / "Dataset900_Phantom").resolve()
    moved.symlink_to(four_phantom_hearts, target_is_directory=True)
    noted = SMALL + 'note = "a small one"\n'
    assert before == folders(tmp_path, four_phantom_hearts, REFERENCE, noted)
    other = write_hearts(tmp_path / "else" / "Dataset900_Phantom", *(f"phantom{number}" for number in range(4)))
    assert before.keys() == folders(tmp_path, other, REFERENCE, SMALL).keys()


def test_a_variant_that_its_data_do_not_allow_is_refused_and_the_others_go_on(
    four_phantom_hearts: Path, tmp_path: Path
) -> None:
    wall = '[[variant]]\nname = "wall"\ngroup = "training"\nsettings = { labels = ["LV", "MYO"] }\n'
    on = '[[variant]]\nname = "on"\ngroup = "training"\nafter = "wall"\n'
    plan = a_plan(a_study(tmp_path, REFERENCE, wall, on, SMALL), four_phantom_hearts)
    assert {job.variant for job in plan.jobs} == {"reference", "small"}
    assert "the label MYO" in plan.refused["wall"]
    assert plan.refused["on"] == '"wall", which it builds on, cannot be run'


def test_without_its_reference_there_is_no_study(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="one patient only"):
        a_plan(a_study(tmp_path, REFERENCE), write_hearts(tmp_path / "Dataset900_Phantom", "alone"))


def test_a_plan_is_read_as_it_was_written(four_phantom_hearts: Path, tmp_path: Path) -> None:
    plan = a_plan(a_study(tmp_path, REFERENCE, SMALL, LATE, FLIPS, head=STOPPING), four_phantom_hearts)
    save_plan(tmp_path, plan)
    assert read_plan(tmp_path) == plan


def test_a_folder_without_a_plan(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no study"):
        read_plan(tmp_path)
    (tmp_path / "plan.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UsageError, match="holds no study"):
        read_plan(tmp_path)
