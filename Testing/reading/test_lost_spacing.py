"""Stacks whose spacing was lost are told from those that have voxels of one millimetre."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from LVSegULib.reading.lost_spacing import lost_spacing

PATH = Path("a.nii")


def is_lost(shape: tuple[int, int, int], spacing_mm: tuple[float, float, float] = (1, 1, 1)) -> bool:
    """Of a stack (K, J, I) with voxels (I, J, K), in oblique slices."""
    turn = np.array([[0.6, -0.8, 0], [0.8, 0.6, 0], [0, 0, 1]])
    matrix = np.eye(4)
    matrix[:3, :3] = turn * spacing_mm
    return bool(lost_spacing(matrix, (20, *shape), PATH))


def test_a_person_is_longer_than_twelve_millimetres(caplog: pytest.LogCaptureFixture) -> None:
    (note,) = lost_spacing(np.eye(4), (1, 12, 100, 110), PATH)
    assert note.startswith("a voxel is 1 x 1 x 1 mm by its header, and the stack of 12 slices only 12 mm long: if the")
    assert caplog.messages == [f"a.nii: {note}"]
    assert is_lost((12, 256, 216))
    assert is_lost((29, 100, 100))


def test_thick_slices_long_stacks_and_small_animals_are_as_they_should(caplog: pytest.LogCaptureFixture) -> None:
    assert not is_lost((12, 256, 256), (1, 1, 8))
    assert not is_lost((12, 256, 256), (1.0001, 1, 1))
    assert not is_lost((30, 256, 256))
    assert not is_lost((12, 99, 256))
    assert not caplog.messages
