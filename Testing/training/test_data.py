"""Training slices are prepared like any input and drawn fairly."""

from __future__ import annotations

import shutil
from itertools import chain
from pathlib import Path

import pytest
import torch

from LVSegULib.errors import InputError
from LVSegULib.preparation.grid import Grid
from LVSegULib.preparation.prepare import prepare_images
from LVSegULib.reading.labelled import RawCase, open_labelled
from LVSegULib.training.cache import SliceCache
from LVSegULib.training.data import Slices, find_cases, load_slices, patient_weights, patients_apart

GRID = Grid(2.0, 64, 64)


def test_slices_are_those_of_prepare_images(a_data_set_of_phantom_hearts: Path) -> None:
    cases = open_labelled(a_data_set_of_phantom_hearts, ["LV"])
    slices = load_slices(cases, (1,), GRID)
    assert slices.names == ("phantom0", "phantom1", "phantom2", "phantom3")
    assert torch.bincount(slices.patients).tolist() == [6, 6, 6, 6]
    images, targets = slices.batch(torch.tensor([0, 1, 2]), torch.device("cpu"))
    cine, labels = min(cases, key=lambda case: case.name).read()
    torch.testing.assert_close(images, torch.from_numpy(prepare_images(cine, GRID)), atol=0.5 / 255 + 1e-6, rtol=0)
    assert targets.sum().item() == pytest.approx(float(labels.sum()), rel=0.01)  # pixels of 2 mm on both sides


def test_patients_are_drawn_alike_however_many_slices_they_have() -> None:
    patients = torch.tensor([0] * 90 + [1] * 10)
    empty = torch.zeros(100, 1, 1, 1)
    slices = Slices(empty, empty, patients, ("many", "few"), torch.ones(100, 1, dtype=torch.bool))
    drawn = slices.draw(4000, torch.Generator().manual_seed(1))
    assert drawn.min() >= 0
    assert drawn.max() < 100
    share = (patients[drawn] == 1).float().mean().item()
    assert share == pytest.approx(0.5, abs=0.03)
    assert len(set(drawn.tolist())) == 100


def test_patients_are_drawn_by_their_weight() -> None:
    empty, known = torch.zeros(20, 1, 1, 1), torch.ones(20, 1, dtype=torch.bool)
    slices = Slices(empty, empty, torch.arange(20) // 10, ("a", "b"), known, (3.0, 1.0))
    drawn = slices.draw(4000, torch.Generator().manual_seed(1))
    assert (drawn < 10).float().mean().item() == pytest.approx(0.75, abs=0.03)


def test_a_patient_of_two_data_sets_has_the_larger_weight(a_data_set_of_phantom_hearts: Path) -> None:
    cases = open_labelled(a_data_set_of_phantom_hearts, ["LV"])
    datasets = {"one": cases, "other": cases[::-1]}
    assert patient_weights(datasets, (1.0, 2.0), ("phantom1", "phantom3")) == (2.0, 2.0)
    assert patient_weights(datasets, (), ("phantom1",)) == ()


def test_patients_of_a_data_set_apart_are_known(
    a_data_set_of_phantom_hearts: Path, a_data_set_with_myocardium: Path
) -> None:
    datasets = find_cases([str(a_data_set_of_phantom_hearts), str(a_data_set_with_myocardium)], ["LV"])
    names = ("phantom1", "wall0", "wall1")
    assert patients_apart(datasets, (a_data_set_with_myocardium.name,), names) == (False, True, True)
    assert patients_apart(datasets, (), names) == ()
    empty, known = torch.zeros(5, 1, 1, 1), torch.ones(5, 1, dtype=torch.bool)
    patients = torch.tensor([0, 0, 1, 1, 2])
    slices = Slices(empty, empty, patients, names, known, apart=(False, True, True))
    assert slices.are_apart(torch.tensor([0, 3, 4, 1])).tolist() == [False, True, True, False]
    assert Slices(empty, empty, patients, names, known).are_apart(torch.tensor([0, 4])).tolist() == [False, False]


def test_a_data_set_with_none_of_the_labels_is_refused(a_data_set_of_phantom_hearts: Path) -> None:
    with pytest.raises(InputError, match=r"has no label MYO, RV \(it has LV\)"):
        find_cases([str(a_data_set_of_phantom_hearts)], ["MYO", "RV"])


def test_a_label_that_no_data_set_has_is_refused(
    a_data_set_of_phantom_hearts: Path, a_data_set_with_myocardium: Path
) -> None:
    folders = [str(a_data_set_of_phantom_hearts), str(a_data_set_with_myocardium)]
    with pytest.raises(InputError, match="none of the data sets has the label RV: add one that has"):
        find_cases(folders, ["LV", "MYO", "RV"])


def test_each_data_set_teaches_the_labels_that_it_has(
    a_data_set_of_phantom_hearts: Path, a_data_set_with_myocardium: Path
) -> None:
    folders = [str(a_data_set_of_phantom_hearts), str(a_data_set_with_myocardium)]
    datasets = find_cases(folders, ["MYO", "LV"])
    assert list(datasets) == folders
    slices = load_slices(chain.from_iterable(datasets.values()), (2, 1), GRID)
    assert slices.names == ("phantom0", "phantom1", "phantom2", "phantom3", "wall0", "wall1")
    is_wall = slices.patients >= 4
    assert slices.known.dtype == torch.bool
    assert slices.known[is_wall].all()
    assert slices.known[~is_wall].tolist() == [[False, True]] * int((~is_wall).sum())
    found = slices.targets.flatten(2).any(2)  # whether there is some of each label, in the order MYO, LV
    assert found[is_wall].all()
    assert found[~is_wall].tolist() == slices.known[~is_wall].tolist()


def test_a_cache_is_used_and_not_the_data(
    a_data_set_with_myocardium: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_again(_: object) -> None:
        raise AssertionError

    def load() -> Slices:
        return load_slices(open_labelled(a_data_set_with_myocardium, ["LV", "MYO"]), (1, 2), GRID, cache=cache)

    cache = SliceCache(tmp_path)
    first = load()
    monkeypatch.setattr(RawCase, "read", not_again)
    again = load()
    assert torch.equal(first.images, again.images)
    assert torch.equal(first.targets, again.targets)
    assert torch.equal(first.known, again.known)


def test_a_corrected_dataset_json_is_not_hidden_by_the_cache(a_data_set_with_myocardium: Path, tmp_path: Path) -> None:
    data, cache = tmp_path / "Dataset902_Corrected", SliceCache(tmp_path / "cache")
    shutil.copytree(a_data_set_with_myocardium, data)
    before = load_slices(open_labelled(data, ["LV", "MYO"]), (1, 2), GRID, cache=cache)
    description = (data / "dataset.json").read_text(encoding="utf-8")
    swapped = description.replace('"LV": 1', '"LV": 2').replace('"MYO": 2', '"MYO": 1')
    (data / "dataset.json").write_text(swapped + " ", encoding="utf-8")
    after = load_slices(open_labelled(data, ["LV", "MYO"]), (1, 2), GRID, cache=cache)
    assert torch.equal(after.images, before.images)
    assert torch.equal(after.targets, before.targets.flip(1))


def test_no_case_is_refused() -> None:
    with pytest.raises(InputError, match="no labelled case"):
        load_slices([], (1,), GRID)
