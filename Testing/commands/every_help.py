"""Every command shows its options, with what segmenting needs alone: `python -m Testing.commands.every_help`."""

from __future__ import annotations

import contextlib
import io
import sys

from LVSegULib.commands.main import COMMANDS, main


def codes() -> dict[str, int]:
    """The exit code of `lvsegu COMMAND --help`, by command."""
    with contextlib.redirect_stdout(io.StringIO()):
        return {name: main([name, "--help"]) for name in COMMANDS}


if __name__ == "__main__":
    if failed := [name for name, code in codes().items() if code != 0]:
        sys.exit(f"no help of {', '.join(failed)}")
    print(f"{len(COMMANDS)} commands show their options")
