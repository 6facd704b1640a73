"""Learning rate, running average and checkpoint."""

from __future__ import annotations

import dataclasses
import errno
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from LVSegULib.errors import InputError, UsageError
from LVSegULib.training import state as tested
from LVSegULib.training.config import TrainingConfig
from LVSegULib.training.split import Split
from LVSegULib.training.state import TrainingState, learning_rate, new_state

CONFIG = TrainingConfig(filters=(2, 4), steps=100, warmup_steps=10, learning_rate=0.01, average_steps=20)
CPU = torch.device("cpu")

save_checkpoint, load_checkpoint = (
    partial(written_or_read, split=Split(("a",), ()), start="")
    for written_or_read in (tested.save_checkpoint, tested.load_checkpoint)
)


def a_step(state: TrainingState) -> None:
    state.optimizer.zero_grad()
    state.network(torch.ones(2, 1, 16, 16)).square().sum().backward()
    state.optimizer.step()
    state.average.update_parameters(state.network)
    state.step += 1


def test_learning_rate_warms_up_and_falls_along_a_cosine() -> None:
    assert learning_rate(CONFIG, 0) == pytest.approx(0.001)
    assert learning_rate(CONFIG, 9) == pytest.approx(0.01)
    assert learning_rate(CONFIG, 55) == pytest.approx(0.005)  # half-way between 10 and 100
    assert learning_rate(CONFIG, 100) == pytest.approx(0)


def test_the_average_of_still_weights_is_these_weights() -> None:
    state = new_state(CONFIG, CPU)
    for _ in range(30):
        state.average.update_parameters(state.network)
    for ours, theirs in zip(state.averaged.parameters(), state.network.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs)


def test_the_average_forgets_the_untrained_weights() -> None:
    state = new_state(CONFIG, CPU)
    with torch.no_grad():
        state.network.head.bias.fill_(5.0)
        state.average.update_parameters(state.network)
        state.network.head.bias.fill_(1.0)
    for _ in range(400):
        state.average.update_parameters(state.network)
    assert state.averaged.head.bias.item() == pytest.approx(1.0, abs=1e-3)


def test_a_step_counts_a_twentieth_of_an_average_over_twenty_and_more_at_the_start() -> None:
    """So do the statistics of batch norm."""
    state, shares = new_state(CONFIG, CPU), []
    with torch.no_grad():
        for step in range(400):
            for values in (state.network.head.bias, next(state.network.buffers())):
                values.fill_(1.0 if step in (1, 399) else 0.0)
            state.average.update_parameters(state.network)
            shares.append([state.averaged.head.bias[0].item(), next(state.averaged.buffers())[0].item()])
    assert shares[1] == pytest.approx([10 / 11] * 2)  # the second of few
    assert shares[-1] == pytest.approx([1 / 20] * 2)


def test_only_kernels_decay() -> None:
    """Without a slope, a step takes the share of the learning rate times the weight decay, from kernels alone."""
    config = dataclasses.replace(CONFIG, weight_decay=0.5)
    state = new_state(config, CPU)
    before = {name: values.detach().clone() for name, values in state.network.named_parameters()}
    for values in state.network.parameters():
        values.grad = torch.zeros_like(values)
    state.optimizer.step()
    for name, values in state.network.named_parameters():
        share = 1 - 0.01 * 0.5 if values.ndim > 1 else 1.0
        torch.testing.assert_close(values.detach(), share * before[name], msg=name)


def test_a_checkpoint_holds_all_that_the_next_step_needs(tmp_path: Path) -> None:
    state = new_state(CONFIG, CPU)
    for _ in range(3):
        a_step(state)
    state.best_dice = 0.5
    save_checkpoint(tmp_path / "c.safetensors", state, CONFIG, 1)
    loaded = new_state(CONFIG, CPU)
    load_checkpoint(tmp_path / "c.safetensors", loaded, CONFIG, 1)
    assert (loaded.step, loaded.best_dice) == (3, 0.5)
    a_step(state)
    a_step(loaded)
    for name, tensor in state.average.state_dict().items():
        assert torch.equal(tensor, loaded.average.state_dict()[name]), name


def test_a_checkpoint_goes_on_with_as_many_processes_as_wrote_it(tmp_path: Path) -> None:
    path = tmp_path / "c.safetensors"
    state = new_state(CONFIG, CPU)
    a_step(state)
    save_checkpoint(path, state, CONFIG, 2)
    message = "is from a run with 2 processes, this one has 1: resume with as many, as in torchrun --nproc-per-node 2"
    with pytest.raises(UsageError, match=message):
        load_checkpoint(path, new_state(CONFIG, CPU), CONFIG, 1)
    loaded = new_state(CONFIG, CPU)
    load_checkpoint(path, loaded, CONFIG, 2)
    assert loaded.step == 1
    save_checkpoint(path, state, CONFIG, 1)
    with pytest.raises(UsageError, match="with 1 process, this one has 2: resume with as many, without torchrun"):
        load_checkpoint(path, new_state(CONFIG, CPU), CONFIG, 2)


