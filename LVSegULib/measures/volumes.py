"""Volumes over the beat from a segmentation: mL per frame, end-diastole and end-systole, ejection fraction, mass."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from LVSegULib.errors import GeometryError, InputError
from LVSegULib.labels import CAVITY, MYOCARDIUM

MYOCARDIUM_G_PER_ML = 1.05
"""Density of myocardium, as the SCMR recommends for LV mass (Schulz-Menger 2020, doi 10.1186/s12968-020-00610-6)."""

FEWEST_FRAMES_TO_JUDGE = 10
"""With fewer frames in a beat, a healthy ventricle may halve its volume from one frame to the next."""

MOST_CHANGE = 2.0
"""A frame this many times smaller, or larger, than both frames beside it is a failed segmentation, not a heartbeat."""

UNITS = {"LVEDV": "ml", "LVESV": "ml", "LVSV": "ml", "LVEF": "percent", "LVM": "g"}
"""Unit of each measure, as it ends the measure's name in JSON."""


@dataclass(frozen=True)
class Measures:
    """What a segmented beat measures; a number that makes no sense is NaN and has a reason.

    Attributes:
        volumes_ml: cavity volume of each frame (T,), mL.
        ed_frame: frame of the largest volume, counted from 0; None where it cannot be told.
        es_frame: frame of the smallest volume; None where it cannot be told.
        LVEDV: end-diastolic volume, mL.
        LVESV: end-systolic volume, mL.
        LVSV: stroke volume LVEDV - LVESV, mL.
        LVEF: ejection fraction, per cent of LVEDV.
        LVM: mass of the myocardium at ED, g; None if no frame has a myocardium.
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
    time_ms: tuple[float, ...] | None = None
    reasons: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain numbers and lists, the unit in each name ("LVEDV_ml"); NaN becomes None, its reason is beside it."""
        values: dict[str, Any] = {}
        for name, unit in UNITS.items():
            value = getattr(self, name)
            if value is not None:
                values[f"{name}_{unit}"] = value if math.isfinite(value) else None
        return values | {
            "ed_frame": self.ed_frame,
            "es_frame": self.es_frame,
            "volumes_ml": list(self.volumes_ml),
            "time_ms": None if self.time_ms is None else list(self.time_ms),
            "reasons": dict(self.reasons),
            "warnings": list(self.warnings),
        }


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


def measure(
    labels: NDArray[np.integer[Any]], spacing_mm: Sequence[float], time_ms: Sequence[float] | None = None
) -> Measures:
    """Measure a segmented beat.

    ED is the frame of the largest volume and ES that of the smallest, among the frames that can be trusted: an empty
    frame, or one that leaps from both frames beside it, is left out and named in `warnings`.

    Args:
        labels: label values (T, K, J, I), see `LVSegULib.labels`.
        spacing_mm: voxel size (K, J, I) in mm; K is the distance between slice centres, gap included.
        time_ms: time of each frame (T,) in ms, only passed on.

    Returns:
        The measures; with one frame only its volume, for neither ED nor ES can be told from it.

    Raises:
        InputError: `labels` is not 4-D, or `time_ms` has another length.
        GeometryError: `spacing_mm` is not three positive, finite numbers.
    """
    volumes = region_volumes_ml(labels == CAVITY.value, spacing_mm)
    if time_ms is not None and len(time_ms) != len(volumes):
        raise InputError(f"time_ms has {len(time_ms)} times for {len(volumes)} frames")
    times = None if time_ms is None else tuple(float(time) for time in time_ms)
    trusted, warnings = _trusted_frames(volumes)
    shown = tuple(float(volume) for volume in volumes)
    if reason := _reason_for_no_beat(volumes, trusted):
        reasons = dict.fromkeys(("LVEDV", "LVESV", "LVSV", "LVEF"), reason)
        return Measures(shown, time_ms=times, reasons=reasons, warnings=warnings)
    ed_frame = int(trusted[np.argmax(volumes[trusted])])
    es_frame = int(trusted[np.argmin(volumes[trusted])])
    ed_ml, es_ml = shown[ed_frame], shown[es_frame]
    mass_g, reasons = _mass_g(labels, spacing_mm, ed_frame)
    return Measures(
        volumes_ml=shown,
        ed_frame=ed_frame,
        es_frame=es_frame,
        LVEDV=ed_ml,
        LVESV=es_ml,
        LVSV=ed_ml - es_ml,
        LVEF=ejection_fraction(ed_ml, es_ml),
        LVM=mass_g,
        time_ms=times,
        reasons=reasons,
        warnings=warnings,
    )


def ejection_fraction(ed_ml: float, es_ml: float) -> float:
    """Ejection fraction in per cent of the end-diastolic volume; NaN if that is zero."""
    return 100.0 * (ed_ml - es_ml) / ed_ml if ed_ml > 0 else math.nan


def _reason_for_no_beat(volumes: NDArray[np.float64], trusted: NDArray[np.intp]) -> str:
    if len(volumes) == 1:
        return "there is one frame only: end-diastole and end-systole cannot be told from it"
    if not volumes.any():
        return "no left ventricle was found in any frame"
    if len(trusted) < 2:
        return f"the left ventricle was found in frame {trusted[0]} only, of {len(volumes)} frames"
    return ""


def _mass_g(
    labels: NDArray[np.integer[Any]], spacing_mm: Sequence[float], ed_frame: int
) -> tuple[float | None, dict[str, str]]:
    """Mass of the myocardium at ED in g, and the reason if it is NaN."""
    myocardium = labels == MYOCARDIUM.value
    if not myocardium.any():
        return None, {}
    volume_ml = float(region_volumes_ml(myocardium[ed_frame : ed_frame + 1], spacing_mm)[0])
    if volume_ml == 0:
        return math.nan, {"LVM": f"no myocardium was found at end-diastole (frame {ed_frame})"}
    return volume_ml * MYOCARDIUM_G_PER_ML, {}


def _trusted_frames(volumes: NDArray[np.float64]) -> tuple[NDArray[np.intp], tuple[str, ...]]:
    """Frames (N,) whose volume can be a heart's, and a warning for each kind of frame left out."""
    filled = np.flatnonzero(volumes)
    if len(filled) == 0 or len(volumes) == 1:
        return filled, ()
    leaping = _leaping(volumes[filled]) if len(filled) >= FEWEST_FRAMES_TO_JUDGE else np.zeros(len(filled), bool)
    warnings = (
        _warning(np.flatnonzero(volumes == 0), "has no left ventricle", "have no left ventricle"),
        _warning(filled[leaping], "does not fit the frames beside it", "do not fit the frames beside them"),
    )
    return filled[~leaping], tuple(warning for warning in warnings if warning)


def _leaping(volumes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which volumes are far smaller, or far larger, than both those beside them; the beat is a circle."""
    before, after = np.roll(volumes, 1), np.roll(volumes, -1)
    too_small: NDArray[np.bool_] = volumes * MOST_CHANGE < np.minimum(before, after)
    return too_small | (volumes > MOST_CHANGE * np.maximum(before, after))


def _warning(frames: NDArray[np.intp], one: str, several: str) -> str:
    if len(frames) == 0:
        return ""
    named = ", ".join(str(frame) for frame in frames)
    subject = f"frame {named} {one}" if len(frames) == 1 else f"frames {named} {several}"
    return f"{subject}: left out when end-diastole and end-systole were chosen"
