"""DICOM damaged with knowledge of it: elements missing, twice, of a wrong type, absurd values, counts and lengths."""

from __future__ import annotations

import copy
import struct
import zlib
from collections.abc import Callable
from random import Random

from Testing.fuzz.chance import absurd_number, absurd_text, absurd_whole
from Testing.fuzz.dicom_elements import Element, Parsed, parse, tag
from Testing.fuzz.mutate_bytes import mutate_bytes
from Testing.fuzz.mutate_gzip import deflated

_NAMED = {
    "TransferSyntaxUID": (0x0002, 0x0010),
    "SpecificCharacterSet": (0x0008, 0x0005),
    "PatientID": (0x0010, 0x0020),
    "SliceThickness": (0x0018, 0x0050),
    "SpacingBetweenSlices": (0x0018, 0x0088),
    "TriggerTime": (0x0018, 0x1060),
    "StudyInstanceUID": (0x0020, 0x000D),
    "SeriesInstanceUID": (0x0020, 0x000E),
    "SeriesNumber": (0x0020, 0x0011),
    "InstanceNumber": (0x0020, 0x0013),
    "ImagePositionPatient": (0x0020, 0x0032),
    "ImageOrientationPatient": (0x0020, 0x0037),
    "SamplesPerPixel": (0x0028, 0x0002),
    "PhotometricInterpretation": (0x0028, 0x0004),
    "NumberOfFrames": (0x0028, 0x0008),
    "Rows": (0x0028, 0x0010),
    "Columns": (0x0028, 0x0011),
    "PixelSpacing": (0x0028, 0x0030),
    "BitsAllocated": (0x0028, 0x0100),
    "BitsStored": (0x0028, 0x0101),
    "HighBit": (0x0028, 0x0102),
    "PixelRepresentation": (0x0028, 0x0103),
    "RescaleIntercept": (0x0028, 0x1052),
    "RescaleSlope": (0x0028, 0x1053),
    "SharedFunctionalGroupsSequence": (0x5200, 0x9229),
    "PerFrameFunctionalGroupsSequence": (0x5200, 0x9230),
    "PixelData": (0x7FE0, 0x0010),
}
TAGS = {name: tag(*numbers) for name, numbers in _NAMED.items()}

_DEFLATED = b"1.2.840.10008.1.2.1.99"
_META_BYTES = 400
"""The file meta group of a seed is shorter."""

_SYNTAXES = (
    b"1.2.840.10008.1.2",
    b"1.2.840.10008.1.2.1",
    _DEFLATED,
    b"1.2.840.10008.1.2.2",
    b"1.2.840.10008.1.2.4.50",
    b"1.2.840.10008.1.2.4.70",
    b"1.2.840.10008.1.2.4.80",
    b"1.2.840.10008.1.2.4.90",
    b"1.2.840.10008.1.2.5",
    b"1.2.3.4",
    b"",
)
_VRS = (
    b"US",
    b"UL",
    b"SS",
    b"DS",
    b"IS",
    b"UI",
    b"LO",
    b"SQ",
    b"OW",
    b"OB",
    b"UN",
    b"FD",
    b"FL",
    b"PN",
    b"XX",
    b"\0\0",
)
_CHARACTER_SETS = (b"ISO_IR 192", b"ISO 2022 IR 87", b"\\", b"no such set ", b"GB18030")


def mutate_files(files: dict[str, bytes], random: Random) -> dict[str, bytes]:
    """A DICOM folder with some of its files damaged, in bytes or in elements, one of them or all in the same way."""
    changed = dict(files)
    if random.random() < 0.15:
        changed = _mutate_folder(changed, random)
    if random.random() < 0.35:
        for name in _some(changed, random):
            changed[name] = mutate_bytes(changed[name], random)
        return changed
    way = random.getrandbits(64)
    for name in _some(changed, random):
        changed[name] = mutate_elements(changed[name], Random(way))
    return changed


