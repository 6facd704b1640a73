"""A small plan, carried out by a stand-in for `lvsegu`."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from LVSegULib.lock import locked
from LVSegULib.rebuild.run import LOCK, OTHERS, Progress, Rebuild
from LVSegULib.rebuild.steps import Places, Step

STAND_IN = Path(__file__).with_name("stand_in.py")


def a_step(name: str, line: str, **further: Any) -> Step:
    return Step(f"x/{name}", tuple(line.split()), **further)


def a_plan() -> list[Step]:
    """Two networks, one of which is pruned; an evaluation of each; and something to be timed."""
    return [
        a_step("train-a", "train --config RECIPES/x/train.toml --data DATA/D --out RUNS/x/a"),
        a_step("train-b", "train --config RECIPES/x/train.toml --data DATA/D --fold 1 --out RUNS/x/b"),
        a_step("prune-a", "prune RUNS/x/a/last --data DATA/D --out RUNS/x/a-pruned"),
        a_step("evaluate-a", "evaluate DATA/D --model RUNS/x/a-pruned --json RUNS/x/a.json"),
        a_step("evaluate-b", "evaluate DATA/D --model RUNS/x/b/last --json RUNS/x/b.json"),
        a_step("bench", "bench --model RUNS/x/b/last", stdout="RUNS/x/bench.json", is_alone=True),
    ]


@dataclass
class Workshop:
    """A folder with a data set and a recipe, where plans are carried out.

    Attributes:
        places: where everything is.
        steps: the plan.
        workers: how many steps run side by side.
        look: shown all steps now and then.
    """

    places: Places
    steps: list[Step] = field(default_factory=a_plan)
    workers: int = 2
    look: Callable[[Sequence[Progress]], None] = lambda _: None

    @property
    def journal(self) -> Path:
        return self.places.recipes.parent / "journal"

    def order(self, **orders: list[str]) -> None:
        """What the stand-in does wrong from now on."""
        self.journal.with_name("orders.json").write_text(json.dumps(orders))

    def rebuild(self) -> dict[str, str]:
        """Carry the plan out; how each step stands afterwards."""
        self.journal.write_text("")
        program = (sys.executable, "-S", "-E", str(STAND_IN), str(self.journal))
        with locked(self.places.runs, LOCK, OTHERS) as lock:
            found = Rebuild(self.steps, self.places, self.workers, lock, self.look, program).run()
        self.notes = {one.step.name.removeprefix("x/"): one.note for one in found}
        return {one.step.name.removeprefix("x/"): one.state.value for one in found}

    @property
    def done(self) -> list[dict[str, Any]]:
        """What the stand-in was asked for in the last rebuild."""
        return [json.loads(line) for line in self.journal.read_text().splitlines()]

    @property
    def done_words(self) -> set[str]:
        """The last word of each of its command lines, which is what it made, by name."""
        return {Path(one["words"][-1]).name for one in self.done}


@pytest.fixture
def a_workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    (tmp_path / "program").mkdir()
    (tmp_path / "program" / "code.py").write_text("1 + 1")
    monkeypatch.setattr("LVSegULib.rebuild.stamps.LIBRARY", tmp_path / "program")
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background tasks ignore it
    places = Places(*(tmp_path / name for name in ("data", "runs", "models", "recipes")))
    (places.data / "D").mkdir(parents=True)
    (places.data / "D" / "image.nrrd").write_bytes(b"pixels")
    (places.recipes / "x").mkdir(parents=True)
    (places.recipes / "x" / "train.toml").write_text("steps = 10\n")
    workshop = Workshop(places)
    workshop.order()
    return workshop
