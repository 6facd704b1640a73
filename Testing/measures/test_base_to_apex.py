"""Thirds of the slices, and which end is the base."""

from __future__ import annotations

import pytest

from LVSegULib.measures.base_to_apex import is_base_first, thirds

TAPERING = [100, 120, 110, 90, 60, 20]


@pytest.mark.parametrize(
    ("count", "base", "mid", "apex"),
    [(1, 0, 1, 0), (2, 1, 0, 1), (3, 1, 1, 1), (4, 1, 2, 1), (5, 2, 1, 2), (7, 2, 3, 2), (8, 3, 2, 3), (9, 3, 3, 3)],
)
def test_thirds(count: int, base: int, mid: int, apex: int) -> None:
    regions = thirds(count, base_first=True)
    assert regions == ["base"] * base + ["mid"] * mid + ["apex"] * apex
    assert thirds(count, base_first=False) == regions[::-1]


def test_the_base_is_the_larger_end() -> None:
    assert is_base_first([TAPERING])
    assert not is_base_first([TAPERING[::-1]])


def test_es_helps_where_ed_is_cut_off_at_the_base() -> None:
    ed = [233, 401, 493, 555, 588, 581, 571, 475, 94]  # a child's stack, apex first, small last slice at the base
    es = [60, 140, 218, 262, 253, 245, 192]
    assert is_base_first([ed])
    assert not is_base_first([ed, es])


def test_every_frame_counts_alike_however_large() -> None:
    # centre of area off the middle: (110 - 100) / 310 slices towards the last, (20 - 10) / 40 towards the first
    assert is_base_first([[100, 100, 110], [20, 10, 10]])


def test_a_stack_that_does_not_taper_is_taken_to_start_at_the_base() -> None:
    assert is_base_first([[50, 50, 50]])