def a_checkpoint_of(path: Path, split: Split, start: str = "") -> Path:
    state = new_state(CONFIG, CPU)
    a_step(state)
    save_checkpoint(path, state, CONFIG, 1, split=split, start=start)
    return path


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (Split(("a", "b", "e"), ("d",)), "now also e; no longer c"),
        (Split(("a", "b", "d"), ("c",)), "now on the other side c, d"),
        (Split(("a", "b", "c", "v", "w", "x", "y", "z"), ("d",)), "now also v, w, x and 2 more"),
    ],
)
def test_a_checkpoint_does_not_go_on_with_other_patients(tmp_path: Path, now: Split, told: str) -> None:
    path = a_checkpoint_of(tmp_path / "c.safetensors", Split(("a", "b", "c"), ("d",)))
    with pytest.raises(InputError) as refused:
        load_checkpoint(path, new_state(CONFIG, CPU), CONFIG, 1, split=now)
    what = "resume with the data of that run, or start without --resume, with another --out"
    assert str(refused.value) == f"{path} is from a run on other patients ({told}): {what}"
    loaded = new_state(CONFIG, CPU)
    load_checkpoint(path, loaded, CONFIG, 1, split=Split(("c", "b", "a"), ("d",)))  # in another order
    assert loaded.step == 1


def test_a_checkpoint_does_not_go_on_from_another_start(tmp_path: Path) -> None:
    path = a_checkpoint_of(tmp_path / "c.safetensors", Split(("a",), ()), "0123")
    with pytest.raises(InputError, match="started from a model with other weights: resume with the --from model of"):
        load_checkpoint(path, new_state(CONFIG, CPU), CONFIG, 1, start="4567")
    loaded = new_state(CONFIG, CPU)
    load_checkpoint(path, loaded, CONFIG, 1, start="0123")
    assert loaded.step == 1


def test_a_checkpoint_that_does_not_tell_its_patients_is_taken(tmp_path: Path) -> None:
    def forget(about: dict[str, Any]) -> None:
        del about["split"], about["start"]

    path = an_older_checkpoint(tmp_path / "c.safetensors", forget)
    loaded = new_state(CONFIG, CPU)
    load_checkpoint(path, loaded, CONFIG, 2, split=Split(("a",), ()), start="0123")
    assert loaded.step == 1


def test_the_patients_of_an_earlier_checkpoint_are_those_of_the_file_beside_it(tmp_path: Path) -> None:
    path = an_older_checkpoint(tmp_path / "c.safetensors", lambda about: about.pop("split"))
    beside = tmp_path / "split.json"
    beside.write_text(json.dumps({"train": ["a", "b"], "validation": ["c"]}), encoding="utf-8")
    with pytest.raises(InputError, match=r"from a run on other patients \(now on the other side b, c\)"):
        load_checkpoint(path, new_state(CONFIG, CPU), CONFIG, 2, split=Split(("a", "c"), ("b",)))
    loaded = new_state(CONFIG, CPU)
    load_checkpoint(path, loaded, CONFIG, 2, split=Split(("b", "a"), ("c",)))
    assert loaded.step == 1
    beside.write_text("{", encoding="utf-8")
    with pytest.raises(UsageError, match=r"split\.json: cannot be read as a split: it is no JSON"):
        load_checkpoint(path, new_state(CONFIG, CPU), CONFIG, 2, split=Split(("a", "b"), ("c",)))


def test_an_earlier_run_with_a_data_set_given_twice_goes_on_with_it_once(tmp_path: Path) -> None:
    def twice(about: dict[str, Any]) -> None:
        about["config"] |= {"data": ["sets/a", "b", "sets/./a"], "weights": [1.0, 2.0, 3.0]}

    path = an_older_checkpoint(tmp_path / "c.safetensors", twice)
    loaded = new_state(CONFIG, CPU)
    once = dataclasses.replace(CONFIG, data=("sets/a", "b"), weights=(3.0, 2.0))
    load_checkpoint(path, loaded, once, 2)
    assert loaded.step == 1
    with pytest.raises(InputError, match=r'weights = \[3\.0, 2\.0\], and not data = \["b"\], weights = \[2\.0\]'):
        load_checkpoint(path, new_state(CONFIG, CPU), dataclasses.replace(CONFIG, data=("b",), weights=(2.0,)), 2)


