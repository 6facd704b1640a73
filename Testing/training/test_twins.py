"""Patients who are on both sides of a split under two names are named."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import torch

from LVSegULib.preparation.grid import Grid
from LVSegULib.training.data import Slices, find_cases, load_slices
from LVSegULib.training.run import Watch, train
from LVSegULib.training.twins import twins
from Testing import phantom_hearts


def slices_of(names: tuple[str, ...], images: torch.Tensor) -> Slices:
    """Slices of as many patients as `images` (N, 1, H, W) has."""
    return Slices(images, images, torch.arange(len(names)), names, torch.ones(len(names), 1, dtype=torch.bool))


def test_the_middles_of_images_are_compared_and_blank_ones_do_not_count() -> None:
    images = torch.randint(0, 255, (3, 1, 8, 8), generator=torch.Generator().manual_seed(1), dtype=torch.uint8)
    images[2] = 0
    learnt = slices_of(("a", "b", "blank"), torch.nn.functional.pad(images, (2, 2, 2, 2), value=9))
    learnt.images[2] = 0
    kept = slices_of(("c", "d", "e"), torch.stack([images[1], images[0] // 2, images[2]]))
    assert twins(learnt, kept) == [("b", "c")]


def test_phantoms_have_no_twin(a_data_set_of_phantom_hearts: Path) -> None:
    cases = find_cases([str(a_data_set_of_phantom_hearts)], ["LV"])
    first = [case for case in cases if case.patient == "phantom0"]
    others = [case for case in cases if case.patient != "phantom0"]
    assert twins(load_slices(others, (1,), Grid(2.0, 96, 96)), load_slices(first, (1,), Grid(2.0, 64, 64))) == []


def test_a_run_says_who_is_on_both_sides(a_data_set_of_phantom_hearts: Path, tmp_path: Path) -> None:
    data = tmp_path / "Dataset900_Phantom"
    shutil.copytree(a_data_set_of_phantom_hearts, data)
    for path in [*data.glob("*Tr/phantom0*")]:
        shutil.copy(path, path.with_name(path.name.replace("phantom0", "phantom05")))
    warned: list[str] = []
    config = dataclasses.replace(phantom_hearts.a_small_run(data), steps=1)
    train(config, tmp_path / "run", watch=Watch(warn=warned.append))
    (line,) = warned
    assert line.startswith("phantom0, who is kept back, has the same images as phantom05")
    assert "--same phantom05=phantom0" in line
    config = dataclasses.replace(config, same=("phantom05=phantom0",))
    train(config, tmp_path / "as one", watch=Watch(warn=warned.append))
    assert warned == [line]
