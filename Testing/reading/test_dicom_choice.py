"""Which images of a folder are the short-axis cine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pydicom.dataset import Dataset

from LVSegULib.errors import GeometryError, InputError, UsageError
from LVSegULib.reading.dicom import read_dicom_cine
from LVSegULib.reading.dicom_choice import choose_candidate, list_candidates, listed
from LVSegULib.reading.dicom_header import DicomHeader, FolderContents, read_headers

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


ALONG_ROWS, ALONG_COLUMNS = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0)


def an_image(mm: float = 0.0, **changed: Any) -> DicomHeader:
    """An image of series 7 at so many mm along its normal."""
    of_series = ("uid", "patient", "study", "1.2.A", 7, "", None, (4, 5))
    plain = DicomHeader(
        Path(f"{mm}"), None, *of_series, (0.0, 0.0, mm), (*ALONG_ROWS, *ALONG_COLUMNS), (1.5, 1.25), None, {}
    )
    return replace(plain, **changed)


def a_cine(slices: int, frames: int, series: str = "1.2.A", **changed: Any) -> list[DicomHeader]:
    return [an_image(10.0 * k, series=series, **changed) for k in range(slices) for _ in range(frames)]


def chosen_of(*images: DicomHeader) -> str:
    chosen, others = choose_candidate(Path("scan"), FolderContents(list(images)), None)
    assert chosen not in others
    return str(chosen)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"pixel_mm": (0.01, 0.01)}, None),
        ({"pixel_mm": (1.0, 0.009)}, "PixelSpacing is impossible"),
        ({"pixel_mm": (100.0, 100.0)}, None),
        ({"pixel_mm": (100.1, 1.0)}, "PixelSpacing is impossible"),
        ({"pixel_mm": (1.0, np.inf)}, "has no PixelSpacing"),
        ({"position_mm": (-1e6, 0.0, 0.0)}, None),
        ({"position_mm": (0.0, -1.1e6, 0.0)}, "ImagePositionPatient is impossible"),
        ({"position_mm": (0.0, np.nan, 0.0)}, "has no slice position"),
        ({"orientation": None}, "has no slice orientation"),
        ({"orientation": (*ALONG_ROWS, 0.0, 1.009, 0.0)}, None),  # a length may be off by 0.01
        ({"orientation": (*ALONG_ROWS, 0.0, 0.989, 0.0)}, "ImageOrientationPatient is impossible"),
        ({"orientation": (*ALONG_ROWS, 0.0, 0.8, 0.63)}, "ImageOrientationPatient is impossible"),  # 1.018
        ({"orientation": (*ALONG_ROWS, 0.0, 0.0, 1e300)}, "ImageOrientationPatient is impossible"),
        ({"orientation": (*ALONG_ROWS, 0.009, 1.0, 0.0)}, None),  # and so may a cosine
        ({"orientation": (*ALONG_ROWS, -0.0105, 1.0, 0.0)}, "ImageOrientationPatient is impossible"),
    ],
)
def test_where_an_image_can_lie(changed: dict[str, Any], said: str | None) -> None:
    (found,) = list_candidates([an_image(**changed)])
    assert found.slices == (1 if said is None else 0)
    assert found.problem is None if said is None else said in (found.problem or "")


def tilted(degrees: float) -> dict[str, Any]:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return {"orientation": (*ALONG_ROWS, 0.0, c, s)}


def turned(degrees: float) -> dict[str, Any]:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return {"orientation": (c, s, 0.0, -s, c, 0.0)}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (tilted(0.19), None),
        (tilted(0.21), "is tilted by 0.2 degrees"),
        (tilted(-19.5), "is tilted by 19.5 degrees"),
        (turned(0.19), None),
        (turned(-0.21), "is turned in its plane by 0.2 degrees"),
        (turned(90), "is turned in its plane by 90.0 degrees"),
        ({"pixel_mm": (1.5, 1.2512)}, None),  # 0.96 in a thousand
        ({"pixel_mm": (1.5, 1.2514)}, "has pixels of 1.5 x 1.2514 mm, other slices 1.5 x 1.25 mm"),
    ],
)
def test_the_odd_one_of_a_series_is_named(changed: dict[str, Any], said: str | None) -> None:
    """It comes first, and still it is the others that it differs from."""
    images = [an_image(0, **changed, path=Path("odd")), an_image(10), an_image(20)]
    (found,) = list_candidates(images)
    if said is None:
        assert found.problem is None
    else:
        assert found.problem is not None and found.problem.startswith(f"odd: {said}")


def test_images_tilted_by_more_than_20_degrees_are_another_view() -> None:
    views = list_candidates([*a_cine(2, 2), an_image(0, **tilted(20.5))])
    assert [(len(view.headers), view.problem) for view in views] == [(4, None), (1, None)]


def test_a_candidate_says_what_it_is() -> None:
    (cine,) = list_candidates([an_image(0), an_image(0), an_image(10)])
    assert (cine.frames, str(cine)) == (2, "series 7 (2 slices x 2)")  # 3 images of 2 slices, rounded up
    (slice_,) = list_candidates(a_cine(1, 3, series_number=None))
    assert str(slice_) == "series 1.2.A (1 slice x 3)"
    (nameless,) = list_candidates([an_image(0, series="", series_number=None, description="sax", pixel_mm=None)])
    assert str(nameless) == 'series (no number) "sax" (1 image, unreadable)'
    parts = [an_image(0, series="1"), an_image(10, series="2", series_number=None, description="sax")]
    (joined,) = list_candidates([*parts, an_image(20, series="3", series_number=5)])
    assert joined.series == 'series 5 to 7 "sax"'


def test_a_list_of_more_than_twelve_goes_on() -> None:
    (one,) = list_candidates(a_cine(1, 1))
    assert listed([one] * 12) == "; ".join([str(one)] * 12)
    assert listed([one] * 13) == "; ".join([str(one)] * 12) + "; ..."


def test_a_series_is_meant_by_its_number_uid_or_part_of_its_name_in_any_letters() -> None:
    (found,) = list_candidates(a_cine(2, 2, description="Cine SAX"))
    assert all(found.is_meant_by(series) for series in (" 7 ", "1.2.a", "sax", "CINE"))
    assert not any(found.is_meant_by(series) for series in ("  ", "70", "1.2", "lax"))


@pytest.mark.parametrize(
    ("likelier", "other"),
    [
        (a_cine(2, 2, "a"), a_cine(1, 9, "b", description="short axis")),
        (a_cine(2, 2, "a"), a_cine(9, 1, "b", description="sax")),
        (a_cine(2, 2, "a", description="Cine_SA"), a_cine(9, 9, "b")),
        (a_cine(2, 2, "a"), a_cine(9, 9, "b", description="LVOT")),
        (a_cine(2, 2, "a", description="disagreed"), a_cine(9, 9, "b", description="4ch")),
        (a_cine(3, 2, "a"), a_cine(2, 9, "b")),
        (a_cine(2, 3, "a"), a_cine(2, 2, "b")),
    ],
)
def test_the_likelier_short_axis_cine_is_taken(likelier: list[DicomHeader], other: list[DicomHeader]) -> None:
    for images in ([*likelier, *other], [*other, *likelier]):
        chosen, others = choose_candidate(Path("scan"), FolderContents(images), None)
        assert {header.series for header in chosen.headers} == {"a"}
        assert list_candidates(images)[0] == chosen
        assert [{header.series for header in one.headers} for one in others] == [{"b"}]


def test_a_stack_of_single_images_or_a_single_slice_is_taken_where_there_is_no_cine() -> None:
    assert chosen_of(*a_cine(2, 1)) == "series 7 (2 slices x 1)"
    assert chosen_of(*a_cine(1, 2), *a_cine(1, 1, "b", series_number=8)) == "series 7 (1 slice x 2)"


def test_a_larger_series_that_cannot_be_read_is_named_and_a_smaller_one_passed_over() -> None:
    def broken(images: int) -> list[DicomHeader]:
        return a_cine(images, 1, "b", pixel_mm=None)

    assert chosen_of(*a_cine(2, 2), *broken(4)) == "series 7 (2 slices x 2)"
    for images in ([*a_cine(2, 2), *broken(5)], [*a_cine(1, 1), *broken(2)]):
        with pytest.raises(GeometryError, match="has no PixelSpacing"):
            chosen_of(*images)
    with pytest.raises(InputError, match="no cine, only single images"):
        chosen_of(*broken(1))


@pytest.mark.parametrize(
    ("changed", "slices"),
    [
        ({}, 2),
        (tilted(0.19), 2),
        (tilted(0.21), 1),
        ({"study": "another"}, 1),
        ({"size": (4, 6)}, 1),
    ],
)
def test_series_of_one_slice_are_joined_if_they_are_alike(changed: dict[str, Any], slices: int) -> None:
    found = list_candidates([*a_cine(1, 2, "a"), *(an_image(10, series="b", **changed) for _ in range(2))])
    assert [(one.slices, one.frames) for one in found] == [(slices, 2)] * (3 - slices)


def test_series_of_one_slice_with_other_numbers_of_frames_are_not_joined() -> None:
    found = list_candidates([*a_cine(1, 3, "a"), an_image(10, series="b")])
    assert [(one.slices, one.frames) for one in found] == [(1, 3), (1, 1)]


def test_of_a_slice_taken_twice_that_of_the_higher_number_counts() -> None:
    numbers = {"a": 9, "b": 10, "c": 2}
    images = [an_image(10.0 * (name == "c"), series=name, series_number=number) for name, number in numbers.items()]
    (found,) = list_candidates(images)
    assert (found.slices, found.repeated) == (2, 1)
    assert [header.series for header in found.headers] == ["b", "c"]
