"""How far a command is: what it shows on the last line of a terminal, and what it says elsewhere."""

from __future__ import annotations

import logging
import shutil
import sys
from typing import Any

_WIDTH = 24
"""Characters of a bar."""


class LastLine:
    """The last line of a terminal, written over again and again; nothing where stderr is not a terminal."""

    def __init__(self) -> None:
        self.is_shown = sys.stderr.isatty()
        self._text = ""

    def show(self, text: str) -> None:
        """Write over the line; what is there already is not written again."""
        text = text[: _columns()]
        if self.is_shown and text != self._text:
            left_over = " " * (len(self._text) - len(text))
            print(f"\r{text}{left_over}", end="", file=sys.stderr, flush=True)
            self._text = text

    def clear(self) -> None:
        """Take the line away, so that something else can be printed."""
        if self._text:
            print(f"\r{' ' * len(self._text)}\r", end="", file=sys.stderr, flush=True)
            self._text = ""


def _columns() -> int:
    """Letters that fit on a line; with one more, some terminals go on to the next."""
    return shutil.get_terminal_size().columns - 1


class Progress:
    """A bar on the last line of a terminal; to be used with `with`, which takes it away at the end."""

    def __init__(self, caption: str) -> None:
        self._caption = caption
        self._line = LastLine()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self._line.clear()

    def __call__(self, share: float) -> None:
        """Show that `share` (0 to 1) is done; of the caption what there is room for."""
        filled = round(_WIDTH * share)
        bar = f" [{'#' * filled}{'.' * (_WIDTH - filled)}] {100 * share:3.0f} %"
        self._line.show(self._caption[: max(0, _columns() - len(bar))] + bar)


class Bar:
    """A bar with rate and time left while steps are counted, and lines of log above it."""

    def __init__(self, logger: logging.Logger, *, is_silent: bool = False, **settings: Any) -> None:
        """Show a bar on a terminal.

        Args:
            logger: takes the lines.
            is_silent: show nothing, and say nothing.
            settings: of `tqdm`: `unit`, `total`.
        """
        from tqdm import tqdm

        self._logger = logger
        self._is_silent = is_silent
        self._bar = tqdm(disable=is_silent or None, dynamic_ncols=True, **settings)

    def say(self, line: str) -> None:
        """Log a line."""
        self._log(logging.INFO, line)

    def warn(self, line: str) -> None:
        """Log a line that nobody should miss."""
        self._log(logging.WARNING, line)

    def loaded(self, name: str) -> None:
        """Show that a case is being read."""
        self._bar.set_description_str(f"reading {name}")

    def close(self) -> None:
        """End the bar."""
        self._bar.close()

    def _log(self, level: int, line: str) -> None:
        if not self._is_silent:
            self._bar.clear()
            self._logger.log(level, line)


def duration(seconds: float) -> str:
    """A time for people: 12.3 s, 4 min, 2 h 5 min."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
