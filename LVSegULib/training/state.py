"""What a training run is made of while it runs, and its checkpoint: one safetensors file, nothing pickled."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from LVSegULib.atomic import written_whole
from LVSegULib.errors import InputError, UsageError
from LVSegULib.json_text import json_of
from LVSegULib.network.unet import UNet
from LVSegULib.resuming import resuming
from LVSegULib.settings import as_plain, fitted
from LVSegULib.training.config import TrainingConfig, each_once
from LVSegULib.training.split import SPLIT, Split, some_names, split_of

_ANEW = "start without --resume, with another --out"


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

    @property
    def is_finite(self) -> bool:
        """Whether every value of the averaged network is a number."""
        return all(bool(tensor.isfinite().all()) for tensor in self.averaged.state_dict().values())


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


def save_checkpoint(
    path: Path,
    state: TrainingState,
    config: TrainingConfig,
    processes: int,
    *,
    split: Split,
    start: str,
) -> None:
    """Write everything that is needed to go on as if nothing had happened.

    Args:
        path: the file.
        state: what is written.
        config: the run's settings.
        processes: how many train together.
        split: who is learnt from and who is kept back.
        start: by which the weights that the run started from are known again, see `start_mark`.
    """
    tensors = _named_tensors(state)
    about = {
        "step": state.step,
        "best_dice": state.best_dice,
        "config": as_plain(config),
        "processes": processes,
        "split": split.to_json(),
        "start": start,
    }
    plain = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}
    with written_whole(path) as beside:
        beside.write_bytes(save(plain, metadata={"lvsegu": json.dumps(about)}))


def load_checkpoint(
    path: Path,
    state: TrainingState,
    config: TrainingConfig,
    processes: int,
    *,
    split: Split,
    start: str,
) -> None:
    """Continue `state` from a checkpoint of the same configuration, patients and number of processes.

    What a checkpoint of an earlier version does not tell is taken to be the same, but for the patients: these are in
    the run's split.json beside it, if it has not been taken away.

    Raises:
        InputError: the file is missing, broken, or from another configuration, other patients or another start.
        UsageError: it is from a run of another number of processes, which draws other slices, or split.json is broken.
    """
    for parameter in state.network.parameters():
        parameter.grad = torch.zeros_like(parameter)
    rates = [group["lr"] for group in state.optimizer.param_groups]
    for group in state.optimizer.param_groups:
        group["lr"] = 0.0
    state.optimizer.step()  # makes the optimiser's moments, which are then filled from the file
    for group, rate in zip(state.optimizer.param_groups, rates, strict=True):
        group["lr"] = rate
    with resuming(path, _ANEW, RuntimeError), safe_open(path, framework="pt") as file:
        about = _told(file.metadata(), processes, start)
        _check_settings(path, about["config"], as_plain(config))
        _check_processes(path, about["processes"], processes)
        if before := about["split"] or _split_beside(path):
            _check_patients(path, before, split.to_json())
        _check_start(path, about["start"], start)
        _fill(_named_tensors(state), file)
    state.step, state.best_dice = about["step"], about["best_dice"]


def _told(metadata: dict[str, str] | None, processes: int, start: str) -> dict[str, Any]:
    """What a checkpoint tells of its run, each of its type; what earlier versions do not tell is that of this run.

    Raises:
        ValueError: it is not what `save_checkpoint` wrote.
        KeyError: something is missing.
    """
    table: Any = dict[str, Any]
    try:
        about = fitted("it", json_of((metadata or {}).get("lvsegu", "{}")), table)
        config = fitted("config", about["config"], table)
        fitted("augmentation", config.get("augmentation", {}), table)
        config |= _data_once(config)
        split = fitted("split", about.get("split") or {}, table)
        told = {
            "config": config,
            "split": {side: list(fitted(side, names, tuple[str, ...])) for side, names in split.items()},
            "step": fitted("step", about["step"], int),
            "best_dice": fitted("best_dice", about["best_dice"], float),
            "processes": fitted("processes", about.get("processes", processes), int),
            "start": fitted("start", about.get("start", start), str),
        }
    except UsageError as error:
        raise ValueError(str(error)) from error
    if told["step"] < 0:
        raise ValueError("a step before the first")
    return told


def _data_once(config: dict[str, Any]) -> dict[str, Any]:
    """The data sets of a run and their weights, each once: an earlier version took twice what was given twice."""
    data = fitted("data", config.get("data", ()), tuple[str, ...])
    weights = fitted("weights", config.get("weights", ()), tuple[float, ...])
    return {name: list(values) for name, values in zip(("data", "weights"), each_once(data, weights), strict=True)}


def _split_beside(checkpoint: Path) -> dict[str, list[str]]:
    """The patients of the run that a checkpoint is of, from the file beside it; none if there is no such file."""
    path = checkpoint.with_name(SPLIT)
    return split_of(path, {}).to_json() if path.exists() else {}


def _fill(tensors: dict[str, Tensor], file: Any) -> None:
    """Fill tensors from those of a file; raises a ValueError where one is of another shape or type."""
    with torch.no_grad():
        for name, tensor in tensors.items():
            found: Tensor = file.get_tensor(name)
            if (found.shape, found.dtype) != (tensor.shape, tensor.dtype):
                raise ValueError(f"{name} is of another shape or type")
            tensor.copy_(found)


def _check_settings(path: Path, before: dict[str, Any], now: dict[str, Any]) -> None:
    """Refuse other settings, and name them; one that the run's version did not have yet had its default."""
    known = _flat(as_plain(TrainingConfig())) | _flat(before)
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


def _check_patients(path: Path, before: dict[str, list[str]], now: dict[str, list[str]]) -> None:
    """Refuse other patients, or the same on other sides: some would count as kept back who were learnt from."""
    sides = ("train", "validation")
    known, wanted = ({name: side for side in sides for name in split[side]} for split in (before, now))
    changes = {
        "now also": wanted.keys() - known.keys(),
        "no longer": known.keys() - wanted.keys(),
        "now on the other side": {name for name in known.keys() & wanted.keys() if known[name] != wanted[name]},
    }
    if told := [f"{how} {some_names(sorted(names))}" for how, names in changes.items() if names]:
        raise InputError(
            f"{path} is from a run on other patients ({'; '.join(told)}): resume with the data of that run, or {_ANEW}"
        )


def _check_start(path: Path, before: str, now: str) -> None:
    if before != now:
        raise InputError(
            f"{path} is from a run that started from a model with other weights: resume with the --from model of that "
            "run"
        )


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
