"""Small valid inputs of every kind that is read, for the mutations to start from; the same bytes every time."""

from __future__ import annotations

import gzip
import io
import struct
import zlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from pydicom import dcmwrite
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    EnhancedMRImageStorage,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    MRImageStorage,
    RLELossless,
)

from Testing.conftest import beating_phantom

FRAMES, SLICES, ROWS, COLUMNS = 2, 3, 16, 16
UID = "1.2.826.0.1.3680043.8.498."


@dataclass(frozen=True)
class Seed:
    """A valid input: its files by name, and which of them is given to the reader; None for the folder itself."""

    files: dict[str, bytes]
    target: str | None = None


@lru_cache(maxsize=1)
def seeds() -> dict[str, Seed]:
    """Every seed by the name of its format."""
    images = beating_phantom(FRAMES, SLICES, ROWS, COLUMNS)
    return {
        "dicom": _dicom_series(images, ExplicitVRLittleEndian),
        "dicom-implicit": _dicom_series(images, ImplicitVRLittleEndian),
        "dicom-big-endian": _dicom_series(images, ExplicitVRBigEndian),
        "dicom-deflated": _dicom_series(images, DeflatedExplicitVRLittleEndian),
        "dicom-rle": _dicom_series(images, RLELossless),
        "dicom-jpeg": _dicom_series(images, JPEGBaseline8Bit),
        "dicom-jpeg2000": _dicom_series(images, JPEG2000Lossless),
        "dicom-enhanced": Seed({"enhanced.dcm": enhanced(images)}),
        "nifti": Seed({"beat.nii": nifti(images)}, "beat.nii"),
        "nifti-float": Seed({"beat.nii": nifti(images, kind="f4")}, "beat.nii"),
        "nifti-gz": Seed({"beat.nii.gz": gzip.compress(nifti(images), mtime=0)}, "beat.nii.gz"),
        "nifti-2": Seed({"beat.nii": nifti_2(images)}, "beat.nii"),
        "nrrd": Seed({"beat.nrrd": nrrd(images)}, "beat.nrrd"),
        "nrrd-gzip": Seed({"beat.nrrd": nrrd(images, "gzip")}, "beat.nrrd"),
        "nrrd-text": Seed({"beat.nrrd": nrrd(images, "ascii")}, "beat.nrrd"),
        "nrrd-sequence": Seed({"beat.seq.nrrd": nrrd_sequence(images)}, "beat.seq.nrrd"),
        "nrrd-detached": Seed(
            {"beat.nhdr": nrrd(images[0], data_file="beat.raw"), "beat.raw": images[0].tobytes()}, "beat.nhdr"
        ),
        "mha": Seed({"beat.mha": metaimage(images)}, "beat.mha"),
        "mha-zlib": Seed({"beat.mha": metaimage(images, compressed=True)}, "beat.mha"),
        "mhd": Seed({"beat.mhd": metaimage(images, data_file="beat.raw"), "beat.raw": images.tobytes()}, "beat.mhd"),
    }


def _dicom_series(images: np.ndarray, syntax: str) -> Seed:
    return Seed({f"IM{k}{t}": _dicom_image(images, t, k, syntax) for k in range(SLICES) for t in range(FRAMES)})


def _dicom_image(images: np.ndarray, t: int, k: int, syntax: str) -> bytes:
    dataset = _dicom_header(MRImageStorage, f"{UID}1.{k}.{t}", syntax)
    dataset.InstanceNumber, dataset.TriggerTime = 1 + t + FRAMES * k, 10 + 40 * t
    dataset.ImagePositionPatient = _position(k)
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    dataset.PixelSpacing, dataset.SliceThickness, dataset.SpacingBetweenSlices = [1.5, 1.25], 6, 8
    dataset.RescaleSlope, dataset.RescaleIntercept = 2, -5
    pixels = images[t, k]
    dataset.PixelData = pixels.astype(">i2" if syntax == ExplicitVRBigEndian else "<i2").tobytes()
    if syntax in (JPEGBaseline8Bit, JPEG2000Lossless):
        _compress_by_pillow(dataset, pixels, "JPEG" if syntax == JPEGBaseline8Bit else "JPEG2000")
    elif syntax == RLELossless:
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dataset.compress(RLELossless, generate_instance_uid=False)
    return _written(dataset)


def _compress_by_pillow(dataset: FileDataset, pixels: np.ndarray, kind: str) -> None:
    from PIL import Image

    packed = io.BytesIO()
    Image.fromarray((pixels // 4).astype(np.uint8)).save(
        packed, kind, **({"no_jp2": True} if kind == "JPEG2000" else {})
    )
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 8, 8, 7, 0
    dataset.PixelData = encapsulate([packed.getvalue()])
    dataset["PixelData"].is_undefined_length = True


def enhanced(images: np.ndarray) -> bytes:
    """One multi-frame file of all images, with functional groups."""
    dataset = _dicom_header(EnhancedMRImageStorage, f"{UID}2", ExplicitVRLittleEndian)
    frames = []
    for k in range(SLICES):
        for t in range(FRAMES):
            frames.append(a_dataset(PlanePositionSequence=[a_dataset(ImagePositionPatient=_position(k))]))
            frames[-1].CardiacSynchronizationSequence = [a_dataset(NominalCardiacTriggerDelayTime=40.0 * t)]
    shared = a_dataset(
        PlaneOrientationSequence=[a_dataset(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])],
        PixelMeasuresSequence=[a_dataset(PixelSpacing=[1.5, 1.25], SliceThickness=6)],
        PixelValueTransformationSequence=[a_dataset(RescaleSlope=2, RescaleIntercept=1)],
    )
    dataset.SharedFunctionalGroupsSequence, dataset.PerFrameFunctionalGroupsSequence = [shared], frames
    dataset.NumberOfFrames = len(frames)
    dataset.PixelData = images.swapaxes(0, 1).astype("<i2").tobytes()
    return _written(dataset)


