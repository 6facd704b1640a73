from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from LVSegULib.cine import Cine
from LVSegULib.errors import OutputError
from LVSegULib.labels import ALL_LABELS, CAVITY, MYOCARDIUM, RIGHT_CAVITY
from LVSegULib.measures.volumes import measure
from LVSegULib.pictures.canvas import BACKGROUND, WARNING
from LVSegULib.pictures.contact_sheet import contact_sheet, write_contact_sheet
from Testing.pictures.discs import a_beating_disc, reddish
from Testing.three_labels import heart_images, heart_labels

WIDTH = 1240


RADII = (11.0, 5.0)


def three_label_cine() -> tuple[Cine, np.ndarray]:
    labels = heart_labels()
    return Cine(heart_images(labels), np.diag([1.5, 1.5, 8.0, 1.0]), name="heart"), labels


@pytest.mark.parametrize(
    ("slices", "columns", "rows"),
    # At most 8 tiles in a row, rows as even as can be.
    [(1, 1, 1), (5, 5, 1), (8, 8, 1), (9, 5, 2), (12, 6, 2), (30, 8, 4)],
)
def test_every_slice_has_its_place(slices: int, columns: int, rows: int) -> None:
    cine, labels = a_beating_disc(RADII, slices)
    sheet = contact_sheet(cine, labels, [CAVITY], measure(labels, cine.spacing_mm))
    tile = min((WIDTH - 56 - 4 * (columns - 1)) // columns, 300)
    assert sheet.size == (WIDTH, 168 + 2 * (44 + rows * (tile + 4)) + 44)
    first_block = reddish(sheet)[168 + 44 : 168 + 44 + rows * (tile + 4)]
    by_tile = [
        first_block[row * (tile + 4) :][:tile, 28 + column * (tile + 4) :][:, :tile].any()
        for row in range(rows)
        for column in range(columns)
    ]
    assert by_tile == [True] * slices + [False] * (rows * columns - slices)


def test_one_frame_is_one_block() -> None:
    cine, labels = a_beating_disc(RADII[:1], 4)
    sheet = contact_sheet(cine, labels, [CAVITY], measure(labels, cine.spacing_mm))
    assert sheet.height == 168 + 44 + (293 + 4) + 44  # four tiles of 293 pixels in a row
    assert reddish(sheet).any()


def test_nothing_found_is_drawn_without_contours() -> None:
    cine, labels = a_beating_disc((11.0, 6.5, 6.5), 4)
    labels[:] = 0
    sheet = contact_sheet(cine, labels, [CAVITY], measure(labels, cine.spacing_mm))
    assert not reddish(sheet)[168:-44].any()


def test_every_region_in_its_colour() -> None:
    cine, labels = a_beating_disc(RADII, 3)
    labels[:, :, :6] = RIGHT_CAVITY.value
    labels[:, :, 39:] = MYOCARDIUM.value
    regions = [CAVITY, MYOCARDIUM, RIGHT_CAVITY]
    pixels = np.asarray(contact_sheet(cine, labels, regions, measure(labels, cine.spacing_mm))).astype(int)[168:-44]
    for region in regions:
        colour = np.round(255 * np.array(region.colour))
        assert (np.abs(pixels - colour).max(axis=-1) < 12).any(), region.name


def test_measures_of_every_label_stand_side_by_side() -> None:
    cine, labels = three_label_cine()
    bare = np.asarray(contact_sheet(cine, labels, [CAVITY], measure(labels, cine.spacing_mm)))
    measures = measure(labels, cine.spacing_mm, regions=ALL_LABELS)
    full = np.asarray(contact_sheet(cine, labels, ALL_LABELS, measures))
    figures, right_of_four = np.s_[112:146, 28:860], np.s_[112:146, 28 + 4 * 132 : 860]
    assert (bare[right_of_four] == BACKGROUND).all()
    assert (full[right_of_four] != BACKGROUND).any()
    columns = (full[figures] != BACKGROUND).any(axis=(0, 2))
    gaps = np.diff(np.flatnonzero(columns))
    assert np.count_nonzero(gaps > 12) == 7, gaps[gaps > 5]  # eight figures, apart from each other
    assert np.array_equal(full[:168, 858:], bare[:168, 858:])  # nothing runs into the curve


def test_what_made_it_and_every_label_are_on_the_last_line() -> None:
    cine, labels = three_label_cine()
    measures = measure(labels, cine.spacing_mm)
    licensed = "model cardiac (CC BY-NC-SA 4.0: research only)"
    lines = [np.asarray(contact_sheet(cine, labels, ALL_LABELS, measures, made_by))[-44:] for made_by in ("", licensed)]
    first = [np.flatnonzero((line != BACKGROUND).any(axis=(0, 2))) for line in lines]
    rooms = [int(np.diff(columns).max()) for columns in first]
    assert rooms[0] > rooms[1] > 20  # the licence stands between the labels and the rest
    long = np.asarray(contact_sheet(cine, labels, ALL_LABELS, measures, f"model {'x' * 200}"))[-44:]
    assert np.array_equal(long[:, -300:], lines[0][:, -300:])  # "Not for clinical use." is never cut off


def test_names_of_any_length_and_script() -> None:
    cine, labels = a_beating_disc(RADII, 3)
    named = Cine(cine.frames, cine.ijk_to_ras, name="Zoë 心臓 " * 40)
    assert contact_sheet(named, labels, [CAVITY], measure(labels, cine.spacing_mm)).width == WIDTH


def test_the_file_is_the_picture(tmp_path: Path) -> None:
    sheet = Image.new("RGB", (20, 10), (1, 2, 3))
    write_contact_sheet(tmp_path / "a.png", sheet)
    with Image.open(tmp_path / "a.png") as read:
        assert read.format == "PNG" and np.array_equal(np.asarray(read), np.asarray(sheet))


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(OutputError, match="cannot write"):
        write_contact_sheet(tmp_path / "out" / "a.png", Image.new("RGB", (2, 2)))


def test_flagged_slices_of_the_frames_shown_have_a_corner() -> None:
    """Of 4 slices in 6 frames, ED is frame 0 and ES frame 3: the first block has one corner, the second two."""
    cine, labels = a_beating_disc((11.0, 9.5, 6.5, 5.0, 6.5, 9.5), 4)
    measures = measure(labels, cine.spacing_mm)
    assert (measures.ed_frame, measures.es_frame) == (0, 3)
    flagged = np.zeros((6, 4), bool)
    flagged[0, 2] = flagged[3, 0] = flagged[3, 3] = flagged[1, 1] = True
    sheet = contact_sheet(cine, labels, [CAVITY], measures, flagged=flagged)
    plain = contact_sheet(cine, labels, [CAVITY], measures)
    assert sheet.size == plain.size
    tile = (WIDTH - 56 - 4 * 3) // 4
    marked = (np.asarray(sheet) == WARNING).all(axis=-1)
    for block, frame in enumerate((0, 3)):
        top = 168 + block * (44 + tile + 4) + 44
        corners = [marked[top : top + 18, 28 + k * (tile + 4) :][:, :tile].sum() for k in range(4)]
        assert [count > 80 for count in corners] == flagged[frame].tolist()
    assert marked[-44:].any(), "the last line says what a corner means"
    assert not (np.asarray(plain) == WARNING).all(axis=-1).any()


def test_without_a_flagged_slice_the_sheet_is_as_always() -> None:
    cine, labels = a_beating_disc(RADII, 3)
    measures = measure(labels, cine.spacing_mm)
    sheets = [contact_sheet(cine, labels, [CAVITY], measures, flagged=f) for f in (None, np.zeros((2, 3), bool))]
    assert np.array_equal(*map(np.asarray, sheets))
