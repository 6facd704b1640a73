"""Training slices are prepared like any input and drawn fairly."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from LVSegULib.errors import InputError
from LVSegULib.preparation.grid import Grid
from LVSegULib.preparation.prepare import prepare_images
from LVSegULib.training.data import Slices, find_cases, load_slices, patient_weights

GRID = Grid(2.0, 64, 64)


def test_slices_are_those_of_prepare_images(a_data_set_of_phantom_hearts: Path) -> None:
    cases = find_cases([str(a_data_set_of_phantom_hearts)], ["LV"])
    slices = load_slices(cases, (1,), GRID)
    assert slices.names == ("phantom0", "phantom1", "phantom2", "phantom3")
    assert torch.bincount(slices.patients).tolist() == [6, 6, 6, 6]
    images, targets = slices.batch(torch.tensor([0, 1, 2]), torch.device("cpu"))
    cine, labels = min(cases, key=lambda case: case.name).read()
    torch.testing.assert_close(images, torch.from_numpy(prepare_images(cine, GRID)), atol=0.5 / 255 + 1e-6, rtol=0)
    assert targets.sum().item() == pytest.approx(float(labels.sum()), rel=0.01)  # pixels of 2 mm on both sides


def test_patients_are_drawn_alike_however_many_slices_they_have() -> None:
    patients = torch.tensor([0] * 90 + [1] * 10)
    slices = Slices(torch.zeros(100, 1, 1, 1), torch.zeros(100, 1, 1, 1), patients, ("many", "few"))
    drawn = slices.draw(4000, torch.Generator().manual_seed(1))
    assert drawn.min() >= 0
    assert drawn.max() < 100
    share = (patients[drawn] == 1).float().mean().item()
    assert share == pytest.approx(0.5, abs=0.03)
    assert len(set(drawn.tolist())) == 100


def test_patients_are_drawn_by_their_weight() -> None:
    slices = Slices(torch.zeros(20, 1, 1, 1), torch.zeros(20, 1, 1, 1), torch.arange(20) // 10, ("a", "b"), (3.0, 1.0))
    drawn = slices.draw(4000, torch.Generator().manual_seed(1))
    assert (drawn < 10).float().mean().item() == pytest.approx(0.75, abs=0.03)


def test_a_patient_of_two_data_sets_has_the_larger_weight(a_data_set_of_phantom_hearts: Path) -> None:
    folders = [str(a_data_set_of_phantom_hearts)] * 2
    assert patient_weights(folders, (1.0, 2.0), ["LV"], ("phantom1", "phantom3")) == (2.0, 2.0)
    assert patient_weights(folders, (), ["LV"], ("phantom1",)) == ()


def test_a_label_that_the_data_set_lacks_is_refused(a_data_set_of_phantom_hearts: Path) -> None:
    with pytest.raises(InputError, match="has no label MYO"):
        find_cases([str(a_data_set_of_phantom_hearts)], ["LV", "MYO"])


def test_no_case_is_refused() -> None:
    with pytest.raises(InputError, match="no labelled case"):
        load_slices([], (1,), GRID)
