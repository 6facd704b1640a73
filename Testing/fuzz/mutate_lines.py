"""Headers of lines of text, as NRRD and MetaImage have them: lines missing, twice, moved, with absurd values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from Testing.fuzz.chance import absurd_text
from Testing.fuzz.mutate_bytes import mutate_bytes


def mutate_files(
    files: dict[str, bytes],
    endings: tuple[str, ...],
    mutate_header: Callable[[bytes, Random], bytes],
    random: Random,
) -> dict[str, bytes]:
    """The files of an image (a header, with one of `endings`, and the pixels in it or beside it), some damaged."""
    changed = dict(files)
    header = next(name for name in changed if name.endswith(endings))
    if random.random() < 0.3:
        name = random.choice(sorted(changed))
        return changed | {name: mutate_bytes(changed[name], random)}
    changed[header] = mutate_header(changed[header], random)
    if random.random() < 0.1:
        changed.pop("beat.raw", None)
    return changed


def mutate_lines(lines: list[str], separators: str, random: Random) -> list[str]:
    """`lines` of a name, one of `separators` and a value, with one to three of them changed."""
    lines = list(lines)
    if random.random() < 0.01:
        return _with_far_too_much(lines, random)
    for _ in range(random.choice((1, 1, 2, 3))):
        place = random.randrange(len(lines)) if lines else 0
        kind = random.random()
        if not lines or kind < 0.1:
            lines.insert(
                place, random.choice(("", "x", "# " + "A" * 5000, "a" * 70 + separators[0], absurd_text(random)))
            )
        elif kind < 0.2:
            del lines[place]
        elif kind < 0.3:
            lines.insert(random.randint(0, len(lines)), _with_absurd_words(lines[place], separators, random))
        elif kind < 0.35:
            random.shuffle(lines)
        elif kind < 0.4:
            lines[place] = random.choice(
                (lines[place].upper(), " " + lines[place], lines[place] + "\r", lines[place][:3])
            )
        else:
            lines[place] = _with_absurd_words(lines[place], separators, random)
    return lines


def _with_far_too_much(lines: list[str], random: Random) -> list[str]:
    """A line of megabytes, or a hundred thousand lines, somewhere among the others."""
    place = random.randint(0, len(lines))
    one = random.choice(("# ", "comment = ", "comment:=")) + "A" * random.choice((1, 60_000, 5_000_000))
    return [*lines[:place], *[one] * max(1, 400_000 // len(one)), *lines[place:]]


def set_line(lines: Sequence[str], name: str, separator: str, value: str) -> list[str]:
    """`lines` with another value in that of `name`, or with a line more at the end."""
    written = f"{name}{separator}{value}"
    if any(line.startswith(name + separator) for line in lines):
        return [written if line.startswith(name + separator) else line for line in lines]
    return [*lines, written]


def _with_absurd_words(line: str, separators: str, random: Random) -> str:
    cut = min((line.find(separator) for separator in separators if separator in line), default=-1) + 1
    words = line[cut:].split(" ")
    if random.random() < 0.15:
        words = words * random.choice((0, 2, 500)) if random.random() < 0.5 else words[:-1]
    for _ in range(random.choice((1, 1, 2)) if words else 0):
        words[random.randrange(len(words))] = absurd_text(random)
    return line[:cut] + " ".join(words)
