"""A training run learns and leaves what it promises; for how it goes on after a kill see test_run_resumed."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk
from torch import Tensor

from LVSegULib.engines.base import open_engine
from LVSegULib.errors import UsageError
from LVSegULib.evaluation.overlap import Overlap
from LVSegULib.modelfolder.folder import open_model
from LVSegULib.reading import read_cine
from LVSegULib.reading.labelled import LabelledCase, RawCase, open_labelled
from LVSegULib.segmentation.segment import segment_cine
from LVSegULib.settings import as_plain
from LVSegULib.training import loop as training_loop
from LVSegULib.training.config import TrainingConfig
from LVSegULib.training.loop import StepReport
from LVSegULib.training.run import train
from LVSegULib.training.watch import Watch
from Testing import phantom_hearts


def test_a_small_network_learns_phantom_hearts_in_seconds(a_small_run: TrainingConfig, tmp_path: Path) -> None:
    config = dataclasses.replace(a_small_run, steps=120, validate_every=60)
    reports: list[StepReport] = []
    train(config, tmp_path / "run", watch=Watch(report=reports.append))
    last = reports[-1].validation
    assert last is not None
    assert last.patients == ("phantom0",)
    assert last.mean > 0.9
    assert reports[-1].loss < 0.5 * reports[0].loss


def test_what_a_run_leaves_behind(
    a_small_run: TrainingConfig, a_data_set_of_phantom_hearts: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    train(a_small_run, run)
    assert sorted(path.name for path in run.iterdir()) == [
        ".training.lock",
        "best",
        "checkpoint.safetensors",
        "config.json",
        "curve.png",
        "last",
        "log.csv",
        "split.json",
    ]
    lines = (run / "log.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "step,seconds,learning_rate,loss,dice"
    assert [line.split(",")[0] for line in lines[1:]] == ["20", "40", "60"]
    split = json.loads((run / "split.json").read_text(encoding="utf-8"))
    assert split == {"train": ["phantom1", "phantom2", "phantom3"], "validation": ["phantom0"]}
    model = open_model(run / "last")
    assert model.spec.training["config"] == {**as_plain(a_small_run), "data": ["Dataset900_Phantom"]}  # no paths
    cine = read_cine(a_data_set_of_phantom_hearts / "imagesTr" / "phantom0_ED_0000.nii.gz")
    labels = segment_cine(cine, model.spec, open_engine(model, "onnxruntime", 1)).labels
    assert labels.shape == cine.frames.shape


def test_a_run_that_diverges_keeps_its_checkpoint(
    a_small_run: TrainingConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It does so at step 25, and that is told at the next report."""
    own_loss = training_loop.segmentation_loss

    def lost_at_25(*given: Any) -> Tensor:
        called.append(1)
        return own_loss(*given) * (float("nan") if len(called) == 25 else 1.0)

    called: list[int] = []
    monkeypatch.setattr(training_loop, "segmentation_loss", lost_at_25)
    config = dataclasses.replace(a_small_run, steps=30)
    with pytest.raises(UsageError) as stopped:
        train(config, tmp_path)
    assert str(stopped.value) == (
        "the loss is no longer a number at step 30: try a lower --learning-rate; the checkpoint of step 20 is kept"
    )
    assert not (tmp_path / "last").exists()
    train(config, tmp_path, resume=True)  # by now it is called more often
    assert np.isfinite(open_model(tmp_path / "last").weights()["head.bias"]).all()


def test_a_data_set_that_is_given_twice_is_taken_once(
    a_data_set_of_phantom_hearts: Path, a_small_run: TrainingConfig, tmp_path: Path
) -> None:
    other_way = str(a_data_set_of_phantom_hearts.parent / "." / "nothing" / ".." / a_data_set_of_phantom_hearts.name)
    (a_data_set_of_phantom_hearts.parent / "nothing").mkdir(exist_ok=True)
    once = dataclasses.replace(a_small_run, steps=4, validate_every=4, weights=(2.0,))
    twice = dataclasses.replace(once, data=(*once.data, other_way), weights=(2.0, 1.0))
    warned: list[str] = []
    train(once, tmp_path / "once")
    train(twice, tmp_path / "twice", watch=Watch(warn=warned.append))
    assert warned == [f"{other_way}: is given twice: taken once"]
    runs = [tmp_path / name / "config.json" for name in ("once", "twice")]
    assert runs[0].read_bytes() == runs[1].read_bytes()


