"""What is known of every case of a cohort: one SQLite file in the cohort's folder, written by one process at a time."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from LVSegULib.cohort.case import Case, Found
from LVSegULib.cohort.naming import give_names, is_name, printable
from LVSegULib.errors import OutputError, UsageError
from LVSegULib.identity import is_same
from LVSegULib.json_text import json_of
from LVSegULib.reading.names import is_text
from LVSegULib.shown import shown

MANIFEST = "manifest.sqlite"
FORMAT = 1

WAITING, DONE, FAILED = "waiting", "done", "failed"

_OF_THE_DISK = ("disk I/O", "disk is full", "unable to open", "readonly", "locked", "out of memory")
"""What SQLite says where the file may be whole, and the disk or its permissions are not."""

_TABLES = f"""
CREATE TABLE IF NOT EXISTS cohort (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS cases (
    key TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    is_listed INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    recipe TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL DEFAULT '{WAITING}',
    attempts INTEGER NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT '',
    started TEXT,
    finished TEXT,
    input_sha256 TEXT,
    result TEXT NOT NULL DEFAULT '{{}}'
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS folders (path TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, text TEXT NOT NULL) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class Recipe:
    """What, beside the input, decides how the outputs of a case come out.

    Attributes:
        model: name of the model.
        model_sha256: hash of what it is, see `LVSegULib.cohort.task.model_hash`.
        engine: what runs it.
    """

    model: str
    model_sha256: str
    engine: str

    def to_json(self) -> str:
        """As the manifest and the receipts keep it."""
        return json.dumps(asdict(self), sort_keys=True)


@dataclass(frozen=True)
class Ending:
    """What became of a case.

    Attributes:
        status: `DONE` or `FAILED`.
        reason: why it failed; "".
        started: when it was begun, ISO 8601 in UTC.
        finished: when it was finished.
        input_sha256: hash of the bytes of its files; None where they could not be read.
        result: its figures, by the column of the cohort's table.
    """

    status: str
    reason: str
    started: str
    finished: str
    input_sha256: str | None
    result: dict[str, Any]


class Manifest:
    """The open manifest of a cohort's folder.

    The connection is exclusive, so that no shared memory is needed and the file may lie on a network disk; every change
    is whole or not there, whenever the process or the machine goes down.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def settle_root(self, root: Path) -> None:
        """Note where the cohort's inputs lie; a cohort belongs to one root or list unless that has gone.

        By whatever path it is given: its letters may differ where the disk does not tell them apart.

        Raises:
            UsageError: the cohort was made of another root that is still there.
        """
        with self._change() as database:
            known = database.execute("SELECT value FROM cohort WHERE name = 'root'").fetchone()
            before = Path(os.fsdecode(known[0])) if known else root
            if before.exists() and not is_same(before, root):
                raise UsageError(f"{self._path.parent}: holds the cohort of {before}: choose another --out folder")
            kept = str(root) if is_text(root) else os.fsencode(root)
            database.execute("INSERT OR REPLACE INTO cohort VALUES ('root', ?)", (kept,))

    def list_cases(self, found: Sequence[Found]) -> tuple[Case, ...]:
        """Take what was found into the manifest, and give it names; cases that are not found any more are kept.

        Raises:
            OutputError: the manifest is damaged: a name in it is none that a case can have, and might lead elsewhere.
        """
        with self._change() as database:
            known = dict(database.execute("SELECT key, name FROM cases"))
            for name in known.values():
                if not is_name(name):
                    raise _not_usable(self._path, ValueError(name))
            names = give_names(found, known)
            database.execute("UPDATE cases SET is_listed = 0")
            database.executemany(
                "INSERT INTO cases (key, name, source, is_listed, fingerprint) VALUES (?, ?, ?, 1, '') "
                "ON CONFLICT (key) DO UPDATE SET source = excluded.source, is_listed = 1",
                [(one.key, names[one.key], printable(str(one.path))) for one in found],
            )
        return tuple(Case(names[one.key], one) for one in found)

    def to_do(self, cases: Sequence[Case], recipe: Recipe, *, retry_failed: bool) -> tuple[Case, ...]:
        """The cases that are new, changed, to be made with another recipe, or failed if those are to be tried again.

        Whether the outputs of a case that is done are still there is for the caller to see.
        """
        rows = self._select("SELECT key, fingerprint, recipe, status FROM cases WHERE is_listed")
        known = {key: state for key, *state in rows}
        settled = {DONE} if retry_failed else {DONE, FAILED}
        text = recipe.to_json()

        def is_settled(case: Case) -> bool:
            fingerprint, made_with, status = known[case.found.key]
            return fingerprint == case.found.fingerprint and made_with == text and status in settled

        return tuple(case for case in cases if not is_settled(case))

    def hand_out(self, cases: Sequence[Case]) -> None:
        """Note that cases are being tried."""
        with self._change() as database:
            database.executemany(
                "UPDATE cases SET attempts = attempts + 1, status = ? WHERE key = ?",
                [(WAITING, case.found.key) for case in cases],
            )

    def note(self, case: Case, recipe: Recipe, ending: Ending) -> None:
        """Note what became of a case."""
        values = (
            case.found.fingerprint,
            recipe.to_json(),
            ending.status,
            printable(ending.reason),
            ending.started,
            ending.finished,
            ending.input_sha256,
            json.dumps(ending.result, allow_nan=False),
            case.found.key,
        )
        with self._change() as database:
            database.execute(
                "UPDATE cases SET fingerprint = ?, recipe = ?, status = ?, reason = ?, started = ?, finished = ?, "
                "input_sha256 = ?, result = ? WHERE key = ?",
                values,
            )

    def done_names(self) -> list[str]:
        """The names of the listed cases that are done."""
        return [name for (name,) in self._select("SELECT name FROM cases WHERE is_listed AND status = ?", DONE)]

    def rows(self) -> Iterator[dict[str, Any]]:
        """What is known of every listed case that has been tried to its end, by name, as plain values."""
        columns = "name, status, reason, source, attempts, started, finished, input_sha256, recipe, result"
        query = f"SELECT {columns} FROM cases WHERE is_listed AND status != ? ORDER BY name"
        for row in self._select(query, WAITING):
            values = dict(zip(columns.split(", "), row, strict=True))
            try:
                known = values | json_of(values.pop("recipe")) | json_of(values.pop("result"))
            except (TypeError, ValueError) as error:
                raise _not_usable(self._path, error) from error
            yield known

    def gone(self) -> int:
        """How many cases of earlier runs were not found any more."""
        ((count,),) = self._select("SELECT count(*) FROM cases WHERE NOT is_listed")
        return int(count)

    def recall(self, folder: str, fingerprint: str) -> str | None:
        """What `remember` was told of a folder, if its files are still the same."""
        rows = self._select("SELECT text FROM folders WHERE path = ? AND fingerprint = ?", folder, fingerprint)
        return next((str(text) for (text,) in rows), None)

    def remember(self, folder: str, fingerprint: str, text: str) -> None:
        """Keep `text` on a folder until its files change; see `LVSegULib.cohort.listing_dicom.FolderMemory`."""
        with self._change() as database:
            database.execute("INSERT OR REPLACE INTO folders VALUES (?, ?, ?)", (folder, fingerprint, text))

    def _select(self, query: str, *values: str) -> Iterator[tuple[Any, ...]]:
        try:
            yield from self._connection.execute(query, values)
        except (sqlite3.Error, UnicodeError) as error:
            raise _not_usable(self._path, error) from error

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._connection:
                yield self._connection
        except (sqlite3.Error, UnicodeError) as error:
            raise _not_usable(self._path, error) from error


@contextmanager
def open_manifest(out: Path) -> Iterator[Manifest]:
    """The manifest of a cohort's folder, made if it is missing.

    Raises:
        OutputError: it cannot be written, or is damaged.
        UsageError: it was made by a newer LVSegU.
    """
    path = out / MANIFEST
    try:
        connection = sqlite3.connect(path)
        try:
            _prepare(connection, path)
        except BaseException:
            connection.close()
            raise
    except (sqlite3.Error, TypeError, ValueError) as error:
        raise _not_usable(path, error) from error
    try:
        yield Manifest(connection, path)
    finally:
        with suppress(sqlite3.Error):  # a full disk: the log stays and is read in at the next opening
            connection.close()


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.executescript(_TABLES)
    with connection:
        connection.execute("INSERT OR IGNORE INTO cohort VALUES ('format', ?)", (str(FORMAT),))
    version = int(connection.execute("SELECT value FROM cohort WHERE name = 'format'").fetchone()[0])
    if version > FORMAT:
        raise UsageError(f"{path}: has format {version}, this version reads up to {FORMAT}: update LVSegU")


def _not_usable(path: Path, error: Exception) -> OutputError:
    """A file that the disk does not let be written is told from one that holds something else than was written."""
    if isinstance(error, sqlite3.Error) and any(words in str(error) for words in _OF_THE_DISK):
        return OutputError(f"cannot write {path}: {error}: free some space, or choose another --out folder")
    what = str(error) if isinstance(error, sqlite3.Error) else "it holds something else than was written"
    return OutputError(f"{path}: is damaged ({shown(what)}): delete it; what is done is found again by its receipts")
