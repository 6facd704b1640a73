"""A search that was stopped: the network as it was, and its log, in one safetensors file; nothing pickled."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from safetensors import safe_open
from safetensors.torch import save
from torch import Tensor

from LVSegULib.atomic import written_whole
from LVSegULib.errors import InputError, UsageError
from LVSegULib.json_text import json_of
from LVSegULib.network.by_layer import Layer, has_relu
from LVSegULib.network.config import UNetConfig
from LVSegULib.pruning.log import Row
from LVSegULib.pruning.state import State
from LVSegULib.resuming import resuming
from LVSegULib.settings import fitted

CHECKPOINT = "checkpoint.safetensors"

_ANEW = "remove its folder, and start without --resume"


@dataclass(frozen=True)
class Checkpoint:
    """How far a search has come.

    Attributes:
        state: the network of the next round, not yet refitted.
        best: the smallest network that passed so far.
        rows: the rounds so far.
    """

    state: State
    best: State
    rows: tuple[Row, ...]


def save_checkpoint(path: Path, checkpoint: Checkpoint, about: dict[str, Any]) -> None:
    """Write a checkpoint; `about` says what it is a search for, and must be the same when it is resumed."""
    tensors: dict[str, Tensor] = {}
    for kind, state in (("state", checkpoint.state), ("best", checkpoint.best)):
        for name, layer in state.layers.items():
            tensors |= {f"{kind}.kernels.{name}": layer.kernels.contiguous(), f"{kind}.bias.{name}": layer.bias}
        tensors |= {f"{kind}.alive.{name}": alive for name, alive in state.alive.items()}
        tensors |= {f"{kind}.mix.{name}": mix for name, mix in state.mixes.items()}
    text = json.dumps(
        {
            "about": about,
            "rows": [asdict(row) for row in checkpoint.rows],
            "state": checkpoint.state.config.to_json(),
            "best": checkpoint.best.config.to_json(),
        }
    )
    copies = {name: tensor.clone() for name, tensor in tensors.items()}
    with written_whole(path) as beside:
        beside.write_bytes(save(copies, metadata={"lvsegu": text}))


def load_checkpoint(path: Path, about: dict[str, Any], layer_names: Sequence[str]) -> Checkpoint:
    """The checkpoint at `path`.

    Raises:
        InputError: it is missing, broken, or of another search.
    """
    with resuming(path, _ANEW, TypeError, IndexError, OverflowError, UsageError):
        with safe_open(path, framework="pt") as file:
            values = fitted("it", json_of((file.metadata() or {}).get("lvsegu", "{}")), dict[str, Any])
            if values.get("about") != about:
                raise InputError(f"{path} is of another search: resume with the model and the settings of that one")
            state, best = (_state(kind, UNetConfig.from_json(values[kind]), file, layer_names) for kind in _KINDS)
        rows = tuple(Row(**row) for row in values["rows"])
        if not rows:
            raise ValueError("it holds no round")
        return Checkpoint(state, best, rows)


_KINDS = ("state", "best")


def _state(kind: str, config: UNetConfig, file: Any, layer_names: Sequence[str]) -> State:
    def copied(what: str, name: str) -> Tensor:
        """In memory: a tensor of the file itself keeps it open, and Windows replaces no open file."""
        tensor: Tensor = file.get_tensor(f"{kind}.{what}.{name}")
        return tensor.clone()

    layers = {name: Layer(copied("kernels", name), copied("bias", name)) for name in layer_names}
    alive = {name: copied("alive", name) for name in layer_names if has_relu(name)}
    upsamplings = [name for name in layer_names if name.startswith("upsample")]
    return State(config, layers, alive, {name: copied("mix", name) for name in upsamplings})
