"""A small trained network loses most of its filters and none of its accuracy, and its own folder stays as it is."""

from __future__ import annotations

import csv
import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk

from LVSegULib.commands.prune import summary
from LVSegULib.engines.base import open_engine
from LVSegULib.errors import InputError, OutputError, UsageError
from LVSegULib.lock import locked
from LVSegULib.modelfolder.folder import ModelFolder, open_model, save_model
from LVSegULib.modelfolder.weights import Weights
from LVSegULib.network.config import UNetConfig, count_multiply_adds, count_parameters
from LVSegULib.pruning import rounds
from LVSegULib.pruning.checkpoint import CHECKPOINT
from LVSegULib.pruning.config import PruningConfig
from LVSegULib.pruning.log import Row
from LVSegULib.pruning.run import LOCK, Pruned, prune, unfinished
from LVSegULib.pruning.structure import filters_of
from LVSegULib.pruning.watch import Watch
from LVSegULib.reading import read_cine
from LVSegULib.segmentation.segment import segment_cine


@pytest.fixture(scope="session")
def a_config(a_data_set_of_phantom_hearts: Path) -> PruningConfig:
    data = (str(a_data_set_of_phantom_hearts),)
    return PruningConfig(data=data, tolerance=0.01, slices=40, refit_slices=80, step=0.1, threads=1)


@pytest.fixture(scope="session")
def a_pruned_model(
    a_trained_model: ModelFolder, a_config: PruningConfig, tmp_path_factory: pytest.TempPathFactory
) -> Pruned:
    return prune(a_trained_model, a_config, tmp_path_factory.mktemp("pruned") / "small")


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_half_of_the_network_goes_within_the_tolerance(a_pruned_model: Pruned) -> None:
    before, after = a_pruned_model.unpruned.spec, a_pruned_model.model.spec
    assert after.parameters < 0.5 * before.parameters
    assert a_pruned_model.chosen.dice >= a_pruned_model.rows[0].dice - 0.01
    assert after.parameters == count_parameters(after.network) == a_pruned_model.chosen.parameters


def test_the_new_folder_is_a_model_like_any_other(a_pruned_model: Pruned, a_data_set_of_phantom_hearts: Path) -> None:
    model = open_model(a_pruned_model.model.path)
    image = sorted((a_data_set_of_phantom_hearts / "imagesTr").glob("phantom0*"))[0]
    cine = read_cine(image)
    found = [segment_cine(cine, model.spec, open_engine(model, name)).labels for name in ("torch", "onnxruntime")]
    np.testing.assert_array_equal(*found)
    reference = sitk.GetArrayFromImage(sitk.ReadImage(str(image).replace("imagesTr", "labelsTr").replace("_0000", "")))
    overlap = 2 * np.sum((found[0][0] > 0) & (reference > 0)) / (np.sum(found[0] > 0) + np.sum(reference > 0))
    assert overlap > 0.85


def test_the_folder_tells_what_was_done(a_pruned_model: Pruned) -> None:
    folder = a_pruned_model.model.path
    values = json.loads((folder / "model.json").read_text())
    pruning = values["training"]["pruning"]
    assert pruning["split"]["validation"] == ["phantom0", "phantom4"]  # whom training kept back
    assert pruning["from"]["sha256"] == a_pruned_model.unpruned.spec.sha256
    left = {name: len(filters) for name, filters in pruning["filters_left"].items()}
    assert left | pruning["mixtures"] == filters_of(a_pruned_model.model.spec.network)
    with (folder / "pruning.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [int(row["parameters"]) for row in rows] == [row.parameters for row in a_pruned_model.rows]
    assert (folder / "pruning.png").read_bytes().startswith(b"\x89PNG")
    assert f"to {a_pruned_model.chosen.parameters:,} (" in (folder / "CARD.md").read_text()
    assert values["figures"] == {}


def test_the_rows_are_counted_and_not_written_down(a_pruned_model: Pruned) -> None:
    chosen, spec = a_pruned_model.chosen, a_pruned_model.model.spec
    assert chosen.multiply_adds == count_multiply_adds(spec.network)
    assert a_pruned_model.rows[0].parameters <= a_pruned_model.unpruned.spec.parameters


def test_the_model_that_is_pruned_stays_as_it_is(
    a_trained_model: ModelFolder, a_config: PruningConfig, tmp_path: Path
) -> None:
    before = files_of(a_trained_model.path)
    prune(a_trained_model, dataclasses.replace(a_config, target_parameters=5000), tmp_path / "small")
    assert files_of(a_trained_model.path) == before
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "to my mother.txt").write_text("dear mother")
    with pytest.raises(OutputError, match="is no model folder"):
        prune(a_trained_model, a_config, tmp_path / "letters")
    with pytest.raises(UsageError, match="is the model itself"):
        prune(a_trained_model, a_config, a_trained_model.path)
    other = save_model(tmp_path / "other", a_trained_model.spec, a_trained_model.weights(), "a card").path
    with pytest.raises(OutputError, match="holds a model already: choose another --out, or pass --replace"):
        prune(a_trained_model, a_config, other)


