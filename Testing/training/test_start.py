"""A run that starts from a model goes on from its weights, tells so, and knows whom that model has seen."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from LVSegULib.dataset.relabel import relabel
from LVSegULib.errors import UsageError
from LVSegULib.labels import CAVITY
from LVSegULib.modelfolder.folder import ModelFolder, open_model, save_model
from LVSegULib.modelfolder.weights import Weights
from LVSegULib.reading.nnunet import open_raw_dataset
from LVSegULib.training.config import TrainingConfig, config_from_values
from LVSegULib.training.loop import StepReport
from LVSegULib.training.run import train
from LVSegULib.training.start import (
    FINE_TUNING,
    describe_start,
    describe_teachers,
    inherited_terms,
    settings_of,
    start_from,
)
from LVSegULib.training.state import TrainingState, new_state
from LVSegULib.training.watch import Watch
from Testing.phantom_hearts import MILD
from Testing.pruning.networks import UNEVEN


def started(model: ModelFolder, *labels: str) -> tuple[TrainingState, Weights]:
    """The state of a run for `labels` that starts from `model`, and the head that it would have had from chance."""
    config = TrainingConfig(start=str(model.path), labels=labels)
    state = new_state(config, torch.device("cpu"))
    chance = {name: values.numpy().copy() for name, values in state.network.state_dict().items() if "head" in name}
    start_from(config, state)
    return state, chance


def weights_of(network: torch.nn.Module) -> Weights:
    return {name: v.numpy() for name, v in network.state_dict().items() if not name.endswith("num_batches_tracked")}


def a_few_steps(model: ModelFolder, data: Path, **changes: object) -> TrainingConfig:
    values = {
        "data": (str(data),),
        "start": str(model.path),
        "labels": ("LV",),
        "spacing_mm": 2.5,
        "size": 48,
        "crop": 48,
        "steps": 4,
        "batch_size": 2,
        "warmup_steps": 1,
        "average_steps": 1,
        "validate_every": 2,
        "fold": -1,
        "precision": "fp32",
        "device": "cpu",
        "threads": 1,
        "augmentation": MILD,
    }
    return TrainingConfig(**(values | changes))  # type: ignore[arg-type]


def test_the_network_is_that_of_the_model_however_odd(a_pruned_model: ModelFolder) -> None:
    config = TrainingConfig(start=str(a_pruned_model.path), labels=("LV", "MYO"), filters=(4, 8, 16, 32, 64))
    assert config.network == UNEVEN
    one_label = dataclasses.replace(config, labels=("LV",))
    assert one_label.network == dataclasses.replace(UNEVEN, output_channels=1)


def test_network_and_average_have_the_weights_of_the_model(a_pruned_model: ModelFolder) -> None:
    state, _ = started(a_pruned_model, "LV", "MYO")
    expected = a_pruned_model.weights()
    for network in (state.network, state.averaged):
        found = weights_of(network)
        assert found.keys() == expected.keys()
        for name, values in expected.items():
            np.testing.assert_array_equal(found[name], values, err_msg=name)


def test_labels_that_the_model_has_keep_their_row_and_new_ones_start_from_chance(a_pruned_model: ModelFolder) -> None:
    state, chance = started(a_pruned_model, "RV", "MYO", "LV")
    model = a_pruned_model.weights()
    for network in (state.network, state.averaged):
        found = weights_of(network)
        for part in ("head.weight", "head.bias"):
            assert len(found[part]) == 3
            np.testing.assert_array_equal(found[part][0], chance[part][0])
            np.testing.assert_array_equal(found[part][1], model[part][1])
            np.testing.assert_array_equal(found[part][2], model[part][0])
        np.testing.assert_array_equal(found["encoder.0.0.weight"], model["encoder.0.0.weight"])


def test_a_label_can_be_left_out(a_pruned_model: ModelFolder) -> None:
    state, _ = started(a_pruned_model, "MYO")
    head = weights_of(state.network)["head.weight"]
    np.testing.assert_array_equal(head, a_pruned_model.weights()["head.weight"][1:])


def test_without_a_start_the_network_is_left_alone() -> None:
    config = TrainingConfig(filters=(2, 4))
    state, untouched = (new_state(config, torch.device("cpu")) for _ in range(2))
    start_from(config, state)
    for name, values in weights_of(state.network).items():
        np.testing.assert_array_equal(values, weights_of(untouched.network)[name])
    assert describe_start(config) == {}


def test_settings_are_the_models_own_but_for_what_is_another_runs(a_pruned_model: ModelFolder) -> None:
    settings = settings_of(a_pruned_model)
    own = {"name": "odd", "loss": "dice", "batch_size": 3, "weight_decay": 0.5, "seed": 5, "filters": [8, 16, 32]}
    shape = {"labels": ["LV", "MYO"], "spacing_mm": 2.5, "size": 48, "crop": 48, "intensity": "z-score"}
    assert settings == own | shape | FINE_TUNING | {"augmentation": {"noise": 0.03, "flip": True}}
    assert settings["steps"] < 1000
    config = config_from_values(settings | {"start": str(a_pruned_model.path), "data": ["A"]})
    assert config.grid == a_pruned_model.spec.grid


def test_a_model_that_says_nothing_of_its_training_can_be_a_start(a_pruned_model: ModelFolder, tmp_path: Path) -> None:
    spec = dataclasses.replace(a_pruned_model.spec, training={})
    model = save_model(tmp_path / "silent", spec, a_pruned_model.weights(), "a card")
    config = config_from_values(settings_of(model) | {"start": str(model.path)})
    assert config.loss == TrainingConfig().loss
    assert config.steps == FINE_TUNING["steps"]


def test_an_unknown_start_is_refused() -> None:
    with pytest.raises(UsageError, match=r'there is no model "nobody": installed are .*lv; or give the path'):
        TrainingConfig(start="nobody")


def test_a_run_goes_on_from_the_weights_of_its_start(
    a_pruned_model: ModelFolder, a_data_set_of_phantom_hearts: Path, tmp_path: Path
) -> None:
    config = a_few_steps(a_pruned_model, a_data_set_of_phantom_hearts, steps=1, learning_rate=1e-9)
    train(config, tmp_path / "run")
    found, before = open_model(tmp_path / "run" / "last").weights(), a_pruned_model.weights()
    for name, values in before.items():
        if not re.search(r"\.[14]\.", name):  # batch norm has seen new images
            kept = values[:1] if name.startswith("head") else values
            np.testing.assert_allclose(found[name], kept, atol=1e-6, err_msg=name)


def test_a_run_has_the_licence_of_its_start_and_its_sources(
    a_pruned_model: ModelFolder, a_data_set_of_phantom_hearts: Path, tmp_path: Path
) -> None:
    spec = dataclasses.replace(a_pruned_model.spec, licence="CC BY-NC-SA 4.0", citations=("Bernard 2018",))
    start = save_model(tmp_path / "bound", spec, a_pruned_model.weights(), "a card")
    train(a_few_steps(start, a_data_set_of_phantom_hearts), tmp_path / "run")
    made = open_model(tmp_path / "run" / "last")
    assert (made.spec.licence, made.spec.citations) == ("CC BY-NC-SA 4.0", ("Bernard 2018",))
    assert "- cite: Bernard 2018\n" in (made.path / "CARD.md").read_text(encoding="utf-8")


def test_a_free_start_binds_nobody_and_is_cited() -> None:
    licence, citations = inherited_terms(TrainingConfig(start="lv", labels=("LV",)))
    assert licence == ""
    assert "Radau P" in citations[0]
    assert inherited_terms(TrainingConfig()) == ("", ())


def test_the_licence_of_who_drew_the_labels_binds(tmp_path: Path) -> None:
    (tmp_path / "dataset.json").write_text('{"drawn_by": {"name": "teacher", "licence": "CC BY-NC 4.0"}}')
    assert inherited_terms(TrainingConfig(data=(str(tmp_path),))) == ("CC BY-NC 4.0", ())


def a_drawn_data_set(folder: Path, **teacher: object) -> str:
    """As much of a data set as tells who drew it."""
    folder.mkdir(parents=True)
    (folder / "dataset.json").write_text(json.dumps({"drawn_by": teacher}), encoding="utf-8")
    return str(folder)


def test_the_sources_of_start_and_teachers_are_cited_once(a_pruned_model: ModelFolder, tmp_path: Path) -> None:
    spec = dataclasses.replace(a_pruned_model.spec, licence="", citations=("Radau 2009", "Bernard 2018"))
    start = save_model(tmp_path / "start", spec, a_pruned_model.weights(), "a card")
    data = (
        a_drawn_data_set(tmp_path / "A", name="t", citations=["Bernard 2018", "Smith 2020"]),
        a_drawn_data_set(tmp_path / "B", name="of an earlier version"),
        a_drawn_data_set(tmp_path / "C", name="of a foreign hand", citations="Smith 2020"),
    )
    config = TrainingConfig(data=data, start=str(start.path), labels=("LV",))
    assert inherited_terms(config) == ("", ("Radau 2009", "Bernard 2018", "Smith 2020"))


def test_teachers_of_data_sets_of_the_same_name_are_all_told_of(tmp_path: Path) -> None:
    teachers = [{"name": name, "licence": name, "trained_on": [name]} for name in ("one", "two", "three")]
    own = tmp_path / "people's" / "A"
    own.mkdir(parents=True)
    drawn = (a_drawn_data_set(tmp_path / teacher["name"] / "A", **teacher) for teacher in teachers)
    config = TrainingConfig(data=(str(own), *drawn))
    one, two, three = teachers
    assert describe_teachers(config) == {"drawn_by": {"A": one, "A (1)": two, "A (2)": three}}
    assert inherited_terms(config)[0] == "one; two; three"


def test_a_run_tells_what_it_started_from_and_whom_that_has_seen(
    a_pruned_model: ModelFolder, a_data_set_of_phantom_hearts: Path, tmp_path: Path
) -> None:
    train(a_few_steps(a_pruned_model, a_data_set_of_phantom_hearts), tmp_path / "run")
    model = open_model(tmp_path / "run" / "last")
    assert model.spec.training["started_from"] == {
        "name": "odd",
        "sha256": a_pruned_model.spec.sha256,
        "trained_on": ["before0", "before1", "first"],  # `first` is known from the start's own start
    }
    phantoms = {"phantom0", "phantom1", "phantom2", "phantom3"}
    assert model.spec.trained_on == phantoms | {"before0", "before1", "first"}
    assert model.spec.labels == (CAVITY,)
    assert model.spec.network == dataclasses.replace(UNEVEN, output_channels=1)
    assert model.spec.training["config"]["start"] == "odd"  # a name, not a place on this machine
    train(a_few_steps(model, a_data_set_of_phantom_hearts), tmp_path / "again")
    assert open_model(tmp_path / "again" / "last").spec.trained_on == model.spec.trained_on


def test_a_run_needs_its_start_no_more_once_it_has_begun(
    a_pruned_model: ModelFolder, a_data_set_of_phantom_hearts: Path, tmp_path: Path
) -> None:
    def gone_at_10(report: StepReport) -> None:
        if report.step == 10:
            shutil.rmtree(tmp_path / "start")

    shutil.copytree(a_pruned_model.path, tmp_path / "start")
    start = dataclasses.replace(a_pruned_model, path=tmp_path / "start")
    config = a_few_steps(start, a_data_set_of_phantom_hearts, steps=20, validate_every=15)
    train(config, tmp_path / "run", watch=Watch(report=gone_at_10))
    assert open_model(tmp_path / "run" / "last").spec.network == dataclasses.replace(UNEVEN, output_channels=1)


def test_a_run_tells_who_drew_its_labels_and_whom_that_has_seen(
    a_pruned_model: ModelFolder, a_data_set_of_phantom_hearts: Path, tmp_path: Path
) -> None:
    by = {"name": "teacher", "trained_on": ["anna"]}
    cases = open_raw_dataset(a_data_set_of_phantom_hearts).cases
    drawn = tmp_path / "DatasetX"
    relabel(cases, lambda cine: (cine.frames > 120).astype(np.uint8), (CAVITY,), drawn, by)
    train(a_few_steps(a_pruned_model, drawn), tmp_path / "run")
    spec = open_model(tmp_path / "run" / "last").spec
    assert spec.training["drawn_by"] == {"DatasetX": by}
    assert "anna" in spec.trained_on


def test_a_started_run_that_was_killed_resumes_to_the_same_weights(
    a_pruned_model: ModelFolder, a_data_set_of_phantom_hearts: Path, tmp_path: Path
) -> None:
    class Killed(Exception):
        pass

    def killed_at_the_end(report: StepReport) -> None:
        if report.step == 4:
            raise Killed

    config = a_few_steps(a_pruned_model, a_data_set_of_phantom_hearts)
    train(config, tmp_path / "whole")
    with pytest.raises(Killed):
        train(config, tmp_path / "killed", watch=Watch(report=killed_at_the_end))
    train(config, tmp_path / "killed", resume=True)
    whole, resumed = (open_model(tmp_path / name / "last") for name in ("whole", "killed"))
    for name, values in whole.weights().items():
        np.testing.assert_array_equal(values, resumed.weights()[name], err_msg=name)
    assert resumed.spec.training["started_from"] == whole.spec.training["started_from"]
