"""Failures put together by their reason: the same words about other files, with other numbers, are one kind."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from LVSegULib.cohort.manifest import FAILED
from LVSegULib.cohort.table import Rows
from LVSegULib.reading.names import short_name

_TOKENS = re.compile(r'"[^"]*"|\S+')
_VARIES = re.compile(r"[\d\"/\\]")
"""What is in words that differ from case to case: numbers, names of files, quoted texts."""


@dataclass(frozen=True)
class Kind:
    """Failures of one kind.

    Attributes:
        text: the words they share, with "…" where they differ.
        rows: the cases.
    """

    text: str
    rows: tuple[Mapping[str, Any], ...]


def kinds_of(rows: Rows) -> list[Kind]:
    """The failed ones of `rows` by kind, the most frequent kind first."""
    by_kind: dict[tuple[str, ...], list[tuple[list[str], Mapping[str, Any]]]] = defaultdict(list)
    for row in rows:
        if row["status"] == FAILED:
            words = _TOKENS.findall(_about_the_case(row))
            by_kind[tuple("" if _VARIES.search(word) else word for word in words)].append((words, row))
    kinds = [Kind(_shared([words for words, _ in of]), tuple(row for _, row in of)) for of in by_kind.values()]
    return sorted(kinds, key=lambda kind: (-len(kind.rows), kind.text))


def _about_the_case(row: Mapping[str, Any]) -> str:
    """The reason without the case's file and name before it; within it, "…" stands for them."""
    source = str(row.get("source") or "")
    reason = str(row["reason"])
    where, _, what = reason.partition(": ")
    name = str(row["name"])
    if what and (where == short_name(Path(source)) or name.startswith(where) or name.endswith(where)):
        return what
    if not source:
        return reason
    return re.sub(re.escape(source) + r"[^\s:,;]*", "…", reason).removeprefix("…: ")


def _shared(reasons: Sequence[Sequence[str]]) -> str:
    """Reasons of equally many words as one: those that all share, "…" for each other."""
    return " ".join(words[0] if len(set(words)) == 1 else "…" for words in zip(*reasons, strict=True))
