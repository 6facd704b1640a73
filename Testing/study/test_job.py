"""A job trains and judges, keeps everything, goes on after a kill, and stops what is hopeless."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from LVSegULib.engines.base import open_engine
from LVSegULib.errors import InputError
from LVSegULib.evaluation.datasets import open_evaluation_set
from LVSegULib.evaluation.evaluate import evaluate
from LVSegULib.evaluation.out_of_fold import predictor
from LVSegULib.modelfolder.folder import open_model
from LVSegULib.study import job as job_file
from LVSegULib.study.job import has_failed, is_finished, run_job, write_error
from LVSegULib.study.plan import Job, StopRule
from LVSegULib.training.log import Row, write_log
from Testing.study.small_study import REFERENCE, SMALL, a_plan, a_study

LATE = '[[variant]]\nname = "late"\ngroup = "training"\nafter = "small"\nsettings = { steps = 20 }\n'
FLIPS = '[[variant]]\nname = "flips"\ngroup = "training"\nmirrored = "reference"\n'

Places = dict[str, Path]


class Killed(Exception):
    pass


def killed_at(step: int) -> Callable[[int], None]:
    def tell(done: int) -> None:
        if done == step:
            raise Killed

    return tell


@pytest.fixture
def places(four_phantom_hearts: Path) -> Places:
    return {"Dataset900_Phantom": four_phantom_hearts}


@pytest.fixture
def jobs(four_phantom_hearts: Path, tmp_path: Path) -> dict[str, Job]:
    """The jobs of fold 0."""
    plan = a_plan(a_study(tmp_path, REFERENCE, SMALL, LATE, FLIPS), four_phantom_hearts)
    return {job.variant: job for job in plan.jobs if job.fold == 0}


def figures_of(out: Path, job: Job) -> dict[str, Any]:
    values: dict[str, Any] = json.loads((out / job.folder / "figures.json").read_text(encoding="utf-8"))
    return values


def test_a_job_trains_judges_and_keeps_everything(jobs: dict[str, Job], places: Places, tmp_path: Path) -> None:
    job, steps = jobs["reference"], []
    run_job(job, places, tmp_path, steps.append)
    assert is_finished(tmp_path / job.folder) and not has_failed(tmp_path / job.folder)
    assert steps[-1] == 40
    figures = figures_of(tmp_path, job)
    model = open_model(tmp_path / job.folder / "run" / "last")
    assert figures["parameters"] == model.spec.parameters
    assert figures["learnt_from"] == 2
    assert [one["step"] for one in figures["validations"]] == [20, 40]
    assert figures["training_seconds"] == figures["validations"][-1]["seconds"]
    assert figures["configuration"]["filters"] == [4, 8, 12]
    assert figures["configuration"]["data"] == ["Dataset900_Phantom"]
    assert model.spec.training["split"] == {"train": ["phantom1", "phantom3"], "validation": ["phantom0", "phantom2"]}
    assert json.loads((tmp_path / job.folder / "job.json").read_text(encoding="utf-8"))["variant"] == "reference"


def test_figures_are_those_of_the_evaluation(jobs: dict[str, Job], places: Places, tmp_path: Path) -> None:
    job = jobs["reference"]
    run_job(job, places, tmp_path)
    model = open_model(tmp_path / job.folder / "run" / "last")
    cases = [c for c in open_evaluation_set(places["Dataset900_Phantom"]).cases if c.patient in job.split.validation]
    predict = predictor(cases, [model.spec], [open_engine(model, "onnxruntime", 1)])
    figures = evaluate("x", cases, predict).labels["LV"]
    judged = figures_of(tmp_path, job)["judged"]["Dataset900_Phantom"]
    both, reference, prediction = (sum(one["overlap"][place] for one in judged.values()) for place in range(3))
    assert 2 * both / (reference + prediction) == pytest.approx(figures.pooled_dice.value)
    slices = [dice for one in judged.values() for dice in one["slices"]]
    assert sum(slices) / len(slices) == pytest.approx(figures.slices["all"].dice.mean, abs=1e-4)
    assert figures.clinical is not None
    errors = [abs(one["ef_error"]) for one in judged.values()]
    assert sum(errors) / len(errors) == pytest.approx(figures.clinical.LVEF_percent.absolute_error.mean)


def test_a_killed_job_goes_on_to_the_same_network(
    jobs: dict[str, Job], places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = dataclasses.replace(jobs["small"], stop=None)
    run_job(job, places, tmp_path / "whole")
    with pytest.raises(Killed):
        run_job(job, places, tmp_path / "killed", killed_at(30))
    assert not is_finished(tmp_path / "killed" / job.folder)
    steps: list[int] = []
    run_job(job, places, tmp_path / "killed", steps.append)
    assert min(step for step in steps if step) == 30  # from the checkpoint of step 20 on
    whole, killed = (open_model(tmp_path / one / job.folder / "run" / "last").spec for one in ("whole", "killed"))
    assert whole.sha256 == killed.sha256
    monkeypatch.setattr(job_file, "train", lambda *_, **__: pytest.fail("trained again"))
    (tmp_path / "killed" / job.folder / "figures.json").unlink()
    run_job(job, places, tmp_path / "killed")  # killed while it was judging
    assert figures_of(tmp_path, dataclasses.replace(job, folder=f"killed/{job.folder}"))["judged"]


def test_a_checkpoint_that_is_of_no_use_is_begun_anew(jobs: dict[str, Job], places: Places, tmp_path: Path) -> None:
    job = jobs["small"]
    checkpoint = tmp_path / job.folder / "run" / "checkpoint.safetensors"
    checkpoint.parent.mkdir(parents=True)
    checkpoint.write_bytes(b"cut short")
    run_job(job, places, tmp_path)
    assert figures_of(tmp_path, job)["validations"][-1]["step"] == 40


def test_a_network_is_trained_on_and_another_judged_in_the_mirror(
    jobs: dict[str, Job], places: Places, tmp_path: Path
) -> None:
    run_job(jobs["small"], places, tmp_path)
    run_job(jobs["late"], places, tmp_path)
    late = open_model(tmp_path / jobs["late"].folder / "run" / "last").spec
    before = open_model(tmp_path / jobs["small"].folder / "run" / "last").spec
    assert late.training["started_from"]["sha256"] == before.sha256
    run_job(jobs["reference"], places, tmp_path)
    run_job(jobs["flips"], places, tmp_path)
    flips, reference = (figures_of(tmp_path, jobs[name]) for name in ("flips", "reference"))
    assert (flips["training_seconds"], flips["validations"]) == (None, [])
    assert flips["judged"].keys() == reference["judged"].keys()
    assert flips["judged"] != reference["judged"]


def test_what_it_builds_on_must_be_there(jobs: dict[str, Job], places: Places, tmp_path: Path) -> None:
    small = tmp_path / jobs["small"].folder
    small.mkdir(parents=True)
    (small / "job.json").write_text('{"variant": "small", "fold": 0}', encoding="utf-8")
    with pytest.raises(InputError, match=r'"small", fold 0, which it builds on, was stopped: set may_stop = false'):
        run_job(jobs["late"], places, tmp_path)
    write_error(small, InputError("a case\ncannot be read"))
    assert json.loads((small / "error.json").read_text(encoding="utf-8"))["message"] == "a case cannot be read"
    with pytest.raises(InputError, match=r'"small", fold 0, which it builds on, failed'):
        run_job(jobs["late"], places, tmp_path)


@pytest.fixture
def a_rule(jobs: dict[str, Job], places: Places, tmp_path: Path) -> Callable[[float], StopRule]:
    """A rule against a reference whose log says that its Dice was 0.9 and 0.95."""
    job = jobs["reference"]
    run_job(job, places, tmp_path)
    run = tmp_path / job.folder / "run"
    write_log(run / "log.csv", [Row(20, 1.0, 0.01, 0.5, 0.9), Row(40, 2.0, 0.01, 0.4, 0.95)])
    return lambda margin: StopRule(job.folder, margin, 20)


def test_a_hopeless_run_is_stopped_and_not_judged(
    jobs: dict[str, Job], places: Places, tmp_path: Path, a_rule: Callable[[float], StopRule]
) -> None:
    job = dataclasses.replace(jobs["small"], stop=a_rule(0.0))
    run_job(job, places, tmp_path)
    figures = figures_of(tmp_path, job)
    assert figures["stopped"]["step"] == 20
    assert figures["stopped"]["dice"] < figures["stopped"]["reference"] == 0.9
    assert "judged" not in figures


def test_a_run_that_is_not_far_behind_goes_on(
    jobs: dict[str, Job], places: Places, tmp_path: Path, a_rule: Callable[[float], StopRule]
) -> None:
    job = dataclasses.replace(jobs["small"], stop=a_rule(0.95))
    run_job(job, places, tmp_path)
    assert "stopped" not in figures_of(tmp_path, job)


def test_labels_that_do_not_lie_on_their_images_are_named(
    jobs: dict[str, Job], four_phantom_hearts: Path, tmp_path: Path
) -> None:
    import shutil

    import SimpleITK as sitk

    spoilt = shutil.copytree(four_phantom_hearts, tmp_path / "Dataset900_Phantom")
    path = spoilt / "labelsTr" / "phantom1_ED.nii.gz"
    sitk.WriteImage(sitk.ReadImage(str(path))[:, :, :2], str(path))
    with pytest.raises(InputError, match=r"phantom1_ED\.nii\.gz: has the shape"):
        run_job(jobs["reference"], {"Dataset900_Phantom": spoilt}, tmp_path)
