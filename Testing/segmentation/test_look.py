"""The real patient is found whatever its file says of its size, and wherever it lies in the images."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from LVSegULib.cine import Cine
from LVSegULib.engines.base import Engine, open_engine
from LVSegULib.modelfolder.folder import find_model
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.preparation.grid import Grid
from LVSegULib.reading.sunnybrook import open_sunnybrook
from LVSegULib.segmentation.look import (
    Look,
    _cavity,
    _centred,
    _cut_off,
    _look,
    _other_grids,
    _plausible,
    _some_slices,
    brought_to_usual,
    fitting_grid,
    told_pixel_mm,
)
from LVSegULib.segmentation.segment import SegmentationOptions, segment_cine
from Testing import three_labels


@dataclasses.dataclass(frozen=True)
class Patient:
    """ED and ES of the sample patient, and what the model finds in them as they are."""

    cine: Cine
    labels: NDArray[np.uint8]
    model: ModelSpec
    engine: Engine


@pytest.fixture(scope="module")
def patient(the_sample_patient: Path) -> Patient:
    (source,) = open_sunnybrook(the_sample_patient)
    drawn = source.read()
    frames = drawn.cine.frames[[drawn.ed_frame, drawn.es_frame]]
    cine = dataclasses.replace(drawn.cine, frames=frames, time_ms=None)
    model = find_model("lv")
    engine = open_engine(model, "onnxruntime")
    return Patient(cine, segment_cine(cine, model.spec, engine).labels, model.spec, engine)


def with_spacing(cine: Cine, factor: float) -> Cine:
    matrix = cine.ijk_to_ras.copy()
    matrix[:3, :3] *= factor
    return dataclasses.replace(cine, ijk_to_ras=matrix)


def dice(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    return 2 * np.count_nonzero(one & other) / (np.count_nonzero(one) + np.count_nonzero(other))


def test_a_usual_heart_is_taken_as_it_is(patient: Patient) -> None:
    assert fitting_grid(patient.cine, patient.model, patient.engine) == (patient.model.grid, "")


@pytest.mark.parametrize("factor", [1 / 11, 3.0])
def test_a_heart_of_a_mouse_or_of_a_giant_is_found_too(patient: Patient, factor: float) -> None:
    cine = with_spacing(patient.cine, factor)
    result = segment_cine(cine, patient.model, patient.engine)
    assert dice(result.labels, patient.labels) > 0.93
    assert any("the usual size" in warning for warning in result.warnings)
    blind = segment_cine(cine, patient.model, patient.engine, SegmentationOptions(look_first=False))
    assert dice(blind.labels, patient.labels) < 0.6


def test_a_model_for_mice_finds_a_larger_mouse_too(patient: Patient) -> None:
    own = dataclasses.replace(patient.model.grid, spacing_mm=patient.model.grid.spacing_mm / 11)
    model = dataclasses.replace(patient.model, grid=own)
    assert fitting_grid(with_spacing(patient.cine, 1 / 11), model, patient.engine) == (own, "")
    result = segment_cine(with_spacing(patient.cine, 3 / 11), model, patient.engine)
    assert dice(result.labels, patient.labels) > 0.93


def test_a_heart_at_the_border_of_a_large_field_is_looked_at_there(patient: Patient) -> None:
    frames, slices, rows, columns = patient.cine.frames.shape
    frames_wide = np.zeros((frames, slices, rows + 140, columns + 140), np.float32)
    frames_wide[..., :rows, :columns] = patient.cine.frames
    cine = dataclasses.replace(patient.cine, frames=frames_wide)
    result = segment_cine(cine, patient.model, patient.engine)
    assert dice(result.labels[..., :rows, :columns], patient.labels) > 0.93
    blind = segment_cine(cine, patient.model, patient.engine, SegmentationOptions(look_first=False))
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
    blind = segment_cine(cine, model.spec, engine, SegmentationOptions(look_first=False))
    columns = labels.shape[3]
    assert dice(np.uint8(result.labels[..., :columns] == 3), np.uint8(labels == 3)) > 0.97
    assert dice(np.uint8(blind.labels[..., :columns] == 3), np.uint8(labels == 3)) < 0.95


def test_without_any_heart_the_models_own_grid_is_kept(patient: Patient) -> None:
    noise = np.random.default_rng(1).normal(100, 5, patient.cine.frames.shape).astype(np.float32)
    cine = dataclasses.replace(patient.cine, frames=noise)
    assert fitting_grid(cine, patient.model, patient.engine)[0] == patient.model.grid


@pytest.mark.parametrize(
    ("radius_mm", "centre_mm", "usual"),
    [(22.0, (0.0, 0.0), True), (5.0, (0.0, 0.0), False), (50.0, (0.0, 0.0), False), (22.0, (60.0, 0.0), False)],
)
def test_usual_is_a_usual_radius_well_inside(
    patient: Patient, radius_mm: float, centre_mm: tuple[float, float], usual: bool
) -> None:
    assert Look(patient.model.grid, 1.0, radius_mm, centre_mm, 1.5).is_usual is usual


def test_a_heart_at_the_grids_edge_is_looked_at_there_though_the_network_is_sure(tmp_path: Path) -> None:
    model = three_labels.save_three_label_model(tmp_path / "three")
    engine = open_engine(model, "onnxruntime")
    labels = three_labels.heart_labels()[:1]
    images = np.pad(three_labels.heart_images(labels), ((0, 0), (0, 0), (0, 48), (0, 0)), constant_values=100)
    cine = Cine(images, np.diag([three_labels.PIXEL_MM, three_labels.PIXEL_MM, three_labels.SLICE_MM, 1]))
    result = segment_cine(cine, model.spec, engine)
    assert result.warnings == ("the heart lies off the middle of the images: the network looked there",)
    rows = labels.shape[2]
    blind = segment_cine(cine, model.spec, engine, SegmentationOptions(look_first=False))
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

    def look(_: Cine, grid: Grid, *__: object) -> Look:
        return Look(grid, score if grid == other else 0.55, 22.0, (0.0, 0.0), 1.5)

    monkeypatch.setattr("LVSegULib.segmentation.look._look", look)
    monkeypatch.setattr("LVSegULib.segmentation.look._other_grids", lambda *_: [other])
    grid, told = fitting_grid(patient.cine, patient.model, patient.engine)
    assert (grid, bool(told)) == ((other, True) if is_taken else (own, False))


@pytest.mark.parametrize(("radius_mm", "is_taken"), [(24.0, False), (26.0, True)])
def test_a_heart_larger_than_people_have_need_not_look_far_better_on_whatever_grid(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, radius_mm: float, is_taken: bool
) -> None:
    """Through pixels 2.2 times as large, 24 mm are those of a heart 2.4 times the typical one, 26 of one 2.6 times."""
    own = patient.model.grid
    other = dataclasses.replace(own, spacing_mm=own.spacing_mm * 2.2)
    monkeypatch.setattr("LVSegULib.segmentation.look._other_grids", lambda *_: [other])
    looks = [Look(own, 0.55, 40.0, (0.0, 0.0), 1.5), Look(other, 0.7, radius_mm, (0.0, 0.0), 1.5)]
    looks_that_depend_on_the_grid(monkeypatch, looks)
    assert fitting_grid(patient.cine, patient.model, patient.engine)[0] == (other if is_taken else own)


@pytest.mark.parametrize(
    ("radius_mm", "centre_mm", "usual"),
    [
        # half a grid of 100 mm without 8 % of the grid is 42 mm, 22 mm more than the radius
        (22.0, (19.9, -19.9), True),
        (22.0, (20.1, 0.0), False),
        (22.0, (0.0, -20.1), False),
        (12.0, (0.0, 0.0), True),
        (34.0, (0.0, 0.0), True),
        (11.9, (0.0, 0.0), False),
        (34.1, (0.0, 0.0), False),
    ],
)
def test_a_usual_heart_lies_inside_by_its_radius_and_a_border(
    radius_mm: float, centre_mm: tuple[float, float], usual: bool
) -> None:
    assert Look(Grid(2.0, 50, 80), 1.0, radius_mm, centre_mm, 2.0).is_usual is usual


@pytest.mark.parametrize(
    ("radius_mm", "share"), [(6.0, 0), (5.0, 0), (9.0, 0.5), (12.0, 1), (34.0, 1), (51.0, 0.5), (68.0, 0), (99.0, 0)]
)
def test_a_radius_is_plausible_from_half_the_smallest_to_twice_the_largest(radius_mm: float, share: float) -> None:
    assert _plausible(radius_mm) == pytest.approx(share)


def test_the_cavity_of_a_slice_is_its_largest_piece() -> None:
    chances = np.zeros((41, 51))
    chances[10:14, 20:36], chances[30:33, 2:5] = 0.9, 0.9  # 4 x 16 and 3 x 3 pixels
    score, radius, place = _cavity(chances)
    assert radius == pytest.approx(np.sqrt(64 / np.pi))
    assert place == pytest.approx((11.5 - 20, 27.5 - 25))  # from the middle of 41 rows and 51 columns
    # n pixels in a row spread by sqrt((n * n - 1) / 12); those of a disc by its radius / sqrt(2)
    roundness = radius / np.sqrt(2 * ((4 * 4 - 1) + (16 * 16 - 1)) / 12)
    overlap = 2 * 0.9 * 64 / (0.9 * (64 + 9) + 64)
    assert score == pytest.approx(overlap * roundness)


def test_a_disc_of_which_the_network_is_sure_has_the_full_score() -> None:
    rows, columns = np.mgrid[:40, :40] - 19.5
    assert _cavity((np.hypot(rows, columns) < 12).astype(float))[0] == pytest.approx(1, abs=0.01)
    assert _cavity(np.full((40, 40), 0.5)) == (0, 0, (0, 0))


@pytest.mark.parametrize(
    ("at", "end"), [((), 0), ((0,), -1), ((1,), -1), ((2,), 0), ((7,), 0), ((8,), 1), ((9,), 1), ((0, 9), 0)]
)
def test_two_pixels_from_the_edge_something_is_cut_off(at: tuple[int, ...], end: int) -> None:
    line = np.zeros(10, bool)
    line[list(at)] = True
    assert _cut_off(line) == end


def test_five_slices_of_the_middle_are_looked_at_in_two_frames() -> None:
    frames = np.zeros((20, 21, 2, 2), np.float32)
    frames += 100 * np.arange(20)[:, None, None, None] + np.arange(21)[:, None, None]
    some = _some_slices(Cine(frames, np.eye(4)))
    # from a fifth to four fifths of 21 slices, in frames half a beat apart
    assert some.frames[..., 0, 0].tolist() == [[4, 7, 10, 13, 16], [1004, 1007, 1010, 1013, 1016]]


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


def looks_that_depend_on_the_grid(monkeypatch: pytest.MonkeyPatch, looks: list[Look]) -> None:
    """Show these, and nothing anywhere else."""

    def look(_: Cine, grid: Grid, *__: object) -> Look:
        return next((one for one in looks if one.grid == grid), Look(grid, 0.0, 0.0, (0.0, 0.0), 1.5))

    monkeypatch.setattr("LVSegULib.segmentation.look._look", look)


@pytest.mark.parametrize(("first", "score", "is_moved"), [(0.9, 0.81, True), (0.9, 0.79, False), (0.85, 0.76, True)])
def test_a_heart_at_the_edge_is_moved_to_the_middle_if_it_is_as_sure_there(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, first: float, score: float, is_moved: bool
) -> None:
    own = patient.model.grid
    there = dataclasses.replace(own, centre_mm=(70.0, -60.0))
    looks = [Look(own, first, 22.0, (70.0, -60.0), 1.5), Look(there, score, 22.0, (0.0, 0.0), 1.5)]
    looks_that_depend_on_the_grid(monkeypatch, looks)
    assert fitting_grid(patient.cine, patient.model, patient.engine)[0] == (there if is_moved else own)


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
    assert fitting_grid(patient.cine, patient.model, patient.engine)[0] == (there if is_moved else own)


def test_where_nothing_is_found_nothing_is_cut_off() -> None:
    grid = Grid(2.0, 50, 80)
    assert not Look(grid, 0.0, 0.0, (0.0, 0.0), 2.0).may_be_cut_off
    assert Look(grid, 0.5, 5.0, (8.1, 0.0), 2.0).may_be_cut_off  # half of 100 mm without 8 mm, and without 34 mm
    assert not Look(grid, 0.5, 5.0, (0.0, -7.9), 2.0).may_be_cut_off


@pytest.mark.parametrize(("first", "is_taken"), [(0.8, False), (0.79, True)])
def test_a_usual_heart_is_not_questioned_from_a_score_of_eight_tenths(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, first: float, is_taken: bool
) -> None:
    own = patient.model.grid
    other = dataclasses.replace(own, spacing_mm=own.spacing_mm / 4)
    monkeypatch.setattr("LVSegULib.segmentation.look._other_grids", lambda *_: [other])
    looks_that_depend_on_the_grid(
        monkeypatch, [Look(own, first, 22.0, (0, 0), 1.5), Look(other, 0.95, 22.0, (0, 0), 1.5)]
    )
    assert fitting_grid(patient.cine, patient.model, patient.engine)[0] == (other if is_taken else own)


@pytest.mark.parametrize(("share", "is_taken"), [(0.51, False), (0.49, True)])
def test_an_image_of_less_than_half_the_grid_is_not_believed_to_show_a_usual_heart(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, share: float, is_taken: bool
) -> None:
    own = patient.model.grid
    _, j_mm, i_mm = patient.cine.spacing_mm
    field_mm = max(patient.cine.frames.shape[2] * j_mm, patient.cine.frames.shape[3] * i_mm)
    cine = with_spacing(patient.cine, share * own.spacing_mm * max(own.rows, own.columns) / field_mm)
    other = dataclasses.replace(own, spacing_mm=own.spacing_mm / 4)
    monkeypatch.setattr("LVSegULib.segmentation.look._other_grids", lambda *_: [other])
    looks_that_depend_on_the_grid(monkeypatch, [Look(own, 1.0, 22.0, (0, 0), 1.5), Look(other, 0.7, 22.0, (0, 0), 1.5)])
    assert fitting_grid(cine, patient.model, patient.engine)[0] == (other if is_taken else own)


def test_the_grid_around_what_was_found_is_taken_where_it_shows_it_better(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = patient.model.grid
    other = dataclasses.replace(own, spacing_mm=own.spacing_mm / 8)
    refined = dataclasses.replace(own, spacing_mm=own.spacing_mm / 4)  # 44 mm become the typical 22
    monkeypatch.setattr("LVSegULib.segmentation.look._other_grids", lambda *_: [other])
    looks = [Look(other, 0.8, 44.0, (0.0, 0.0), 1.5), Look(refined, 0.9, 22.0, (0.0, 0.0), 1.5)]
    looks_that_depend_on_the_grid(monkeypatch, looks)
    assert fitting_grid(patient.cine, patient.model, patient.engine)[0] == refined
    looks_that_depend_on_the_grid(monkeypatch, [looks[0], dataclasses.replace(looks[1], score=0.7)])
    assert fitting_grid(patient.cine, patient.model, patient.engine)[0] == other


def test_a_look_in_which_nothing_is_found_has_no_score(patient: Patient) -> None:
    class Blind:
        name, version, batch = "blind", "1", 8

        def logits(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
            return np.full((len(images), len(patient.model.labels), *images.shape[2:]), -9, np.float32)

    found = _look(_some_slices(patient.cine), patient.model.grid, patient.model, Blind())
    assert (found.score, found.radius_mm, found.centre_mm) == (0, 0, (0, 0))
    assert not found.may_be_cut_off


@pytest.mark.parametrize(
    ("own", "pixel_mm"),
    [
        (Grid(1.5, 128, 128), 1.5),
        (Grid(0.75, 100, 128), 0.75),  # 96 mm wide
        (Grid(0.74, 128, 100), 1.5),  # narrower: for small animals, told as if it were 192 mm
        (Grid(0.125, 100, 96), 1.92),
    ],
)
def test_sizes_of_small_animals_are_told_as_if_they_were_people(own: Grid, pixel_mm: float) -> None:
    assert told_pixel_mm(own) == pixel_mm


def test_a_heart_that_is_known_is_told_like_one_that_was_seen() -> None:
    """Through pixels of 0.125 mm that count as 1.5: twelve times as large."""
    own = Grid(0.125, 128, 100)
    known = Look.of_images(own, 0.9, 2.0, (0.5, -0.25))
    assert known == Look(own, 0.9, 24.0, (6.0, -3.0), 1.5)
    assert known.from_centre_mm == (0.5, -0.25)


@pytest.mark.parametrize(
    ("radius_mm", "spacing_mm"), [(8.8, 1.5), (8.7, 1.5 * 8.7 / 22), (55.0, 1.5), (55.1, 1.5 * 55.1 / 22)]
)
def test_a_heart_as_large_as_people_have_keeps_the_grid(radius_mm: float, spacing_mm: float) -> None:
    """That is 22 mm by 2.5 to 22 mm times 2.5."""
    own = Grid(1.5, 192, 192)
    found = brought_to_usual(Look.of_images(own, 1.0, radius_mm, (0.0, 0.0)))
    assert found.spacing_mm == pytest.approx(spacing_mm)
    assert (found.rows, found.columns, found.centre_mm) == (192, 192, (0, 0))


def test_a_heart_at_the_edge_is_brought_to_the_middle_and_keeps_its_pixels() -> None:
    own = Grid(1.5, 128, 128, centre_mm=(1.0, 2.0))
    assert brought_to_usual(Look.of_images(own, 1.0, 22.0, (58.0, 0.0))) == own  # half of 192 mm by 84 % without 22
    moved = brought_to_usual(Look.of_images(own, 1.0, 22.0, (59.0, -5.0)))
    assert moved == dataclasses.replace(own, centre_mm=(60.0, -3.0))
