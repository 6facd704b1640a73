"""Values of DICOM elements, which in damaged files are of any type: a number, a text or items, or else Damage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence as Items
from pydicom.uid import UID
from pydicom.valuerep import PersonName

from LVSegULib.reading.damage import Damage
from LVSegULib.shown import shown

LONGEST_TEXT = 64
"""No short text of a header may have more letters (DICOM PS3.5, 6.2)."""


def value_of(dataset: Dataset, name: str) -> Any:
    """What an element holds; None if it is missing or empty.

    Raises:
        Damage: it cannot be understood; pydicom fails on damage in many ways.
    """
    try:
        value = dataset.get(name)
    except (MemoryError, RecursionError):
        raise
    except Exception as error:
        raise Damage(f"{name} cannot be understood") from error
    return None if value is None or (isinstance(value, str) and not value) else value


def text_of(dataset: Dataset, name: str, longest: int = LONGEST_TEXT) -> str:
    """A text on one line, "" if there is none."""
    value = value_of(dataset, name)
    is_text = value is None or isinstance(value, (str, PersonName, MultiValue))
    if not is_text or isinstance(value, Items):  # which are a MultiValue in pydicom 2
        raise Damage(f"{name} is no text")
    return shown(_as_written(value or ""), longest)


def number_of(dataset: Dataset, name: str) -> float | None:
    """A number, None if there is none."""
    value = value_of(dataset, name)
    return None if value is None else _number(name, value)


def whole_of(dataset: Dataset, name: str) -> int | None:
    """A whole number, None if there is none."""
    value = value_of(dataset, name)
    return None if value is None else _whole(name, value)


def required_whole_of(dataset: Dataset, name: str) -> int:
    """A whole number that must be there."""
    value = whole_of(dataset, name)
    if value is None:
        raise Damage(f"it does not say {name}")
    return value


def numbers_of(dataset: Dataset, name: str, count: int) -> tuple[float, ...] | None:
    """So many numbers, None if there are not as many."""
    values = value_of(dataset, name)
    if values is None:
        return None
    is_one = isinstance(values, (str, bytes)) or not isinstance(values, Iterable)
    numbers = tuple(_number(name, value) for value in ([values] if is_one else values))
    return numbers if len(numbers) == count else None


def items_of(dataset: Dataset, name: str) -> Sequence[Dataset]:
    """The items of a sequence, none if it is missing."""
    value = value_of(dataset, name)
    if value is not None and not isinstance(value, Items):
        raise Damage(f"{name} is no sequence")
    return value or ()


def frames_of(dataset: Dataset) -> int:
    """NumberOfFrames, which an image of one frame may leave out."""
    return whole_of(dataset, "NumberOfFrames") or 1


def transfer_syntax_of(dataset: Dataset) -> UID | None:
    """How a file is encoded, None if it does not say."""
    value = value_of(dataset.file_meta, "TransferSyntaxUID")
    return UID(value) if isinstance(value, str) else None


def _as_written(value: Any) -> str:
    """A value for people; several stand in a file with backslashes between them."""
    if isinstance(value, bytes):
        return value[:LONGEST_TEXT].decode("latin-1")
    return "\\".join(map(str, value)) if isinstance(value, (MultiValue, list)) else str(value)


def _number(name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise Damage(f'{name} is no number, but "{shown(_as_written(value), 40)}"') from error


def _whole(name: str, value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise Damage(f'{name} is no whole number, but "{shown(_as_written(value), 40)}"') from error
