"""Whom a filter's effect is measured on: patients' slices at ED and ES on the grid that fits them, with a reference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from LVSegULib.cine import Cine
from LVSegULib.errors import InputError
from LVSegULib.evaluation.cases import EvaluationCase
from LVSegULib.labels import CAVITY
from LVSegULib.measures.volumes import measure
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.preparation.grid import Grid
from LVSegULib.preparation.prepare import labels_of, prepare_images, prepare_targets
from LVSegULib.progress import Report, reporting, silent
from LVSegULib.visualization.inspector import Inspector
from LVSegULib.visualization.registration import grid_seen

ED, ES, OTHER = 1, 2, 0
PHASES = {"ED": ED, "ES": ES}

MOST_SLICES = 6
"""Of a frame of a cine without reference, evenly chosen: enough to tell what a filter does, in seconds for hundreds."""


@dataclass(frozen=True)
class Subject:
    """The slices of a patient's heart as the network sees them.

    Attributes:
        patient: whose they are; the same patient in another data set is another `Subject`.
        images: (N, 1, rows, columns) in 0..1.
        reference: where the cavity is (N, rows, columns): what the expert drew, or what the whole network finds.
        phases: `ED`, `ES` or `OTHER` of each slice (N,).
        pixel_ml: volume that a pixel stands for, of each slice (N,); more where a slice stands for others too.
    """

    patient: str
    images: NDArray[np.float32]
    reference: NDArray[np.bool_]
    phases: NDArray[np.uint8]
    pixel_ml: NDArray[np.float64]

    def volumes_ml(self, cavity: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Volume of a `cavity` (N, rows, columns) in each slice (N,)."""
        volumes: NDArray[np.float64] = cavity.sum((1, 2)) * self.pixel_ml
        return volumes

    @cached_property
    def reference_ed_ml(self) -> float:
        """Volume of the reference at ED; 0 without ED."""
        return float(self.volumes_ml(self.reference)[self.phases == ED].sum())


def cavity_on_grid(logits: NDArray[np.float32], spec: ModelSpec) -> NDArray[np.bool_]:
    """Where the network finds cavity (N, rows, columns), on the grid that it sees and before any clean-up."""
    found: NDArray[np.bool_] = labels_of(logits, spec.label_values) == CAVITY.value
    return found


def subject_of_cine(cine: Cine, inspector: Inspector) -> Subject:
    """A cine without reference: its ED and ES as the whole network finds them, and what it finds there.

    Of a frame of more than `MOST_SLICES` as many are taken, evenly chosen; each stands for the slices nearest to it.

    Raises:
        InputError: it finds no heart.
        EngineError: the engine failed.
        ModelError: the network gives values that are not finite.
    """
    spec = inspector.model.spec
    grid = grid_seen(cine, inspector)
    images = prepare_images(cine, grid)
    found = cavity_on_grid(inspector.look(images).logits, spec)
    if not found.any():
        raise InputError(f"{cine.name}: the model finds no heart in it: give a short-axis cine")
    per_frame = found.reshape(cine.frame_count, cine.slice_count, *found.shape[1:])
    spacing_mm = (cine.spacing_mm[0], grid.spacing_mm, grid.spacing_mm)
    beat = measure(per_frame.astype(np.uint8) * CAVITY.value, spacing_mm)
    frames = {frame: PHASES.get(name, OTHER) for name, frame in beat.frames_to_show.items()}
    slices = np.unique(np.linspace(0, cine.slice_count - 1, min(cine.slice_count, MOST_SLICES)).round().astype(int))
    chosen = np.concatenate([frame * cine.slice_count + slices for frame in frames])
    return Subject(
        patient=cine.name,
        images=images[chosen],
        reference=found[chosen],
        phases=np.repeat(np.array(list(frames.values()), np.uint8), len(slices)),
        pixel_ml=np.tile(_pixel_ml(cine, grid) * _stands_for(slices, cine.slice_count), len(frames)),
    )


def subjects_of_cases(
    datasets: Sequence[Sequence[EvaluationCase]], inspector: Inspector, report: Report = silent
) -> tuple[Subject, ...]:
    """The patients of labelled cases: the frames that the expert drew in, with what was drawn.

    Args:
        datasets: the cases of each data set. All cases of a patient in one are put together; a patient in two is two
            subjects of one name, so that a volume is always of one heart, and intervals are still over patients.
        inspector: looks into the model, which says where in each case the heart is.
        report: told the share done.

    Raises:
        InputError: a case cannot be read, or nowhere is there a cavity.
        EngineError: the engine failed.
        ModelError: the network gives values that are not finite.
    """
    parts: dict[tuple[int, str], list[Subject]] = {}
    every = [(number, case) for number, cases in enumerate(datasets) for case in cases]
    for number, case in reporting(every, report):
        parts.setdefault((number, case.patient), []).extend(_frames_of_case(case, inspector))
    subjects = tuple(_joined(of_patient) for of_patient in parts.values())
    if not any(subject.reference.any() for subject in subjects):
        raise InputError("there is no left ventricle in the reference of any case: give labelled short-axis cine MR")
    return subjects


def _stands_for(chosen: NDArray[np.intp], count: int) -> NDArray[np.float64]:
    """How many of `count` slices each of the `chosen` ones stands for: those nearest to it, half of one between two."""
    borders = np.concatenate([[-0.5], (chosen[:-1] + chosen[1:]) / 2, [count - 0.5]])
    return np.diff(borders)


def _frames_of_case(case: EvaluationCase, inspector: Inspector) -> list[Subject]:
    """A case frame by frame."""
    drawn = case.read()
    grid = grid_seen(drawn.cine, inspector)
    images = prepare_images(drawn.cine, grid)  # all frames have one scale, as when the cine is segmented
    by_frame = images.reshape(drawn.cine.frame_count, -1, *images.shape[1:])
    found = []
    for frame in drawn.frames:
        shown = Cine(drawn.cine.frames[[frame]], drawn.cine.ijk_to_ras, name=drawn.cine.name)
        covered = prepare_targets(drawn.labels[[frame]], shown, (CAVITY.value,), grid)[:, 0]
        phase = PHASES.get(drawn.phases.get(frame, ""), OTHER)
        found.append(
            Subject(
                patient=case.patient,
                images=by_frame[frame],
                reference=covered > 0.5,
                phases=np.full(shown.slice_count, phase, np.uint8),
                pixel_ml=np.full(shown.slice_count, _pixel_ml(shown, grid)),
            )
        )
    return found


def _joined(frames: Sequence[Subject]) -> Subject:
    """A patient's frames put together; where the data do not name phases, ED is the largest and ES the smallest."""
    phases = [frame.phases for frame in frames]
    if len(frames) > 1 and not np.concatenate(phases).any():
        volumes = [float(frame.volumes_ml(frame.reference).sum()) for frame in frames]
        largest, smallest = int(np.argmax(volumes)), int(np.argmin(volumes))
        phases[largest] = np.full_like(phases[largest], ED)
        phases[smallest] = np.full_like(phases[smallest], ES)
    return Subject(
        frames[0].patient,
        np.concatenate([frame.images for frame in frames]),
        np.concatenate([frame.reference for frame in frames]),
        np.concatenate(phases),
        np.concatenate([frame.pixel_ml for frame in frames]),
    )


def _pixel_ml(cine: Cine, grid: Grid) -> float:
    return cine.spacing_mm[0] * grid.spacing_mm**2 / 1000