def mutate_elements(content: bytes, random: Random) -> bytes:
    """One file with one to three elements damaged; in bytes where it is no explicit little endian."""
    if _DEFLATED in content[:_META_BYTES]:
        return _mutate_deflated(content, random)
    if TAGS["Rows"] + b"US" not in content or content[128:132] != b"DICM":
        return mutate_bytes(content, random)
    parsed = parse(content)
    for _ in range(random.choice((1, 1, 2, 3))):
        random.choice(_WAYS)(parsed, random)
    return parsed.written()


def _mutate_deflated(content: bytes, random: Random) -> bytes:
    """The same inside of a deflated file, which in a third of the cases expands to far more."""
    group_length = struct.unpack_from("<I", content, 140)[0] if len(content) > 144 else 0
    start = 144 + group_length
    try:
        inside = zlib.decompress(content[start:], -zlib.MAX_WBITS)
    except zlib.error:
        return mutate_bytes(content, random)
    mutated = mutate_elements(content[:132] + inside, random)[132:]
    return content[:start] + deflated(mutated, random.choice((0, 0, 0, 0, 160, 3200)))


def _some(files: dict[str, bytes], random: Random) -> list[str]:
    names = sorted(files)
    return names if random.random() < 0.4 else random.sample(names, random.randint(min(1, len(names)), len(names)))


def _mutate_folder(files: dict[str, bytes], random: Random) -> dict[str, bytes]:
    names = sorted(files)
    one, other = random.choice(names), random.choice(names)
    kind = random.randrange(5)
    if kind == 0:
        return {name: content for name, content in files.items() if name != one}
    if kind == 1:
        return files | {"copy": files[one]}
    if kind == 2:
        return files | {one: files[other]}
    if kind == 3:
        return {f"{random.choice('ab')}/{name}": content for name, content in files.items()}
    return files | {
        "DICOMDIR": random.randbytes(300),
        "notes.txt": b"no DICOM",
        ".DS_Store": b"",
        "seg.nii.gz": b"\x1f\x8b",
    }


def _delete(parsed: Parsed, random: Random) -> None:
    items = [parsed.elements, *(item for e in parsed.every() if isinstance(e.value, list) for item in e.value)]
    item = random.choice([item for item in items if item] or [parsed.elements])
    if item:
        del item[random.randrange(len(item))]


def _repeat(parsed: Parsed, random: Random) -> None:
    element = copy.deepcopy(random.choice(parsed.elements)) if parsed.elements else None
    if element is not None:
        _put_absurd_value(element, random)
        parsed.elements.insert(random.randint(0, len(parsed.elements)), element)


def _retype(parsed: Parsed, random: Random) -> None:
    element = _one(parsed, random)
    element.vr = random.choice(_VRS)
    if isinstance(element.value, list) and element.vr != b"SQ":
        element.value = random.randbytes(20)


def _relabel(parsed: Parsed, random: Random) -> None:
    _one(parsed, random).tag = random.choice(list(TAGS.values()))


def _lie_about_length(parsed: Parsed, random: Random) -> None:
    _one(parsed, random).length = random.choice((abs(absurd_whole(random)), 2**32 - 1, 2**32 - 2, 3 * 2**30, 9, 40))


def _change_value(parsed: Parsed, random: Random) -> None:
    _put_absurd_value(_one(parsed, random), random)


def _change_size(parsed: Parsed, random: Random) -> None:
    """Rows, columns and frames that the pixels may or may not be enough for."""
    for name in random.sample(("Rows", "Columns", "BitsAllocated", "BitsStored", "SamplesPerPixel"), 2):
        _set(parsed, name, b"US", struct.pack("<H", abs(absurd_whole(random)) % 65536))
    if random.random() < 0.5:
        _set(parsed, "NumberOfFrames", b"IS", str(absurd_whole(random)).encode())


def _change_syntax(parsed: Parsed, random: Random) -> None:
    _set(parsed, "TransferSyntaxUID", b"UI", random.choice(_SYNTAXES))


