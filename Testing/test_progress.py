"""Steps of work report as parts of the whole, in order."""

from __future__ import annotations

import pytest

from LVSegULib.progress import part_of, reporting


def test_a_part_runs_from_its_start_to_its_end() -> None:
    shares: list[float] = []
    part = part_of(shares.append, 0.2, 0.6)
    for share in (0.0, 0.5, 1.0):
        part(share)
    assert shares == pytest.approx([0.2, 0.4, 0.6])


def test_each_item_is_reported_once_it_is_done() -> None:
    seen: list[object] = []
    for item in reporting("ab", seen.append):
        seen.append(item)
    assert seen == ["a", 0.5, "b", 1.0]


def test_nothing_to_do_reports_nothing() -> None:
    shares: list[float] = []
    assert list(reporting((), shares.append)) == []
    assert shares == []


def test_what_a_report_raises_ends_the_loop() -> None:
    def stop(_: float) -> None:
        raise KeyboardInterrupt

    done: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        done.extend(reporting(range(3), stop))
    assert done == [0]
