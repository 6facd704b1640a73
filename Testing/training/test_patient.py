"""Mice are seen as people are: through pixels that bring their hearts to a usual size."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch

from LVSegULib.preparation.grid import Grid
from LVSegULib.reading.labelled import open_labelled
from LVSegULib.training.cache import SliceCache
from LVSegULib.training.data import Slices, load_slices
from Testing import phantom_hearts

GRID = Grid(2.0, 64, 64)


@pytest.fixture(scope="module")
def mice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return phantom_hearts.write_data_set(tmp_path_factory.mktemp("data") / "mice", patients=2, size=0.1)


def loaded(data: Path, cache: SliceCache | None = None, grid: Grid = GRID, keys: tuple[str, ...] = ("LV",)) -> Slices:
    return load_slices(open_labelled(data, keys), (1,), grid, cache=cache)


def radius_pixels(slices: Slices) -> float:
    """Of the largest cavity in any slice."""
    return math.sqrt(float(slices.targets[:, 0].float().sum((1, 2)).max()) / 255 / math.pi)


def test_a_mouse_is_brought_to_the_typical_radius(mice: Path) -> None:
    """22 mm on pixels of 2 mm, of the upper quartile of the slices; the largest is a little larger."""
    slices = loaded(mice)
    assert radius_pixels(slices) == pytest.approx(11, abs=1.2)
    assert all(0.07 < scale < 0.15 for scale in slices.scales)


def test_people_are_seen_as_before(a_data_set_of_phantom_hearts: Path) -> None:
    slices = loaded(a_data_set_of_phantom_hearts)
    assert slices.scales == ()
    assert 11 < radius_pixels(slices) < 15  # 26 mm, more or less a tenth


def test_a_model_for_mice_sees_them_through_its_own_pixels(mice: Path, a_data_set_of_phantom_hearts: Path) -> None:
    people = loaded(a_data_set_of_phantom_hearts)
    own = loaded(mice, grid=Grid(0.2, 64, 64))
    assert own.scales == ()
    assert radius_pixels(own) == pytest.approx(radius_pixels(people), rel=0.2)


def test_where_no_cavity_is_learnt_nobody_looks_for_one(mice: Path) -> None:
    assert load_slices(open_labelled(mice, ["LV"]), (2,), GRID).scales == ()


def test_what_was_kept_has_its_size_with_it(mice: Path, tmp_path: Path) -> None:
    first, again = (loaded(mice, SliceCache(tmp_path / "cache")) for _ in range(2))
    assert torch.equal(first.images, again.images)
    assert first.scales == again.scales != ()


def test_a_mouse_that_has_a_persons_name_keeps_its_own_size(mice: Path, a_data_set_of_phantom_hearts: Path) -> None:
    """ "phantom0" is in both data sets; a heart does not shrink to a tenth from one to the other."""
    alone = loaded(mice)
    cases = [*open_labelled(a_data_set_of_phantom_hearts, ["LV"]), *open_labelled(mice, ["LV"])]
    both = load_slices([case for case in cases if case.patient == "phantom0"], (1,), GRID)
    assert both.names == ("phantom0",)
    people, of_mice = both.targets.chunk(2)
    assert torch.equal(of_mice, alone.targets[alone.patients == 0])
    assert float(people.float().sum((1, 2, 3)).max()) > 0
    assert both.scales == alone.scales[:1]
