from __future__ import annotations

from typing import Any

import pytest

from LVSegULib.cohort.outliers import FARTHEST, FEWEST_CASES, mark_outliers
from Testing.cohort.table_rows import a_done_row, a_failed_row

EVEN = (50.0, 52.0, 54.0, 56.0, 58.0, 60.0, 62.0, 64.0)


def marked(column: str, values: tuple[float | None, ...]) -> list[dict[str, Any]]:
    rows = [a_done_row(f"p{number}", **{column: value}) for number, value in enumerate(values)]
    mark_outliers(rows)
    return rows


def test_a_low_ejection_fraction_is_told_in_words() -> None:
    """Median 56; distances 0, 2, 2, 4, 4, 6, 6, 8, 44, of which 4 is the median; quartiles 52 and 60."""
    rows = marked("LVEF_percent", (*EVEN, 12.0))
    assert rows[-1]["outlier"] == pytest.approx(44 / (1.4826 * 4), abs=0.005)
    assert rows[-1]["outlier_reason"] == "LVEF 12.0 %, half of the cohort 52 to 60 %"
    assert rows[0]["outlier"] == pytest.approx(6 / (1.4826 * 4), abs=0.005)
    assert [row["outlier_reason"] for row in rows[:-1]] == [""] * 8


def test_volumes_are_compared_by_factors() -> None:
    """The logarithms to base 2 are -2, -1, -1, 0, 0, 0, 1, 1, 2 and their median absolute deviation is 1."""
    rows = marked("LVEDV_ml", (25.0, 50.0, 50.0, 100.0, 100.0, 100.0, 200.0, 200.0, 400.0))
    assert rows[0]["outlier"] == rows[-1]["outlier"] == pytest.approx(2 / 1.4826, abs=0.005)


def test_the_middle_is_not_drawn_along_by_many_outliers() -> None:
    """With 4 of 12 at 5 %, the mean would be 40 and the standard deviation 24: nothing would be 3.5 away."""
    rows = marked("LVEF_percent", (*EVEN, 5.0, 5.0, 5.0, 5.0))
    assert all(row["outlier_reason"].startswith("LVEF 5.0 %") for row in rows[-4:])
    assert not any(row["outlier_reason"] for row in rows[:-4])


@pytest.mark.parametrize(
    ("column", "usual", "other", "expected"),
    [
        ("LVEF_percent", 60.0, 64.0, 4.0),  # a point is the least spread
        ("LVEDV_ml", 100.0, 101.0, 0.5),  # 2 % are: ln 1.01 / 0.02
        ("quality", 0.95, 0.85, 5.0),  # 0.02 are
    ],
)
def test_equal_figures_have_a_least_spread(column: str, usual: float, other: float, expected: float) -> None:
    rows = marked(column, (usual,) * 8 + (other,))
    assert rows[0]["outlier"] == 0
    assert rows[-1]["outlier"] == pytest.approx(expected, abs=0.005)


def test_only_a_low_quality_is_far_out() -> None:
    rows = marked("quality", (0.5,) * 8 + (0.2, 0.99))
    assert rows[-2]["outlier_reason"] == "Quality 0.20, half of the cohort 0.50"
    assert (rows[-1]["outlier"], rows[-1]["outlier_reason"]) == (0.0, "")


def test_the_figure_that_is_farthest_out_is_told_first() -> None:
    rows = [a_done_row(f"p{number}", LVEF_percent=ef, LVM_g=100.0) for number, ef in enumerate(EVEN)]
    rows.append(a_done_row("both", LVEF_percent=30.0, LVM_g=400.0))  # 26 / 5.9 away, and ln 4 / 0.02
    mark_outliers(rows)
    assert rows[-1]["outlier_reason"] == "LVM 400 g, half of the cohort 100 g; also LVEF 30 %"
    assert rows[-1]["outlier"] == pytest.approx(69.31, abs=0.01)


