"""Damage that needs no knowledge of the format: bytes flipped, cut, repeated, zeroed, inserted."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from Testing.fuzz.chance import a_part, absurd_whole


def mutate_bytes(content: bytes, random: Random) -> bytes:
    """`content` damaged in one to three ways."""
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        content = random.choice(_WAYS)(content, random)
    return content


def flip_bits(content: bytes, random: Random) -> bytes:
    """Invert one to 20 bits, in a third of the cases at the beginning, where headers are."""
    changed = bytearray(content)
    reach = len(changed) if random.random() < 0.67 else min(len(changed), 400)
    for _ in range(random.choice((1, 2, 5, 20)) if reach else 0):
        changed[random.randrange(reach)] ^= 1 << random.randrange(8)
    return bytes(changed)


def cut_short(content: bytes, random: Random) -> bytes:
    """Leave out the end."""
    return content[: random.choice((random.randint(0, len(content)), random.randint(0, min(len(content), 500))))]


def _cut_out(content: bytes, random: Random) -> bytes:
    part = a_part(random, len(content))
    return content[: part.start] + content[part.stop :]


def _repeat(content: bytes, random: Random) -> bytes:
    part = a_part(random, len(content))
    return content[: part.start] + content[part] * random.choice((2, 3, 50)) + content[part.stop :]


def _fill(content: bytes, random: Random) -> bytes:
    part = a_part(random, len(content))
    value = bytes([random.choice((0, 0, 255, random.randrange(256)))])
    return content[: part.start] + value * (part.stop - part.start) + content[part.stop :]


def _insert(content: bytes, random: Random) -> bytes:
    place = random.randint(0, len(content))
    return content[:place] + random.randbytes(random.choice((1, 2, 8, 300))) + content[place:]


def _put_a_number(content: bytes, random: Random) -> bytes:
    """Write an absurd whole number of 2, 4 or 8 bytes over what is there."""
    size, order = random.choice((2, 4, 4, 8)), random.choice(("little", "big"))
    place = random.randint(0, max(0, min(len(content), random.choice((400, len(content)))) - size))
    number = absurd_whole(random) % 256**size
    return content[:place] + number.to_bytes(size, order) + content[place + size :]  # type: ignore[arg-type]


def _move(content: bytes, random: Random) -> bytes:
    one, other = sorted((a_part(random, len(content)), a_part(random, len(content))), key=lambda part: part.start)
    middle = max(one.stop, other.start)
    return content[: one.start] + content[other] + content[one.stop : middle] + content[one] + content[other.stop :]


_WAYS: tuple[Callable[[bytes, Random], bytes], ...] = (
    flip_bits,
    flip_bits,
    cut_short,
    _cut_out,
    _repeat,
    _fill,
    _insert,
    _put_a_number,
    _put_a_number,
    _move,
)
