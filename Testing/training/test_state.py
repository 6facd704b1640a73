"""Learning rate, running average and checkpoint."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from LVSegULib.errors import UsageError
from LVSegULib.training.config import TrainingConfig
from LVSegULib.training.state import TrainingState, learning_rate, load_checkpoint, new_state, save_checkpoint

CONFIG = TrainingConfig(filters=(2, 4), steps=100, warmup_steps=10, learning_rate=0.01, average_steps=20)
CPU = torch.device("cpu")


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
