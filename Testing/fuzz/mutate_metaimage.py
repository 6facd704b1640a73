"""MetaImage damaged with knowledge of it: absurd axes, sizes, types, spacings, compression and data files."""

from __future__ import annotations

import zlib
from random import Random

from Testing.fuzz.chance import absurd_whole
from Testing.fuzz.mutate_lines import mutate_files, mutate_lines, set_line

_LOCAL = b"ElementDataFile = LOCAL\n"
_VALUES = {
    "NDims": ("-1", "0", "1", "2", "3", "5", "10", "11", "99", "1000000000", "x"),
    "DimSize": ("-16 16 3 2", "0 0 0 0", "16 16 3", "65535 65535 65535 2", "16 16 16 16 16 16", "1 1 1536 1"),
    "ElementType": ("MET_FLOAT", "MET_DOUBLE_ARRAY", "MET_UCHAR", "MET_OTHER", "MET_STRING", "MET_LONG_LONG", "x"),
    "ElementNumberOfChannels": ("0", "-1", "3", "100000000", "x"),
    "ElementSpacing": ("nan nan nan nan", "0 0 0 0", "1 1", "1e308 1e308 1e308 1", "-1 -1 -8 1"),
    "ElementSize": ("nan nan nan nan", "1 1 1 1"),
    "TransformMatrix": ("0 " * 16, "nan " * 16, "1 0 0 0 1 0 0 0 1", "1 " * 16, "1e200 " * 16),
    "Offset": ("nan nan nan nan", "1e308 1e308 1e308 1", "1"),
    "CompressedData": ("True", "False", "x"),
    "CompressedDataSize": ("-1", "0", "1", "4000000000", "99999999999999999999"),
    "BinaryData": ("False",),
    "BinaryDataByteOrderMSB": ("True", "x"),
    "HeaderSize": ("-1", "-5", "0", "2000000000", "100"),
    "ObjectType": ("Mesh", "Scene", ""),
    "ElementDataFile": (
        "nowhere.raw",
        "/dev/zero",
        ".",
        "LIST",
        "LIST 99",
        "a%03d.raw 1 900000000 1",
        "%s%s%s%n 1 3 1",
        "beat.mha",
        "",
    ),
}


def mutate_metaimage(files: dict[str, bytes], random: Random) -> dict[str, bytes]:
    """The files of a MetaImage (a header, and the pixels in it or beside it), some of them damaged."""
    return mutate_files(files, (".mha", ".mhd"), _mutate_header, random)


def _mutate_header(content: bytes, random: Random) -> bytes:
    before, local, pixels = content.partition(_LOCAL)
    lines = (before + local).decode("latin-1").rstrip("\n").split("\n")
    if random.random() < 0.5:
        lines = mutate_lines(lines, "=", random)
    else:
        for _ in range(random.choice((1, 1, 2))):
            name = random.choice(list(_VALUES))
            lines = _set(lines, name, random.choice(_VALUES[name]))
    if random.random() < 0.2:
        lines = _set(lines, "DimSize", " ".join(str(absurd_whole(random)) for _ in range(random.choice((3, 4, 4, 11)))))
    if random.random() < 0.1:
        lines = _set(lines, "CompressedData", "True")
        pixels = zlib.compress(pixels * random.choice((1, 1, 2)) + bytes(random.choice((0, 0, 1 << 24))))
    return ("\n".join(lines) + "\n").encode("latin-1", "replace") + pixels


def _set(lines: list[str], name: str, value: str) -> list[str]:
    """Set a field; a new one goes before the last line, which ends the header."""
    *others, last = set_line(lines, name, " = ", value) or [""]
    is_new = len(others) == len(lines)
    return [*others[:-1], last, others[-1]] if is_new and others else [*others, last]
