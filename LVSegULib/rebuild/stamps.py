"""What a step was last done with: a small file for each, so that what is up to date is not done again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import LVSegULib
from LVSegULib.atomic import write_json
from LVSegULib.counted_files import counted_files, in_order
from LVSegULib.json_text import read_json
from LVSegULib.modelfolder.folder import SPEC
from LVSegULib.rebuild.steps import Places, Step
from LVSegULib.settings import read_toml

LASTING = ("train", "prune", "compare")
"""Commands that take long: a changed program alone does not redo them, and earlier results are set aside, not lost."""

LIBRARY = Path(LVSegULib.__file__).parent


@dataclass(frozen=True)
class Stamp:
    """How a step stands.

    Attributes:
        key: hash of its words and of the contents of all that it read.
        words: its words with paths of this machine; a checkpoint is resumed by the very same only.
        is_done: whether it came to its end.
        seconds: how long it took, without what was before an interruption.
        peak_memory_mb: the memory of its process at most; None where the system does not say.
    """

    key: str
    words: list[str]
    is_done: bool
    seconds: float = 0.0
    peak_memory_mb: float | None = None


class Stamps:
    """The stamps of all steps, RUNS/MODEL/stamps/STEP.json, and the hashes of what they read."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._hashes: dict[str, str] = {}

    def read(self, step: Step) -> Stamp | None:
        """The stamp of a step; None if there is none, or one that cannot be read."""
        try:
            values: dict[str, Any] = read_json(self._path(step))
            return Stamp(**values)
        except (OSError, ValueError, TypeError):
            return None

    def write(self, step: Step, stamp: Stamp) -> None:
        """Keep the stamp of a step."""
        write_json(self._path(step), asdict(stamp))

    def key(self, step: Step) -> str:
        """Hash of the step's words and of the contents of all that it reads."""
        parts = [list(step.words), [self._hash_of(word) for word in step.inputs]]
        if step.command not in LASTING:
            parts.append([self._hash_of_program()])
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def _path(self, step: Step) -> Path:
        model, _, name = step.name.partition("/")
        return self._places.runs / model / "stamps" / f"{name}.json"

    def _hash_of(self, word: str) -> str:
        """Hash of a data set, remembered, or of what steps write, which changes."""
        path = self._places.path(word)
        if not word.startswith("DATA/"):
            return content_hash(path)
        if word not in self._hashes:
            self._hashes[word] = content_hash(path)
        return self._hashes[word]

    def _hash_of_program(self) -> str:
        if "" not in self._hashes:
            files = (one for one in LIBRARY.rglob("*.py") if one.relative_to(LIBRARY).parts[0] != "rebuild")
            self._hashes[""] = _hash_of_files(LIBRARY, in_order(LIBRARY, files))
        return self._hashes[""]


def content_hash(path: Path) -> str:
    """Hash of a file's bytes, a TOML file's values, a model's description, or every file of a folder that counts."""
    if path.suffix == ".toml":
        return hashlib.sha256(json.dumps(read_toml(path), sort_keys=True, default=str).encode()).hexdigest()
    if path.is_file():
        return _hash_of_files(path.parent, [path])
    if (path / SPEC).is_file():  # which holds the hashes of the weights
        return content_hash(path / SPEC)
    return _hash_of_files(path, counted_files(path))


def _hash_of_files(root: Path, files: list[Path]) -> str:
    total = hashlib.sha256()
    for file in files:
        total.update(file.relative_to(root).as_posix().encode())
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()
