"""One record for each slice and volume, on squares."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np
import pytest

from LVSegULib.cine import Cine
from LVSegULib.errors import InputError
from LVSegULib.evaluation.cases import EvaluationCase, Reference
from LVSegULib.evaluation.overlap import Overlap
from LVSegULib.evaluation.records import SliceRecord, VolumeRecord, compare
from LVSegULib.labels import CAVITY, MYOCARDIUM

Squares = Callable[..., np.ndarray]
CaseOf = Callable[..., EvaluationCase]


def compared(case: EvaluationCase, predicted: np.ndarray) -> tuple[list[SliceRecord], list[VolumeRecord]]:
    return compare(case, case.read(), predicted, CAVITY)


def test_a_square_shifted_by_two_pixels(squares: Squares, a_case_of: CaseOf) -> None:
    slices, volumes = compared(a_case_of("a_ED", squares(10), "ED"), squares(10, shift=2))
    (record,) = slices
    assert record.overlap == Overlap(80, 100, 100) and record.dice == 0.8
    assert record.hd95_mm == 4.0  # two pixels of 2 mm
    assert (record.case, record.patient, record.phase, record.frame, record.slice) == ("a_ED", "a", "ED", 0, 0)
    assert volumes[0].reference_ml == volumes[0].prediction_ml == pytest.approx(100 * 40 / 1000)


def test_the_distance_of_a_larger_square_is_in_mm(squares: Squares, a_case_of: CaseOf) -> None:
    inner = squares(10)
    outer = np.zeros_like(inner)
    outer[0, 0, 6:20, 6:20] = 1  # two pixels, 4 mm, larger on each side
    (record,), _ = compared(a_case_of("a_ED", inner), outer)
    # 4 mm along each side, a little more round the corners
    assert 4.0 <= record.apd_mm < 4.4


def test_the_experts_own_contour_is_used_where_there_is_one(squares: Squares, a_case_of: CaseOf) -> None:
    case = a_case_of("a_ED", squares(10))
    far = np.array([[7.5, 27.5], [17.5, 27.5], [17.5, 28.5], [7.5, 28.5]])  # (i, j); the square ends at j = 17.5
    reference = dataclasses.replace(case.read(), contours={(0, 0): far})
    (record,), _ = compare(case, reference, squares(10), CAVITY)
    assert record.dice == 1 and record.apd_mm > 20


def test_the_contours_dice_is_with_what_it_encloses(squares: Squares, a_case_of: CaseOf) -> None:
    """The mask of 10 x 10 has the pixels that the contour runs through; it encloses 8 x 8."""
    case = a_case_of("a_ED", squares(10))
    contour = np.array([[8.6, 8.6], [16.4, 8.6], [16.4, 16.4], [8.6, 16.4]])
    reference = dataclasses.replace(case.read(), contours={(0, 0): contour})
    (record,), _ = compare(case, reference, squares(10), CAVITY)
    assert record.dice == 1 and record.contour_dice == pytest.approx(2 * 64 / (64 + 100))
    assert record.inside == Overlap(16 * 64, 16 * 64, 16 * 100)  # each pixel in 4 x 4 parts
    assert compared(case, squares(10))[0][0].contour_dice == 1, "without contours it is that of the masks"


def test_a_missed_slice_and_one_too_many(squares: Squares, a_case_of: CaseOf) -> None:
    slices, volumes = compared(a_case_of("a_ED", squares(10, 6, 0, 0)), squares(10, 0, 4, 0))
    assert [record.slice for record in slices] == [0, 1, 2]
    assert [record.dice for record in slices] == [1, 0, 0]
    assert [math.isnan(record.hd95_mm) for record in slices] == [False, True, True]
    assert [math.isnan(record.apd_mm) for record in slices] == [False, True, True]
    assert volumes[0].overlap == Overlap(100, 136, 116)
    assert volumes[0].error_ml == pytest.approx(-20 * 40 / 1000)
    assert volumes[0].error_percent == pytest.approx(-100 * 20 / 136)


def test_frames_that_nobody_drew_are_not_compared(squares: Squares, a_case_of: CaseOf) -> None:
    labels = np.concatenate([squares(10), squares(0), squares(6)])
    case = a_case_of("a", labels)
    reference = dataclasses.replace(case.read(), frames=(0, 2), phases={0: "ED", 2: "ES"})
    predicted = np.concatenate([squares(10), squares(10), squares(6)])
    slices, volumes = compare(case, reference, predicted, CAVITY)
    assert [(record.frame, record.phase, record.dice) for record in slices] == [(0, "ED", 1), (2, "ES", 1)]
    assert [record.frame for record in volumes] == [0, 2]


def test_other_labels_have_no_endocardial_contour(squares: Squares, a_case_of: CaseOf) -> None:
    case = a_case_of("a_ED", 2 * squares(10))
    slices, volumes = compare(case, case.read(), 2 * squares(10), MYOCARDIUM)
    assert slices[0].dice == 1 and math.isnan(slices[0].apd_mm)
    assert compare(case, case.read(), squares(10), CAVITY)[1][0].overlap == Overlap(0, 0, 100)
    assert math.isnan(compare(case, case.read(), squares(10), CAVITY)[1][0].error_percent)
    assert volumes[0].dice == 1


def test_a_prediction_on_another_grid_is_refused(squares: Squares, a_case_of: CaseOf) -> None:
    with pytest.raises(InputError, match="a_ED: the prediction has the shape"):
        compared(a_case_of("a_ED", squares(10, 8)), squares(10))


def of_flat_pixels(labels: np.ndarray, **contours: np.ndarray) -> tuple[EvaluationCase, Reference]:
    """Pixels 3 mm from row to row and 2 mm from column to column, slices 10 mm apart."""
    cine = Cine(np.indices(labels.shape)[3].astype(np.float32), np.diag([2.0, 3.0, 10.0, 1.0]))
    drawn = {(0, int(place[1:])): contour for place, contour in contours.items()}
    reference = Reference(cine, labels, (0,), {}, drawn)
    return EvaluationCase("a", "a", lambda: reference), reference


@pytest.mark.parametrize(("axis", "distance_mm"), [(2, 6), (3, 4)])
def test_two_rows_and_two_columns_are_of_their_own_size(squares: Squares, axis: int, distance_mm: float) -> None:
    case, reference = of_flat_pixels(squares(10))
    (record,), (volume,) = compare(case, reference, np.roll(squares(10), 2, axis), CAVITY)
    assert record.hd95_mm == volume.hd95_mm == distance_mm
    assert volume.reference_ml == pytest.approx(100 * 3 * 2 * 10 / 1000)


def test_a_cavity_in_the_next_slice_is_a_slice_away(squares: Squares) -> None:
    slices, (volume,) = compare(*of_flat_pixels(squares(10, 0)), squares(0, 10), CAVITY)
    assert volume.hd95_mm == 10
    assert [math.isnan(record.hd95_mm) for record in slices] == [True, True]


@pytest.mark.parametrize(("along", "distance_mm"), [("rows", 300), ("columns", 200)])
def test_the_distance_of_a_contour_is_in_pixels_of_their_own_size(
    squares: Squares, along: str, distance_mm: float
) -> None:
    """The middle of rows 8 to 17 is 12.5, and the contour begins at 112.5: 100 pixels on average."""
    wide = np.array([[-500.0, 112.5], [500.0, 112.5], [500.0, 300.0], [-500.0, 300.0]])  # (i, j)
    case, reference = of_flat_pixels(squares(10), k0=wide if along == "rows" else wide[:, ::-1])
    (record,), _ = compare(case, reference, squares(10), CAVITY)
    assert record.apd_mm == pytest.approx(distance_mm)


def test_a_contour_belongs_to_its_slice_and_to_the_cavity_only(squares: Squares) -> None:
    contour = np.array([[7.5, 7.5], [17.5, 7.5], [17.5, 17.5], [7.5, 17.5]])
    case, reference = of_flat_pixels(squares(10, 10), k1=contour)
    slices, _ = compare(case, reference, squares(10, 10), CAVITY)
    assert [record.inside for record in slices] == [None, Overlap(1600, 1600, 1600)]
    case, reference = of_flat_pixels(2 * squares(10), k0=contour)
    (record,), _ = compare(case, reference, 2 * squares(10), MYOCARDIUM)
    assert record.inside is None


@pytest.mark.parametrize(("rows", "columns"), [(20, 32), (32, 20)])
def test_a_contour_is_filled_on_images_that_are_not_square(a_case_of: CaseOf, rows: int, columns: int) -> None:
    """A contour round 3 rows and 4 columns at the end of the longer side."""
    labels = np.zeros((1, 1, rows, columns), np.uint8)
    labels[0, 0, rows - 4 : rows - 1, columns - 5 : columns - 1] = 1
    case = a_case_of("a_ED", labels)
    left, top, right, bottom = columns - 5.5, rows - 4.5, columns - 1.5, rows - 1.5  # as (i, j) of pixel centres
    contour = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    reference = dataclasses.replace(case.read(), contours={(0, 0): contour})
    (record,), _ = compare(case, reference, labels, CAVITY)
    assert record.inside == Overlap(16 * 12, 16 * 12, 16 * 12)
