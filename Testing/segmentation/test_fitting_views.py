"""Images in another view than their file tells, or outshone by a few of their pixels, are seen as they should be."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from LVSegULib.cine import Cine
from LVSegULib.preparation.grid import Grid
from LVSegULib.preparation.orientation import EVERY_ORIENTATION, Orientation
from LVSegULib.segmentation.fitting import fitting_grid, what_is_unusual
from LVSegULib.segmentation.look import Look
from LVSegULib.segmentation.segment import segment_cine
from Testing.segmentation.looks import Patient, dice, looks_that_depend_on_the_grid


@pytest.mark.parametrize("turn", EVERY_ORIENTATION[1:])
@pytest.mark.parametrize(
    ("own", "another", "is_taken"),
    [(0.74, 0.9, True), (0.79, 0.93, False), (0.79, 0.95, True), (0.7, 0.89, False), (0.8, 1.0, False)],
)
def test_another_view_is_taken_where_the_network_is_sure_only_there(
    patient: Patient,
    monkeypatch: pytest.MonkeyPatch,
    turn: Orientation,
    own: float,
    another: float,
    is_taken: bool,
) -> None:
    usual = patient.model.grid
    turned = usual.turned(turn)
    looks = [Look(usual, own, 22.0, (0.0, 0.0), 1.5), Look(turned, another, 22.0, (0.0, 0.0), 1.5)]
    looks_that_depend_on_the_grid(monkeypatch, looks)
    assert fitting_grid(patient.cine, patient.model, patient.engine) == (turned if is_taken else usual)


def test_another_view_must_show_a_usual_heart(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    own = patient.model.grid
    large = Look(own.turned(EVERY_ORIENTATION[3]), 0.95, 35.0, (0.0, 0.0), 1.5)
    usual = Look(own.turned(EVERY_ORIENTATION[5]), 0.94, 22.0, (0.0, 0.0), 1.5)
    looks_that_depend_on_the_grid(monkeypatch, [large])
    assert fitting_grid(patient.cine, patient.model, patient.engine) == own
    looks_that_depend_on_the_grid(monkeypatch, [large, usual])
    assert fitting_grid(patient.cine, patient.model, patient.engine) == usual.grid


def with_spots(cine: Cine) -> Cine:
    """One pixel in a hundred is eight times as bright as the brightest."""
    is_spot = np.random.default_rng(0).random(cine.frames.shape) < 0.01
    frames = np.where(is_spot, 8 * cine.frames.max(), cine.frames).astype(np.float32)
    return dataclasses.replace(cine, frames=frames)


@pytest.mark.parametrize(
    ("first", "score", "is_taken"), [(0.5, 0.65, True), (0.5, 0.64, False), (0.9, 0.96, True), (0.9, 0.94, False)]
)
def test_a_heart_that_brighter_pixels_left_in_the_dark_is_seen_without_them(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, first: float, score: float, is_taken: bool
) -> None:
    own = patient.model.grid
    bounded = dataclasses.replace(own, intensity="bounded")
    looks = [Look(own, first, 22.0, (0.0, 0.0), 1.5), Look(bounded, score, 22.0, (0.0, 0.0), 1.5)]
    looks_that_depend_on_the_grid(monkeypatch, looks)
    cine = with_spots(patient.cine)
    assert fitting_grid(cine, patient.model, patient.engine) == (bounded if is_taken else own)
    assert fitting_grid(patient.cine, patient.model, patient.engine) == own  # where nothing outshines all else
    assert what_is_unusual(bounded, own)[0].startswith("the network was surer of a heart without the brightest pixels")


def test_another_scale_than_the_usual_one_stays(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    by_ranks = dataclasses.replace(patient.model.grid, intensity="equalised")
    looks = [Look(by_ranks, 0.3, 22.0, (0.0, 0.0), 1.5)]
    looks += [Look(dataclasses.replace(by_ranks, intensity="bounded"), 0.7, 22.0, (0.0, 0.0), 1.5)]
    looks_that_depend_on_the_grid(monkeypatch, looks)
    model = dataclasses.replace(patient.model, grid=by_ranks)
    assert fitting_grid(with_spots(patient.cine), model, patient.engine) == by_ranks


def test_the_patient_is_found_among_pixels_that_are_far_too_bright(patient: Patient) -> None:
    result = segment_cine(with_spots(patient.cine), patient.model, patient.engine)
    assert any("without the brightest pixels" in warning for warning in result.warnings)
    assert dice(result.labels, patient.labels) > 0.85


@pytest.mark.parametrize(("score", "is_place"), [(0.93, False), (0.95, True)])
def test_a_view_and_a_place_compete(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, score: float, is_place: bool
) -> None:
    own = patient.model.grid
    view = Look(own.turned(EVERY_ORIENTATION[4]), 0.94, 22.0, (0.0, 0.0), 1.5)
    there = dataclasses.replace(own, centre_mm=(60.0, 0.0))
    looks = [Look(own, 0.3, 22.0, (60.0, 0.0), 1.5), view, Look(there, score, 22.0, (0.0, 0.0), 1.5)]
    looks_that_depend_on_the_grid(monkeypatch, looks)
    assert fitting_grid(patient.cine, patient.model, patient.engine) == (there if is_place else view.grid)


@pytest.mark.parametrize(
    ("times_smaller", "score", "is_size"), [(4.0, 0.95, True), (4.0, 0.93, False), (2, 1.0, False)]
)
def test_a_wrong_spacing_is_not_taken_for_a_wrong_view(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, times_smaller: float, score: float, is_size: bool
) -> None:
    """A size that people do not have is taken before a view in which the network is less sure."""
    own = patient.model.grid
    other = dataclasses.replace(own, spacing_mm=own.spacing_mm / times_smaller)
    monkeypatch.setattr("LVSegULib.segmentation.fitting._other_grids", lambda *_: [other])
    view = Look(own.turned(EVERY_ORIENTATION[4]), 0.94, 22.0, (0.0, 0.0), 1.5)
    looks_that_depend_on_the_grid(
        monkeypatch,
        [Look(own, 0.4, 22.0, (0.0, 0.0), 1.5), view, Look(other, score, 22.0, (0.0, 0.0), 1.5)],
    )
    assert fitting_grid(patient.cine, patient.model, patient.engine) == (other if is_size else view.grid)


@pytest.mark.parametrize(
    ("turn", "how"), [(Orientation(mirror_columns=True), "mirrored"), (Orientation(True, True, False), "turned")]
)
def test_what_is_told_of_another_view(turn: Orientation, how: str) -> None:
    own = Grid(1.5, 128, 128)
    (told,) = what_is_unusual(own.turned(turn), own)
    assert told.startswith(f"the network was surer of a heart with the images {how}, and saw them so")
    assert what_is_unusual(own, own) == ()
    moved = dataclasses.replace(own.turned(turn), centre_mm=(3.0, 4.0))
    assert len(what_is_unusual(moved, own)) == 2


def test_a_small_animal_in_another_view_is_seen_in_the_usual_one(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = patient.model.grid
    found = dataclasses.replace(own, spacing_mm=own.spacing_mm / 8, centre_mm=(1.0, 2.0))
    turned = found.turned(Orientation(swap=True, mirror_rows=True))
    assert turned.centre_mm == (-2.0, 1.0)
    monkeypatch.setattr("LVSegULib.segmentation.fitting._other_grids", lambda *_: [found])
    looks = [Look(found, 0.75, 22.0, (0.0, 0.0), 1.5), Look(turned, 0.95, 22.0, (0.0, 0.0), 1.5)]
    looks_that_depend_on_the_grid(monkeypatch, looks)
    assert fitting_grid(patient.cine, patient.model, patient.engine) == turned
