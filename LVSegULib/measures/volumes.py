"""What a segmented beat measures: volumes, end-diastole and end-systole, ejection fraction, mass, wall thickness."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from LVSegULib.errors import GeometryError, InputError
from LVSegULib.labels import CAVITY, MYOCARDIUM, RIGHT_CAVITY, Label
from LVSegULib.measures.beat import reason_for_no_beat, trusted_frames
from LVSegULib.measures.catalogue import MEASURES, Measure

MYOCARDIUM_G_PER_ML = 1.05
"""Density of myocardium, as the SCMR recommends for LV mass (Schulz-Menger 2020, doi 10.1186/s12968-020-00610-6)."""


@dataclass(frozen=True)
class Measures:
    """What a segmented beat measures, see `MEASURES`; a number that makes no sense is NaN and has a reason.

    What comes from the myocardium or the right ventricle is None where the model does not segment it.

    Attributes:
        volumes_ml: cavity volume of each frame (T,), mL.
        ed_frame: frame of the largest volume, counted from 0; None where it cannot be told.
        es_frame: frame of the smallest volume; None where it cannot be told.
        LVEDV: end-diastolic volume, mL.
        LVESV: end-systolic volume, mL.
        LVSV: stroke volume LVEDV - LVESV, mL.
        LVEF: ejection fraction, per cent of LVEDV.
        LVM: mass of the myocardium at ED, g.
        wall_thickness_ed: mean thickness of the wall at ED, mm; see `LVSegULib.measures.wall`.
        wall_thickness_ed_max: its largest thickness at ED, mm.
        wall_thickness_es: mean thickness of the wall at ES, mm.
        wall_thickening: by how much the mean grows from ED to ES, per cent of that at ED.
        wall_slices: how many slices were measured at ED and how many at ES.
        RVEDV: volume of the right ventricle in the left one's ED frame, mL.
        RVESV: volume of the right ventricle in the left one's ES frame, mL.
        RVSV: stroke volume RVEDV - RVESV, mL.
        RVEF: ejection fraction, per cent of RVEDV.
        time_ms: time of each frame after the R wave (T,), or None where the source does not say.
        reasons: why a measure is NaN, by its name.
        warnings: what the user should look at before trusting the numbers, one sentence each.
    """

    volumes_ml: tuple[float, ...]
    ed_frame: int | None = None
    es_frame: int | None = None
    LVEDV: float = math.nan
    LVESV: float = math.nan
    LVSV: float = math.nan
    LVEF: float = math.nan
    LVM: float | None = None
    wall_thickness_ed: float | None = None
    wall_thickness_ed_max: float | None = None
    wall_thickness_es: float | None = None
    wall_thickening: float | None = None
    wall_slices: tuple[int, int] | None = None
    RVEDV: float | None = None
    RVESV: float | None = None
    RVSV: float | None = None
    RVEF: float | None = None
    time_ms: tuple[float, ...] | None = None
    reasons: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def frames_to_show(self) -> dict[str, int]:
        """The frames "ED" and "ES"; where they cannot be told that of the largest volume alone, under ""."""
        if self.ed_frame is None or self.es_frame is None:
            return {"": int(np.argmax(self.volumes_ml))}
        return {"ED": self.ed_frame, "ES": self.es_frame}

    def slices_of_walls(self) -> dict[str, int]:
        """Of how many slices each thickness of the wall is, by the measure's name; empty where no wall is measured."""
        if self.wall_slices is None:
            return {}
        ed, es = self.wall_slices
        return {"wall_thickness_ed": ed, "wall_thickness_ed_max": ed, "wall_thickness_es": es}

    def given(self) -> dict[Measure, float]:
        """The measures that the model gives; NaN where one makes no sense."""
        values = {one: getattr(self, one.name) for one in MEASURES}
        return {one: value for one, value in values.items() if value is not None}

    def figures(self) -> dict[str, float | None]:
        """What the model gives by the measures' keys ("LVEDV_ml"), and the two frames; NaN becomes None."""
        known = {one.key: value if math.isfinite(value) else None for one, value in self.given().items()}
        return known | {"ed_frame": self.ed_frame, "es_frame": self.es_frame}

    def to_json(self) -> dict[str, Any]:
        """Plain numbers and lists; beside the figures why some are None, and what they come from."""
        slices = self.wall_slices
        return {
            **self.figures(),
            **({} if slices is None else {"wall_slices": dict(zip(("ed", "es"), slices, strict=True))}),
            "volumes_ml": list(self.volumes_ml),
            "time_ms": None if self.time_ms is None else list(self.time_ms),
            "reasons": dict(self.reasons),
            "warnings": list(self.warnings),
        }


