"""A rebuild does what is not up to date and nothing else, and loses nothing when it is stopped or a step fails."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from LVSegULib.rebuild.run import Progress, State
from LVSegULib.rebuild.stamps import Stamps
from Testing.rebuild.conftest import Workshop, a_step


def all_are(state: State, workshop: Workshop) -> dict[str, str]:
    return {step.name.removeprefix("x/"): state.value for step in workshop.steps}


def test_everything_is_done_once_and_in_order(a_workshop: Workshop) -> None:
    assert a_workshop.rebuild() == all_are(State.DONE, a_workshop)
    made = [Path(one["words"][-1]).name for one in a_workshop.done]
    assert sorted(made[:2]) == ["a", "b"]
    assert made.index("a") < made.index("a-pruned") < made.index("a.json")
    assert made.index("b") < made.index("b.json")
    assert a_workshop.rebuild() == all_are(State.UP_TO_DATE, a_workshop)
    assert a_workshop.done == []


def test_steps_that_need_nothing_of_each_other_may_stand_in_any_order(a_workshop: Workshop) -> None:
    a_workshop.steps.reverse()
    assert a_workshop.rebuild() == all_are(State.DONE, a_workshop)
    assert a_workshop.rebuild() == all_are(State.UP_TO_DATE, a_workshop)


def test_what_a_command_prints_can_be_its_result(a_workshop: Workshop) -> None:
    a_workshop.rebuild()
    runs = a_workshop.places.runs / "x"
    assert json.loads((runs / "bench.json").read_text()) == {"printed by": "bench"}
    log = (runs / "logs" / "bench.log").read_text().splitlines()
    assert log[0].startswith("$ ") and log[0].endswith(f"bench --model {runs / 'b' / 'last'}")
    assert log[1] == "bench is at work"


def test_a_changed_command_redoes_what_depends_on_it(a_workshop: Workshop) -> None:
    a_workshop.rebuild()
    a_workshop.steps[2] = a_step("prune-a", "prune RUNS/x/a/last --data DATA/D --tolerance 0.1 --out RUNS/x/a-pruned")
    expected = all_are(State.UP_TO_DATE, a_workshop) | {"prune-a": "done", "evaluate-a": "done"}
    assert a_workshop.rebuild() == expected
    assert a_workshop.rebuild() == all_are(State.UP_TO_DATE, a_workshop)


def test_a_recipe_counts_by_its_values(a_workshop: Workshop) -> None:
    a_workshop.rebuild()
    recipe = a_workshop.places.recipes / "x" / "train.toml"
    recipe.write_text("# the same\nsteps  =  10\n")
    assert a_workshop.rebuild() == all_are(State.UP_TO_DATE, a_workshop)
    recipe.write_text("steps = 11\n")
    # What the stand-in leaves tells its words only, so what reads it need not be done again.
    expected = all_are(State.UP_TO_DATE, a_workshop) | {"train-a": "done", "train-b": "done"}
    assert a_workshop.rebuild() == expected


def test_data_count_by_every_byte(a_workshop: Workshop) -> None:
    a_workshop.rebuild()
    for litter in (".DS_Store", "Thumbs.db"):
        (a_workshop.places.data / "D" / litter).write_bytes(b"litter")
    assert a_workshop.rebuild() == all_are(State.UP_TO_DATE, a_workshop)
    (a_workshop.places.data / "D" / "image.nrrd").write_bytes(b"Pixels")
    assert a_workshop.rebuild() == all_are(State.DONE, a_workshop) | {"bench": "up to date"}


def test_a_changed_program_redoes_what_is_quick(a_workshop: Workshop) -> None:
    a_workshop.rebuild()
    (a_workshop.places.recipes.parent / "program" / "code.py").write_text("1 + 2")
    kept = {"train-a": "up to date", "train-b": "up to date", "prune-a": "up to date"}
    assert a_workshop.rebuild() == all_are(State.DONE, a_workshop) | kept


def test_a_model_that_a_step_has_left_is_replaced(a_workshop: Workshop) -> None:
    a_workshop.rebuild()
    assert not any(one["replaces"] for one in a_workshop.done)
    pruned = a_workshop.places.runs / "x" / "a-pruned"
    stamp = a_workshop.places.runs / "x" / "stamps" / "prune-a.json"
    stamp.write_text(stamp.read_text().replace('"is_done": true', '"is_done": false'))  # stopped at its very end
    a_workshop.rebuild()
    assert [one["words"][-1] for one in a_workshop.done if one["replaces"]] == [str(pruned)]


def test_a_stopped_search_goes_on_over_the_model_that_it_has_left(a_workshop: Workshop) -> None:
    a_workshop.rebuild()
    pruned = a_workshop.places.runs / "x" / "a-pruned"
    stamp = a_workshop.places.runs / "x" / "stamps" / "prune-a.json"
    stamp.write_text(stamp.read_text().replace('"is_done": true', '"is_done": false'))
    checkpoint = pruned.with_name("a-pruned.unfinished") / "checkpoint.safetensors"
    checkpoint.parent.mkdir()
    checkpoint.write_text("half way")
    a_workshop.rebuild()
    (prune,) = (one for one in a_workshop.done if one["words"][-1] == str(pruned))
    assert (prune["resumes"], prune["replaces"]) == (True, True)


def test_an_earlier_result_of_other_settings_is_set_aside(a_workshop: Workshop) -> None:
    a_workshop.rebuild()
    words = json.loads((a_workshop.places.runs / "x" / "b" / "last" / "model.json").read_text())
    line = "train --config RECIPES/x/train.toml --data DATA/D --fold 2 --out RUNS/x/b"
    a_workshop.steps[1] = a_step("train-b", line)
    a_workshop.rebuild()
    aside = a_workshop.places.runs / "x" / "b.earlier" / "last" / "model.json"
    assert json.loads(aside.read_text()) == words
    assert not any(one["resumes"] for one in a_workshop.done)


def test_a_result_that_was_removed_is_made_anew(a_workshop: Workshop) -> None:
    a_workshop.rebuild()
    (a_workshop.places.runs / "x" / "a.json").unlink()
    assert a_workshop.rebuild() == all_are(State.UP_TO_DATE, a_workshop) | {"evaluate-a": "done"}


def test_a_step_that_fails_keeps_only_those_back_that_need_it(a_workshop: Workshop) -> None:
    a_workshop.order(fail=["a-pruned"])
    expected = all_are(State.DONE, a_workshop) | {"prune-a": "failed", "evaluate-a": "left out"}
    assert a_workshop.rebuild() == expected
    assert a_workshop.notes["prune-a"] == "lvsegu: a-pruned cannot be made"
    assert a_workshop.notes["evaluate-a"] == "needs x/prune-a"
    a_workshop.order()
    expected = all_are(State.UP_TO_DATE, a_workshop) | {"prune-a": "done", "evaluate-a": "done"}
    assert a_workshop.rebuild() == expected


def test_a_step_that_writes_nothing_has_failed(a_workshop: Workshop) -> None:
    a_workshop.order(forget=["b.json"])
    assert a_workshop.rebuild() == all_are(State.DONE, a_workshop) | {"evaluate-b": "failed"}
    assert a_workshop.notes["evaluate-b"] == f"it did not write {a_workshop.places.runs / 'x' / 'b.json'}"


def stop_when_waiting(workshop: Workshop) -> None:
    """Ctrl-C once every training but the waiting one is done."""

    def look(steps: Sequence[Progress]) -> None:
        running = [one.step.name for one in steps if one.state is State.RUNNING]
        checkpoint = workshop.places.runs / "x" / "a" / "checkpoint.safetensors"
        if running == ["x/train-a"] and checkpoint.exists():
            raise KeyboardInterrupt

    workshop.look = look
    workshop.order(wait=["a"])
    with pytest.raises(KeyboardInterrupt):
        workshop.rebuild()
    workshop.look = lambda _: None
    workshop.order()


def test_a_stopped_training_goes_on_from_its_checkpoint(a_workshop: Workshop) -> None:
    stop_when_waiting(a_workshop)
    assert not (a_workshop.places.runs / "x" / "a" / "last").exists()
    done_before = {"train-b": "up to date", "evaluate-b": "up to date", "bench": "done"}
    assert a_workshop.rebuild() == all_are(State.DONE, a_workshop) | done_before
    assert [one["words"][-1] for one in a_workshop.done if one["resumes"]] == [str(a_workshop.places.runs / "x" / "a")]
    log = (a_workshop.places.runs / "x" / "logs" / "train-a.log").read_text()
    assert log.count("$ ") == 2  # the log goes on too


def test_a_stopped_training_of_other_settings_starts_over(a_workshop: Workshop) -> None:
    stop_when_waiting(a_workshop)
    (a_workshop.places.recipes / "x" / "train.toml").write_text("steps = 11\n")
    assert a_workshop.rebuild()["train-a"] == "done"
    assert not any(one["resumes"] for one in a_workshop.done)
    assert (a_workshop.places.runs / "x" / "a.earlier" / "checkpoint.safetensors").read_text() == "half way"


def test_a_stopped_training_whose_data_have_moved_starts_over(a_workshop: Workshop) -> None:
    """A run's checkpoint names the folders of its data, and is resumed with these only."""
    stop_when_waiting(a_workshop)
    moved = a_workshop.places.data.rename(a_workshop.places.data.with_name("moved"))
    a_workshop.places = replace(a_workshop.places, data=moved)
    assert a_workshop.rebuild()["train-a"] == "done"
    assert not any(one["resumes"] for one in a_workshop.done)


