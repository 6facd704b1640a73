"""What stands in the panel's tables, worked out by hand."""

import math
from typing import Any

import pytest

from LVSegULib.labels import ALL_LABELS
from LVSegULib.measures.catalogue import MEASURES
from LVSegULib.measures.volumes import Measures

VOLUMES = {1: (100.0, 40.0, 70.0)}
BEAT = Measures((100.0, 40.0, 70.0), 0, 1, 100.0, 40.0, 60.0, 60.0, time_ms=(0.0, 300.4, 600.0))


@pytest.fixture
def tables(a_scene: Any) -> Any:  # noqa: ARG001
    from LVSegUSlicer import results_tables

    return results_tables


def test_the_measures_have_units_and_their_frames(tables: Any) -> None:
    assert tables.measureRows(BEAT, VOLUMES) == [
        ("LVEDV", "End-diastolic volume", "100.0 mL", "frame 0, 0 ms"),
        ("LVESV", "End-systolic volume", "40.0 mL", "frame 1, 300 ms"),
        ("LVSV", "Stroke volume", "60.0 mL", ""),
        ("LVEF", "Ejection fraction", "60.0 %", ""),
    ]


def test_of_one_frame_of_a_cine_it_is_told_which(tables: Any) -> None:
    one = Measures((100.0,), None, None)
    assert tables.measureRows(one, {1: (100.0,)}) == [("LV", "Volume of the cavity", "100.0 mL", "")]
    assert tables.measureRows(one, {1: (100.0,)}, 7) == [("LV", "Volume of the cavity", "100.0 mL", "frame 7")]


def test_wall_and_right_ventricle_are_shown_where_a_model_finds_them(tables: Any) -> None:
    wall = Measures(
        (100.0, 40.0),
        0,
        1,
        LVM=105.0,
        wall_thickness_ed=8.0,
        wall_thickness_ed_max=11.25,
        wall_thickness_es=12.0,
        wall_thickening=50.0,
        wall_slices=(6, 1),
    )
    assert tables.measureRows(wall, {1: (), 2: ()})[-5:] == [
        ("LVM", "Myocardial mass", "105.0 g", "frame 0"),
        ("ED wall", "Mean thickness at ED", "8.0 mm", "6 slices"),
        ("ED max", "Max. thickness at ED", "11.2 mm", "6 slices"),
        ("ES wall", "Mean thickness at ES", "12.0 mm", "1 slice"),
        ("Wall %", "Thickening ED to ES", "50.0 %", ""),
    ]
    right = Measures((100.0, 40.0), 0, 1, RVEDV=90.0, RVESV=math.nan, RVSV=math.nan, RVEF=math.nan)
    assert tables.measureRows(right, {1: (), 3: ()})[-4:] == [
        ("RVEDV", "RV at ED", "90.0 mL", "frame 0"),
        ("RVESV", "RV at ES", "-", "frame 1"),
        ("RVSV", "RV stroke volume", "-", ""),
        ("RVEF", "RV ejection fraction", "-", ""),
    ]


def test_every_measure_and_label_has_a_title_and_a_short_name_of_its_own(tables: Any) -> None:
    assert list(tables.measureTitles()) == [one.name for one in MEASURES]
    assert list(tables.volumeTitles()) == [label.value for label in ALL_LABELS]
    for titles in (tables.measureTitles(), tables.volumeTitles()):
        assert len(set(titles.values())) == len(titles)
    walls = tables.wallNames()
    assert list(walls) == [one.name for one in MEASURES if one.short != one.name]
    assert len(set(walls.values())) == len(walls)


def test_a_single_volume_shows_its_size(tables: Any) -> None:
    one = Measures((81.25,))
    assert tables.measureRows(one, {1: (81.25,)}) == [("LV", "Volume of the cavity", "81.2 mL", "")]
    assert tables.measureRows(one, {1: (81.25,), 2: (90.0,), 3: (70.0,)}) == [
        ("LV", "Volume of the cavity", "81.2 mL", ""),
        ("MYO", "Volume of the myocardium", "90.0 mL", ""),
        ("RV", "Volume of the RV cavity", "70.0 mL", ""),
    ]


def test_a_measure_without_a_value_has_none(tables: Any) -> None:
    nothing = Measures((0.0, 0.0), reasons={"LVEDV": "nothing was found", "LVEF": "nothing was found"})
    assert [row[2] for row in tables.measureRows(nothing, {1: (0.0, 0.0)})] == ["-"] * 4
    assert tables.notes(nothing) == ["nothing was found"]


def test_every_frame_has_its_volume_and_phase(tables: Any) -> None:
    assert tables.frameRows(BEAT, VOLUMES) == [
        ("0", "0", "100.0", "ED"),
        ("1", "300", "40.0", "ES"),
        ("2", "600", "70.0", ""),
    ]
    assert tables.frameTitles(VOLUMES) == ["Frame", "Time (ms)", "Volume (mL)", "Phase"]


def test_every_label_has_its_volumes(tables: Any) -> None:
    volumes = VOLUMES | {2: (90.0, 91.0, 92.0), 3: (80.0, 50.0, 60.0)}
    assert tables.frameTitles(volumes) == ["Frame", "Time (ms)", "LV (mL)", "MYO (mL)", "RV (mL)", "Phase"]
    assert tables.frameRows(BEAT, volumes)[1] == ("1", "300", "40.0", "91.0", "50.0", "ES")


def test_frames_without_times_have_none(tables: Any) -> None:
    assert [row[1] for row in tables.frameRows(Measures((1.0, 2.0)), {1: (1.0, 2.0)})] == ["", ""]


def test_each_note_is_said_once(tables: Any) -> None:
    reasons = {"LVEDV": "frame 1 is odd", "LVEF": "frame 1 is odd"}
    measures = Measures((1.0, 2.0), reasons=reasons, warnings=("frame 1 is odd", "slices touch"))
    assert tables.notes(measures) == ["frame 1 is odd", "slices touch"]


def test_a_change_names_both_values(tables: Any) -> None:
    weaker = Measures((90.0, 45.0), 0, 1, 90.0, 45.0, 45.0, 50.0)
    assert tables.describeChange(BEAT, weaker) == "LVEDV 100.0 to 90.0 mL, LVESV 40.0 to 45.0 mL, LVEF 60.0 to 50.0 %"
    assert tables.describeChange(BEAT, Measures((0.0, 0.0))) == "LVEDV 100.0 to -, LVESV 40.0 to -, LVEF 60.0 to -"
    assert tables.describeChange(Measures((81.25,)), Measures((70.0,))) == "LV 81.2 to 70.0 mL"