def measures_from_json(values: Mapping[str, Any]) -> Measures:
    """The measures that `Measures.to_json` described."""
    figures = {
        one.name: math.nan if values[one.key] is None else values[one.key] for one in MEASURES if one.key in values
    }
    times, slices = values["time_ms"], values.get("wall_slices")
    return Measures(
        volumes_ml=tuple(values["volumes_ml"]),
        ed_frame=values["ed_frame"],
        es_frame=values["es_frame"],
        wall_slices=None if slices is None else (slices["ed"], slices["es"]),
        time_ms=None if times is None else tuple(times),
        reasons=dict(values["reasons"]),
        warnings=tuple(values["warnings"]),
        **figures,
    )


def region_volumes_ml(mask: NDArray[np.bool_], spacing_mm: Sequence[float]) -> NDArray[np.float64]:
    """Volume of the true voxels in each frame (Simpson: area of each slice times the slice distance).

    Args:
        mask: boolean array (T, K, J, I).
        spacing_mm: voxel size (K, J, I) in mm; K is the distance between slice centres, gap included.

    Returns:
        Volumes (T,) in mL (1 mL = 1000 mm^3); 0.0 for an empty frame.

    Raises:
        InputError: `mask` is not 4-D.
        GeometryError: `spacing_mm` is not three positive, finite numbers.
    """
    if mask.ndim != 4:
        raise InputError(f"a segmentation must be (frames, slices, rows, columns), got shape {mask.shape}")
    spacing = np.asarray(spacing_mm, dtype=np.float64)
    if spacing.shape != (3,) or not np.isfinite(spacing).all() or (spacing <= 0).any():
        raise GeometryError(
            f"spacing_mm must be three positive numbers (K, J, I), got {tuple(spacing_mm)}: correct it in the file's "
            "header"
        )
    counts = np.count_nonzero(mask.reshape(len(mask), -1), axis=1)
    volumes: NDArray[np.float64] = counts * (float(spacing.prod()) / 1000.0)
    return volumes


def volumes_by_label(
    labels: NDArray[np.integer[Any]], regions: Iterable[Label], spacing_mm: Sequence[float]
) -> dict[int, list[float]]:
    """Volume of each frame of `labels` (T, K, J, I) in mL, by label value; voxels are `spacing_mm` (K, J, I)."""
    return {region.value: region_volumes_ml(labels == region.value, spacing_mm).tolist() for region in regions}


def measure(
    labels: NDArray[np.integer[Any]],
    spacing_mm: Sequence[float],
    time_ms: Sequence[float] | NDArray[np.float64] | None = None,
    regions: Sequence[Label] = (CAVITY,),
) -> Measures:
    """What `measure_with_volumes` measures, without the volumes of each region."""
    return measure_with_volumes(labels, spacing_mm, time_ms, regions)[0]


def measure_with_volumes(
    labels: NDArray[np.integer[Any]],
    spacing_mm: Sequence[float],
    time_ms: Sequence[float] | NDArray[np.float64] | None,
    regions: Sequence[Label],
) -> tuple[Measures, dict[int, list[float]]]:
    """Measure a segmented beat.

    ED is the frame of the largest volume and ES that of the smallest, among the frames that can be trusted: an empty
    frame, or one that leaps from both frames beside it, is left out and named in `warnings`. The right ventricle is
    measured in the same two frames, as data sets with a reference in these two only do it (ACDC).

    Args:
        labels: label values (T, K, J, I), see `LVSegULib.labels`.
        spacing_mm: voxel size (K, J, I) in mm; K is the distance between slice centres, gap included.
        time_ms: time of each frame (T,) in ms, only passed on.
        regions: what was segmented; the measures of anything else are None.

    Returns:
        The measures, with one frame only its volume, for neither ED nor ES can be told from it; and the volume of each
        frame (T,) in mL, by label value.

    Raises:
        InputError: `labels` is not 4-D, or `time_ms` has another length.
        GeometryError: `spacing_mm` is not three positive, finite numbers.
    """
    volumes_ml = volumes_by_label(labels, regions, spacing_mm)
    volumes = np.array(volumes_ml.get(CAVITY.value, [0.0] * len(labels)))
    if time_ms is not None and len(time_ms) != len(volumes):
        raise InputError(f"time_ms has {len(time_ms)} times for {len(volumes)} frames")
    times = None if time_ms is None else tuple(float(time) for time in time_ms)
    trusted, warnings = trusted_frames(volumes)
    shown = tuple(float(volume) for volume in volumes)
    if reason := reason_for_no_beat(volumes, trusted):
        names = [one.name for one in MEASURES if one.region.value in volumes_ml]
        nothing: dict[str, Any] = dict.fromkeys(names, math.nan)
        reasons = dict.fromkeys(names, reason)
        return Measures(shown, time_ms=times, reasons=reasons, warnings=warnings, **nothing), volumes_ml
    ed_frame = int(trusted[np.argmax(volumes[trusted])])
    es_frame = int(trusted[np.argmin(volumes[trusted])])
    found = _Found(_pumped("LV", shown[ed_frame], shown[es_frame]))
    if MYOCARDIUM.value in volumes_ml:
        volume_ml = volumes_ml[MYOCARDIUM.value][ed_frame]
        found.add(_of_myocardium(labels, spacing_mm, ed_frame, es_frame, volume_ml))
    if RIGHT_CAVITY.value in volumes_ml:
        found.add(_of_right_cavity(volumes_ml[RIGHT_CAVITY.value], ed_frame, es_frame))
    told = {"reasons": found.reasons, "warnings": warnings, **found.values}
    return Measures(shown, ed_frame, es_frame, time_ms=times, **told), volumes_ml