@pytest.mark.parametrize("folder", [".", "../small", "small/.."])
def test_the_checkpoint_lies_beside_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    (tmp_path / "small").mkdir()
    monkeypatch.chdir(tmp_path if folder.endswith("..") else tmp_path / "small")
    expected = f"{tmp_path.name}.unfinished" if folder.endswith("..") else "small.unfinished"
    found = unfinished(Path(folder)).resolve()
    assert found == (tmp_path.parent if folder.endswith("..") else tmp_path) / expected


def test_a_target_is_reached(a_trained_model: ModelFolder, a_config: PruningConfig, tmp_path: Path) -> None:
    target = round(0.8 * a_trained_model.spec.parameters)
    found = prune(a_trained_model, dataclasses.replace(a_config, target_parameters=target), tmp_path / "small")
    assert found.model.spec.parameters <= target
    assert found.rows[-2].parameters > target
    assert found.reason == "the target is reached"


def test_a_target_of_both_sizes_is_reached_when_the_later_one_is(
    a_trained_model: ModelFolder, a_config: PruningConfig, tmp_path: Path
) -> None:
    spec = a_trained_model.spec
    targets = {
        "target_parameters": round(0.95 * spec.parameters),
        "target_multiply_adds": 0.7 * count_multiply_adds(spec.network),
    }
    found = prune(a_trained_model, dataclasses.replace(a_config, tolerance=1.0, **targets), tmp_path / "small")
    assert found.rows[-1].multiply_adds <= targets["target_multiply_adds"] < found.rows[-2].multiply_adds
    assert found.rows[-2].parameters <= targets["target_parameters"]
    assert found.chosen == found.rows[-1] and found.chosen.is_refitted


def test_a_target_out_of_reach_gives_the_nearest_and_says_so(
    a_trained_model: ModelFolder, a_config: PruningConfig, tmp_path: Path
) -> None:
    config = dataclasses.replace(a_config, target_parameters=60, tolerance=0.02)
    found = prune(a_trained_model, config, tmp_path / "small")
    assert 60 < found.model.spec.parameters < a_trained_model.spec.parameters
    assert found.chosen.dice >= found.rows[0].dice - 0.02
    assert "cannot be met" in found.reason


@pytest.mark.parametrize("target", ["its own size", "more parameters", "more multiply-adds", "no faster"])
def test_nothing_goes_where_the_target_is_met_at_the_start(
    a_trained_model: ModelFolder,
    a_config: PruningConfig,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    target: str,
) -> None:
    monkeypatch.setattr(rounds, "times_faster", lambda *_: 0.9)  # of a network and itself: the clock's own error
    parameters, multiply_adds = a_trained_model.spec.parameters, count_multiply_adds(a_trained_model.spec.network)
    targets: dict[str, Any] = {
        "its own size": {"target_parameters": parameters, "target_multiply_adds": multiply_adds},
        "more parameters": {"target_parameters": parameters + 1},
        "more multiply-adds": {"target_multiply_adds": multiply_adds + 1.0},
        "no faster": {"target_speed": 1.0},
    }
    found = prune(a_trained_model, dataclasses.replace(a_config, **targets[target]), tmp_path / "small")
    assert [row.round for row in found.rows] == [0]
    assert found.model.spec.network == a_trained_model.spec.network
    assert summary(found).endswith("small: nothing was removed: the target is met at the start")
    assert not unfinished(tmp_path / "small").exists()