def _change_text(parsed: Parsed, random: Random) -> None:
    _set(parsed, "SpecificCharacterSet", b"CS", random.choice(_CHARACTER_SETS))
    name = random.choice(("PatientID", "SeriesInstanceUID", "StudyInstanceUID"))
    _set(
        parsed, name, b"LO", random.choice((random.randbytes(40), b"\x1b$B" * 9, b"../../x", b"A" * 60000, b"", b"\0"))
    )


def _repeat_items(parsed: Parsed, random: Random) -> None:
    """Thousands of frames where there were a few, each in another place and turned in another way."""
    sequences = [element for element in parsed.every() if isinstance(element.value, list) and element.value]
    if not sequences:
        return
    sequence = random.choice(sequences)
    items = sequence.value if isinstance(sequence.value, list) else []
    count = random.choice((7, 200, 3000)) // len(items)
    sequence.value = [copy.deepcopy(item) for _ in range(count) for item in items] if count < 40 else items * count
    _set(parsed, "NumberOfFrames", b"IS", str(len(sequence.value)).encode())
    if random.random() < 0.5:
        _set(parsed, "Rows", b"US", b"\1\0")
        _set(parsed, "Columns", b"US", b"\1\0")


def _nest(parsed: Parsed, random: Random) -> None:
    """Sequences inside of sequences, deeper than anything needs, none of them closed."""
    name = TAGS["SharedFunctionalGroupsSequence"]
    open_item = b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
    content = (open_item + name + b"SQ\0\0\xff\xff\xff\xff") * random.choice((3, 50, 1500))
    parsed.elements.insert(_place_of(parsed, name), Element(name, b"SQ", content, 2**32 - 1))


def _place_of(parsed: Parsed, name: bytes) -> int:
    """Where an element stands or would stand, the elements being in the order of their tags."""
    key = struct.unpack("<HH", name)
    return sum(struct.unpack("<HH", element.tag) < key for element in parsed.elements)


def _set(parsed: Parsed, name: str, vr: bytes, value: bytes) -> None:
    """Give an element a value, with the space that makes its length even."""
    padded = value + b" " * (len(value) % 2) if vr not in (b"UI",) else value + b"\0" * (len(value) % 2)
    element = next((element for element in parsed.every() if element.tag == TAGS[name]), None)
    if element is None:
        parsed.elements.insert(_place_of(parsed, TAGS[name]), Element(TAGS[name], vr, padded))
    else:
        element.vr, element.value = vr, padded


def _one(parsed: Parsed, random: Random) -> Element:
    """An element, mostly one that is read."""
    every = parsed.every()
    known = [element for element in every if element.tag in TAGS.values()]
    return random.choice(known if known and random.random() < 0.85 else every or [Element(b"\0" * 4, b"UN", b"")])


def _put_absurd_value(element: Element, random: Random) -> None:
    if isinstance(element.value, list):
        element.value = random.choice(([], [[]], element.value * 2, element.value[:1]))
    elif element.vr in (b"DS", b"IS"):
        count = len(element.value.split(b"\\")) if random.random() < 0.8 else random.choice((0, 1, 7, 4000))
        parts = element.value.split(b"\\")
        texts = [absurd_text(random).encode() if random.random() < 0.5 else parts[n % len(parts)] for n in range(count)]
        value = b"\\".join(texts)[:65534]
        element.value = value + b" " * (len(value) % 2)
    elif element.vr in (b"FD", b"FL"):
        kind = "<d" if element.vr == b"FD" else "<f"
        element.value = struct.pack(kind, absurd_number(random)) * random.choice((0, 1, 1, 3))
    elif element.vr in (b"US", b"SS"):
        element.value = struct.pack("<H", absurd_whole(random) % 65536) * random.choice((1, 1, 1, 0, 2))
    else:
        element.value = random.choice((b"", random.randbytes(len(element.value)), absurd_text(random).encode() * 2))


_WAYS: tuple[Callable[[Parsed, Random], None], ...] = (
    _delete,
    _repeat,
    _retype,
    _relabel,
    _lie_about_length,
    _change_value,
    _change_value,
    _change_value,
    _change_size,
    _change_syntax,
    _change_text,
    _repeat_items,
    _nest,
)