def ejection_fraction(ed_ml: float, es_ml: float) -> float:
    """Ejection fraction in per cent of the end-diastolic volume; NaN if that is zero."""
    return 100.0 * (ed_ml - es_ml) / ed_ml if ed_ml > 0 else math.nan


@dataclass(frozen=True)
class _Found:
    """Measures by their names, and why some of them are NaN."""

    values: dict[str, Any]
    reasons: dict[str, str] = field(default_factory=dict)

    def add(self, other: _Found) -> None:
        self.values.update(other.values)
        self.reasons.update(other.reasons)


def _pumped(ventricle: str, ed_ml: float, es_ml: float) -> dict[str, float]:
    """The four measures of the "LV" or the "RV"."""
    values = (ed_ml, es_ml, ed_ml - es_ml, ejection_fraction(ed_ml, es_ml))
    return {f"{ventricle}{name}": value for name, value in zip(("EDV", "ESV", "SV", "EF"), values, strict=True)}


def _of_right_cavity(volumes_ml: Sequence[float], ed_frame: int, es_frame: int) -> _Found:
    """The measures of the right ventricle from its volumes (T,) in mL; an empty one is a failed segmentation."""
    ed_ml, es_ml = volumes_ml[ed_frame] or math.nan, volumes_ml[es_frame] or math.nan
    values = _pumped("RV", ed_ml, es_ml)
    phases = ((f"end-diastole (frame {ed_frame})", ed_ml), (f"end-systole (frame {es_frame})", es_ml))
    reason = f"no right ventricle was found at {' and '.join(phase for phase, ml in phases if math.isnan(ml))}"
    return _Found(values, {name: reason for name, value in values.items() if math.isnan(value)})


def _of_myocardium(
    labels: NDArray[np.integer[Any]], spacing_mm: Sequence[float], ed_frame: int, es_frame: int, ed_ml: float
) -> _Found:
    """Mass at ED, of `ed_ml`, and the thickness of the wall at ED and ES."""
    # Imported when it is needed, as scipy takes its time and Slicer's panel is to open quickly.
    from LVSegULib.measures.wall import wall_of_beat

    ed, es = wall_of_beat(labels[ed_frame], labels[es_frame], spacing_mm)
    values = {
        "LVM": ed_ml * MYOCARDIUM_G_PER_ML or math.nan,
        "wall_thickness_ed": ed.mean_mm,
        "wall_thickness_ed_max": ed.largest_mm,
        "wall_thickness_es": es.mean_mm,
        "wall_thickening": 100.0 * (es.mean_mm - ed.mean_mm) / ed.mean_mm,
    }
    at_ed, at_es = f"end-diastole (frame {ed_frame})", f"end-systole (frame {es_frame})"
    no_ring = "the myocardium is a closed ring in no basal or mid slice at {}".format
    reasons = {
        "LVM": f"no myocardium was found at {at_ed}",
        "wall_thickness_ed": no_ring(at_ed),
        "wall_thickness_ed_max": no_ring(at_ed),
        "wall_thickness_es": no_ring(at_es),
        "wall_thickening": no_ring(at_es if ed.slices else at_ed),
    }
    missing = {name: reason for name, reason in reasons.items() if math.isnan(values[name])}
    return _Found({**values, "wall_slices": (ed.slices, es.slices)}, missing)
