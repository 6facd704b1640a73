"""What people see of a rebuild: a line for each step."""

from __future__ import annotations

import pytest

from LVSegULib.rebuild.run import Progress, State
from LVSegULib.rebuild.table import table, time_text, totals
from Testing.rebuild.conftest import a_step

STEPS = [
    Progress(a_step("train", "train --out RUNS/x"), State.RUNNING, 754.4, "step 4000: loss 0.2"),
    Progress(a_step("publish", "publish --out MODELS/x")),
]


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0:00"), (59.6, "1:00"), (754, "12:34"), (3723, "1:02:03")])
def test_times_are_short(seconds: float, text: str) -> None:
    assert time_text(seconds) == text


def test_the_table_has_a_line_for_each_step() -> None:
    assert table(STEPS, 80).splitlines() == [
        "x/train    running        12:34  step 4000: loss 0.2",
        "x/publish  waiting",
    ]
    assert table(STEPS, 30).splitlines()[0] == "x/train    running        12:3"


def test_totals_name_what_there_is() -> None:
    assert totals(STEPS) == "1 waiting, 1 running"
