"""Whom effects are measured on: frames, slices and references as the expert or the whole network gives them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from LVSegULib.cine import Cine
from LVSegULib.errors import InputError
from LVSegULib.evaluation.datasets import open_evaluation_set
from LVSegULib.modelfolder.folder import find_model
from LVSegULib.reading import read_cine
from LVSegULib.visualization.inspector import Inspector, open_inspector
from LVSegULib.visualization.subjects import ED, ES, OTHER, subject_of_cine, subjects_of_cases
from Testing.visualization import networks

SPACING = np.diag([1.5, 1.5, 10.0, 1.0])


@pytest.fixture
def a_passing_inspector(tmp_path: Path) -> Inspector:
    """Finds cavity wherever a pixel is brighter than a half."""
    return open_inspector(networks.a_model(tmp_path / "passing", networks.passing_weights()), threads=1)


def beating(sides: tuple[int, ...], slices: int) -> Cine:
    """Bright squares on black, on the network's own pixels; one frame for each of `sides`."""
    frames = np.zeros((len(sides), slices, 32, 32), np.float32)
    for frame, side in zip(frames, sides, strict=True):
        frame[:, 8 : 8 + side, 8 : 8 + side] = 100
    return Cine(frames, SPACING, name="squares")


def test_a_cine_is_measured_at_its_largest_and_smallest_frame(a_passing_inspector: Inspector) -> None:
    subject = subject_of_cine(beating((8, 12, 4, 6), 3), a_passing_inspector)
    assert subject.phases.tolist() == [ED] * 3 + [ES] * 3
    areas = subject.reference.sum((1, 2))
    assert areas.tolist() == [144] * 3 + [16] * 3
    np.testing.assert_allclose(subject.pixel_ml, 1.5 * 1.5 * 10 / 1000)


def test_of_a_single_frame_there_is_one_volume(a_passing_inspector: Inspector) -> None:
    subject = subject_of_cine(beating((8,), 2), a_passing_inspector)
    assert subject.phases.tolist() == [OTHER] * 2


def test_of_five_hundred_slices_some_stand_for_all(a_passing_inspector: Inspector) -> None:
    subject = subject_of_cine(beating((8, 4), 500), a_passing_inspector)
    assert len(subject.images) == 2 * 6
    volume = (subject.reference.sum((1, 2)) * subject.pixel_ml)[subject.phases == ED].sum()
    assert volume == pytest.approx(500 * 64 * 1.5 * 1.5 * 10 / 1000)


def test_slices_at_the_ends_stand_for_fewer_than_those_between(a_passing_inspector: Inspector) -> None:
    """Of 11 slices 0, 2, 4, 6, 8 and 10 are chosen; between two of them lies one, half of which goes to each."""
    subject = subject_of_cine(beating((8, 4), 11), a_passing_inspector)
    np.testing.assert_allclose(subject.pixel_ml / (1.5 * 1.5 * 10 / 1000), 2 * [1.5, 2, 2, 2, 2, 1.5])


def test_empty_ends_of_a_stack_do_not_make_the_volume_small(a_passing_inspector: Inspector) -> None:
    """Nine of 11 slices hold cavity; of the chosen six, four do, which stand for two each."""
    cine = beating((8, 4), 11)
    cine.frames[:, [0, 10]] = 0
    subject = subject_of_cine(cine, a_passing_inspector)
    volume = (subject.reference.sum((1, 2)) * subject.pixel_ml)[subject.phases == ED].sum()
    assert volume == pytest.approx(8 * 64 * 1.5 * 1.5 * 10 / 1000)


def test_a_heart_the_size_of_a_mouses_is_measured_on_the_grid_that_fits_it(the_sample_patient: Path) -> None:
    """Eleven times smaller in the plane, with slices as far apart: the same pixels, each 121 times smaller."""
    cine = read_cine(the_sample_patient)
    small = replace(cine, ijk_to_ras=cine.ijk_to_ras @ np.diag([1 / 11, 1 / 11, 1, 1]))
    inspector = open_inspector(find_model("lv"), threads=1)
    volumes = [
        (subject.reference.sum((1, 2)) * subject.pixel_ml)[subject.phases == ED].sum()
        for subject in (subject_of_cine(one, inspector) for one in (cine, small))
    ]
    assert volumes[1] == pytest.approx(volumes[0] / 121, rel=0.05)


def test_a_cine_without_heart_is_refused(a_passing_inspector: Inspector) -> None:
    """Its only bright pixel is taken for what percentiles leave out, so that nothing is brighter than a half."""
    frames = np.zeros((2, 3, 64, 64), np.float32)
    frames[..., 0, 0] = 1e-3
    with pytest.raises(InputError, match="finds no heart in it: give a short-axis cine"):
        subject_of_cine(Cine(frames, SPACING, name="empty"), a_passing_inspector)


def test_the_cases_of_a_patient_are_put_together(
    a_data_set_of_phantom_hearts: Path, a_passing_inspector: Inspector
) -> None:
    cases = open_evaluation_set(a_data_set_of_phantom_hearts).cases[:4]
    told: list[float] = []
    subjects = subjects_of_cases([cases], a_passing_inspector, told.append)
    assert [subject.patient for subject in subjects] == ["phantom0", "phantom1"]
    assert told == [0.25, 0.5, 0.75, 1]
    for subject in subjects:
        assert sorted(subject.phases.tolist()) == [ED] * 3 + [ES] * 3
        areas = subject.reference.sum((1, 2))
        assert areas[subject.phases == ED].min() > areas[subject.phases == ES].max()
        # A disc of 26 mm (at most a tenth more) in pixels of 1.5 mm, cut by the grid of 48 mm
        assert 0 < areas.max() <= np.pi * (1.1 * 26 / 1.5) ** 2


def test_a_patient_in_two_data_sets_has_two_hearts_of_the_right_size(
    a_data_set_of_phantom_hearts: Path, a_passing_inspector: Inspector
) -> None:
    cases = open_evaluation_set(a_data_set_of_phantom_hearts).cases
    told: list[float] = []
    found = subjects_of_cases([cases[:2], cases[:4]], a_passing_inspector, told.append)
    assert [subject.patient for subject in found] == ["phantom0", "phantom0", "phantom1"]
    assert told == [number / 6 for number in range(1, 7)]
    (alone,) = subjects_of_cases([cases[:2]], a_passing_inspector)
    for subject in found[:2]:
        np.testing.assert_array_equal(subject.reference, alone.reference)
        np.testing.assert_array_equal(subject.phases, alone.phases)


def test_where_phases_are_not_named_the_largest_frame_is_end_diastole(
    a_data_set_of_phantom_hearts: Path, a_passing_inspector: Inspector
) -> None:
    named = open_evaluation_set(a_data_set_of_phantom_hearts).cases[:2]
    nameless = [replace(case, read=lambda case=case: replace(case.read(), phases={})) for case in named]
    ((expected,), (found,)) = (subjects_of_cases([cases], a_passing_inspector) for cases in (named, nameless))
    assert set(expected.phases.tolist()) == {ED, ES}
    np.testing.assert_array_equal(found.phases, expected.phases)


def test_cases_without_a_ventricle_are_refused(
    a_data_set_of_phantom_hearts: Path, a_passing_inspector: Inspector
) -> None:
    (case, *_) = open_evaluation_set(a_data_set_of_phantom_hearts).cases
    drawn = case.read()
    empty = replace(case, read=lambda: replace(drawn, labels=0 * drawn.labels))
    with pytest.raises(InputError, match="no left ventricle in the reference"):
        subjects_of_cases([[empty]], a_passing_inspector)
