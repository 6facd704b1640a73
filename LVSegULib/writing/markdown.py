"""Tables in Markdown, for cards, reports and documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def markdown_table(heads: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    """The lines of a table, without a line break at the end (GitHub Flavored Markdown, section 4.10)."""
    return "\n".join((_line(heads), "|" + "---|" * len(heads), *map(_line, rows)))


def _line(cells: Iterable[str]) -> str:
    """A line of a table; a bar or a line break in a cell does not end it."""
    return "|" + "".join(f" {text} |" if text else " |" for text in map(_escaped, cells))


def _escaped(cell: str) -> str:
    return " ".join(cell.split()).replace("|", "\\|")
