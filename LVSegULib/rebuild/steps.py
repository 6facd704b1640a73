"""A step of a rebuild: one `lvsegu` command line. What it reads and writes is what its own words name."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from LVSegULib.errors import InputError, UsageError
from LVSegULib.modelfolder.folder import SPEC

SHOWN = {"DATA": "DATA", "RUNS": "RUNS", "MODELS": "LVSegULib/models", "RECIPES": "docs/models"}
"""The places that a step's words may begin with, and how cards and documents write them."""

WRITES = {"evaluate": ("--json", "--picture")}
"""Options that name what a command writes; `--out` for those that are not listed."""

UNFINISHED_FILES = {"train": "{}/checkpoint.safetensors", "prune": "{}.unfinished/checkpoint.safetensors"}
"""From what a command that was stopped goes on, beside its `--out`."""

REPLACING = ("prune", "calibrate", "threshold", "publish")
"""Commands that replace a model in `--out` with `--replace` only."""

MADE_BY = {
    "relabel": "{}/dataset.json",
    "train": f"{{}}/last/{SPEC}",
    "prune": f"{{}}/{SPEC}",
    "calibrate": f"{{}}/{SPEC}",
    "publish": f"{{}}/{SPEC}",
}
"""What lies in `--out` once a command is done."""


@dataclass(frozen=True)
class Places:
    """Where the places are on this machine.

    Attributes:
        data: the data sets, each in the folder of its name.
        runs: where everything is made.
        models: the models that are shipped.
        recipes: the recipes, a folder for each.
    """

    data: Path
    runs: Path
    models: Path
    recipes: Path

    def path(self, word: str) -> Path:
        """The path that a word such as RUNS/lv/fold1 stands for."""
        place, _, rest = word.partition("/")
        return Path(getattr(self, place.lower())) / rest

    def real(self, words: Sequence[str]) -> list[str]:
        """The words with paths of this machine."""
        return [str(self.path(word)) if is_place(word) else word for word in words]


@dataclass(frozen=True)
class Prepared:
    """A small file that a step reads and that is written just before it starts."""

    word: str
    text: Callable[[Places], str]


@dataclass(frozen=True)
class Step:
    """One command.

    Attributes:
        name: MODEL/STEP.
        words: the command and its options; paths begin with one of `SHOWN`.
        prepared: a file that is written before.
        stdout: where what it prints goes, if that is a result.
        is_alone: it measures time, so nothing else runs beside it.
    """

    name: str
    words: tuple[str, ...]
    prepared: Prepared | None = None
    stdout: str = ""
    is_alone: bool = False

    @property
    def command(self) -> str:
        """The subcommand of `lvsegu`."""
        return self.words[0]

    @property
    def outputs(self) -> tuple[str, ...]:
        """What it writes."""
        options = WRITES.get(self.command, ("--out",))
        named = [word for option, word in zip(self.words, self.words[1:], strict=False) if option in options]
        return (*named, *([self.stdout] if self.stdout else []))

    @property
    def inputs(self) -> tuple[str, ...]:
        """What it reads."""
        return tuple(word for word in self.words if is_place(word) and word not in self.outputs)

    @property
    def products(self) -> tuple[str, ...]:
        """What is there once it is done."""
        return tuple(MADE_BY.get(self.command, "{}").format(word) for word in self.outputs)

    @property
    def shown(self) -> str:
        """The command line as cards and documents write it: a clone holds a model where one is published."""
        replaces = ["--replace"] if self.command == "publish" and "--replace" not in self.words else []
        return shlex.join(["lvsegu", *(_shown(word) for word in self.words), *replaces])


def is_place(word: str) -> bool:
    """Whether a word is a path in one of the places."""
    return word.partition("/")[0] in SHOWN


def needs(steps: Sequence[Step]) -> dict[str, frozenset[str]]:
    """For each step, those whose outputs it reads.

    Raises:
        UsageError: a step reads from RUNS what no step writes, or two steps have the same name.
    """
    found: dict[str, frozenset[str]] = {}
    for step in steps:
        writers: set[str] = set()
        for word in step.inputs:
            of_word = {other.name for other in steps if any(is_in(word, output) for output in other.outputs)}
            is_prepared = step.prepared is not None and step.prepared.word == word
            if not of_word and not is_prepared and word.startswith("RUNS/"):
                raise UsageError(f"{step.name} reads {word}, which no step writes: correct its command")
            writers |= of_word
        if step.name in found:
            raise UsageError(f"there are two steps {step.name}: give one of them another name")
        found[step.name] = frozenset(writers)
    return found


def with_needs(steps: Sequence[Step], chosen: Sequence[str]) -> list[Step]:
    """The steps of the names `chosen`, and all that they need, in their order."""
    needed, found, todo = needs(steps), set[str](), list(chosen)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += needed[name]
    return [step for step in steps if step.name in found]


def check_inputs(steps: Sequence[Step], places: Places) -> None:
    """Say before any work what is missing.

    Raises:
        InputError: what a step reads and none of `steps` writes is not there.
    """
    written = [output for step in steps for output in step.outputs]
    written += [step.prepared.word for step in steps if step.prepared is not None]
    for step in steps:
        for word in step.inputs:
            if not any(is_in(word, output) for output in written) and not places.path(word).exists():
                advice = "do the step that makes it first" if word.startswith("RUNS/") else "put it there"
                raise InputError(f"{places.path(word)} does not exist, and {step.name} reads it: {advice}")


def is_in(word: str, output: str) -> bool:
    """Whether a path is what a step writes, or lies in it."""
    return word == output or word.startswith(f"{output}/")


def _shown(word: str) -> str:
    place, slash, rest = word.partition("/")
    return SHOWN.get(place, place) + slash + rest
