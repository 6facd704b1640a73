"""What a step reads and writes follows from its words."""

from __future__ import annotations

from pathlib import Path

import pytest

from LVSegULib.errors import InputError, UsageError
from LVSegULib.rebuild.steps import Places, check_inputs, needs, with_needs
from Testing.rebuild.conftest import Workshop, a_plan, a_step

EVALUATE = "evaluate DATA/D --model RUNS/x/a/last --json RUNS/x/a.json --picture RUNS/x/worst.png"
PUBLISH = "publish RUNS/x/a/last --picture RUNS/x/worst.png --out MODELS/x"


@pytest.mark.parametrize(
    ("line", "inputs", "outputs", "products"),
    [
        (
            "train --config RECIPES/x/train.toml --data DATA/D --out RUNS/x/a",
            {"RECIPES/x/train.toml", "DATA/D"},
            {"RUNS/x/a"},
            {"RUNS/x/a/last/model.json"},
        ),
        (
            EVALUATE,
            {"DATA/D", "RUNS/x/a/last"},
            {"RUNS/x/a.json", "RUNS/x/worst.png"},
            {"RUNS/x/a.json", "RUNS/x/worst.png"},
        ),
        (PUBLISH, {"RUNS/x/a/last", "RUNS/x/worst.png"}, {"MODELS/x"}, {"MODELS/x/model.json"}),
    ],
)
def test_inputs_and_outputs(line: str, inputs: set[str], outputs: set[str], products: set[str]) -> None:
    step = a_step("one", line)
    assert (set(step.inputs), set(step.outputs), set(step.products)) == (inputs, outputs, products)


def test_a_card_shows_the_command_without_this_machine_s_folders() -> None:
    step = a_step("one", "publish RUNS/x/a --about RECIPES/x/about.toml --out MODELS/x")
    assert step.shown == "lvsegu publish RUNS/x/a --about docs/models/x/about.toml --out LVSegULib/models/x --replace"
    places = Places(Path("d"), Path("r"), Path("m"), Path("p"))
    real = ["publish", "r/x/a", "--about", "p/x/about.toml", "--out", "m/x"]
    assert places.real(step.words) == [str(Path(word)) if "/" in word else word for word in real]


def test_only_what_a_clone_holds_already_is_shown_to_be_replaced() -> None:
    assert a_step("one", f"{PUBLISH} --replace").shown.count("--replace") == 1
    assert "--replace" not in a_step("one", "prune RUNS/x/a/last --data DATA/D --out RUNS/x/a-pruned").shown
    assert "--replace" not in a_step("one", PUBLISH).words


def test_a_step_needs_those_whose_outputs_it_reads() -> None:
    assert needs(a_plan()) == {
        "x/train-a": frozenset(),
        "x/train-b": frozenset(),
        "x/prune-a": {"x/train-a"},
        "x/evaluate-a": {"x/prune-a"},
        "x/evaluate-b": {"x/train-b"},
        "x/bench": {"x/train-b"},
    }
    chosen = with_needs(a_plan(), ["x/evaluate-a"])
    assert [step.name for step in chosen] == ["x/train-a", "x/prune-a", "x/evaluate-a"]


def test_what_no_step_writes_cannot_be_read() -> None:
    with pytest.raises(UsageError, match="x/one reads RUNS/x/a/last, which no step writes"):
        needs([a_step("one", EVALUATE)])


def test_names_are_taken_once() -> None:
    with pytest.raises(UsageError, match="two steps x/one"):
        needs([a_step("one", "bench --out RUNS/a"), a_step("one", "bench --out RUNS/b")])


def test_missing_data_are_said_before_any_work(a_workshop: Workshop) -> None:
    check_inputs(a_workshop.steps, a_workshop.places)
    (a_workshop.places.data / "D").rename(a_workshop.places.data / "E")
    with pytest.raises(InputError, match="D does not exist, and x/train-a reads it"):
        check_inputs(a_workshop.steps, a_workshop.places)


def test_a_step_alone_needs_what_others_have_left(a_workshop: Workshop) -> None:
    reader = next(step for step in a_workshop.steps if any(word.startswith("RUNS/") for word in step.inputs))
    with pytest.raises(InputError, match="do the step that makes it first"):
        check_inputs([reader], a_workshop.places)
