"""What a training run is made of while it runs, and its checkpoint: one safetensors file, nothing pickled."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from LVSegULib.atomic import written_whole
from LVSegULib.errors import InputError, UsageError
from LVSegULib.network.unet import UNet
from LVSegULib.training.config import TrainingConfig


@dataclass
class TrainingState:
    """Network, its running average, optimiser, and how far they have come."""

    network: UNet
    average: AveragedModel
    optimizer: torch.optim.AdamW
    step: int = 0
    best_dice: float = -1.0

    @property
    def averaged(self) -> UNet:
        """The averaged network: the one that is validated and saved."""
        network = self.average.module
        assert isinstance(network, UNet)
        return network


def new_state(config: TrainingConfig, device: torch.device) -> TrainingState:
    """An untrained network whose weights follow from the seed."""
    torch.manual_seed(config.seed)
    network = UNet(config.trained_network)
    network = network.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    average = AveragedModel(network, avg_fn=_running_average(config.average_steps), use_buffers=True)
    return TrainingState(network, average, _optimizer(network, config))


def learning_rate(config: TrainingConfig, step: int) -> float:
    """Linear warm-up, then a cosine from the peak down to zero at the last step."""
    if step < config.warmup_steps:
        return config.learning_rate * (step + 1) / config.warmup_steps
    done = (step - config.warmup_steps) / max(1, config.steps - config.warmup_steps)
    return config.learning_rate * (1 + math.cos(math.pi * min(1.0, done))) / 2


def save_checkpoint(path: Path, state: TrainingState, config: TrainingConfig, processes: int) -> None:
    """Write everything that is needed to go on as if nothing had happened; `processes` train together."""
    tensors = _named_tensors(state)
    about = {
        "step": state.step,
        "best_dice": state.best_dice,
        "config": config.to_json(),
        "processes": processes,
    }
    plain = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}
    with written_whole(path) as beside:
        beside.write_bytes(save(plain, metadata={"lvsegu": json.dumps(about)}))


def load_checkpoint(path: Path, state: TrainingState, config: TrainingConfig, processes: int) -> None:
    """Continue `state` from a checkpoint of the same configuration and number of processes.

    Raises:
        InputError: the file is missing, broken, or from another configuration.
        UsageError: it is from a run of another number of processes, which draws other slices.
    """
    for parameter in state.network.parameters():
        parameter.grad = torch.zeros_like(parameter)
    rates = [group["lr"] for group in state.optimizer.param_groups]
    for group in state.optimizer.param_groups:
        group["lr"] = 0.0
    state.optimizer.step()  # makes the optimiser's moments, which are then filled from the file
    for group, rate in zip(state.optimizer.param_groups, rates, strict=True):
        group["lr"] = rate
    try:
        with safe_open(path, framework="pt") as file:
            about: dict[str, Any] = json.loads((file.metadata() or {}).get("lvsegu", "{}"))
            _check_settings(path, about.get("config", {}), config.to_json())
            _check_processes(path, int(about.get("processes", processes)), processes)
            with torch.no_grad():
                for name, tensor in _named_tensors(state).items():
                    tensor.copy_(file.get_tensor(name))
    except (OSError, SafetensorError, ValueError, RuntimeError) as error:
        raise InputError(f"cannot resume from {path}: {error}") from error
    state.step, state.best_dice = int(about["step"]), float(about["best_dice"])


def _check_settings(path: Path, before: dict[str, Any], now: dict[str, Any]) -> None:
    """Refuse other settings, and name them; one that the run's version did not have yet had its default."""
    known = _flat(TrainingConfig().to_json()) | _flat(before)
    wanted = _flat(now)
    differing = sorted(name for name in known.keys() | wanted.keys() if known.get(name) != wanted.get(name))
    if differing:
        then, here = (
            ", ".join(f"{name} = {json.dumps(one.get(name))}" for name in differing) for one in (known, wanted)
        )
        raise InputError(
            f"{path} is from a run with other settings, {then}, and not {here}: resume with the settings of that run"
        )


def _flat(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings with those of the augmentation beside the others ("augmentation.noise")."""
    varied = {f"augmentation.{name}": value for name, value in settings.get("augmentation", {}).items()}
    return {name: value for name, value in settings.items() if name != "augmentation"} | varied


def _check_processes(path: Path, before: int, now: int) -> None:
    if before == now:
        return
    told = f"{before} process{'es' * (before > 1)}"
    how = f"as in torchrun --nproc-per-node {before}" if before > 1 else "without torchrun"
    raise UsageError(f"{path} is from a run with {told}, this one has {now}: resume with as many, {how}")


def _running_average(steps: int) -> Callable[[Tensor, Tensor, Tensor | int], Tensor]:
    """An exponential moving average over about `steps` steps, shorter at the start so that the first ones fade."""

    def average(so_far: Tensor, current: Tensor, count: Tensor | int) -> Tensor:
        if not current.is_floating_point():
            return current
        return torch.lerp(so_far, current, max(1 / steps, 10 / (10 + int(count))))

    return average


def _optimizer(network: nn.Module, config: TrainingConfig) -> torch.optim.AdamW:
    kernels = [p for p in network.parameters() if p.ndim > 1]
    others = [p for p in network.parameters() if p.ndim == 1]
    groups: list[dict[str, Any]] = [{"params": kernels}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=config.learning_rate, weight_decay=config.weight_decay)


def _named_tensors(state: TrainingState) -> dict[str, Tensor]:
    tensors = {f"network.{name}": tensor for name, tensor in state.network.state_dict().items()}
    tensors |= {f"average.{name}": tensor for name, tensor in state.average.state_dict().items()}
    parameters = [p for group in state.optimizer.param_groups for p in group["params"]]
    for index, parameter in enumerate(parameters):
        for name, tensor in state.optimizer.state.get(parameter, {}).items():
            tensors[f"optimizer.{index}.{name}"] = tensor
    return tensors
