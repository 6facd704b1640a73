"""A lab is told how hearts of its animals are learnt, and whose cavity nobody drew."""

from __future__ import annotations

import dataclasses

import torch

from LVSegULib.training.config import TrainingConfig
from LVSegULib.training.data import Slices
from LVSegULib.training.heart_size import remark_on_absence, remark_on_size

PEOPLE = TrainingConfig()


def hearts(*are_drawn: bool) -> Slices:
    """A patient for each flag, with an empty slice and one with a cavity if it is drawn."""
    targets = torch.zeros(2 * len(are_drawn), 1, 32, 32, dtype=torch.uint8)
    targets[1::2, 0, 8:20, 8:20] = 255 * torch.tensor(are_drawn, dtype=torch.uint8)[:, None, None]
    patients = torch.arange(len(are_drawn)).repeat_interleave(2)
    names = tuple(f"p{number}" for number in range(len(are_drawn)))
    return Slices(torch.zeros_like(targets), targets, patients, names, torch.ones(len(targets), 1, dtype=torch.bool))


def test_hearts_of_a_usual_size_are_not_remarked_on() -> None:
    assert remark_on_size(PEOPLE, hearts(True)) == ""


def test_hearts_of_another_size_are_named_with_their_pixels() -> None:
    some = dataclasses.replace(hearts(True, True, True), scales=(0.1, 1.0, 0.12))
    assert remark_on_size(PEOPLE, some) == (
        "the hearts of p0, p2 are about 0.11 times the usual size: they are learnt with pixels of 0.17 instead of "
        "1.5 mm, as `lvsegu segment` looks at them"
    )


def test_people_on_the_narrow_grid_of_small_animals_are_told_why() -> None:
    """64 pixels of 1.4 mm are 90 mm."""
    some = dataclasses.replace(hearts(True), scales=(3.3,))
    why = (
        "; a grid less than 96 mm wide, as yours is, is for small animals: for people give more --size or --spacing-mm"
    )
    assert remark_on_size(TrainingConfig(size=64, crop=64, spacing_mm=1.4), some).endswith(why)
    assert why not in remark_on_size(PEOPLE, some)
    assert why not in remark_on_size(TrainingConfig(spacing_mm=0.15), dataclasses.replace(some, scales=(0.3,)))


def test_who_has_no_cavity_is_named() -> None:
    assert remark_on_absence(PEOPLE, hearts(True, True)) == ""
    assert remark_on_absence(PEOPLE, hearts(False, True)) == "no cavity is drawn in the images of p0: draw it"
    assert "of p0, p1, p2 and 1 more: " in remark_on_absence(PEOPLE, hearts(False, False, False, False, True))


def test_where_cavities_are_not_learnt_or_not_known_nobody_lacks_one() -> None:
    assert remark_on_absence(dataclasses.replace(PEOPLE, labels=("MYO",)), hearts(False)) == ""
    not_known = dataclasses.replace(hearts(False), known=torch.zeros(2, 1, dtype=torch.bool))
    assert remark_on_absence(PEOPLE, not_known) == ""
