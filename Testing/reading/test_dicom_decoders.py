"""Pixels are decoded alike with pydicom 3 and with pydicom 2.4, as far as that can be seen without the latter."""

from __future__ import annotations

import ast
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pydicom.config
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, JPEG2000Lossless, JPEGBaseline8Bit, RLELossless

from LVSegULib.errors import InputError
from LVSegULib.reading import dicom_decoders
from LVSegULib.reading.dicom import read_dicom_cine
from LVSegULib.reading.dicom_decoders import has_decoder, has_handler, without_unused_bits

if TYPE_CHECKING:
    from Testing.conftest import DicomPhantom


def a_handler(*syntaxes: UID, available: bool = True) -> Any:
    """As pydicom 2 has them."""
    return SimpleNamespace(is_available=lambda: available, supports_transfer_syntax=lambda one: one in syntaxes)


def stored_as(bits_stored: int, syntax: UID = ExplicitVRLittleEndian) -> Dataset:
    """The header of pixels of 16 bits, so many of them used."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.BitsAllocated, dataset.BitsStored = 16, bits_stored
    return dataset


@pytest.fixture
def pydicom_2(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The reader takes the pydicom that is there for version 2."""
    monkeypatch.setattr(dicom_decoders, "HAS_DECODERS", False)
    return monkeypatch


@pytest.fixture
def two_handlers(pydicom_2: pytest.MonkeyPatch) -> None:
    """One for RLE, and one for JPEG that is not installed."""
    handlers = [a_handler(RLELossless), a_handler(JPEGBaseline8Bit, available=False)]
    pydicom_2.setattr(pydicom.config, "pixel_data_handlers", handlers, raising=False)


def test_a_compression_can_be_decoded_if_a_handler_that_is_installed_supports_it() -> None:
    handlers = [a_handler(JPEGBaseline8Bit, available=False), a_handler(RLELossless, JPEG2000Lossless)]
    found = {syntax: has_handler(syntax, handlers) for syntax in (JPEGBaseline8Bit, RLELossless, JPEG2000Lossless)}
    assert found == {JPEGBaseline8Bit: False, RLELossless: True, JPEG2000Lossless: True}
    assert not has_handler(RLELossless, [])


@pytest.mark.usefixtures("two_handlers")
def test_the_handlers_are_asked_where_pydicom_is_version_2() -> None:
    assert has_decoder(RLELossless)
    assert not has_decoder(JPEGBaseline8Bit)


@pytest.mark.parametrize(
    ("dtype", "stored", "meant"),
    [
        (np.uint16, [0x0FFF, 0xF001, 0x1234], [0xFFF, 0x001, 0x234]),
        (np.int16, [0x07FF, 0x0800, 0x0FFF, -1], [2047, -2048, -1, -1]),  # bit 11 is the sign
    ],
)
def test_bits_above_those_that_are_stored_mean_nothing(dtype: Any, stored: list[int], meant: list[int]) -> None:
    pixels = np.array(stored, dtype)
    pixels.flags.writeable = False
    found = without_unused_bits(pixels, stored_as(12))
    assert found.dtype == dtype
    assert found.tolist() == meant
    assert without_unused_bits(pixels, stored_as(16)).tolist() == stored
    assert without_unused_bits(pixels, stored_as(12, JPEG2000Lossless)).tolist() == stored


@pytest.mark.usefixtures("pydicom_2")
def test_unused_bits_of_a_file_are_taken_away(a_dicom_phantom: DicomPhantom) -> None:
    def with_dirty_bits(dataset: Dataset, _: int, __: int) -> None:
        dataset.PixelData = (np.frombuffer(dataset.PixelData, "<u2") | 0xF000).tobytes()
        dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 12, 11, 0

    for path in a_dicom_phantom.write(with_dirty_bits):
        dataset = dcmread(path)
        dataset.compress(RLELossless, generate_instance_uid=False)
        dataset.save_as(path)
    np.testing.assert_array_equal(read_dicom_cine(a_dicom_phantom.folder).frames, a_dicom_phantom.images)


@pytest.mark.usefixtures("two_handlers")
def test_a_compression_without_handler_is_named(a_dicom_phantom: DicomPhantom) -> None:
    from pydicom.encaps import encapsulate

    def compressed(dataset: Dataset, _: int, __: int) -> None:
        dataset.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
        dataset.PixelData = encapsulate([b"\xff\xd8 no image \xff\xd9"])

    a_dicom_phantom.write(compressed)
    with pytest.raises(InputError, match=r"compressed pixels \(JPEG Baseline.*\): decompress the folder first"):
        read_dicom_cine(a_dicom_phantom.folder)


def test_what_pydicom_2_lacks_is_imported_where_it_is_needed_only() -> None:
    sources = sorted(Path(dicom_decoders.__file__).parent.glob("*.py"))
    bodies = {path.name: ast.parse(path.read_text(encoding="utf-8")).body for path in sources}
    imported = {
        name: [node.module or "" for node in body if isinstance(node, ast.ImportFrom)] for name, body in bodies.items()
    }
    assert "pydicom.uid" in imported["dicom_decoders.py"]
    assert not [name for name, modules in imported.items() if any("pydicom.pixels" in module for module in modules)]


def test_a_compression_that_pydicom_does_not_know_cannot_be_decoded() -> None:
    assert not has_decoder(UID("1.2.840.10008.1.2.4.999"))
