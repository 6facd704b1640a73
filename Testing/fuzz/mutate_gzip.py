"""Gzip streams that are damaged, or that expand to far more than anybody said."""

from __future__ import annotations

import gzip
import zlib
from functools import lru_cache
from random import Random

from Testing.fuzz.mutate_bytes import mutate_bytes

_MEMBER_BYTES = 1 << 24


@lru_cache(maxsize=1)
def _zeros() -> bytes:
    """16 MB of zeros, packed into 16 kB; gzip streams may be put one after the other."""
    return gzip.compress(bytes(_MEMBER_BYTES), mtime=0)


def packed(content: bytes) -> bytes:
    """`content` as gzip, the same bytes every time."""
    return gzip.compress(content, 6, mtime=0)


def mutate_gzip(content: bytes, random: Random) -> bytes:
    """`content`, not packed yet, as a damaged gzip stream or as one that goes on far beyond it."""
    whole = packed(content)
    kind = random.random()
    if kind < 0.6:
        return mutate_bytes(whole, random)
    if kind < 0.7:
        return whole[:-8] + random.randbytes(8)  # checksum and size
    if kind < 0.8:
        return whole + random.choice((b"\0" * 100, random.randbytes(50), whole, whole[:20]))
    if kind < 0.85:
        return packed(whole)
    return whole + _zeros() * random.choice((1, 4, 20, 200))


def believed_bomb(start: bytes, megabytes: int) -> bytes:
    """`start` and so many megabytes of zeros, as a gzip stream that is right in itself."""
    return packed(start) + _zeros() * (megabytes // 16)


@lru_cache(maxsize=1)
def _flushed_zeros() -> bytes:
    """16 MB of zeros as a piece of a deflate stream that stands for itself."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(bytes(_MEMBER_BYTES)) + packer.flush(zlib.Z_FULL_FLUSH)


def deflated(content: bytes, megabytes: int = 0) -> bytes:
    """`content` as a deflate stream without frame, and zeros after it."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    start = packer.compress(content) + packer.flush(zlib.Z_FULL_FLUSH)
    return start + _flushed_zeros() * (megabytes // 16) + b"\x03\x00"
