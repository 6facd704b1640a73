"""DICOM files in explicit little endian as a tree of elements, to be changed in ways no DICOM library would write."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

_LONG = (b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"UC", b"UN", b"UR", b"UT", b"SV", b"UV")
_ITEM, _UNDEFINED = b"\xfe\xff\x00\xe0", 0xFFFFFFFF


@dataclass
class Element:
    """One element; its value is bytes, or items of elements in a sequence.

    Attributes:
        tag: group and element, 4 bytes as stored.
        vr: value representation as stored.
        value: what it holds.
        length: length to write instead of the true one; None for the true one.
    """

    tag: bytes
    vr: bytes
    value: bytes | list[list[Element]]
    length: int | None = None


@dataclass
class Parsed:
    """A file: preamble and prefix, then its elements, those of the file meta group among them."""

    start: bytes
    elements: list[Element] = field(default_factory=list)

    def every(self) -> list[Element]:
        """Its elements and those inside of sequences."""
        return list(_every(self.elements))

    def written(self) -> bytes:
        """The file's bytes."""
        return self.start + b"".join(map(_written, self.elements))


def parse(content: bytes) -> Parsed:
    """Take a valid file apart."""
    return Parsed(content[:132], _elements(content[132:]))


def tag(group: int, element: int) -> bytes:
    """A tag as stored."""
    return struct.pack("<HH", group, element)


def _elements(content: bytes) -> list[Element]:
    found, place = [], 0
    while place < len(content):
        name, vr = content[place : place + 4], content[place + 4 : place + 6]
        size = 4 if vr in _LONG else 2
        place += 8 if vr in _LONG else 6
        length = int.from_bytes(content[place : place + size], "little")
        place += size
        is_open = size == 4 and length == _UNDEFINED
        stop = len(content) if is_open else place + length
        value: bytes | list[list[Element]] = content[place:stop]
        found.append(Element(name, vr, _items(value) if vr == b"SQ" else value, _UNDEFINED if is_open else None))
        place = stop
    return found


def _items(content: bytes) -> list[list[Element]]:
    items, place = [], 0
    while place < len(content):
        (length,) = struct.unpack_from("<I", content, place + 4)
        items.append(_elements(content[place + 8 : place + 8 + length]))
        place += 8 + length
    return items


def _every(elements: list[Element]) -> Iterator[Element]:
    for element in elements:
        yield element
        if isinstance(element.value, list):
            for item in element.value:
                yield from _every(item)


def _written(element: Element) -> bytes:
    value = element.value
    if isinstance(value, list):
        items = (b"".join(map(_written, item)) for item in value)
        value = b"".join(_ITEM + struct.pack("<I", len(item)) + item for item in items)
    length = len(value) if element.length is None else element.length
    if element.vr in _LONG:
        return element.tag + element.vr + struct.pack("<HI", 0, length % 2**32) + value
    return element.tag + element.vr + struct.pack("<H", length % 2**16) + value
