"""A run that was stopped goes on as if nothing had happened, or says why it cannot."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from LVSegULib.errors import InputError, UsageError
from LVSegULib.modelfolder.folder import open_model
from LVSegULib.pictures import training_curve
from LVSegULib.training import run as training_run
from LVSegULib.training.config import TrainingConfig
from LVSegULib.training.device import Place
from LVSegULib.training.loop import StepReport
from LVSegULib.training.run import train
from LVSegULib.training.watch import Watch


def test_a_killed_run_resumes_to_the_same_weights(a_small_run: TrainingConfig, tmp_path: Path) -> None:
    class Killed(Exception):
        pass

    def killed_at_50(report: StepReport) -> None:
        if report.step == 50:
            raise Killed

    train(a_small_run, tmp_path / "whole")
    with pytest.raises(Killed):
        train(a_small_run, tmp_path / "killed", watch=Watch(report=killed_at_50))
    assert not (tmp_path / "killed" / "last").exists()
    train(a_small_run, tmp_path / "killed", resume=True)
    whole, resumed = (open_model(tmp_path / name / "last").weights() for name in ("whole", "killed"))
    assert whole.keys() == resumed.keys()
    for name in whole:
        np.testing.assert_array_equal(whole[name], resumed[name], err_msg=name)
    steps = [line.split(",")[0] for line in (tmp_path / "killed" / "log.csv").read_text().splitlines()[1:]]
    assert steps == ["20", "40", "60"]


def as_an_earlier_version_left_it(run: Path, **settings: Any) -> None:
    """Take out of a run's checkpoint what earlier versions did not write, and change settings in it."""
    path = run / "checkpoint.safetensors"
    with safe_open(path, framework="pt") as file:
        about = json.loads(file.metadata()["lvsegu"])
    about = {name: value for name, value in about.items() if name not in ("split", "start")}
    about["config"] |= settings
    save_file(load_file(path), path, metadata={"lvsegu": json.dumps(about)})


@pytest.mark.parametrize("is_earlier", [False, True])
def test_a_run_does_not_go_on_with_other_patients(
    a_data_set_of_phantom_hearts: Path, a_small_run: TrainingConfig, tmp_path: Path, *, is_earlier: bool
) -> None:
    """Of five patients another one is kept back than of four: phantom4 too."""
    growing = tmp_path / "Dataset904_Growing"
    shutil.copytree(a_data_set_of_phantom_hearts, growing)
    config = dataclasses.replace(a_small_run, data=(str(growing),), steps=4, validate_every=2)
    run = tmp_path / "run"
    train(config, run)
    if is_earlier:
        as_an_earlier_version_left_it(run)
    before = (run / "split.json").read_bytes()
    for path in [*growing.glob("*Tr/phantom0_*")]:
        shutil.copy(path, path.with_name(path.name.replace("phantom0", "phantom4")))
    with pytest.raises(
        InputError, match=r"from a run on other patients \(now also phantom4\): resume with the data of"
    ):
        train(config, run, resume=True)
    assert (run / "split.json").read_bytes() == before


def test_what_a_kill_has_left_is_put_right_when_the_run_goes_on(a_small_run: TrainingConfig, tmp_path: Path) -> None:
    config = dataclasses.replace(a_small_run, steps=4, validate_every=2)
    train(config, tmp_path)
    (tmp_path / "best").rename(tmp_path / ".0123abcd-best.old")
    (tmp_path / ".0123abcd-checkpoint.safetensors").write_bytes(b"half")
    train(config, tmp_path, resume=True)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == [".training.lock"]
    assert open_model(tmp_path / "best").spec.training["step"] in (2, 4)


def test_the_last_model_of_a_finished_run_is_made_again(a_small_run: TrainingConfig, tmp_path: Path) -> None:
    config = dataclasses.replace(a_small_run, steps=4, validate_every=2)
    train(config, tmp_path)
    before = open_model(tmp_path / "last")
    weights, spec = before.weights(), before.spec
    shutil.rmtree(tmp_path / "last")
    train(config, tmp_path, resume=True)
    again = open_model(tmp_path / "last")
    for name, values in weights.items():
        np.testing.assert_array_equal(values, again.weights()[name], err_msg=name)
    assert again.spec.figures == spec.figures
    assert again.spec.training["step"] == 4


def test_an_earlier_run_with_a_data_set_given_twice_goes_on(a_small_run: TrainingConfig, tmp_path: Path) -> None:
    config = dataclasses.replace(a_small_run, steps=4, validate_every=2)
    train(config, tmp_path)
    for again in (config, dataclasses.replace(config, data=config.data * 2)):
        as_an_earlier_version_left_it(tmp_path, data=list(config.data * 2))
        shutil.rmtree(tmp_path / "last")
        train(again, tmp_path, resume=True)
        assert open_model(tmp_path / "last").spec.training["step"] == 4


def test_resuming_nothing_is_refused(a_small_run: TrainingConfig, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="to resume from"):
        train(a_small_run, tmp_path, resume=True)


def test_resuming_with_other_settings_or_a_broken_checkpoint_is_refused(
    a_small_run: TrainingConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_curve, "draw_training_curve", lambda *_: None)
    short = dataclasses.replace(a_small_run, steps=4, validate_every=4)
    train(short, tmp_path)
    louder = dataclasses.replace(short.augmentation, noise=0.5)
    with pytest.raises(InputError) as refused:
        train(dataclasses.replace(short, seed=2, augmentation=louder), tmp_path, resume=True)
    assert str(refused.value) == (
        f"{tmp_path / 'checkpoint.safetensors'} is from a run with other settings, "
        f"augmentation.noise = {short.augmentation.noise}, seed = {short.seed}, and not augmentation.noise = 0.5, "
        "seed = 2: resume with the settings of that run"
    )
    checkpoint = tmp_path / "checkpoint.safetensors"
    checkpoint.write_bytes(checkpoint.read_bytes()[:-100])
    with pytest.raises(InputError, match="cannot resume"):
        train(short, tmp_path, resume=True)


def test_resuming_with_another_number_of_processes_is_refused(
    a_small_run: TrainingConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_curve, "draw_training_curve", lambda *_: None)
    short = dataclasses.replace(a_small_run, steps=4, validate_every=4)

    @contextmanager
    def one_of_two(*_: object) -> Iterator[Place]:
        yield Place(torch.device("cpu"), bf16=False, rank=0, world=2)

    train(short, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    monkeypatch.setattr(training_run, "placed", one_of_two)
    with pytest.raises(UsageError, match="from a run with 1 process, this one has 2") as refused:
        train(short, tmp_path, resume=True)
    assert refused.value.exit_code == 2
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before
