"""NIfTI-1 damaged with knowledge of it: absurd axes, types, spacings, orientations, scales and places of the pixels."""

from __future__ import annotations

import struct
from random import Random

from Testing.fuzz.chance import absurd_number, absurd_whole
from Testing.fuzz.mutate_bytes import mutate_bytes
from Testing.fuzz.mutate_gzip import believed_bomb

HEADER_BYTES = 348

_FIELDS = (
    ("i", 0),  # sizeof_hdr
    *(("h", 40 + 2 * axis) for axis in range(8)),  # dim
    *(("h", 40 + 2 * axis) for axis in range(5)),
    ("h", 68),  # intent_code
    ("h", 70),  # datatype
    ("h", 70),
    ("h", 72),  # bitpix
    *(("f", 76 + 4 * axis) for axis in range(8)),  # pixdim
    ("f", 108),  # vox_offset
    ("f", 108),
    ("f", 112),  # scl_slope
    ("f", 112),
    ("f", 116),  # scl_inter
    ("h", 252),  # qform_code
    ("h", 254),  # sform_code
    *(("f", 256 + 4 * number) for number in range(18)),  # quaternion, offset, sform
    ("i", 344),  # magic
    ("i", 348),  # extension
)
"""Kind and offset (nifti1.h) of what is changed."""

_TYPES = (0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 768, 1024, 1280, 1536, 1792, 2048, 2304, 255, -1)
"""Every `datatype` there is, and some there are not."""


def mutate_nifti(content: bytes, random: Random) -> bytes:
    """A file that is not packed, with one to four fields changed, or damaged in bytes."""
    if random.random() < 0.3:
        return mutate_bytes(content, random)
    changed = bytearray(content)
    for _ in range(random.choice((1, 1, 2, 4))):
        kind, offset = random.choice(_FIELDS)
        _put(changed, kind, offset, random)
    if random.random() < 0.15:
        changed[:HEADER_BYTES] = _with_a_quaternion(changed, random)
    if random.random() < 0.1:
        changed = changed[:352] + _extensions(random) + changed[352:]
    return bytes(changed)


def nifti_bomb(content: bytes, random: Random) -> bytes:
    """A packed file of zeros whose header says how many there are: 16 to 64 million pixels in some 30 kB."""
    megabytes = random.choice((32, 64, 128))
    changed = bytearray(content)
    struct.pack_into("<8h", changed, 40, 4, 1024, 1024, 2, megabytes // 4, 1, 1, 1)  # 2 bytes each
    struct.pack_into("<2h", changed, 70, 4, 16)
    return believed_bomb(bytes(changed), megabytes)


def _put(changed: bytearray, kind: str, offset: int, random: Random) -> None:
    if kind == "f":
        number = random.choice((absurd_number(random), float(absurd_whole(random))))
        struct.pack_into("<f", changed, offset, number)
    elif kind == "h":
        number = random.choice(_TYPES) if offset == 70 else absurd_whole(random)
        struct.pack_into("<H", changed, offset, number % 65536)
    else:
        value = random.choice((b"ni1\0", b"n+2\0", b"\0\0\0\0", random.randbytes(4), b"\1\0\0\0"))
        changed[offset : offset + 4] = value


def _with_a_quaternion(changed: bytearray, random: Random) -> bytes:
    """The orientation as a quaternion in the place of the sform."""
    header = bytearray(changed[:HEADER_BYTES])
    struct.pack_into("<2h", header, 252, random.choice((1, 2, 99)), random.choice((0, 0, 1)))
    numbers = (random.uniform(-1, 1) if random.random() < 0.8 else absurd_number(random) for _ in range(6))
    struct.pack_into("<6f", header, 256, *numbers)
    return bytes(header)


def _extensions(random: Random) -> bytes:
    size, code = abs(absurd_whole(random)) % 2**31, random.choice((0, 4, 6, 44))
    return struct.pack("<2i", size, code) + random.randbytes(random.choice((0, 8, 100)))
