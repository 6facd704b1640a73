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
from LVSegULib.segmentation.look import Look, fitting_grid
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
    assert Look(patient.model.grid, 1.0, radius_mm, centre_mm).is_usual is usual


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
        return Look(grid, score if grid == other else 0.55, 22.0, (0.0, 0.0))

    monkeypatch.setattr("LVSegULib.segmentation.look._look", look)
    monkeypatch.setattr("LVSegULib.segmentation.look._other_grids", lambda *_: [other])
    grid, told = fitting_grid(patient.cine, patient.model, patient.engine)
    assert (grid, bool(told)) == ((other, True) if is_taken else (own, False))
