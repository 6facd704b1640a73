"""Prepared slices on disk, so that runs with the same data and grid read and resample them once."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor

from LVSegULib.atomic import written_whole
from LVSegULib.preparation.grid import Grid
from LVSegULib.reading.labelled import LabelledCase

VERSION = 1
"""To be raised whenever preparation gives other numbers for the same grid."""


@dataclasses.dataclass(frozen=True)
class SliceCache:
    """A folder of prepared cases; a case is found again while its files, the labels and the grid are the same."""

    folder: Path

    def get(
        self,
        case: LabelledCase,
        label_values: tuple[int, ...],
        grid: Grid,
        prepare: Callable[[], tuple[Tensor, Tensor]],
    ) -> tuple[Tensor, Tensor]:
        """Images and targets of `case`, prepared and kept if they are not there yet; a broken file is made anew.

        Raises:
            OutputError: the folder cannot be written.
        """
        path = self.folder / f"{_key(case, label_values, grid)}.safetensors"
        try:
            kept = load_file(path)
            return kept["images"], kept["targets"]
        except (OSError, SafetensorError, KeyError):
            images, targets = prepare()
        with written_whole(path) as beside:
            beside.write_bytes(save({"images": images.contiguous(), "targets": targets.contiguous()}))
        return images, targets


def _key(case: LabelledCase, label_values: tuple[int, ...], grid: Grid) -> str:
    files = [(str(path.resolve()), path.stat().st_size, path.stat().st_mtime_ns) for path in case.files]
    told = json.dumps([VERSION, case.name, files, label_values, dataclasses.astuple(grid)])
    return hashlib.sha256(told.encode()).hexdigest()[:32]
