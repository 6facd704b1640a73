"""The receipt of a case: the last file written to its folder, saying from what and with what the others were made."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from LVSegULib.atomic import write_json
from LVSegULib.cohort.case import Found
from LVSegULib.cohort.manifest import Ending, Recipe
from LVSegULib.counted_files import read_files
from LVSegULib.json_text import read_json
from LVSegULib.segmentation.to_files import ENDINGS

RECEIPT = "receipt.json"
THUMBNAIL = ".thumbnail.jpg"

_CHUNK = 1 << 20


def files_of(name: str) -> set[str]:
    """The names of all files of a case that is done."""
    return {f"{name}{ending}" for ending in (*ENDINGS, THUMBNAIL)} | {RECEIPT}


def is_whole(folder: Path, name: str) -> bool:
    """Whether all files of a case are in its folder."""
    try:
        return files_of(name) <= {entry.name for entry in folder.iterdir()}
    except OSError:
        return False


def write_receipt(folder: Path, recipe: Recipe, ending: Ending) -> None:
    """Say that the case in `folder` is done.

    Raises:
        OutputError: it cannot be written.
    """
    write_json(folder / RECEIPT, {"recipe": recipe.to_json(), "ending": asdict(ending)})


def read_receipt(folder: Path, name: str, recipe: Recipe, input_sha256: str) -> Ending | None:
    """How the case in `folder` ended, if it was made from this input with this recipe and is whole; else None."""
    if not is_whole(folder, name):
        return None
    with suppress(OSError, ValueError, KeyError, TypeError):
        values = read_json(folder / RECEIPT)
        ending = Ending(**values["ending"])
        if values["recipe"] == recipe.to_json() and ending.input_sha256 == input_sha256:
            return ending
    return None


def hash_input(found: Found) -> str:
    """A hash of the bytes of all files of a case that count, and of what is to be taken from them.

    Raises:
        OSError: a file cannot be read.
    """
    digest = hashlib.sha256((found.series or "").encode())
    for file in _files(found):
        digest.update(f"\0{file.relative_to(_folder(found)).as_posix()}\0".encode("utf-8", "surrogateescape"))
        with file.open("rb") as opened:
            while chunk := opened.read(_CHUNK):
                digest.update(chunk)
    return digest.hexdigest()


def _files(found: Found) -> Sequence[Path]:
    if found.files is not None:
        return found.files
    if found.path.is_dir():
        return read_files(found.path)
    return [found.path]


def _folder(found: Found) -> Path:
    return found.path if found.path.is_dir() else found.path.parent
