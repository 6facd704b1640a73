"""Where and in which precision to train: chosen in the open, never silently."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import distributed

from LVSegULib.errors import UsageError

MPS_SINCE = (2, 7)
"""The first PyTorch that can augment on Apple's graphics: those before lack interpolation with antialiasing there."""


@dataclass(frozen=True)
class Place:
    """Device, precision and process of a training run.

    Attributes:
        device: where tensors live.
        bf16: run the network under bfloat16 autocast.
        rank: number of this process.
        world: number of processes.
    """

    device: torch.device
    bf16: bool
    rank: int = 0
    world: int = 1

    @property
    def is_first(self) -> bool:
        """Whether this process writes the files."""
        return self.rank == 0

    def describe(self) -> str:
        """One line for people."""
        precision = "bfloat16" if self.bf16 else "float32"
        return f"{self.device.type}, {precision}, {self.world} process{'es' * (self.world > 1)}"


def choose_device(wanted: str) -> torch.device:
    """CUDA where there is one, else Apple's MPS if PyTorch can train there, else the processor; or the one `wanted`.

    Raises:
        UsageError: the device that is wanted is not there, or PyTorch is too old for it.
    """
    present = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    has_mps = present["mps"] and _version() >= MPS_SINCE
    if wanted == "auto":
        return torch.device("cuda" if present["cuda"] else "mps" if has_mps else "cpu")
    if wanted == "mps" and present["mps"] and not has_mps:
        raise UsageError(
            f'device "mps" needs PyTorch {".".join(map(str, MPS_SINCE))} or later to train, here is '
            f"{torch.__version__}: update it, or choose --device cpu"
        )
    if not present.get(wanted, False):
        raise UsageError(
            f'device "{wanted}" is not available here: there is {", ".join(n for n in present if present[n])}'
        )
    return torch.device(wanted)


def _version() -> tuple[int, ...]:
    return tuple(int(part) for part in torch.__version__.split(".")[:2])


def computes_in_bf16(device: torch.device) -> bool:
    """Whether bfloat16 is computed by the hardware and not emulated."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type == "cpu":
        supported = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
        return bool(supported is not None and supported())
    return False


@contextmanager
def placed(device: str, precision: str, threads: int) -> Iterator[Place]:
    """The place to train at; joins the other processes when started by `torchrun` and leaves them at the end."""
    chosen = choose_device(device)
    if threads:
        torch.set_num_threads(threads)
    bf16 = precision == "bf16" or (precision == "auto" and computes_in_bf16(chosen))
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield Place(chosen, bf16)
        return
    if chosen.type == "cuda":
        chosen = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
        torch.cuda.set_device(chosen)
    distributed.init_process_group("nccl" if chosen.type == "cuda" else "gloo")
    try:
        yield Place(chosen, bf16, distributed.get_rank(), distributed.get_world_size())
    finally:
        distributed.destroy_process_group()
