"""Which images of a folder are the short-axis cine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from pydicom.dataset import Dataset

from LVSegULib.errors import GeometryError, InputError, UsageError
from LVSegULib.reading.dicom import read_dicom_cine
from LVSegULib.reading.dicom_choice import list_candidates
from LVSegULib.reading.dicom_header import read_headers

if TYPE_CHECKING:
    from Testing.conftest import DicomPhantom


def test_slices_in_series_of_their_own_make_one_stack(a_dicom_phantom: DicomPhantom) -> None:
    for k in range(4):
        a_dicom_phantom.write(lambda _, __, this, k=k: this == k, series_number=20 + k, below=f"series{k}")
    cine = read_dicom_cine(a_dicom_phantom.folder)
    np.testing.assert_array_equal(cine.frames, a_dicom_phantom.images)
    assert cine.source.startswith('series 20 to 23 "cine sax"')


def test_a_slice_taken_again_replaces_the_first_one(a_dicom_phantom: DicomPhantom) -> None:
    for k in range(4):
        a_dicom_phantom.write(lambda _, __, this, k=k: this == k, series_number=20 + k)
    a_dicom_phantom.images = a_dicom_phantom.images + 1
    a_dicom_phantom.write(lambda _, __, k: k == 2, series_number=30)
    cine = read_dicom_cine(a_dicom_phantom.folder)
    assert cine.frames[0, :, 5, 0].tolist() == [105, 105, 106, 105]
    assert any("taken again" in note for note in cine.notes)


def write_a_whole_examination(phantom: DicomPhantom) -> None:
    """A short-axis cine, a long-axis cine, a scout, and files that are no DICOM at all."""
    phantom.write(below="a/b", series_number=7, description="cine sax")
    rows, columns, step = phantom.along_rows, phantom.along_columns, phantom.step
    phantom.along_rows, phantom.along_columns, phantom.step = (0.8, -0.6, 0.0), (0.0, 0.0, -1.0), (3.6, 4.8, 0.0)
    phantom.write(lambda _, __, k: k == 0, series_number=8, description="cine 4ch")
    phantom.write(lambda _, t, k: t == 0 and k < 2, series_number=1, description="scout")
    phantom.along_rows, phantom.along_columns, phantom.step = rows, columns, step
    (phantom.folder / "notes.txt").write_text("no DICOM")
    (phantom.folder / ".hidden").write_bytes(b"\0" * 10)
    (phantom.folder / "empty").touch()


def test_the_short_axis_cine_is_found_in_a_whole_examination(a_dicom_phantom: DicomPhantom) -> None:
    write_a_whole_examination(a_dicom_phantom)
    cine = read_dicom_cine(a_dicom_phantom.folder)
    assert cine.frames.shape == (5, 4, 24, 20)
    assert cine.notes[0] == 'took series 7 "cine sax" (4 slices x 5)'
    assert "cine 4ch" in cine.notes[1]
    assert "scout" in cine.notes[1]


@pytest.mark.parametrize("series", ["8", "4CH"])
def test_a_series_can_be_chosen(a_dicom_phantom: DicomPhantom, series: str) -> None:
    write_a_whole_examination(a_dicom_phantom)
    cine = read_dicom_cine(a_dicom_phantom.folder, series)
    assert cine.frames.shape == (5, 1, 24, 20)
    assert cine.spacing_mm[0] == 6.0  # SliceThickness is all there is


def test_a_series_can_be_chosen_by_uid(a_dicom_phantom: DicomPhantom) -> None:
    write_a_whole_examination(a_dicom_phantom)
    uid = list_candidates(read_headers(a_dicom_phantom.folder).headers)[0].headers[0].series
    assert read_dicom_cine(a_dicom_phantom.folder, uid).slice_count == 4


def test_a_series_that_is_not_there_lists_what_is(a_dicom_phantom: DicomPhantom) -> None:
    write_a_whole_examination(a_dicom_phantom)
    with pytest.raises(UsageError, match=r"no series fits '99', there are: series 7 .*4ch"):
        read_dicom_cine(a_dicom_phantom.folder, "99")


def test_single_images_are_no_cine(a_dicom_phantom: DicomPhantom) -> None:
    a_dicom_phantom.write(lambda _, t, k: t == k == 0)
    with pytest.raises(InputError, match=r"no cine, only single images: series 7"):
        read_dicom_cine(a_dicom_phantom.folder)


def test_several_single_slice_cines_ask_for_a_choice(a_dicom_phantom: DicomPhantom) -> None:
    a_dicom_phantom.write(lambda _, __, k: k == 0, series_number=8, description="2ch")
    a_dicom_phantom.along_rows = (0.8, -0.6, 0.0)
    a_dicom_phantom.write(lambda _, __, k: k == 0, series_number=9, description="4ch")
    with pytest.raises(InputError, match=r"choose with --series from: .*2ch"):
        read_dicom_cine(a_dicom_phantom.folder)


def test_cines_of_two_patients_are_not_mixed_up(a_dicom_phantom: DicomPhantom) -> None:
    def other(dataset: Dataset, _: int, __: int) -> None:
        dataset.PatientID, dataset.StudyInstanceUID = "Phantom/2", "1.2.3"

    a_dicom_phantom.write()
    a_dicom_phantom.write(other, series_number=8)
    with pytest.raises(InputError, match="cines of 2 patients"):
        read_dicom_cine(a_dicom_phantom.folder)


def test_cines_of_two_visits_are_not_mixed_up(a_dicom_phantom: DicomPhantom) -> None:
    def second(dataset: Dataset, _: int, __: int) -> None:
        dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "1.2.3", "1.2.3.7"

    a_dicom_phantom.write()
    a_dicom_phantom.images = a_dicom_phantom.images + 1
    a_dicom_phantom.write(second, below="second")
    with pytest.raises(InputError, match=r'2 studies of one patient: .*--series from: .*1\.2\.3\.7 for series 7 "cine'):
        read_dicom_cine(a_dicom_phantom.folder)
    with pytest.raises(InputError, match="2 studies of one patient"):
        read_dicom_cine(a_dicom_phantom.folder, "7")  # both visits have a series of this number
    assert read_dicom_cine(a_dicom_phantom.folder, "1.2.3.7").frames[0, :, 0, 0].tolist() == [1, 2, 3, 4]


def test_another_visit_without_a_cine_does_not_matter(a_dicom_phantom: DicomPhantom) -> None:
    def scout(dataset: Dataset, t: int, _: int) -> bool:
        dataset.StudyInstanceUID = "1.2.3"
        return t == 0

    a_dicom_phantom.write()
    a_dicom_phantom.write(scout, series_number=1, description="scout", below="second")
    assert read_dicom_cine(a_dicom_phantom.folder).frames.shape == (5, 4, 24, 20)


def without_a_position(dataset: Dataset, t: int, k: int) -> None:
    if (t, k) == (1, 2):
        del dataset.ImagePositionPatient


def with_a_tilted_slice(dataset: Dataset, _: int, k: int) -> None:
    if k == 2:
        dataset.ImageOrientationPatient = [0.6, 0.8, 0, 0.8 * 0.0871557, -0.6 * 0.0871557, -0.9961947]  # 5 degrees


def with_a_larger_slice(dataset: Dataset, _: int, k: int) -> None:
    if k == 2:
        dataset.Rows, dataset.PixelData = 25, dataset.PixelData + b"\0" * 40


def with_pixels_of_no_size(dataset: Dataset, _: int, __: int) -> None:
    dataset.PixelSpacing = [0, 0]


def with_other_pixels(dataset: Dataset, _: int, k: int) -> None:
    if k == 2:
        dataset.PixelSpacing = [1.6, 1.25]


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        (with_pixels_of_no_size, r"MR7_\d+: its PixelSpacing is impossible, 0 x 0 mm"),
        (without_a_position, r"MR7_\d+: has no slice position \(ImagePositionPatient\)"),
        (with_a_tilted_slice, r"MR7_\d+: is tilted by 5\.0 degrees"),
        (with_a_larger_slice, r"MR7_\d+: is 20 x 25 pixels, other slices 20 x 24"),
        (with_other_pixels, r"MR7_\d+: has pixels of 1\.6 x 1\.25 mm, other slices 1\.5 x 1\.25"),
    ],
)
def test_broken_geometry_is_named_with_its_file(a_dicom_phantom: DicomPhantom, spoilt: object, said: str) -> None:
    a_dicom_phantom.write(spoilt)  # type: ignore[arg-type]
    with pytest.raises(GeometryError, match=said) as caught:
        read_dicom_cine(a_dicom_phantom.folder)
    assert "\n" not in str(caught.value)