def test_a_target_that_is_met_without_what_changes_nothing_needs_no_more(
    a_trained_model: ModelFolder, a_config: PruningConfig, tmp_path: Path
) -> None:
    weights = dict(a_trained_model.weights())
    name = next(name for name in weights if weights[name].ndim == 4 and name.endswith("weight"))
    norm = next(name for name in weights if weights[name].ndim == 1 and name.endswith("weight"))
    for one in (norm, norm.replace("weight", "bias"), name):
        weights[one] = weights[one].copy()
        weights[one][0] = 0  # a filter that is always zero
    idle = save_model(tmp_path / "idle", a_trained_model.spec, weights, "a card")
    config = dataclasses.replace(a_config, target_parameters=idle.spec.parameters - 1)
    found = prune(idle, config, tmp_path / "small")
    assert [row.round for row in found.rows] == [0]
    assert found.model.spec.parameters < idle.spec.parameters
    assert summary(found).endswith("; the target is met without the filters that provably change nothing")


def test_a_stopped_search_goes_on_to_the_same_end(
    a_trained_model: ModelFolder, a_config: PruningConfig, a_pruned_model: Pruned, tmp_path: Path
) -> None:
    def stop_at_the_third(row: Row) -> None:
        if row.round == 3:
            raise KeyboardInterrupt

    out = tmp_path / "small"
    with pytest.raises(KeyboardInterrupt):
        prune(a_trained_model, a_config, out, watch=Watch(row=stop_at_the_third))
    assert not out.exists()
    with pytest.raises(UsageError, match="unfinished search: go on with --resume"):
        prune(a_trained_model, a_config, out)
    with pytest.raises(InputError, match="of another search"):
        prune(a_trained_model, dataclasses.replace(a_config, seed=2), out, resume=True)
    save_model(out, a_trained_model.spec, a_trained_model.weights(), "come meanwhile")
    with pytest.raises(OutputError, match="holds a model already: choose another --out, or pass --replace"):
        prune(a_trained_model, a_config, out, resume=True)
    assert (out / "CARD.md").read_text(encoding="utf-8") == "come meanwhile"
    found = prune(a_trained_model, a_config, out, resume=True, replace=True)
    assert [dataclasses.replace(row, seconds=0) for row in found.rows] == [
        dataclasses.replace(row, seconds=0) for row in a_pruned_model.rows
    ]
    assert (out / "weights.safetensors").read_bytes() == (
        a_pruned_model.model.path / "weights.safetensors"
    ).read_bytes()
    assert not unfinished(out).exists()


def test_one_search_at_a_time_and_the_other_one_s_checkpoint_stays(
    a_trained_model: ModelFolder, a_config: PruningConfig, tmp_path: Path
) -> None:
    place = unfinished(tmp_path / "small")
    with locked(place, LOCK, "another"):
        (place / CHECKPOINT).touch()
        for resume in (False, True):
            with pytest.raises(UsageError, match="another lvsegu prune is at work in"):
                prune(a_trained_model, a_config, tmp_path / "small", resume=resume)
    assert {path.name for path in place.iterdir()} == {CHECKPOINT, LOCK}


