"""Words for messages of one line: text out of files and other packages made fit for them, and counts."""

from __future__ import annotations

LONGEST = 100


def shown(text: object, longest: int = LONGEST) -> str:
    """`text` on one line, what cannot be printed as "?", and cut where it goes on for too long."""
    line = " ".join(str(text).split())
    printable = "".join(letter if letter.isprintable() else "?" for letter in line[: longest + 1])
    return printable if len(printable) <= longest else f"{printable[:longest]}..."


def in_one_line(text: str) -> str:
    """`text` on one line, all of it: what a terminal might obey is "?"; bytes of file names that are no text stay."""
    line = " ".join(text.split())
    return "".join(letter if letter.isprintable() or "\udc80" <= letter <= "\udcff" else "?" for letter in line)


def counted(count: int, thing: str) -> str:
    """How many of a thing there are: "1 slice", "2 slices"."""
    return f"{count} {thing}{'s' * (count != 1)}"
