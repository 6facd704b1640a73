"""NRRD damaged with knowledge of it: absurd sizes, types, spaces, directions, skips, encodings and data files."""

from __future__ import annotations

from random import Random

from Testing.fuzz.chance import absurd_text, absurd_whole
from Testing.fuzz.mutate_gzip import mutate_gzip
from Testing.fuzz.mutate_lines import mutate_files, mutate_lines, set_line

_VALUES = {
    "type": ("block", "float", "double", "uchar", "int64", "unsigned long long int", "default", "SHORT", "x"),
    "encoding": ("raw", "gzip", "gz", "bzip2", "hex", "ascii", "text", "txt", "RAW", "zrl", ""),
    "endian": ("big", "little", "middle", ""),
    "space": ("right-anterior-superior", "LAS", "scanner-xyz", "3D-right-handed", "LPST", "x", ""),
    "kinds": ("list domain domain domain", "domain domain domain time", "vector domain domain", "? ? ? ?", "RGB-color"),
    "data file": (
        "nowhere.raw",
        "/dev/zero",
        "/dev/full",
        ".",
        "LIST",
        "a%03d.raw 1 900000000 1",
        "%s%n 1 2 1",
        "~",
        "",
    ),
    "byte skip": ("-1", "-2", "0", "3", "1000000000000", "x"),
    "line skip": ("1", "-1", "2000000000", "x"),
    "block size": ("0", "2000000000"),
    "spacings": ("nan nan nan", "1 1 8 nan", "0 0 0", "1 1"),
    "space directions": (
        "(nan,nan,nan) (0,1.5,0) (0,0,8) none",
        "(1,0,0) (1,0,0) (0,0,8) none",
        "(0,0,0) (0,1.5,0) (0,0,8) none",
        "none none none none",
        "(1e300,0,0) (0,1e300,0) (0,0,1e300) none",
        "none (1.25,0,0) (0,1.5,0) (0,0,8)",
    ),
    "space origin": ("(nan,nan,nan)", "(1e308,1e308,1e308)", "(1,2)", "none"),
    "space dimension": ("3", "4", "0", "99"),
    "dimension": ("0", "1", "3", "16", "17", "-1"),
    "old min": ("nan",),
    "axis 0 index values": ("=nan inf 1e999", "=", "=0 40 " * 5000),
}


def mutate_nrrd(files: dict[str, bytes], random: Random) -> dict[str, bytes]:
    """The files of a NRRD image (a header, and the pixels in it or beside it), some of them damaged."""
    return mutate_files(files, (".nrrd", ".nhdr"), _mutate_header, random)


def _mutate_header(content: bytes, random: Random) -> bytes:
    text, gap, pixels = content.partition(b"\n\n")
    lines = text.decode("latin-1").split("\n")
    if random.random() < 0.5:
        lines = mutate_lines(lines, ":", random)
    else:
        for _ in range(random.choice((1, 1, 2))):
            name = random.choice(list(_VALUES))
            lines = set_line(lines, name, ": " if "index" not in name else ":", random.choice(_VALUES[name]))
    if random.random() < 0.2:
        sizes = " ".join(str(absurd_whole(random)) for _ in range(random.choice((3, 4, 4, 17))))
        lines = set_line(lines, "sizes", ": ", sizes)
    if random.random() < 0.15:
        lines = set_line(lines, "encoding", ": ", "gzip")
        pixels = mutate_gzip(pixels, random)
    if random.random() < 0.05:
        lines = [*lines, *(f"{absurd_text(random)}:={absurd_text(random)}" for _ in range(200))]
    return "\n".join(lines).encode("latin-1", "replace") + gap + pixels
