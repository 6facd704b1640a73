"""Prepared slices are found again as long as nothing they depend on has changed, and only then."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file

from LVSegULib.cine import Cine
from LVSegULib.errors import OutputError
from LVSegULib.preparation.grid import Grid
from LVSegULib.training.cache import SliceCache
from LVSegULib.training.data import Slices, load_slices

GRID = Grid(2.0, 16, 16)


@dataclass
class Counted:
    """A case of a few slices, all of whose pixels are cavity, that counts how often it is read."""

    file: Path
    name: str = "case"
    patient: str = "patient"
    labels: tuple[str, ...] = ("LV", "MYO")
    read_count: int = field(default=0)
    slices: int = 2

    @property
    def files(self) -> tuple[Path, ...]:
        return (self.file,)

    def read(self) -> tuple[Cine, NDArray[np.uint8]]:
        self.read_count += 1
        frames = np.random.default_rng(1).random((1, self.slices, 20, 20), dtype=np.float32)
        return Cine(frames, np.diag([-2.0, -2.0, 8.0, 1.0])), np.ones(frames.shape, np.uint8)


@pytest.fixture
def a_case(tmp_path: Path) -> Counted:
    file = tmp_path / "case.nii"
    file.write_bytes(b"pixels")
    os.utime(file, ns=(10**18, 10**18))
    return Counted(file)


@pytest.fixture
def a_cache(tmp_path: Path) -> SliceCache:
    return SliceCache(tmp_path / "prepared" / "slices")


def loaded(case: Counted, cache: SliceCache | None, grid: Grid = GRID, values: tuple[int, ...] = (1,)) -> Slices:
    return load_slices([case], values, grid, cache=cache)


def assert_same(one: Slices, other: Slices) -> None:
    for name in ("images", "targets", "patients", "known"):
        assert torch.equal(getattr(one, name), getattr(other, name)), name
    assert (one.names, one.images.dtype) == (other.names, other.images.dtype)


def test_a_case_is_read_once_and_comes_back_bit_for_bit(a_case: Counted, a_cache: SliceCache) -> None:
    first, again, without = loaded(a_case, a_cache), loaded(a_case, a_cache), loaded(a_case, None)
    assert a_case.read_count == 2  # once for the cache, once without it
    assert_same(first, again)
    assert_same(first, without)
    assert [path.suffix for path in a_cache.folder.iterdir()] == [".safetensors"]


def touched(case: Counted) -> None:
    os.utime(case.file, ns=(10**18, 10**18 + 1000))


def grown(case: Counted) -> None:
    case.file.write_bytes(b"more pixels")
    os.utime(case.file, ns=(10**18, 10**18))


def renamed(case: Counted) -> None:
    case.file = case.file.rename(case.file.with_name("other.nii"))


@pytest.mark.parametrize("change", [touched, grown, renamed])
def test_a_changed_file_is_read_again(a_case: Counted, a_cache: SliceCache, change: Callable[[Counted], None]) -> None:
    loaded(a_case, a_cache)
    change(a_case)
    loaded(a_case, a_cache)
    loaded(a_case, a_cache)
    assert a_case.read_count == 2


OTHER_GRIDS = [
    {"spacing_mm": 2.5},
    {"rows": 20},
    {"columns": 20},
    {"intensity": "z-score"},
    {"centre_mm": (4.0, 0.0)},
]


@pytest.mark.parametrize("change", OTHER_GRIDS, ids=lambda change: next(iter(change)))
def test_two_grids_do_not_mix(a_case: Counted, a_cache: SliceCache, change: dict[str, object]) -> None:
    other = dataclasses.replace(GRID, **change)  # type: ignore[arg-type]
    for _ in range(2):
        assert_same(loaded(a_case, a_cache), loaded(a_case, None))
        assert_same(loaded(a_case, a_cache, other), loaded(a_case, None, other))
    assert a_case.read_count == 2 + 4  # each grid once, and four times without the cache


def test_other_labels_do_not_mix(a_case: Counted, a_cache: SliceCache) -> None:
    one, two = loaded(a_case, a_cache), loaded(a_case, a_cache, values=(2, 1))
    assert a_case.read_count == 2
    assert one.targets.shape[1] == 1
    assert not two.targets[:, 0].any()
    assert torch.equal(two.targets[:, 1], one.targets[:, 0])


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-10])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def filled_with_something_else(path: Path) -> None:
    path.write_bytes(b"not tensors at all, but long enough to hold a length")


def given_other_tensors(path: Path) -> None:
    save_file({"weights": torch.ones(3)}, path)


@pytest.mark.parametrize("breaks", [cut_short, emptied, filled_with_something_else, given_other_tensors])
def test_a_broken_file_is_made_anew(a_case: Counted, a_cache: SliceCache, breaks: Callable[[Path], None]) -> None:
    first = loaded(a_case, a_cache)
    (file,) = a_cache.folder.iterdir()
    breaks(file)
    assert_same(loaded(a_case, a_cache), first)
    assert a_case.read_count == 2
    assert_same(loaded(a_case, a_cache), first)
    assert a_case.read_count == 2


def test_what_the_source_knows_is_not_cached(a_case: Counted, a_cache: SliceCache) -> None:
    assert loaded(a_case, a_cache, values=(1, 2)).known.all()
    a_case.labels = ("LV",)
    assert loaded(a_case, a_cache, values=(1, 2)).known.tolist() == [[True, False]] * 2


def test_a_cache_that_cannot_be_written_is_one_clear_error(a_case: Counted, tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"a file")
    with pytest.raises(OutputError, match="cannot write"):
        loaded(a_case, SliceCache(tmp_path / "taken"))
    assert (tmp_path / "taken").read_bytes() == b"a file"


def test_cases_of_one_name_in_two_data_sets_do_not_mix(a_case: Counted, a_cache: SliceCache) -> None:
    """The same patient in two data sets: "anna_ED" of one is not that of the other."""
    other = dataclasses.replace(a_case, file=a_case.file.with_name("other.nii"), slices=3)
    other.file.write_bytes(b"others")
    plain = load_slices([a_case, other], (1,), GRID)
    for _ in range(2):
        assert_same(load_slices([a_case, other], (1,), GRID, cache=a_cache), plain)
