"""Prepared slices are found again as long as nothing they depend on has changed, and only then."""

from __future__ import annotations

import dataclasses
import errno
import os
import shutil
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
from LVSegULib.training.cache import NAMES, SliceCache
from LVSegULib.training.data import Slices, load_slices
from LVSegULib.training.patient import Prepared

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
    with pytest.raises(OutputError, match=r"cannot write .*: choose another --cache folder"):
        loaded(a_case, SliceCache(tmp_path / "taken"))
    assert (tmp_path / "taken").read_bytes() == b"a file"


def test_a_file_that_another_process_has_just_written_is_as_good(
    a_case: Counted, a_cache: SliceCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Windows, which replaces no file that somebody has open."""

    def another_was_faster(whole: Path, path: Path) -> None:
        shutil.copy(whole, path)
        raise PermissionError(13, "Access is denied")

    with monkeypatch.context() as patched:
        patched.setattr("LVSegULib.atomic.os.replace", another_was_faster)
        patched.setattr("LVSegULib.atomic.time.sleep", lambda _: None)
        first = loaded(a_case, a_cache)
    assert_same(loaded(a_case, a_cache), first)
    assert a_case.read_count == 1


def test_a_broken_file_does_not_stand_for_one_that_cannot_be_written(
    a_case: Counted, a_cache: SliceCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Path, __: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    loaded(a_case, a_cache)
    (file,) = a_cache.folder.iterdir()
    cut_short(file)
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match="cannot write"):
        loaded(a_case, a_cache)


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="only Linux tells what is mapped")
def test_a_file_is_not_held_while_its_slices_are_in_use(a_cache: SliceCache) -> None:
    prepared = Prepared(*(torch.ones(2) for _ in NAMES))
    first, again = (a_cache.get(("case",), lambda: prepared) for _ in range(2))
    assert first is prepared
    assert again is not prepared and torch.equal(again.images, prepared.images)
    assert str(a_cache.folder) not in Path("/proc/self/maps").read_text(encoding="utf-8")


def test_cases_of_one_name_in_two_data_sets_do_not_mix(a_case: Counted, a_cache: SliceCache) -> None:
    """The same patient in two data sets: "anna_ED" of one is not that of the other."""
    other = dataclasses.replace(a_case, file=a_case.file.with_name("other.nii"), slices=3)
    other.file.write_bytes(b"others")
    plain = load_slices([a_case, other], (1,), GRID)
    for _ in range(2):
        assert_same(load_slices([a_case, other], (1,), GRID, cache=a_cache), plain)


def test_slices_of_another_size_do_not_mix(a_case: Counted, a_cache: SliceCache) -> None:
    """As those are that are learnt from, which are kept larger, and those that are validated on."""
    for size in (None, (24, 24), None, (20, 24)):
        assert_same(
            load_slices([a_case], (1,), GRID, cache=a_cache, size=size),
            load_slices([a_case], (1,), GRID, size=size),
        )
    assert a_case.read_count == 3 + 4  # each size once, and four times without the cache


def test_a_case_is_prepared_again_when_another_one_of_the_patient_has_changed(
    a_case: Counted, a_cache: SliceCache
) -> None:
    """The heart at ED says how large it is at ES."""
    other = dataclasses.replace(a_case, name="other", file=a_case.file.with_name("other.nii"))
    other.file.write_bytes(b"pixels")
    for prepared in (2, 4):
        load_slices([a_case, other], (1,), GRID, cache=a_cache)
        assert len(list(a_cache.folder.iterdir())) == prepared
        touched(other)