def _dicom_header(storage: str, uid: str, syntax: str) -> FileDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID, meta.TransferSyntaxUID = storage, uid, syntax
    dataset = FileDataset("", Dataset(), file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID, dataset.SOPInstanceUID = storage, uid
    dataset.PatientID, dataset.Modality = "Phantom", "MR"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = f"{UID}3", f"{UID}4"
    dataset.SeriesNumber, dataset.SeriesDescription = 7, "cine sax"
    dataset.Rows, dataset.Columns = ROWS, COLUMNS
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 16, 15, 1
    return dataset


def _position(k: int) -> list[float]:
    return [-10, -10, 8.0 * k]


def a_dataset(**values: object) -> Dataset:
    """These elements by themselves."""
    dataset = Dataset()
    for name, value in values.items():
        setattr(dataset, name, value)
    return dataset


def _written(dataset: FileDataset) -> bytes:
    file = io.BytesIO()
    dcmwrite(file, dataset, enforce_file_format=True)
    return file.getvalue()


def nifti(images: np.ndarray, kind: str = "i2") -> bytes:
    """A NIfTI-1 file (offsets of nifti1.h) with sform and 40 ms between frames."""
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, 4, *images.shape[::-1], 1, 1, 1)
    struct.pack_into("<2h", header, 70, *((4, 16) if kind == "i2" else (16, 32)))
    struct.pack_into("<8f", header, 76, 1, 1.25, 1.5, 8, 40, 0, 0, 0)
    struct.pack_into("<3f", header, 108, 352, 1, 0)
    header[123] = 2 | 16  # mm, ms
    struct.pack_into("<2h", header, 252, 0, 1)
    struct.pack_into("<12f", header, 280, 1.25, 0, 0, 5, 0, 1.5, 0, 6, 0, 0, 8, 7)
    header[344:348] = b"n+1\0"
    return bytes(header) + images.astype(f"<{kind}").tobytes()


def nifti_2(images: np.ndarray) -> bytes:
    """A NIfTI-2 file (offsets of nifti2.h)."""
    header = bytearray(544)
    struct.pack_into("<i8s2h", header, 0, 540, b"n+2\0\r\n\x1a\n", 4, 16)
    struct.pack_into("<8q", header, 16, 4, *images.shape[::-1], 1, 1, 1)
    struct.pack_into("<8d", header, 104, 1, 1.25, 1.5, 8, 40, 0, 0, 0)
    struct.pack_into("<q", header, 168, 544)
    return bytes(header) + images.astype("<i2").tobytes()


def nrrd(images: np.ndarray, encoding: str = "raw", data_file: str = "") -> bytes:
    """A NRRD file of three or four axes."""
    size = images.ndim
    directions = ["(1.25,0,0)", "(0,1.5,0)", "(0,0,8)", "none"][:size]
    lines = [
        "NRRD0005",
        "# a phantom",
        "type: short",
        f"dimension: {size}",
        "space: left-posterior-superior",
        f"sizes: {' '.join(map(str, images.shape[::-1]))}",
        f"space directions: {' '.join(directions)}",
        f"kinds: {' '.join(['domain', 'domain', 'domain', 'list'][:size])}",
        "endian: little",
        f"encoding: {encoding}",
        "space origin: (1,2,3)",
        *([f"data file: {data_file}"] if data_file else ["modality:=MR", ""]),
    ]
    header = "".join(f"{line}\n" for line in lines).encode()
    return header if data_file else header + _encoded(images, encoding)


def _encoded(images: np.ndarray, encoding: str) -> bytes:
    stored = images.astype("<i2")
    if encoding == "gzip":
        return gzip.compress(stored.tobytes(), mtime=0)
    return stored.tobytes() if encoding == "raw" else " ".join(map(str, stored.ravel())).encode()


def nrrd_sequence(images: np.ndarray) -> bytes:
    """A sequence as 3D Slicer writes it: the frames are the first axis."""
    header = (
        "NRRD0005\ntype: short\ndimension: 4\nspace: left-posterior-superior\n"
        f"sizes: {FRAMES} {COLUMNS} {ROWS} {SLICES}\nspace directions: none (1.25,0,0) (0,1.5,0) (0,0,8)\n"
        'kinds: list domain domain domain\nlabels: "frame" "" "" ""\nunits: "ms" "" "" ""\n'
        "endian: little\nencoding: raw\nspace origin: (1,2,3)\n"
        "axis 0 index type:=numeric\naxis 0 index values:=0 40\n\n"
    )
    return header.encode() + np.moveaxis(images, 0, -1).astype("<i2").tobytes()


def metaimage(images: np.ndarray, data_file: str = "LOCAL", *, compressed: bool = False) -> bytes:
    """A MetaImage file of four axes."""
    pixels = images.astype("<i2").tobytes()
    pixels = zlib.compress(pixels) if compressed else pixels
    header = (
        "ObjectType = Image\nNDims = 4\nBinaryData = True\nBinaryDataByteOrderMSB = False\n"
        f"CompressedData = {compressed}\n"
        + (f"CompressedDataSize = {len(pixels)}\n" if compressed else "")
        + "TransformMatrix = 1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1\nOffset = 0 0 0 0\nCenterOfRotation = 0 0 0 0\n"
        f"AnatomicalOrientation = ???\nElementSpacing = 1.25 1.5 8 40\n"
        f"DimSize = {' '.join(map(str, images.shape[::-1]))}\nElementType = MET_SHORT\nElementDataFile = {data_file}\n"
    )
    return header.encode() + (pixels if data_file == "LOCAL" else b"")
