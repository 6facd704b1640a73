"""Write figures into documents, between <!-- figures: NAME --> and <!-- /figures -->.

NAME is a path into `figures.json` with a format (`lv/parameters:,`), or a kind of table and a recipe (`dice lv`). A
single value must not begin a line, or Markdown would take the line as HTML.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from LVSegULib.atomic import write_text
from LVSegULib.errors import UsageError
from LVSegULib.rebuild.document_tables import TABLES

BLOCK = re.compile(r"<!-- figures: (?P<name>[^>]+?) -->.*?<!-- /figures -->", re.DOTALL)


def documents(root: Path) -> list[Path]:
    """The files that may quote figures: README.md, and every Markdown file below docs."""
    found = [root / "README.md", *sorted((root / "docs").rglob("*.md"))]
    return [path for path in found if path.is_file()]


def write_documents(root: Path, figures: Mapping[str, Any]) -> list[Path]:
    """Bring all documents up to date; those that changed.

    Raises:
        UsageError: a document quotes what there is not.
        OutputError: a document cannot be written.
    """
    new = {path: filled(path.read_text(encoding="utf-8"), figures, str(path)) for path in documents(root)}
    changed = [path for path, text in new.items() if path.read_text(encoding="utf-8") != text]
    for path in changed:
        write_text(path, new[path])
    return changed


def filled(text: str, figures: Mapping[str, Any], where: str) -> str:
    """`text` with every block as `figures` make it.

    Raises:
        UsageError: a block names what there is not; `where` is the document's name in the message.
    """

    def one(match: re.Match[str]) -> str:
        try:
            made = quoted(match["name"], figures)
        except (KeyError, ValueError, TypeError, IndexError) as error:
            raise UsageError(
                f'{where} quotes "{match["name"]}", which the figures do not have ({error}): rebuild it, or correct it'
            ) from error
        return f"<!-- figures: {match['name']} -->{made}<!-- /figures -->"

    return BLOCK.sub(one, text)


def quoted(name: str, figures: Mapping[str, Any]) -> str:
    """What stands in the block `name`."""
    kind, _, recipe = name.partition(" ")
    table: Callable[[Mapping[str, Any]], str] | None = TABLES.get(kind)
    if table is not None:
        return f"\n\n{table(figures[recipe])}\n\n"
    path, _, form = name.partition(":")
    value = format(_at(figures, path.split("/")), form)
    return f"\n\n{value}\n\n" if "\n" in value else value


def _at(values: Any, path: list[str]) -> Any:
    """The value at a path; in a list of rows, a row by what its texts say ("lv onnxruntime")."""
    for part in path:
        if isinstance(values, list):
            values = {_texts(row): row for row in values}
        values = values[part]
    if isinstance(values, (dict, list)):
        raise TypeError("not a single value")
    return values


def _texts(row: Mapping[str, Any]) -> str:
    """What the texts of a row say, which it is found by."""
    return " ".join(value for value in row.values() if isinstance(value, str))