def test_a_fold_of_a_split_file_may_be_beyond_the_folds_that_patients_are_dealt_into(
    a_small_run: TrainingConfig, tmp_path: Path
) -> None:
    """As the fifth of nnU-Net's five folds, while `folds` is 4."""
    file = tmp_path / "splits_final.json"
    names = [f"phantom{number % 4}" for number in range(5)]
    folds = [{"train": [one for one in names[:4] if one != name], "val": [f"{name}_ED"]} for name in names]
    file.write_text(json.dumps(folds), encoding="utf-8")
    config = dataclasses.replace(a_small_run, split=str(file), fold=4, steps=2, validate_every=2)
    train(config, tmp_path / "run")
    split = json.loads((tmp_path / "run" / "split.json").read_text(encoding="utf-8"))
    assert split == {"train": ["phantom1", "phantom2", "phantom3"], "validation": ["phantom0"]}
    with pytest.raises(UsageError, match="holds 5 folds: pass --fold 0 to 4, got 5"):
        train(dataclasses.replace(config, fold=5), tmp_path / "other")


def test_a_fold_that_keeps_nobody_back_is_refused(a_small_run: TrainingConfig, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused:
        train(dataclasses.replace(a_small_run, folds=6, fold=5), tmp_path / "run")
    assert str(refused.value) == (
        "fold 5 keeps nobody back: 4 patients cannot be dealt into 6 folds: give more, or fewer --folds"
    )
    assert not (tmp_path / "run").exists()


def test_who_is_kept_back_and_has_no_cavity_is_named(
    a_data_set_of_phantom_hearts: Path, a_small_run: TrainingConfig, tmp_path: Path
) -> None:
    data = tmp_path / "Dataset905_Empty"
    shutil.copytree(a_data_set_of_phantom_hearts, data)
    for path in (data / "labelsTr").glob("phantom0_*"):
        sitk.WriteImage(sitk.ReadImage(str(path)) * 0, str(path))
    warned: list[str] = []
    config = dataclasses.replace(a_small_run, data=(str(data),), steps=1)
    train(config, tmp_path / "run", watch=Watch(warn=warned.append))
    assert warned == ["no cavity is drawn in the images of phantom0: draw it"]


def test_a_run_is_not_overwritten(a_small_run: TrainingConfig, tmp_path: Path) -> None:
    (tmp_path / "checkpoint.safetensors").write_bytes(b"precious")
    with pytest.raises(UsageError, match="--resume"):
        train(a_small_run, tmp_path)
    assert (tmp_path / "checkpoint.safetensors").read_bytes() == b"precious"


def test_two_runs_do_not_work_in_one_folder(a_small_run: TrainingConfig, tmp_path: Path) -> None:
    def start_another(_: StepReport) -> None:
        with pytest.raises(UsageError, match=r"another training run is at work in .*run: wait for it, or stop it"):
            train(a_small_run, tmp_path / "run")

    train(dataclasses.replace(a_small_run, steps=10), tmp_path / "run", watch=Watch(report=start_another))


def test_it_is_said_that_hearts_are_of_another_size(tmp_path: Path) -> None:
    config = phantom_hearts.a_small_run(phantom_hearts.write_data_set(tmp_path / "mice", size=0.1))
    warned: list[str] = []
    train(dataclasses.replace(config, steps=1), tmp_path / "run", watch=Watch(warn=warned.append))
    (line,) = warned
    assert line.startswith("the hearts of phantom1, phantom2, phantom3 are about 0.1")


def test_everybody_can_be_trained_on(a_small_run: TrainingConfig, tmp_path: Path) -> None:
    train(dataclasses.replace(a_small_run, fold=-1, steps=4, validate_every=4), tmp_path)
    spec = open_model(tmp_path / "last").spec
    assert len(spec.training["split"]["train"]) == 4
    assert spec.figures == {}
    assert not (tmp_path / "best").exists()


def test_a_run_can_learn_from_some_of_its_patients(a_small_run: TrainingConfig, tmp_path: Path) -> None:
    learnt: list[list[str]] = []
    for count in (1, 2, 3, 9):
        run = tmp_path / str(count)
        train(dataclasses.replace(a_small_run, patients=count, steps=2, validate_every=2), run)
        split = json.loads((run / "split.json").read_text(encoding="utf-8"))
        assert split["validation"] == ["phantom0"]
        assert open_model(run / "last").spec.training["split"] == split
        learnt.append(split["train"])
    assert [len(names) for names in learnt] == [1, 2, 3, 3]
    assert set(learnt[0]) < set(learnt[1]) < set(learnt[2]) == {"phantom1", "phantom2", "phantom3"}


def test_nobody_left_to_learn_from_is_explained(
    a_data_set_of_phantom_hearts: Path, a_small_run: TrainingConfig, tmp_path: Path
) -> None:
    alone = tmp_path / "Dataset903_Alone"
    shutil.copytree(a_data_set_of_phantom_hearts, alone)
    for path in [*(alone / "imagesTr").iterdir(), *(alone / "labelsTr").iterdir()]:
        if not path.name.startswith("phantom0"):
            path.unlink()
    with pytest.raises(UsageError, match=r"of 1 patients none is left to learn from: give more data, or --fold -1"):
        train(dataclasses.replace(a_small_run, data=(str(alone),)), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_second_run_takes_its_slices_from_the_cache_and_ends_the_same(
    a_small_run: TrainingConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_again(_: object) -> None:
        raise AssertionError

    short = dataclasses.replace(a_small_run, steps=4, validate_every=4)
    cached = dataclasses.replace(short, cache=str(tmp_path / "cache"))
    train(short, tmp_path / "without")
    train(cached, tmp_path / "first")
    assert len(list((tmp_path / "cache").iterdir())) == 8  # four patients at ED and ES
    monkeypatch.setattr(RawCase, "read", not_again)
    train(cached, tmp_path / "second")
    runs = [open_model(tmp_path / name / "last") for name in ("without", "first", "second")]
    for name, values in runs[0].weights().items():
        for other in runs[1:]:
            np.testing.assert_array_equal(values, other.weights()[name], err_msg=name)
    assert runs[1].spec.training["config"]["cache"] == "cache"  # no path of this machine
    assert runs[1].spec.figures == runs[0].spec.figures


def test_data_sets_with_different_labels_teach_one_network(
    a_data_set_of_phantom_hearts: Path, a_data_set_with_myocardium: Path, a_small_run: TrainingConfig, tmp_path: Path
) -> None:
    split = tmp_path / "split.json"
    names = {"train": ["phantom1", "phantom2", "wall0"], "validation": ["phantom0", "wall1"]}
    split.write_text(json.dumps(names), encoding="utf-8")
    config = dataclasses.replace(
        a_small_run,
        data=(str(a_data_set_of_phantom_hearts), str(a_data_set_with_myocardium)),
        labels=("LV", "MYO"),
        split=str(split),
        steps=150,
        validate_every=150,
    )
    reports: list[StepReport] = []
    train(config, tmp_path / "run", watch=Watch(report=reports.append))
    last = reports[-1].validation
    assert last is not None
    assert last.patients == ("phantom0", "wall1")
    assert last.dice[:, 0].min() > 0.9
    assert np.isnan(last.dice[0, 1])  # of whom the myocardium is not known
    assert last.dice[1, 1] > 0.7
    spec = open_model(tmp_path / "run" / "last").spec
    assert [label.key for label in spec.labels] == ["LV", "MYO"]


def test_each_data_set_is_opened_once(
    a_data_set_of_phantom_hearts: Path,
    a_data_set_with_wide_contours: Path,
    a_small_run: TrainingConfig,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def noted(folder: Path, label_keys: Sequence[str]) -> Sequence[LabelledCase]:
        opened.append(folder)
        return open_labelled(folder, label_keys)

    opened: list[Path] = []
    monkeypatch.setattr("LVSegULib.training.data.open_labelled", noted)
    folders = (a_data_set_of_phantom_hearts, a_data_set_with_wide_contours)
    config = dataclasses.replace(a_small_run, data=tuple(map(str, folders)), weights=(1.0, 2.0), steps=1)
    train(dataclasses.replace(config, apart=(folders[1].name,)), tmp_path / "run")
    assert opened == list(folders)


def test_a_data_set_apart_does_not_move_the_contours(
    a_data_set_of_phantom_hearts: Path, a_data_set_with_wide_contours: Path, a_small_run: TrainingConfig, tmp_path: Path
) -> None:
    split = tmp_path / "split.json"
    names = {"train": ["phantom1", "phantom2", "wide0", "wide1"], "validation": ["phantom0", "wide2"]}
    split.write_text(json.dumps(names), encoding="utf-8")
    together = dataclasses.replace(
        a_small_run,
        data=(str(a_data_set_of_phantom_hearts), str(a_data_set_with_wide_contours)),
        split=str(split),
        steps=150,
        validate_every=150,
    )
    apart = dataclasses.replace(together, apart=(a_data_set_with_wide_contours.name,))
    reports: list[StepReport] = []
    train(apart, tmp_path / "apart", watch=Watch(report=reports.append))
    assert reports[-1].validation is not None
    assert reports[-1].validation.dice.min() > 0.9  # each by its own rule
    train(together, tmp_path / "together")
    runs = [tmp_path / "apart" / "last", tmp_path / "together" / "last"]
    assert open_model(runs[0]).spec.network == open_model(runs[1]).spec.network  # nothing is left of the other outputs
    narrow, between = (_dice_of_phantom0(run, a_data_set_of_phantom_hearts) for run in runs)
    assert narrow > 0.9
    assert between < narrow - 0.05


def _dice_of_phantom0(run: Path, data: Path) -> float:
    """Of the model as it is used, pooled over ED and ES."""
    model, overlaps = open_model(run), []
    cases = [case for case in open_labelled(data, ["LV"]) if case.patient == "phantom0"]
    assert len(cases) == 2
    for case in cases:
        cine, labels = case.read()
        found = segment_cine(cine, model.spec, open_engine(model, "onnxruntime", 1)).labels
        overlaps.append(Overlap.of(labels == 1, found == 1))
    return Overlap.total(overlaps).dice


@pytest.mark.parametrize("loss", ["cross-entropy", "dice", "focal", "boundary"])
def test_every_loss_teaches(a_small_run: TrainingConfig, tmp_path: Path, loss: str) -> None:
    reports: list[StepReport] = []
    config = dataclasses.replace(a_small_run, loss=loss, validate_every=60, intensity="z-score")
    train(config, tmp_path / "run", watch=Watch(report=reports.append))
    assert reports[-1].validation is not None
    assert reports[-1].validation.mean > 0.7
    assert open_model(tmp_path / "run" / "last").spec.grid.intensity == "z-score"


@pytest.mark.slow
def test_two_processes_train_together(a_small_run: TrainingConfig, tmp_path: Path) -> None:
    words = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2", "--master-port=0"]
    words += ["--rdzv-backend=c10d", "--rdzv-endpoint=localhost:0", "-m", "LVSegULib", "train"]
    words += ["--data", a_small_run.data[0], "--out", str(tmp_path / "run"), "--steps", "40", "--batch-size", "4"]
    words += ["--filters", "4", "8", "12", "--spacing-mm", "2.5", "--size", "48", "--crop", "48", "--threads", "1"]
    words += ["--validate-every", "20", "--warmup-steps", "5", "--average-steps", "10", "--device", "cpu"]
    root = Path(__file__).parents[2]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(root)}
    done = subprocess.run(words, capture_output=True, text=True, env=environment, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    spec = open_model(tmp_path / "run" / "last").spec
    assert "2 processes" in spec.training["place"]
    assert (tmp_path / "run" / "log.csv").read_text(encoding="utf-8").count("\n") == 3