@pytest.mark.parametrize("stroke_volume", [0.0, -3.0])
def test_a_volume_that_cannot_be_is_as_far_out_as_can_be(stroke_volume: float) -> None:
    rows = marked("RVSV_ml", (80.0,) * 8 + (stroke_volume,))
    assert rows[-1]["outlier"] == FARTHEST
    assert rows[-1]["outlier_reason"].startswith("RVSV")


def test_a_case_without_the_ejection_fraction_of_the_others_needs_a_look() -> None:
    rows = marked("LVEF_percent", (*EVEN, None))
    assert rows[-1]["outlier"] == FARTHEST
    assert rows[-1]["outlier_reason"] == "no LVEF, which most of the cohort have"


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("LVEF_percent", EVEN + (None,) * 8),  # a cohort of beats and of single volumes
        ("wall_thickness_es_mm", (9.0,) * 8 + (None,)),  # often there is no closed ring
    ],
)
def test_a_missing_figure_is_usual_where_many_miss_it(column: str, values: tuple[float | None, ...]) -> None:
    rows = marked(column, values)
    assert (rows[-1]["outlier"], rows[-1]["outlier_reason"]) == (0.0, "")


def test_nothing_is_told_of_few_cases() -> None:
    rows = marked("LVEF_percent", EVEN[: FEWEST_CASES - 1])
    assert {(row["outlier"], row["outlier_reason"]) for row in rows} == {(None, "")}


def test_failures_neither_count_nor_are_marked() -> None:
    rows = [*(a_done_row(f"p{at}", LVEF_percent=value) for at, value in enumerate(EVEN)), a_failed_row("x", "is empty")]
    mark_outliers(rows)
    assert (rows[-1]["outlier"], rows[-1]["outlier_reason"]) == (None, "")
    assert all(row["outlier"] is not None for row in rows[:-1])


def test_without_cases_there_is_nothing_to_do() -> None:
    mark_outliers([])


def test_distances_are_told_and_compared_with_two_decimals() -> None:
    assert marked("LVEF_percent", (*EVEN, 12.0))[-1]["outlier"] == 7.42  # 44 / (1.4826 x 4) = 7.4194
    for value, outlier, is_told in ((63.5, 3.5, True), (63.496, 3.5, True), (63.494, 3.49, False)):
        row = marked("LVEF_percent", (60.0,) * 8 + (value,))[-1]  # a point is the least spread
        assert (row["outlier"], bool(row["outlier_reason"])) == (outlier, is_told)


def test_three_figures_are_told_at_most() -> None:
    usual = {"LVEF_percent": 60.0, "RVEF_percent": 60.0, "wall_thickening_percent": 60.0, "quality": 0.9}
    rows = [a_done_row(f"p{number}", **usual) for number in range(8)]
    far = {"LVEF_percent": 66.0, "RVEF_percent": 65.0, "wall_thickening_percent": 64.0, "quality": 0.825}
    rows.append(a_done_row("far", **far))  # 6, 5, 4 and 3.75 away
    mark_outliers(rows)
    reason = rows[-1]["outlier_reason"]
    assert reason == "LVEF 66 %, half of the cohort 60 %; also RVEF 65 %, Wall thickening 64 %"


@pytest.mark.parametrize(("other", "told"), [(63.5, "; also RVEF 64 %"), (63.49, "")])
def test_further_figures_are_told_from_the_same_distance_on(other: float, told: str) -> None:
    rows = [a_done_row(f"p{number}", LVEF_percent=60.0, RVEF_percent=60.0) for number in range(8)]
    rows.append(a_done_row("far", LVEF_percent=66.0, RVEF_percent=other))
    mark_outliers(rows)
    assert rows[-1]["outlier_reason"] == f"LVEF 66 %, half of the cohort 60 %{told}"


def test_a_quality_above_the_middle_is_no_distance_at_all() -> None:
    rows = marked("quality", (0.9,) * 8 + (0.91, 0.89, None))
    assert [row["outlier"] for row in rows] == [0.0] * 9 + [0.5, 0.0]  # 0.02 is the least spread
