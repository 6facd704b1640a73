"""Prepared slices on disk, so that runs with the same data and grid read and resample them once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load, save

from LVSegULib.atomic import written_whole
from LVSegULib.errors import OutputError
from LVSegULib.training.patient import Prepared

NAMES = tuple(field.name for field in fields(Prepared))
"""Of the tensors of a case."""

VERSION = 4
"""To be raised whenever preparation gives other numbers for the same grid."""


@dataclass(frozen=True)
class SliceCache:
    """A folder of prepared cases; a case is found again while all that it depends on is the same."""

    folder: Path

    def get(self, key: tuple[object, ...], prepare: Callable[[], Prepared]) -> Prepared:
        """What `prepare` gives, kept under `key` (plain values) if it is not there yet; a broken file is made anew.

        Files are not mapped into memory, which on Windows would keep others from replacing them. Where one cannot be
        written because another process has just written or opened it, that is as good: both hold the same.

        Raises:
            OutputError: the folder cannot be written, and holds no whole file of this case.
        """
        name = hashlib.sha256(json.dumps([VERSION, key]).encode()).hexdigest()[:32]
        path = self.folder / f"{name}.safetensors"
        if (kept := _read(path)) is not None:
            return kept
        prepared = prepare()
        try:
            with written_whole(path, "--cache folder") as beside:
                beside.write_bytes(save({name: getattr(prepared, name).contiguous() for name in NAMES}))
        except OutputError:
            if _read(path) is None:
                raise
        return prepared


def _read(path: Path) -> Prepared | None:
    """The case in a file; None if there is no file, or it is broken."""
    try:
        kept = load(path.read_bytes())
        return Prepared(**{name: kept[name] for name in NAMES})
    except (OSError, SafetensorError, KeyError):
        return None