def test_a_search_that_never_began_leaves_nothing(a_trained_model: ModelFolder, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        prune(a_trained_model, PruningConfig(data=(str(tmp_path / "none"),)), tmp_path / "small")
    assert list(tmp_path.iterdir()) == []


def test_what_else_is_in_a_search_s_folder_stays(a_trained_model: ModelFolder, tmp_path: Path) -> None:
    notes = unfinished(tmp_path / "small") / "notes.txt"
    notes.parent.mkdir()
    notes.touch()
    with pytest.raises(InputError):
        prune(a_trained_model, PruningConfig(data=(str(tmp_path / "none"),)), tmp_path / "small")
    assert list(notes.parent.iterdir()) == [notes]


def test_whom_the_models_start_learnt_from_is_not_taken_for_kept_back(
    a_trained_model: ModelFolder, a_config: PruningConfig, tmp_path: Path
) -> None:
    everybody = [f"phantom{number}" for number in range(6)]
    start = {"started_from": {"name": "all", "sha256": {}, "trained_on": everybody}}
    spec = dataclasses.replace(a_trained_model.spec, training=a_trained_model.spec.training | start)
    model = save_model(tmp_path / "tuned", spec, a_trained_model.weights(), "a card")
    warnings: list[str] = []
    config = dataclasses.replace(a_config, target_parameters=spec.parameters)
    found = prune(model, config, tmp_path / "small", watch=Watch(warn=warnings.append))
    assert found.model.spec.training["pruning"]["split"]["validation"] == ["phantom2", "phantom5"]  # every third
    assert len(warnings) == 1 and "do not count" in warnings[0]
    warnings.clear()
    split = tmp_path / "split.json"
    split.write_text(json.dumps({"train": ["phantom1_ED", "phantom1_ES"], "validation": ["phantom0"]}))
    found = prune(
        model, dataclasses.replace(config, split=str(split)), tmp_path / "as-given", watch=Watch(warn=warnings.append)
    )
    assert found.model.spec.training["pruning"]["split"] == {"train": ["phantom1"], "validation": ["phantom0"]}
    assert warnings == []


def test_what_is_not_there_cannot_be_resumed(
    a_trained_model: ModelFolder, a_config: PruningConfig, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="start without --resume"):
        prune(a_trained_model, a_config, tmp_path / "small", resume=True)


def test_images_without_labels_will_do(
    a_trained_model: ModelFolder, a_config: PruningConfig, a_data_set_of_phantom_hearts: Path, tmp_path: Path
) -> None:
    config = dataclasses.replace(
        a_config, data=(str(a_data_set_of_phantom_hearts / "imagesTr"),), target_parameters=6000
    )
    found = prune(a_trained_model, config, tmp_path / "small")
    assert found.rows[0].dice == 1.0  # agreement of the unpruned network with itself
    assert found.model.spec.parameters < a_trained_model.spec.parameters
    assert "agreement with the unpruned network" in (found.model.path / "CARD.md").read_text()
    assert "; agreement with the unpruned network 1.0000 became " in summary(found)
    split = found.model.spec.training["pruning"]["split"]
    assert split["validation"] == ["phantom0", "phantom4"]  # whom training kept back, ED and ES alike
    assert not set(split["train"]) & set(split["validation"])


def test_a_model_that_is_already_minimal_is_said_to_be(
    a_trained_model: ModelFolder, a_config: PruningConfig, tmp_path: Path
) -> None:
    smallest = prune(a_trained_model, dataclasses.replace(a_config, tolerance=1.0), tmp_path / "smallest").model
    assert set(filters_of(smallest.spec.network).values()) == {1}
    assert _finds_something(smallest, a_config)
    again = prune(smallest, a_config, tmp_path / "again")
    assert again.model.spec.parameters == smallest.spec.parameters
    assert again.reason == "every layer is down to one filter"


def _finds_something(model: ModelFolder, config: PruningConfig) -> bool:
    images = sorted((Path(config.data[0]) / "imagesTr").iterdir())
    engine = open_engine(model)
    return any(segment_cine(read_cine(image), model.spec, engine).labels.any() for image in images)


def test_slices_without_a_heart_are_refused(
    a_trained_model: ModelFolder, a_config: PruningConfig, tmp_path: Path
) -> None:
    random = np.random.default_rng(1)
    for number in range(2):
        image = sitk.GetImageFromArray(random.normal(60, 8, (3, 80, 80)).astype(np.int16))
        image.SetSpacing((2.0, 2.0, 10.0))
        sitk.WriteImage(image, str(tmp_path / f"noise{number}.nii.gz"))
    with pytest.raises(InputError, match="no heart"):
        prune(a_trained_model, dataclasses.replace(a_config, data=(str(tmp_path),)), tmp_path / "small")


def test_labels_of_other_regions_are_refused(
    a_trained_model: ModelFolder, a_config: PruningConfig, tmp_path: Path, a_data_set_of_phantom_hearts: Path
) -> None:
    other = tmp_path / "Dataset901_Other"
    other.mkdir()
    for folder in ("imagesTr", "labelsTr"):
        (other / folder).symlink_to(a_data_set_of_phantom_hearts / folder)
    text = (a_data_set_of_phantom_hearts / "dataset.json").read_text()
    (other / "dataset.json").write_text(text.replace('"LV"', '"RV"'))
    with pytest.raises(InputError, match="has no label LV"):
        prune(a_trained_model, dataclasses.replace(a_config, data=(str(other),)), tmp_path / "small")


def test_a_target_of_speed_ends_the_search_when_it_is_measured(
    a_trained_model: ModelFolder, a_config: PruningConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As fast as the multiply-adds are fewer: what is measured stands in for a clock."""

    def measured(one: tuple[UNetConfig, Weights], other: tuple[UNetConfig, Weights], *_: object) -> float:
        return count_multiply_adds(one[0]) / count_multiply_adds(other[0])

    monkeypatch.setattr(rounds, "times_faster", measured)
    found = prune(a_trained_model, dataclasses.replace(a_config, target_speed=1.5), tmp_path / "small")
    assert found.reason == "the target is reached"
    assert found.rows[-1].speed >= 1.5 > found.rows[-2].speed
    assert found.rows[0].speed == 0.0  # not measured where it cannot be near the target
