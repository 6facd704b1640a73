"""Random choices that the mutations share: absurd numbers, and where to strike."""

from __future__ import annotations

from random import Random

WHOLE = (0, 1, 2, 3, 7, 15, 17, 255, 256, 1000, 32767, 32768, 65535, 65536, 10**6, 2**31 - 1, 2**31, 2**32 - 1, 10**12)
"""Counts and sizes at the borders of their types, and beyond any image."""

TEXTS = (
    "nan",
    "inf",
    "-inf",
    "1e999",
    "1e-320",
    "",
    " ",
    "x",
    "1,5",
    "0x10",
    "%s%s%n",
    "٣",
    "\x1b[31m",
    "é\xff",
    "1\\2",
)
"""What may stand where a number should."""


def absurd_whole(random: Random) -> int:
    """A whole number that few headers should hold."""
    number = random.choice(WHOLE)
    return -number if random.random() < 0.25 else number


def absurd_number(random: Random) -> float:
    """A number that few headers should hold: NaN, infinite, zero, tiny, huge, negative, or only a little off."""
    return random.choice(
        (
            float("nan"),
            float("inf"),
            float("-inf"),
            0.0,
            -1.0,
            1e-30,
            1e30,
            3e38,
            0.009,
            101.0,
            random.uniform(-2, 2),
            random.uniform(0.1, 30),
        )
    )


def absurd_text(random: Random) -> str:
    """Text in the place of a number: often a number, seldom a good one."""
    kind = random.random()
    if kind < 0.4:
        return str(absurd_whole(random))
    if kind < 0.8:
        return str(absurd_number(random))
    return random.choice((*TEXTS, "9" * random.choice((5, 20, 400, 5000)), "A" * random.choice((70, 5000))))


def a_part(random: Random, size: int) -> slice:
    """Some stretch of something `size` long, mostly short."""
    start = random.randrange(size) if size else 0
    longest = random.choice((1, 4, 16, 200, max(size, 1)))
    return slice(start, min(size, start + random.randint(1, longest)))
