"""Pixels: rescaled, compressed, cut short."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, JPEGBaseline8Bit, RLELossless

from LVSegULib.errors import InputError
from LVSegULib.reading.damage import Damage
from LVSegULib.reading.dicom import read_dicom_cine
from LVSegULib.reading.dicom_header import read_headers
from LVSegULib.reading.dicom_pixels import _refuse_other_sizes, read_pixels
from Testing.fuzz.seeds import a_dataset
from Testing.reading.test_dicom_enhanced import write_enhanced

if TYPE_CHECKING:
    from Testing.conftest import DicomPhantom


def test_rescaling_is_applied(a_dicom_phantom: DicomPhantom) -> None:
    def rescaled(dataset: Dataset, _: int, __: int) -> None:
        dataset.RescaleSlope, dataset.RescaleIntercept = 2.5, -100

    a_dicom_phantom.write(rescaled)
    cine = read_dicom_cine(a_dicom_phantom.folder)
    np.testing.assert_allclose(cine.frames, a_dicom_phantom.images * 2.5 - 100)


def test_rle_compressed_pixels_are_read(a_dicom_phantom: DicomPhantom) -> None:
    for path in a_dicom_phantom.write():
        dataset = dcmread(path)
        dataset.compress(RLELossless, generate_instance_uid=False)
        dataset.save_as(path)
    np.testing.assert_array_equal(read_dicom_cine(a_dicom_phantom.folder).frames, a_dicom_phantom.images)


def test_a_compression_without_decoder_is_named(a_dicom_phantom: DicomPhantom) -> None:
    from pydicom.encaps import encapsulate

    def compressed(dataset: Dataset, _: int, __: int) -> None:
        dataset.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
        dataset.PixelData = encapsulate([b"\xff\xd8 no image \xff\xd9"])

    a_dicom_phantom.write(compressed)
    with pytest.raises(InputError, match=r"compressed pixels \(JPEG Baseline"):
        read_dicom_cine(a_dicom_phantom.folder)


@pytest.mark.parametrize("kept", [200, 1300, -7])
def test_a_file_cut_short_is_named(a_dicom_phantom: DicomPhantom, kept: int) -> None:
    path = a_dicom_phantom.write()[6]
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(InputError, match=path.name):
        read_dicom_cine(a_dicom_phantom.folder)


def test_compressed_pixels_are_rescaled(a_dicom_phantom: DicomPhantom) -> None:
    for path in a_dicom_phantom.write():
        dataset = dcmread(path)
        dataset.RescaleSlope, dataset.RescaleIntercept = 0.5, 3
        dataset.compress(RLELossless, generate_instance_uid=False)
        dataset.save_as(path)
    cine = read_dicom_cine(a_dicom_phantom.folder)
    np.testing.assert_allclose(cine.frames, a_dicom_phantom.images * 0.5 + 3)


def test_a_frames_own_rescaling_goes_before_the_shared_one(a_dicom_phantom: DicomPhantom) -> None:
    """Shared are 2 and 1. Frames run through the beat, slice after slice from the last: the fourth is frame 3."""
    write_enhanced(a_dicom_phantom)
    (path,) = a_dicom_phantom.folder.iterdir()
    dataset = dcmread(path)
    own = dataset.PerFrameFunctionalGroupsSequence
    own[3].PixelValueTransformationSequence = [a_dataset(RescaleSlope=5)]
    own[4].PixelValueTransformationSequence = [a_dataset(RescaleIntercept=-7)]
    dataset.save_as(path)
    expected = a_dicom_phantom.images * 2.0 + 1
    expected[3, 3] = a_dicom_phantom.images[3, 3] * 5.0 + 1
    expected[4, 3] = a_dicom_phantom.images[4, 3] * 2.0 - 7
    np.testing.assert_allclose(read_dicom_cine(a_dicom_phantom.folder).frames, expected)


@pytest.mark.parametrize(
    ("allocated", "stored", "said"),
    [(12, 12, "a pixel has 12 bits, 12"), (16, 17, "a pixel has 16 bits, 17"), (16, 0, "a pixel has 16 bits, 0")],
)
def test_bits_that_no_pixel_has(a_dicom_phantom: DicomPhantom, allocated: int, stored: int, said: str) -> None:
    def spoilt(dataset: Dataset, _: int, __: int) -> None:
        dataset.BitsAllocated, dataset.BitsStored = allocated, stored

    a_dicom_phantom.write(spoilt)
    with pytest.raises(InputError, match=said):
        read_dicom_cine(a_dicom_phantom.folder)


def test_bytes_that_are_missing_of_several_frames_are_counted(a_dicom_phantom: DicomPhantom) -> None:
    write_enhanced(a_dicom_phantom)
    (path,) = a_dicom_phantom.folder.iterdir()
    dataset = dcmread(path)
    dataset.PixelData = dataset.PixelData[:-10]
    dataset.save_as(path)
    with pytest.raises(InputError, match="is cut short: 10 bytes of its pixels are missing"):
        read_dicom_cine(a_dicom_phantom.folder)


@pytest.mark.parametrize("changed", [{"index": 20}, {"size": (20, 24)}])
def test_a_file_that_changed_since_its_header_was_read(a_dicom_phantom: DicomPhantom, changed: dict[str, Any]) -> None:
    write_enhanced(a_dicom_phantom)
    header = read_headers(a_dicom_phantom.folder).headers[0]
    assert read_pixels([header], (24, 20)).shape == (1, 24, 20)
    with pytest.raises(InputError, match="holds other pixels than its header says"):
        read_pixels([replace(header, **changed)], (24, 20))


def one_spoilt(phantom: DicomPhantom, **changed: Any) -> str:
    """Write the phantom with one file that has other elements; the name of the file."""
    path = phantom.write()[6]
    dataset = dcmread(path)
    for name, value in changed.items():
        setattr(dataset, name, value)
    dataset.save_as(path)
    return path.name


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"BitsStored": 12, "PixelData": np.full(480, 1 << 12, "<u2").tobytes()},
            "its HighBit is 15, expected 11: export it again",
        ),
        (
            {"BitsStored": 12, "PixelRepresentation": 1, "PixelData": np.full(480, -4097, "<i2").tobytes()},
            "its HighBit is 15, expected 11: export it again",
        ),
        ({"RescaleSlope": 0}, "its RescaleSlope is 0, which makes all pixels alike: export it again"),
        ({"PixelData": bytes(1920)}, "has 960 bytes more than the 20 x 24 pixels of its header need: export it again"),
        ({"RescaleSlope": "1e38"}, "479 pixels are NaN or infinite: export the images again"),
    ],
)
def test_an_image_that_would_be_read_wrong_is_named(
    a_dicom_phantom: DicomPhantom, changed: dict[str, Any], said: str
) -> None:
    if "RescaleSlope" in changed:  # beyond float32 are 1e38 times 4 and more: all but the 3 of the corner
        a_dicom_phantom.images[1, 1, 0, 0] = 3
    name = one_spoilt(a_dicom_phantom, **changed)
    with pytest.raises(InputError, match=rf"{name}: {said}"):
        read_dicom_cine(a_dicom_phantom.folder)


def test_a_few_bytes_beyond_the_pixels_are_left_out_with_a_warning(
    a_dicom_phantom: DicomPhantom, caplog: pytest.LogCaptureFixture
) -> None:
    name = one_spoilt(a_dicom_phantom, PixelData=dcmread(a_dicom_phantom.write()[6]).PixelData + b"\0\0")
    np.testing.assert_array_equal(read_dicom_cine(a_dicom_phantom.folder).frames, a_dicom_phantom.images)
    assert f"{name}: has 2 bytes more than the 20 x 24 pixels of its header need: they were left out" in caplog.text


@pytest.mark.parametrize(("kind", "least"), [("<u2", 0), ("<i2", -2048)])
def test_a_high_bit_that_is_wrong_of_pixels_in_their_lowest_bits_is_let_pass(
    a_dicom_phantom: DicomPhantom, kind: str, least: int
) -> None:
    image = np.linspace(least, least + 4095, 480).astype(kind).reshape(24, 20)
    is_signed = int(least < 0)
    one_spoilt(a_dicom_phantom, BitsStored=12, HighBit=15, PixelRepresentation=is_signed, PixelData=image.tobytes())
    assert (read_dicom_cine(a_dicom_phantom.folder).frames == image).all(axis=(2, 3)).sum() == 1


def test_one_byte_that_makes_their_number_even_is_taken(a_dicom_phantom: DicomPhantom) -> None:
    """3 x 5 pixels of one byte need 15."""
    a_dicom_phantom.images = a_dicom_phantom.images[:, :, :3, :5]

    def of_bytes(dataset: Dataset, t: int, k: int) -> None:
        dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 8, 8, 7, 0
        dataset.PixelData = a_dicom_phantom.images[t, k].astype(np.uint8).tobytes() + b"\0"

    a_dicom_phantom.write(of_bytes)
    frames = read_dicom_cine(a_dicom_phantom.folder).frames
    np.testing.assert_array_equal(frames, a_dicom_phantom.images.astype(np.uint8))


def test_frames_beyond_those_that_are_told_are_too_many(a_dicom_phantom: DicomPhantom) -> None:
    write_enhanced(a_dicom_phantom)
    (path,) = a_dicom_phantom.folder.iterdir()
    dataset = dcmread(path)
    dataset.PixelData += dataset.PixelData[:960]
    dataset.save_as(path)
    with pytest.raises(InputError, match="has 960 bytes more than the 20 x 24 pixels of its header need"):
        read_dicom_cine(a_dicom_phantom.folder)


@pytest.mark.parametrize("is_compressed", [False, True])
def test_padding_is_taken_for_the_darkest_pixel(
    a_dicom_phantom: DicomPhantom, caplog: pytest.LogCaptureFixture, is_compressed: bool
) -> None:
    darkest = a_dicom_phantom.images[:, :, 2:].min()
    expected = a_dicom_phantom.images.copy()
    expected[:, :, :2] = darkest
    a_dicom_phantom.images[:, :, :2] = -32768
    for path in a_dicom_phantom.write(lambda dataset, *_: dataset.add_new("PixelPaddingValue", "SS", -32768)):
        if is_compressed:
            dataset = dcmread(path)
            dataset.compress(RLELossless, generate_instance_uid=False)
            dataset.save_as(path)
    with caplog.at_level("INFO", "LVSegULib"):
        frames = read_dicom_cine(a_dicom_phantom.folder).frames
    np.testing.assert_array_equal(frames, expected)
    assert "padding in 20 images (PixelPaddingValue) was taken for the darkest other pixel" in caplog.text


def test_images_whose_smallest_pixel_is_white_are_turned_round(a_dicom_phantom: DicomPhantom) -> None:
    images = a_dicom_phantom.images.copy()
    a_dicom_phantom.images = np.invert(images)

    def white(dataset: Dataset, _: int, __: int) -> None:
        dataset.PhotometricInterpretation = "MONOCHROME1"

    a_dicom_phantom.write(white)
    np.testing.assert_array_equal(read_dicom_cine(a_dicom_phantom.folder).frames, images)


@pytest.mark.parametrize("kept", [None, 100, -1])
def test_a_plain_file_that_became_shorter_since_its_header_was_read(
    a_dicom_phantom: DicomPhantom, kept: int | None
) -> None:
    path = a_dicom_phantom.write()[0]
    (header,) = read_headers(path).headers
    assert header.plain is not None
    if kept is None:
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(InputError, match=r"MR7_0000: its pixels cannot be read.*is it cut short or damaged\?"):
        read_pixels([header], (24, 20))


@pytest.mark.parametrize("syntax", [None, "1.2.840.10008.5.1.4.1.1.4"], ids=["none", "that of an image"])
def test_a_file_that_does_not_say_its_transfer_syntax(syntax: str | None) -> None:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.Rows, dataset.Columns, dataset.BitsAllocated, dataset.BitsStored = 4, 5, 16, 12
    dataset.PixelData = bytes(40)
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    _refuse_other_sizes(dataset, Path("image"))
    dataset.file_meta.TransferSyntaxUID = syntax
    with pytest.raises(Damage, match="it does not say its transfer syntax"):
        _refuse_other_sizes(dataset, Path("image"))
