"""The real patient is found whatever its file says of its size, and wherever it lies in the images."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from LVSegULib.cine import Cine
from LVSegULib.engines.base import open_engine
from LVSegULib.preparation.grid import Grid
from LVSegULib.segmentation.fitting import (
    _centred,
    _cut_off,
    _other_grids,
    brought_to_usual,
    fitting_grid,
    what_is_unusual,
)
from LVSegULib.segmentation.look import Look, Sample
from LVSegULib.segmentation.segment import SegmentationOptions, segment_cine
from Testing import three_labels
from Testing.segmentation.looks import Patient, dice, looks_that_depend_on_the_grid


def with_spacing(cine: Cine, factor: float) -> Cine:
    matrix = cine.ijk_to_ras.copy()
    matrix[:3, :3] *= factor
    return dataclasses.replace(cine, ijk_to_ras=matrix)


def test_a_usual_heart_is_taken_as_it_is(patient: Patient) -> None:
    assert fitting_grid(patient.cine, patient.model, patient.engine) == patient.model.grid


@pytest.mark.parametrize("factor", [1 / 11, 3.0])
def test_a_heart_of_a_mouse_or_of_a_giant_is_found_too(patient: Patient, factor: float) -> None:
    cine = with_spacing(patient.cine, factor)
    result = segment_cine(cine, patient.model, patient.engine)
    assert dice(result.labels, patient.labels) > 0.93
    assert any("the usual size" in warning for warning in result.warnings)
    blind = segment_cine(cine, patient.model, patient.engine, SegmentationOptions(grid=patient.model.grid))
    assert dice(blind.labels, patient.labels) < 0.6


def test_a_model_for_mice_finds_a_larger_mouse_too(patient: Patient) -> None:
    own = dataclasses.replace(patient.model.grid, spacing_mm=patient.model.grid.spacing_mm / 11)
    model = dataclasses.replace(patient.model, grid=own)
    assert fitting_grid(with_spacing(patient.cine, 1 / 11), model, patient.engine) == own
    result = segment_cine(with_spacing(patient.cine, 3 / 11), model, patient.engine)
    assert dice(result.labels, patient.labels) > 0.93


@pytest.mark.parametrize(("times", "told"), [(1.09, "off the middle"), (1.11, "1.1 times the usual size")])
def test_a_size_is_told_where_it_is_another_one(times: float, told: str) -> None:
    own = Grid(1.5, 128, 128)
    (found,) = what_is_unusual(dataclasses.replace(own, spacing_mm=1.5 * times, centre_mm=(40.0, 0.0)), own)
    assert told in found


def test_a_heart_at_the_border_of_a_large_field_is_looked_at_there(patient: Patient) -> None:
    frames, slices, rows, columns = patient.cine.frames.shape
    frames_wide = np.zeros((frames, slices, rows + 140, columns + 140), np.float32)
    frames_wide[..., :rows, :columns] = patient.cine.frames
    cine = dataclasses.replace(patient.cine, frames=frames_wide)
    result = segment_cine(cine, patient.model, patient.engine)
    assert dice(result.labels[..., :rows, :columns], patient.labels) > 0.93
    blind = segment_cine(cine, patient.model, patient.engine, SegmentationOptions(grid=patient.model.grid))
    assert dice(blind.labels[..., :rows, :columns], patient.labels) < dice(
        result.labels[..., :rows, :columns], patient.labels
    )


def test_a_right_ventricle_that_would_be_cut_off_is_looked_at(tmp_path: Path) -> None:
    model = three_labels.save_three_label_model(tmp_path / "three")
    engine = open_engine(model, "onnxruntime")
    labels = three_labels.heart_labels()
    images = np.pad(three_labels.heart_images(labels), ((0, 0), (0, 0), (0, 0), (0, 26)), constant_values=100)
    cine = Cine(images, np.diag([three_labels.PIXEL_MM, three_labels.PIXEL_MM, three_labels.SLICE_MM, 1]))
    result = segment_cine(cine, model.spec, engine)
    assert result.warnings == ("the heart lies off the middle of the images: the network looked there",)
    blind = segment_cine(cine, model.spec, engine, SegmentationOptions(grid=model.spec.grid))
    columns = labels.shape[3]
    assert dice(np.uint8(result.labels[..., :columns] == 3), np.uint8(labels == 3)) > 0.97
    assert dice(np.uint8(blind.labels[..., :columns] == 3), np.uint8(labels == 3)) < 0.95


def test_without_any_heart_the_models_own_grid_is_kept(patient: Patient) -> None:
    noise = np.random.default_rng(1).normal(100, 5, patient.cine.frames.shape).astype(np.float32)
    cine = dataclasses.replace(patient.cine, frames=noise)
    assert fitting_grid(cine, patient.model, patient.engine) == patient.model.grid


def test_a_heart_at_the_grids_edge_is_looked_at_there_though_the_network_is_sure(tmp_path: Path) -> None:
    model = three_labels.save_three_label_model(tmp_path / "three")
    engine = open_engine(model, "onnxruntime")
    labels = three_labels.heart_labels()[:1]
    images = np.pad(three_labels.heart_images(labels), ((0, 0), (0, 0), (0, 48), (0, 0)), constant_values=100)
    cine = Cine(images, np.diag([three_labels.PIXEL_MM, three_labels.PIXEL_MM, three_labels.SLICE_MM, 1]))
    result = segment_cine(cine, model.spec, engine)
    assert result.warnings == ("the heart lies off the middle of the images: the network looked there",)
    rows = labels.shape[2]
    blind = segment_cine(cine, model.spec, engine, SegmentationOptions(grid=model.spec.grid))
    assert dice(np.uint8(result.labels[:, :, :rows] > 0), np.uint8(labels > 0)) > 0.97
    assert dice(np.uint8(blind.labels[:, :, :rows] > 0), np.uint8(labels > 0)) < 0.95


@pytest.mark.parametrize(
    ("times_smaller", "score", "is_taken"), [(1.8, 0.9, False), (1.8, 0.97, True), (4.0, 0.7, True), (4.0, 0.6, False)]
)
def test_a_size_that_people_have_must_look_far_better(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, times_smaller: float, score: float, is_taken: bool
) -> None:
    own = patient.model.grid
    other = dataclasses.replace(own, spacing_mm=own.spacing_mm / times_smaller)

    def look(_: Sample, grid: Grid, *__: object) -> Look:
        return Look(grid, score if grid == other else 0.55, 22.0, (0.0, 0.0), 1.5)

    monkeypatch.setattr("LVSegULib.segmentation.fitting.look_at", look)
    monkeypatch.setattr("LVSegULib.segmentation.fitting._other_grids", lambda *_: [other])
    grid = fitting_grid(patient.cine, patient.model, patient.engine)
    assert (grid, bool(what_is_unusual(grid, own))) == ((other, True) if is_taken else (own, False))


@pytest.mark.parametrize(("radius_mm", "is_taken"), [(24.0, False), (26.0, True)])
def test_a_heart_larger_than_people_have_need_not_look_far_better_on_whatever_grid(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, radius_mm: float, is_taken: bool
) -> None:
    """Through pixels 2.2 times as large, 24 mm are those of a heart 2.4 times the typical one, 26 of one 2.6 times."""
    own = patient.model.grid
    other = dataclasses.replace(own, spacing_mm=own.spacing_mm * 2.2)
    monkeypatch.setattr("LVSegULib.segmentation.fitting._other_grids", lambda *_: [other])
    looks = [Look(own, 0.55, 40.0, (0.0, 0.0), 1.5), Look(other, 0.7, radius_mm, (0.0, 0.0), 1.5)]
    looks_that_depend_on_the_grid(monkeypatch, looks)
    assert fitting_grid(patient.cine, patient.model, patient.engine) == (other if is_taken else own)


@pytest.mark.parametrize(
    ("at", "end"), [((), 0), ((0,), -1), ((1,), -1), ((2,), 0), ((7,), 0), ((8,), 1), ((9,), 1), ((0, 9), 0)]
)
def test_two_pixels_from_the_edge_something_is_cut_off(at: tuple[int, ...], end: int) -> None:
    line = np.zeros(10, bool)
    line[list(at)] = True
    assert _cut_off(line) == end


@pytest.mark.parametrize(("i_mm", "j_mm", "field_mm"), [(2.0, 1.0, 80.0), (0.5, 1.5, 45.0)])
def test_grids_over_parts_of_the_longer_side_are_tried(i_mm: float, j_mm: float, field_mm: float) -> None:
    frames = np.zeros((1, 1, 30, 40), np.float32)
    frames[..., 0] = 1
    grids = _other_grids(Cine(frames, np.diag([i_mm, j_mm, 8, 1])), Grid(1.5, 50, 100))
    assert [grid.spacing_mm for grid in grids] == pytest.approx(
        [field_mm * share / 100 for share in (1, 0.7, 0.5, 0.35)]
    )


def test_what_was_found_is_brought_to_a_typical_size_in_the_middle() -> None:
    seen = Grid(3.0, 64, 64, centre_mm=(4.0, 5.0))
    found = Look(seen, 0.9, 11.0, (6.0, -9.0), 1.5)  # as if pixels were of 1.5 mm: half the typical 22 mm
    grid = _centred(found)
    assert grid.spacing_mm == pytest.approx(1.5)  # half of 3 mm
    assert grid.centre_mm == pytest.approx((4 + 2 * 6, 5 - 2 * 9))


@pytest.mark.parametrize(("first", "score", "is_moved"), [(0.9, 0.81, True), (0.9, 0.79, False), (0.85, 0.76, True)])
def test_a_heart_at_the_edge_is_moved_to_the_middle_if_it_is_as_sure_there(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, first: float, score: float, is_moved: bool
) -> None:
    own = patient.model.grid
    there = dataclasses.replace(own, centre_mm=(70.0, -60.0))
    looks = [Look(own, first, 22.0, (70.0, -60.0), 1.5), Look(there, score, 22.0, (0.0, 0.0), 1.5)]
    looks_that_depend_on_the_grid(monkeypatch, looks)
    assert fitting_grid(patient.cine, patient.model, patient.engine) == (there if is_moved else own)


@pytest.mark.parametrize(
    ("score", "place_mm", "is_moved"),
    [
        (0.8, (47.0, 0.0), True),  # where a cavity of 34 mm would reach the edge
        (0.79, (47.0, 0.0), False),  # not surely a heart
        (0.99, (46.0, 0.0), False),  # where it would not: what is found there is not cut off
    ],
)
def test_where_the_edge_may_leave_a_piece_of_a_heart_the_rest_is_looked_for(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, score: float, place_mm: tuple[float, float], is_moved: bool
) -> None:
    own = patient.model.grid
    assert own.rows * own.spacing_mm == 192  # of which 42 % are 80.6 mm
    there = dataclasses.replace(own, centre_mm=place_mm)
    looks = [Look(own, 0.45, 10.0, place_mm, 1.5), Look(there, score, 22.0, (0.0, 0.0), 1.5)]
    looks_that_depend_on_the_grid(monkeypatch, looks)
    assert fitting_grid(patient.cine, patient.model, patient.engine) == (there if is_moved else own)


@pytest.mark.parametrize(("first", "is_taken"), [(0.8, False), (0.79, True)])
def test_a_usual_heart_is_not_questioned_from_a_score_of_eight_tenths(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, first: float, is_taken: bool
) -> None:
    own = patient.model.grid
    other = dataclasses.replace(own, spacing_mm=own.spacing_mm / 4)
    monkeypatch.setattr("LVSegULib.segmentation.fitting._other_grids", lambda *_: [other])
    looks_that_depend_on_the_grid(
        monkeypatch, [Look(own, first, 22.0, (0, 0), 1.5), Look(other, 0.95, 22.0, (0, 0), 1.5)]
    )
    assert fitting_grid(patient.cine, patient.model, patient.engine) == (other if is_taken else own)


@pytest.mark.parametrize(("share", "is_taken"), [(0.51, False), (0.49, True)])
def test_an_image_of_less_than_half_the_grid_is_not_believed_to_show_a_usual_heart(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, share: float, is_taken: bool
) -> None:
    own = patient.model.grid
    _, j_mm, i_mm = patient.cine.spacing_mm
    field_mm = max(patient.cine.frames.shape[2] * j_mm, patient.cine.frames.shape[3] * i_mm)
    cine = with_spacing(patient.cine, share * own.spacing_mm * max(own.rows, own.columns) / field_mm)
    other = dataclasses.replace(own, spacing_mm=own.spacing_mm / 4)
    monkeypatch.setattr("LVSegULib.segmentation.fitting._other_grids", lambda *_: [other])
    looks_that_depend_on_the_grid(monkeypatch, [Look(own, 1.0, 22.0, (0, 0), 1.5), Look(other, 0.7, 22.0, (0, 0), 1.5)])
    assert fitting_grid(cine, patient.model, patient.engine) == (other if is_taken else own)


def test_the_grid_around_what_was_found_is_taken_where_it_shows_it_better(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = patient.model.grid
    other = dataclasses.replace(own, spacing_mm=own.spacing_mm / 8)
    refined = dataclasses.replace(own, spacing_mm=own.spacing_mm / 4)  # 44 mm become the typical 22
    monkeypatch.setattr("LVSegULib.segmentation.fitting._other_grids", lambda *_: [other])
    looks = [Look(other, 0.8, 44.0, (0.0, 0.0), 1.5), Look(refined, 0.9, 22.0, (0.0, 0.0), 1.5)]
    looks_that_depend_on_the_grid(monkeypatch, looks)
    assert fitting_grid(patient.cine, patient.model, patient.engine) == refined
    looks_that_depend_on_the_grid(monkeypatch, [looks[0], dataclasses.replace(looks[1], score=0.7)])
    assert fitting_grid(patient.cine, patient.model, patient.engine) == other


@pytest.mark.parametrize(
    ("radius_mm", "spacing_mm"), [(8.8, 1.5), (8.7, 1.5 * 8.7 / 22), (55.0, 1.5), (55.1, 1.5 * 55.1 / 22)]
)
def test_a_heart_as_large_as_people_have_keeps_the_grid(radius_mm: float, spacing_mm: float) -> None:
    """That is 22 mm by 2.5 to 22 mm times 2.5."""
    own = Grid(1.5, 192, 192)
    found = brought_to_usual(Look.of_images(own, radius_mm, (0.0, 0.0)))
    assert found.spacing_mm == pytest.approx(spacing_mm)
    assert (found.rows, found.columns, found.centre_mm) == (192, 192, (0, 0))


def test_a_heart_at_the_edge_is_brought_to_the_middle_and_keeps_its_pixels() -> None:
    own = Grid(1.5, 128, 128, centre_mm=(1.0, 2.0))
    assert brought_to_usual(Look.of_images(own, 22.0, (58.0, 0.0))) == own  # half of 192 mm by 84 % without 22
    moved = brought_to_usual(Look.of_images(own, 22.0, (59.0, -5.0)))
    assert moved == dataclasses.replace(own, centre_mm=(60.0, -3.0))


@pytest.mark.parametrize(
    ("first", "place_mm", "score", "is_taken"),
    [(0.5, 7.4, 0.89, True), (0.5, 7.6, 0.89, False), (0.5, 7.6, 0.91, True), (0.49, 7.6, 0.66, True)],
)
def test_another_body_than_the_one_that_was_found_must_surely_be_a_heart(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, first: float, place_mm: float, score: float, is_taken: bool
) -> None:
    """Two cavities of 3 and 4.5 mm that lie 7.5 mm apart touch."""
    own = patient.model.grid
    other = dataclasses.replace(own, spacing_mm=own.spacing_mm / 4)
    monkeypatch.setattr("LVSegULib.segmentation.fitting._other_grids", lambda *_: [other])
    found = Look(other, score, 12.0, (0.0, 4 * place_mm), 1.5)  # 3 mm at 7.5 mm, through pixels of a quarter
    looks_that_depend_on_the_grid(monkeypatch, [Look(own, first, 4.5, (0.0, 0.0), 1.5), found])
    assert fitting_grid(patient.cine, patient.model, patient.engine) == (other if is_taken else own)
