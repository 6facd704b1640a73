"""Volumes over the beat, against arithmetic on boxes."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from LVSegULib.errors import GeometryError, InputError
from LVSegULib.measures.volumes import ejection_fraction, measure, region_volumes_ml

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
    assert region_volumes_ml(np.ones((1, 1, 1, 1), bool), (7.0, 3.0, 2.0)) == pytest.approx([42 / 1000])


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
    measures = measure(a_beat_of(70), ONE_ML_MM)
    assert measures.volumes_ml == (70,)
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
    mass_g = measure(labels, ONE_ML_MM).LVM
    assert mass_g == pytest.approx(20 * 1.05)


def test_mass_needs_a_myocardium() -> None:
    labels = a_beat_of(100, 50)
    assert measure(labels, ONE_ML_MM).LVM is None
    labels[1, 0, 10] = 2
    measures = measure(labels, ONE_ML_MM)
    assert measures.LVM is not None and math.isnan(measures.LVM)
    assert "end-diastole" in measures.reasons["LVM"]


def test_ejection_fraction_of_nothing_is_nan() -> None:
    assert math.isnan(ejection_fraction(0.0, 0.0))
    assert ejection_fraction(120.0, 50.0) == pytest.approx(700 / 12)


def test_json_has_units_in_names_and_null_for_nan() -> None:
    values = json.loads(json.dumps(measure(a_beat_of(70), ONE_ML_MM).to_json(), allow_nan=False))
    assert values["LVEF_percent"] is None and "one frame only" in values["reasons"]["LVEF"]
    assert values["volumes_ml"] == [70] and "LVM_g" not in values
    beat = measure(a_beat_of(100, 40), ONE_ML_MM).to_json()
    assert beat["LVEDV_ml"] == 100 and beat["LVEF_percent"] == pytest.approx(60)


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
