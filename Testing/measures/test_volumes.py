"""Volumes over the beat, against arithmetic on boxes."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from LVSegULib.errors import GeometryError, InputError
from LVSegULib.labels import ALL_LABELS, CAVITY, MYOCARDIUM, RIGHT_CAVITY, Label
from LVSegULib.measures.catalogue import MEASURES
from LVSegULib.measures.volumes import (
    Measures,
    ejection_fraction,
    measure,
    measure_with_volumes,
    measures_from_json,
    region_volumes_ml,
    volumes_by_label,
)
from Testing.ring_hearts import SPACING_MM, a_ring_heart

ONE_ML_MM = (10.0, 10.0, 10.0)  # a voxel of 1000 mm^3


def a_beat_of(*volumes_ml: int) -> np.ndarray:
    """A cine of one slice whose cavity has these volumes with voxels of 1 mL."""
    labels = np.zeros((len(volumes_ml), 1, 20, 20), np.uint8)
    for frame, volume in enumerate(volumes_ml):
        labels[frame].flat[:volume] = 1
    return labels


def test_volume_of_a_known_box() -> None:
    mask = np.zeros((1, 10, 32, 32), bool)
    mask[0, 2:8, 8:18, 8:18] = True  # 6 x 10 x 10 = 600 voxels of 8 x 1.5 x 1.5 = 18 mm^3
    assert region_volumes_ml(mask, (8.0, 1.5, 1.5)) == pytest.approx([600 * 18 / 1000])


def test_each_axis_of_the_spacing_counts() -> None:
    assert region_volumes_ml(np.ones((1, 1, 1, 1), bool), (7.0, 3.0, 0.5)) == pytest.approx([10.5 / 1000])


def test_a_beat() -> None:
    measures = measure(a_beat_of(100, 80, 40, 60), ONE_ML_MM, [0.0, 200.0, 400.0, 600.0])
    assert (measures.ed_frame, measures.es_frame) == (0, 2)
    found = (measures.LVEDV, measures.LVESV, measures.LVSV, measures.LVEF)
    assert found == pytest.approx((100, 40, 60, 60))
    assert measures.volumes_ml == (100, 80, 40, 60)
    assert measures.time_ms == (0, 200, 400, 600)
    assert measures.reasons == {} and measures.warnings == ()


def test_the_largest_frame_is_ed_wherever_it_stands() -> None:
    measures = measure(a_beat_of(60, 50, 90, 100, 80), ONE_ML_MM)
    assert (measures.ed_frame, measures.es_frame) == (3, 1)


def test_other_labels_are_not_cavity() -> None:
    labels = a_beat_of(10, 5)
    labels[:, 0, 19] = 3
    assert measure(labels, ONE_ML_MM).volumes_ml == (10, 5)


def test_an_empty_frame_is_not_es() -> None:
    measures = measure(a_beat_of(100, 0, 40, 60), ONE_ML_MM)
    assert (measures.es_frame, measures.LVESV) == (2, 40)
    assert measures.warnings == (
        "frame 1 has no left ventricle: left out when end-diastole and end-systole were chosen",
    )


def test_a_frame_that_fails_in_a_whole_beat_is_neither_es_nor_ed() -> None:
    volumes = [100, 95, 85, 70, 60, 50, 60, 70, 80, 90, 95, 100]
    volumes[3], volumes[9] = 5, 300
    measures = measure(a_beat_of(*volumes), ONE_ML_MM)
    assert (measures.ed_frame, measures.es_frame) == (0, 5)
    assert "frames 3, 9 do not fit" in measures.warnings[0]


def test_a_strong_heart_with_few_frames_is_believed() -> None:
    measures = measure(a_beat_of(100, 60, 20, 60, 90), ONE_ML_MM)
    assert (measures.es_frame, measures.LVEF, measures.warnings) == (2, 80, ())


def test_one_frame_has_a_volume_and_no_beat() -> None:
    measures = measure(a_beat_of(70), ONE_ML_MM, [25.0])
    assert (measures.volumes_ml, measures.time_ms) == ((70,), (25,))
    assert measures.ed_frame is None and measures.es_frame is None
    for name in ("LVEDV", "LVESV", "LVSV", "LVEF"):
        assert math.isnan(getattr(measures, name)) and "one frame only" in measures.reasons[name]


def test_an_empty_segmentation_has_reasons() -> None:
    measures = measure(a_beat_of(0, 0, 0), ONE_ML_MM)
    assert math.isnan(measures.LVEF) and measures.reasons["LVEF"] == "no left ventricle was found in any frame"


def test_a_ventricle_in_one_frame_of_several_has_reasons() -> None:
    measures = measure(a_beat_of(0, 50, 0), ONE_ML_MM)
    assert math.isnan(measures.LVEDV) and "frame 1 only, of 3" in measures.reasons["LVEDV"]
    assert "frames 0, 2 have no left ventricle" in measures.warnings[0]


def test_mass_is_that_of_the_myocardium_at_ed() -> None:
    labels = a_beat_of(100, 50)
    labels[0, 0, 10] = 2  # 20 mL at ED
    labels[1, 0, 10:12] = 2
    mass_g = measure(labels, ONE_ML_MM, regions=(CAVITY, MYOCARDIUM)).LVM
    assert mass_g == pytest.approx(20 * 1.05)
    ed_in_the_middle = np.concatenate([labels[1:], labels])
    mass_g = measure(ed_in_the_middle, ONE_ML_MM, regions=(CAVITY, MYOCARDIUM)).LVM
    assert mass_g == pytest.approx(20 * 1.05)


def test_mass_needs_a_myocardium() -> None:
    labels = a_beat_of(100, 50)
    labels[1, 0, 10] = 2
    measures = measure(labels, ONE_ML_MM, regions=(CAVITY, MYOCARDIUM))
    assert measures.LVM is not None and math.isnan(measures.LVM)
    assert measures.reasons["LVM"] == "no myocardium was found at end-diastole (frame 0)"


def test_what_the_model_does_not_segment_is_not_measured() -> None:
    labels = a_ring_heart((20.0, 14.0), (8.0, 12.0), (60.0, 45.0))
    measures = measure(labels, SPACING_MM)
    assert {one.region for one in measures.given()} == {CAVITY}
    assert measures.wall_slices is None and measures.reasons == {}
    assert {one.key for one in MEASURES if one.region != CAVITY}.isdisjoint(measures.to_json())


def test_the_right_ventricle_is_measured_in_the_frames_of_the_left_one() -> None:
    labels = a_beat_of(100, 80, 40, 60)
    for frame, volume_ml in enumerate((90, 120, 50, 30)):  # its own largest and smallest are other frames
        labels[frame].flat[300 : 300 + volume_ml] = 3
    measures = measure(labels, ONE_ML_MM, regions=(CAVITY, RIGHT_CAVITY))
    found = (measures.RVEDV, measures.RVESV, measures.RVSV, measures.RVEF)
    assert found == pytest.approx((90, 50, 40, 100 * 40 / 90))
    assert measures.LVM is None and measures.reasons == {}


def test_a_right_ventricle_that_was_not_found_has_reasons() -> None:
    labels = a_beat_of(100, 40)
    labels[0].flat[300:350] = 3
    measures = measure(labels, ONE_ML_MM, regions=(CAVITY, RIGHT_CAVITY))
    found = (measures.RVEDV, measures.LVEDV)
    assert found == pytest.approx((50, 100))
    for name in ("RVESV", "RVSV", "RVEF"):
        assert math.isnan(getattr(measures, name))
        assert measures.reasons[name] == "no right ventricle was found at end-systole (frame 1)"


def test_thickness_and_thickening_of_a_ring() -> None:
    labels = a_ring_heart((20.0, 14.0), (8.0, 12.0), (60.0, 45.0))  # 8 mm at ED, 12 mm at ES
    measures = measure(labels, SPACING_MM, regions=ALL_LABELS)
    assert (measures.ed_frame, measures.es_frame) == (0, 1)
    assert measures.wall_thickness_ed == pytest.approx(8, abs=0.3)  # a fifth of a pixel
    assert measures.wall_thickness_es == pytest.approx(12, abs=0.3)
    assert measures.wall_thickness_ed_max == pytest.approx(8, abs=0.75)
    assert measures.wall_thickening == pytest.approx(50, abs=6)
    assert measures.wall_slices == (6, 6)  # base and mid of nine
    assert measures.reasons == {}


def test_an_open_ring_at_es_leaves_no_thickening() -> None:
    labels = a_ring_heart((20.0, 14.0), (8.0, 12.0), (60.0, 45.0))
    labels[1, :, 40, 64:][labels[1, :, 40, 64:] == 2] = 0
    measures = measure(labels, SPACING_MM, regions=ALL_LABELS)
    assert measures.wall_slices == (6, 0)
    assert measures.wall_thickness_ed == pytest.approx(8, abs=0.3)
    reason = "the myocardium is a closed ring in no basal or mid slice at end-systole (frame 1)"
    for name in ("wall_thickness_es", "wall_thickening"):
        assert math.isnan(getattr(measures, name)) and measures.reasons[name] == reason


def test_an_open_ring_at_ed_leaves_no_thickening() -> None:
    labels = a_ring_heart((20.0, 14.0), (8.0, 12.0), (60.0, 45.0))
    labels[0, :, 40, 64:][labels[0, :, 40, 64:] == 2] = 0
    measures = measure(labels, SPACING_MM, regions=ALL_LABELS)
    assert measures.wall_slices == (0, 6)
    assert measures.wall_thickness_es == pytest.approx(12, abs=0.3)
    assert set(measures.reasons) == {"wall_thickness_ed", "wall_thickness_ed_max", "wall_thickening"}
    assert all(reason.endswith("at end-diastole (frame 0)") for reason in measures.reasons.values())


def test_without_a_beat_every_measure_of_the_model_has_its_reason() -> None:
    measures = measure(a_ring_heart((20.0,), (8.0,), (60.0,)), SPACING_MM, regions=ALL_LABELS)
    for one in MEASURES:
        assert math.isnan(getattr(measures, one.name)) and "one frame only" in measures.reasons[one.name]


def test_ejection_fraction_of_nothing_is_nan() -> None:
    assert math.isnan(ejection_fraction(0.0, 0.0))
    assert ejection_fraction(120.0, 50.0) == pytest.approx(700 / 12)
    assert ejection_fraction(0.05, 0.02) == pytest.approx(60)  # a mouse's, mL


def test_json_has_units_in_names_and_null_for_nan() -> None:
    values = json.loads(json.dumps(measure(a_beat_of(70), ONE_ML_MM).to_json(), allow_nan=False))
    assert values["LVEF_percent"] is None and "one frame only" in values["reasons"]["LVEF"]
    assert values["volumes_ml"] == [70] and "LVM_g" not in values
    beat = measure(a_beat_of(100, 40), ONE_ML_MM).to_json()
    assert beat["LVEDV_ml"] == 100 and beat["LVEF_percent"] == pytest.approx(60)


@pytest.mark.parametrize("radii_mm", [(20.0, 14.0), (20.0,)], ids=["a beat", "one frame"])
@pytest.mark.parametrize("regions", [(CAVITY,), ALL_LABELS], ids=["cavity", "all labels"])
def test_json_brings_everything_back(radii_mm: tuple[float, ...], regions: tuple[Label, ...]) -> None:
    walls_mm, right_ml = (8.0, 12.0)[: len(radii_mm)], (60.0, 45.0)[: len(radii_mm)]
    measures = measure(a_ring_heart(radii_mm, walls_mm, right_ml), SPACING_MM, regions=regions)
    values = json.loads(json.dumps(measures.to_json(), allow_nan=False))
    assert repr(measures_from_json(values)) == repr(measures)  # as NaN is not equal to itself


def test_json_keeps_times_warnings_and_the_slices_of_each_phase() -> None:
    beat = Measures((90.0, 40.0), 0, 1, 90.0, 40.0, time_ms=(5.0, 300.0), wall_slices=(6, 4), warnings=("look",))
    values = json.loads(json.dumps(beat.to_json(), allow_nan=False))
    assert (values["time_ms"], values["warnings"]) == ([5, 300], ["look"])
    assert values["wall_slices"] == {"ed": 6, "es": 4}
    again = measures_from_json(values)
    assert (again.time_ms, again.warnings, again.wall_slices) == (beat.time_ms, beat.warnings, beat.wall_slices)


def test_names_in_json_end_with_their_unit() -> None:
    values = measure(a_ring_heart((20.0, 14.0), (8.0, 12.0), (60.0, 45.0)), SPACING_MM, regions=ALL_LABELS).to_json()
    assert {"LVEDV_ml", "LVM_g", "wall_thickness_ed_max_mm", "wall_thickening_percent", "RVEF_percent"} <= set(values)
    assert values["wall_slices"] == {"ed": 6, "es": 6}


def test_the_figures_are_numbers_and_frames_only() -> None:
    measures = measure(a_ring_heart((20.0, 14.0), (8.0, 12.0), (60.0, 45.0)), SPACING_MM, regions=ALL_LABELS)
    figures = measures.figures()
    assert set(figures) == {one.key for one in MEASURES} | {"ed_frame", "es_frame"}
    assert all(isinstance(value, (int, float)) for value in figures.values())


def test_thicknesses_are_of_the_slices_of_their_phase() -> None:
    slices = Measures((90.0, 40.0), 0, 1, wall_slices=(6, 4)).slices_of_walls()
    assert slices == {"wall_thickness_ed": 6, "wall_thickness_ed_max": 6, "wall_thickness_es": 4}
    assert Measures((90.0, 40.0), 0, 1).slices_of_walls() == {}


def test_volumes_agree_with_simpleitk() -> None:
    sitk = pytest.importorskip("SimpleITK")
    labels = (np.random.default_rng(3).random((2, 5, 17, 23)) < 0.3).astype(np.uint8)
    spacing_mm = (8.0, 1.25, 1.5)
    for frame, volume_ml in zip(labels, measure(labels, spacing_mm).volumes_ml, strict=True):
        image = sitk.GetImageFromArray(frame)
        image.SetSpacing(spacing_mm[::-1])
        shape = sitk.LabelShapeStatisticsImageFilter()
        shape.Execute(image)
        assert volume_ml == pytest.approx(shape.GetPhysicalSize(1) / 1000)


@pytest.mark.parametrize("spacing_mm", [(0.0, 1.0, 1.0), (8.0, -1.0, 1.0), (8.0, math.nan, 1.0), (1.0, 1.0)])
def test_an_impossible_spacing_is_refused(spacing_mm: tuple[float, ...]) -> None:
    with pytest.raises(GeometryError, match="three positive numbers"):
        measure(a_beat_of(1, 2), spacing_mm)


def test_a_volume_in_place_of_a_cine_is_refused() -> None:
    with pytest.raises(InputError, match=r"\(3, 4, 4\)"):
        measure(np.zeros((3, 4, 4), np.uint8), ONE_ML_MM)


def test_times_must_fit_the_frames() -> None:
    with pytest.raises(InputError, match="1 times for 2 frames"):
        measure(a_beat_of(1, 2), ONE_ML_MM, [0.0])


def test_the_frames_to_show_are_ed_and_es_or_the_largest_one() -> None:
    assert Measures((40.0, 90.0, 60.0), 1, 0).frames_to_show == {"ED": 1, "ES": 0}
    assert measure(a_beat_of(0, 50, 0), ONE_ML_MM).frames_to_show == {"": 1}


def test_the_volumes_of_each_region_are_told_by_its_value() -> None:
    labels = np.array([1, 1, 2, 0, 1, 3, 3, 3], np.uint8).reshape(2, 1, 2, 2)
    found = volumes_by_label(labels, (CAVITY, RIGHT_CAVITY), ONE_ML_MM)
    assert found == {1: [2, 1], 3: [0, 3]}


def test_a_beat_is_measured_with_the_volumes_of_its_regions() -> None:
    labels = a_ring_heart((20.0, 14.0), (8.0, 12.0), (60.0, 45.0))
    measures, volumes_ml = measure_with_volumes(labels, SPACING_MM, None, ALL_LABELS)
    assert measures == measure(labels, SPACING_MM, regions=ALL_LABELS)
    assert volumes_ml == volumes_by_label(labels, ALL_LABELS, SPACING_MM)


def test_without_a_cavity_there_is_no_beat() -> None:
    labels = np.full((2, 1, 3, 3), MYOCARDIUM.value, np.uint8)
    measures, volumes_ml = measure_with_volumes(labels, ONE_ML_MM, None, (MYOCARDIUM,))
    assert measures.reasons["LVM"] == "no left ventricle was found in any frame"
    assert volumes_ml == {2: [9, 9]}