def most_at_once(workshop: Workshop) -> int:
    counts = [0]

    def look(steps: Sequence[Progress]) -> None:
        running = [one for one in steps if one.state is State.RUNNING]
        counts.append(len(running))
        assert len(running) == 1 or not any(one.step.is_alone for one in running)

    workshop.look = look
    workshop.rebuild()
    return max(counts)


def test_as_many_run_side_by_side_as_there_are_workers(a_workshop: Workshop) -> None:
    assert most_at_once(a_workshop) == 2


def test_one_worker_does_one_after_another(a_workshop: Workshop) -> None:
    a_workshop.workers = 1
    assert most_at_once(a_workshop) == 1


def test_threads_are_shared_but_for_what_is_timed(a_workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("LVSegULib.rebuild.run.available_threads", lambda: 6)
    a_workshop.rebuild()
    assert {one["words"][0]: one["threads"] for one in a_workshop.done} == {
        "train": "3",
        "prune": "3",
        "evaluate": "3",
        "bench": "6",
    }


def test_time_and_memory_are_kept(a_workshop: Workshop) -> None:
    a_workshop.rebuild()
    stamp = Stamps(a_workshop.places).read(a_workshop.steps[-1])
    assert stamp is not None and stamp.is_done and stamp.seconds > 0
    if sys.platform != "win32":
        assert stamp.peak_memory_mb is not None and 1 < stamp.peak_memory_mb < 10_000


def test_a_full_disk_is_said_where_it_is_met(a_workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("LVSegULib.atomic.os.replace", full)
    assert set(a_workshop.rebuild().values()) == {"failed", "left out"}
    assert "No space left on device" in a_workshop.notes["train-a"]
