"""A stand-in for `lvsegu` that starts in no time: it notes its words, and writes what the real commands leave.

What it leaves tells what it was given. `orders.json` beside its journal says at which outputs it fails, which it
forgets to write, and before which it waits until it is interrupted.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
import time
from pathlib import Path


def main() -> int:
    journal, *words = sys.argv[1:]
    resumes = "--resume" in words
    replaces = "--replace" in words
    words = [word for word in words if word not in ("--resume", "--replace")]
    noted = {"words": words, "resumes": resumes, "replaces": replaces, "threads": os.environ["OMP_NUM_THREADS"]}
    with Path(journal).open("a") as file:
        file.write(json.dumps(noted) + "\n")
    orders = json.loads((Path(journal).parent / "orders.json").read_text())
    print(f"{words[0]} is at work", file=sys.stderr)
    outputs = [Path(word) for option, word in itertools.pairwise(words) if option in ("--out", "--json")]
    for output in outputs:
        if words[0] == "train":
            output.mkdir(parents=True, exist_ok=True)
            (output / "checkpoint.safetensors").write_text("half way")
        if output.name in orders.get("wait", []):
            time.sleep(60)
        if output.name in orders.get("fail", []):
            print(f"lvsegu: {output.name} cannot be made", file=sys.stderr)
            return 3
        if output.name not in orders.get("forget", []):
            leave(words, output)
    if not outputs:
        print(json.dumps({"printed by": words[0]}))
    return 0


def leave(words: list[str], output: Path) -> None:
    place = {"train": output / "last" / "model.json", "prune": output / "model.json"}.get(words[0], output)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(words))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
