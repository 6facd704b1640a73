"""Values of DICOM elements, and what stands in their place in damaged files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydicom.config import disable_value_validation
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence as Items
from pydicom.tag import Tag

from LVSegULib.reading import dicom_values
from LVSegULib.reading.damage import Damage
from LVSegULib.reading.dicom_values import (
    frames_of,
    items_of,
    number_of,
    numbers_of,
    required_whole_of,
    text_of,
    transfer_syntax_of,
    whole_of,
)


def holding(name: str, vr: str, value: Any) -> Dataset:
    """A data set with one element, of whatever type."""
    dataset = Dataset()
    with disable_value_validation():
        dataset.add_new(Tag(name), vr, value)
    return dataset


def test_what_is_there() -> None:
    assert number_of(holding("TriggerTime", "DS", "12.5"), "TriggerTime") == 12.5
    assert whole_of(holding("Rows", "US", 16), "Rows") == 16
    assert numbers_of(holding("PixelSpacing", "DS", ["1.5", "2"]), "PixelSpacing", 2) == (1.5, 2.0)
    assert text_of(holding("SeriesDescription", "LO", ["cine", "sax"]), "SeriesDescription") == "cine\\sax"
    assert len(items_of(holding("PlanePositionSequence", "SQ", [Dataset()]), "PlanePositionSequence")) == 1
    assert frames_of(holding("NumberOfFrames", "IS", "7")) == 7


@pytest.mark.parametrize("dataset", [Dataset(), holding("TriggerTime", "DS", ""), holding("TriggerTime", "DS", None)])
def test_missing_and_empty_elements_hold_nothing(dataset: Dataset) -> None:
    assert number_of(dataset, "TriggerTime") is None
    assert numbers_of(dataset, "TriggerTime", 2) is None
    assert text_of(dataset, "TriggerTime") == ""
    assert items_of(dataset, "TriggerTime") == ()
    assert frames_of(dataset) == 1


def test_other_counts_of_numbers_are_none() -> None:
    assert numbers_of(holding("PixelSpacing", "DS", ["1", "2", "3"]), "PixelSpacing", 2) is None
    assert numbers_of(holding("PixelSpacing", "DS", "1"), "PixelSpacing", 2) is None


@pytest.mark.parametrize(
    ("read", "vr", "value", "said"),
    [
        (number_of, "SH", "12 ms", 'Rows is no number, but "12 ms"'),
        (number_of, "US", [1, 2], r'Rows is no number, but "1\\2"'),
        (whole_of, "FD", float("inf"), 'Rows is no whole number, but "inf"'),
        (whole_of, "OB", b"\x07x", r'Rows is no whole number, but "\?x"'),
        (required_whole_of, "US", None, "it does not say Rows"),
        (items_of, "US", 3, "Rows is no sequence"),
        (text_of, "OB", b"MR", "Rows is no text"),
        (text_of, "SQ", [Dataset()], "Rows is no text"),
    ],
)
def test_what_is_of_another_type_is_damage(
    read: Callable[[Dataset, str], object], vr: str, value: Any, said: str
) -> None:
    with pytest.raises(Damage, match=f"^{said}$"):
        read(holding("Rows", vr, value), "Rows")


def test_a_sequence_is_no_text_though_it_is_a_multi_value_in_pydicom_2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dicom_values, "MultiValue", (MultiValue, Items))
    with pytest.raises(Damage, match=r"^Rows is no text$"):
        text_of(holding("Rows", "SQ", [Dataset()]), "Rows")


@pytest.mark.parametrize(("value", "found"), [("1.2.840.10008.1.2", True), (["1.2", "1.3"], False), (None, False)])
def test_the_transfer_syntax_is_one_or_none(value: Any, found: bool) -> None:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = value
    syntax = transfer_syntax_of(dataset)
    assert (syntax is not None) == found
    assert syntax is None or syntax.is_implicit_VR


@pytest.mark.parametrize(("vr", "value"), [("DS", "0"), ("IS", "0"), ("US", 0), ("FD", 0.0)])
def test_zero_is_a_number_and_not_missing(vr: str, value: Any) -> None:
    dataset = holding("TriggerTime", vr, value)
    assert number_of(dataset, "TriggerTime") == 0
    assert whole_of(dataset, "TriggerTime") == required_whole_of(dataset, "TriggerTime") == 0
    assert numbers_of(dataset, "TriggerTime", 1) == (0,)


@pytest.mark.parametrize(("vr", "value"), [("LO", "12"), ("OB", b"12")])
def test_a_text_of_two_digits_is_one_number_and_not_two(vr: str, value: Any) -> None:
    dataset = holding("PixelSpacing", vr, value)
    assert numbers_of(dataset, "PixelSpacing", 2) is None
    assert numbers_of(dataset, "PixelSpacing", 1) == (12,)


@pytest.mark.parametrize("failure", [ValueError, KeyError, AttributeError, NotImplementedError])
def test_what_pydicom_cannot_understand_is_damage(failure: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr(Dataset, "get", fail)
    with pytest.raises(Damage, match=r"^Rows cannot be understood$"):
        whole_of(Dataset(), "Rows")


@pytest.mark.parametrize("failure", [MemoryError, RecursionError])
def test_a_computer_that_is_too_small_is_no_damage(failure: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr(Dataset, "get", fail)
    with pytest.raises(failure):
        whole_of(Dataset(), "Rows")
