"""Text out of files and other packages, made fit to stand inside a message of one line."""

from __future__ import annotations

LONGEST = 100


def shown(text: object, longest: int = LONGEST) -> str:
    """`text` on one line, what cannot be printed as "?", and cut where it goes on for too long."""
    line = " ".join(str(text).split())
    printable = "".join(letter if letter.isprintable() else "?" for letter in line[: longest + 1])
    return printable if len(printable) <= longest else f"{printable[:longest]}..."