def test_values_that_are_no_numbers_are_found() -> None:
    state = new_state(CONFIG, CPU)
    assert state.is_finite
    with torch.no_grad():
        state.averaged.head.bias[0] = float("inf")
    assert not state.is_finite


def an_older_checkpoint(path: Path, forget: Callable[[dict[str, Any]], None]) -> Path:
    """A checkpoint of one step by two processes that tells less, as a version before would."""
    state = new_state(CONFIG, CPU)
    a_step(state)
    save_checkpoint(path, state, CONFIG, 2)
    with safe_open(path, framework="pt") as file:
        about = json.loads(file.metadata()["lvsegu"])
    forget(about)
    save_file(load_file(path), path, metadata={"lvsegu": json.dumps(about)})
    return path


def test_a_checkpoint_that_does_not_tell_its_processes_is_taken(tmp_path: Path) -> None:
    path = an_older_checkpoint(tmp_path / "c.safetensors", lambda about: about.pop("processes"))
    for processes in (1, 2):
        loaded = new_state(CONFIG, CPU)
        load_checkpoint(path, loaded, CONFIG, processes)
        assert loaded.step == 1


def test_the_same_seed_gives_the_same_network() -> None:
    first, again = (new_state(CONFIG, CPU).network.head.weight for _ in range(2))
    assert torch.equal(first, again)


def test_a_checkpoint_of_a_version_with_fewer_settings_goes_on(tmp_path: Path) -> None:
    def forget(about: dict[str, Any]) -> None:
        del about["config"]["intensity"], about["config"]["augmentation"]["texture"]

    loaded = new_state(CONFIG, CPU)
    load_checkpoint(an_older_checkpoint(tmp_path / "c.safetensors", forget), loaded, CONFIG, 2)
    assert loaded.step == 1


def told_otherwise(path: Path, **values: Any) -> None:
    """A checkpoint that tells other values, or with None does not tell them."""

    def change(about: dict[str, Any]) -> None:
        about.update(values)
        for name in [name for name, value in values.items() if value is None]:
            del about[name]

    an_older_checkpoint(path, change)


@pytest.mark.parametrize(
    "values",
    [
        {"step": None},
        {"step": "x"},
        {"step": -5},
        {"step": 1.5},
        {"best_dice": None},
        {"best_dice": "x"},
        {"processes": "x"},
        {"processes": float("inf")},
        {"config": None},
        {"config": []},
        {"config": {"augmentation": []}},
        {"config": {"data": [3]}},
        {"config": {"data": ["a"], "weights": [1.0, 2.0]}},
        {"split": [3]},
        {"split": {"train": 3}},
        {"start": 3},
    ],
)
def test_a_checkpoint_that_tells_no_such_thing_is_refused(tmp_path: Path, values: dict[str, Any]) -> None:
    told_otherwise(tmp_path / "c.safetensors", **values)
    said = (
        r"cannot resume from .*c\.safetensors \(.+\), a damaged file or one of another version: start without --resume"
    )
    with pytest.raises(InputError, match=said):
        load_checkpoint(tmp_path / "c.safetensors", new_state(CONFIG, CPU), CONFIG, 2)


@pytest.mark.parametrize("text", ["", "[]", "null", "[" * 100_000])
def test_what_tells_nothing_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "c.safetensors"
    save_file({"a": torch.zeros(1)}, path, metadata={"lvsegu": text})
    with pytest.raises(InputError, match="a damaged file or one of another version"):
        load_checkpoint(path, new_state(CONFIG, CPU), CONFIG, 2)


def test_weights_of_another_type_are_refused(tmp_path: Path) -> None:
    path = an_older_checkpoint(tmp_path / "c.safetensors", lambda _: None)
    with safe_open(path, framework="pt") as file:
        about = file.metadata()
    tensors = load_file(path)
    tensors["network.head.bias"] = tensors["network.head.bias"].to(torch.int8)
    save_file(tensors, path, metadata=about)
    with pytest.raises(InputError, match="a damaged file or one of another version"):
        load_checkpoint(path, new_state(CONFIG, CPU), CONFIG, 2)


def test_a_checkpoint_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """As after a hiccup of the disk: nobody is told to begin anew."""
    with pytest.raises(InputError) as refused:
        load_checkpoint(tmp_path, new_state(CONFIG, CPU), CONFIG, 2)
    assert str(refused.value).startswith(f"cannot read {tmp_path} (")
    assert str(refused.value).endswith("): check the disk and its permissions, and try again")


def test_a_file_that_may_not_be_read_is_not_said_to_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    path = a_checkpoint_of(tmp_path / "c.safetensors", Split(("a",), ()))
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError, match=r"cannot read .*c\.safetensors \(Permission denied\): check the disk"):
        load_checkpoint(path, new_state(CONFIG, CPU), CONFIG, 1)
