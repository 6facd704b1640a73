"""Files of a folder that are no usable DICOM image."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pydicom.dataset import Dataset

from LVSegULib.errors import InputError
from LVSegULib.reading import dicom_header
from LVSegULib.reading.dicom import read_dicom_cine
from LVSegULib.reading.dicom_header import DicomHeader, FolderContents, read_headers
from Testing.reading.test_dicom_enhanced import write_enhanced

if TYPE_CHECKING:
    from Testing.conftest import DicomPhantom


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is empty"):
        read_dicom_cine(tmp_path)


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        read_dicom_cine(tmp_path / "nowhere")


def test_a_folder_without_dicom(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear doctor")
    with pytest.raises(InputError, match=r"no grey DICOM image \(no DICOM: 1\)"):
        read_dicom_cine(tmp_path)


def colour(dataset: Dataset, _: int, __: int) -> None:
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation, dataset.PlanarConfiguration = 3, "RGB", 0
    dataset.PixelData = dataset.PixelData * 3


def test_colour_images_are_refused(a_dicom_phantom: DicomPhantom) -> None:
    a_dicom_phantom.write(colour)
    with pytest.raises(InputError, match="colour images: 20"):
        read_dicom_cine(a_dicom_phantom.folder)


def computed_tomography(dataset: Dataset, _: int, __: int) -> None:
    dataset.Modality = "CT"


def test_another_modality_is_refused(a_dicom_phantom: DicomPhantom) -> None:
    a_dicom_phantom.write(computed_tomography)
    message = r"holds no MR image \(CT images, not MR: 20\), expected the DICOM files of a short-axis cine"
    with pytest.raises(InputError, match=message):
        read_dicom_cine(a_dicom_phantom.folder)


def test_another_modality_beside_mr_is_left_out(a_dicom_phantom: DicomPhantom) -> None:
    a_dicom_phantom.write(below="mr")
    a_dicom_phantom.write(computed_tomography, below="ct", series_number=8)
    cine = read_dicom_cine(a_dicom_phantom.folder)
    np.testing.assert_array_equal(cine.frames, a_dicom_phantom.images)
    assert cine.description == "cine sax"


def without_modality(dataset: Dataset, _: int, __: int) -> None:
    del dataset.Modality


def test_images_that_do_not_tell_their_modality_are_read(a_dicom_phantom: DicomPhantom) -> None:
    a_dicom_phantom.write(without_modality)
    assert read_dicom_cine(a_dicom_phantom.folder).slice_count == 4


@pytest.mark.parametrize("closed", [".", "series2"])
def test_a_folder_that_cannot_be_listed_is_not_passed_over(
    a_dicom_phantom: DicomPhantom, close_folder: Callable[[Path], None], closed: str
) -> None:
    a_dicom_phantom.write(below="series1")
    a_dicom_phantom.write(below="series2", series_number=8)
    close_folder(a_dicom_phantom.folder / closed)
    with pytest.raises(InputError, match=r"cannot be listed .*: check its permissions"):
        read_dicom_cine(a_dicom_phantom.folder)


def test_a_file_that_may_not_be_read_is_not_called_damaged(
    a_dicom_phantom: DicomPhantom, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_dicom_phantom.write()

    def refuse(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(dicom_header, "DicomFile", refuse)
    with pytest.raises(InputError, match=r"cannot be opened \(Permission denied\): check its permissions"):
        read_dicom_cine(a_dicom_phantom.folder)


def contents_of(phantom: DicomPhantom, **changed: Any) -> FolderContents:
    """What is found of the image of frame 2 and slice 1 with some attributes changed, or taken out if None."""

    def alter(dataset: Dataset, t: int, k: int) -> bool:
        for name, value in changed.items():
            if value is None:
                delattr(dataset, name)
            else:
                setattr(dataset, name, value)
        return (t, k) == (2, 1)

    phantom.write(alter)
    return read_headers(phantom.folder)


def header_of(phantom: DicomPhantom, **changed: Any) -> DicomHeader:
    (header,) = contents_of(phantom, **changed).headers
    return header


def test_what_is_read_of_a_header(a_dicom_phantom: DicomPhantom) -> None:
    found = header_of(a_dicom_phantom, SOPInstanceUID="1.2.3", SeriesInstanceUID="1.2")
    assert (found.index, found.uid, found.patient, found.series) == (None, "1.2.3", "Phantom/1", "1.2")
    assert (found.study, found.series_number, found.description) == (a_dicom_phantom.study, 7, "cine sax")
    assert (found.instance, found.size, found.pixel_mm, found.slice_mm) == (1 + 2 + 5, (24, 20), (1.5, 1.25), 6)
    assert found.position_mm == pytest.approx((-33.6, 15.2, 30))
    assert found.orientation == (0.6, 0.8, 0, 0, 0, -1)
    assert found.order == {"TriggerTime": 10 + 40 * 2 + 1, "InstanceNumber": 8}
    assert found.plain is not None, "its pixels can be read without parsing the file again"


def test_what_may_be_missing_of_a_header(a_dicom_phantom: DicomPhantom) -> None:
    found = header_of(
        a_dicom_phantom,
        SOPInstanceUID=None,
        SeriesDescription=None,
        ProtocolName="sa",
        SliceThickness=None,
        ImagePositionPatient=None,
        PhotometricInterpretation=None,
        SamplesPerPixel=None,
    )
    assert (found.uid, found.description, found.slice_mm, found.position_mm) == (str(found.path), "sa", None, None)


@pytest.mark.parametrize(
    ("between", "thickness", "slice_mm"), [(9, 6, 9), (0, 6, 6), (-9, 6, 6), ("1e400", 6, 6), (0, -1, None)]
)
def test_slices_are_as_far_apart_as_they_say_or_else_as_thick(
    a_dicom_phantom: DicomPhantom, between: Any, thickness: Any, slice_mm: float | None
) -> None:
    found = header_of(a_dicom_phantom, SpacingBetweenSlices=between, SliceThickness=thickness)
    assert found.slice_mm == slice_mm


@pytest.mark.parametrize("sign", [1, -1])
def test_a_number_that_no_integer_string_holds_is_none(a_dicom_phantom: DicomPhantom, sign: int) -> None:
    found = header_of(a_dicom_phantom, SeriesNumber=sign * (2**31 + 1), InstanceNumber=sign * 2**31)
    assert (found.series_number, found.instance) == (None, sign * 2**31)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"SamplesPerPixel": 3}, "colour images"),
        ({"Modality": "CT"}, "CT images, not MR"),
        ({"PhotometricInterpretation": "PALETTE COLOR"}, "PALETTE COLOR images (expected MONOCHROME2 or MONOCHROME1)"),
    ],
)
def test_why_an_image_is_left_out(a_dicom_phantom: DicomPhantom, changed: dict[str, Any], reason: str) -> None:
    found = contents_of(a_dicom_phantom, **changed)
    assert (found.headers, found.left_out) == ([], {reason: 1})
    assert list(found.images_left_out.values()) == [reason]


@pytest.mark.parametrize("missing", ["Rows", "Columns"])
def test_an_image_without_its_size_is_damaged_and_another_object_has_none(
    a_dicom_phantom: DicomPhantom, missing: str
) -> None:
    with pytest.raises(InputError, match="it ends before the image"):
        contents_of(a_dicom_phantom, **{missing: 0})

    def as_a_report(dataset: Any, t: int, k: int) -> bool:
        dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.88.11"
        delattr(dataset, missing)
        return t == k == 0

    for file in a_dicom_phantom.folder.iterdir():
        file.unlink()
    a_dicom_phantom.write(as_a_report)
    assert read_headers(a_dicom_phantom.folder).left_out == {"DICOM without an image": 1}


def test_frames_of_a_file_are_told_apart(a_dicom_phantom: DicomPhantom) -> None:
    write_enhanced(a_dicom_phantom)
    headers = read_headers(a_dicom_phantom.folder).headers
    assert [header.index for header in headers] == list(range(20))
    assert [header.uid.rpartition("#")[2] for header in headers] == [str(index) for index in range(20)]
    assert len({header.uid for header in headers}) == 20
    assert all(header.plain is None for header in headers)


def test_only_the_files_that_are_given_are_read(a_dicom_phantom: DicomPhantom) -> None:
    paths = a_dicom_phantom.write()
    found = read_headers(a_dicom_phantom.folder, paths[3:5])
    assert [header.path for header in found.headers] == paths[3:5]
