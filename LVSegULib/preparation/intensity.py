"""Intensity scaling: the same tissue gets about the same number whatever the scanner's units.

`percentile` is what models use unless they say otherwise; the others are there to be compared with it (`lvsegu study`).
One scale serves a whole cine, so that slices and frames keep their brightness relative to each other; only `clahe`
looks at each slice alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from LVSegULib.errors import UsageError

PERCENTILES = (0.5, 99.5)
REGION_MM = 160.0
MOST_VALUES = 500_000

Frames = NDArray[np.float32]
Scaling = Callable[[Frames], Frames]
"""Gives the slices of a frame (K, J, I) their new intensities, mostly in 0..1."""

DEFAULT, BOUNDED = "percentile", "bounded"

MOST_TIMES, MOST_PERCENTILE = 2.0, 95.0
"""With `bounded`, 1 is at most so many times as bright as this percentile of the brighter half.

Only metal, fat beside a coil, or pixels that overflowed go beyond: images of the training sets come to 1.9 times.
"""

UNSCALED_UNIT = 1000.0
"""What becomes 1 where intensities are left as the scanner gave them."""

Z_SCORE_REACH = 3.0
"""Standard deviations around the mean that become 0..1."""

SMOOTHING_MM = 1.0
"""Standard deviation of the Gaussian of `smoothed`."""

CLAHE_TILE_MM = 40.0
CLAHE_CLIP = 0.02
EQUALISED_LEVELS = 256

N4_SHRINK_TO_MM = 5.0
N4_ITERATIONS = (30, 20)


def intensity_scaling(frames: Frames, spacing_mm: tuple[float, float], kind: str = DEFAULT) -> Scaling:
    """What brings the intensities of a cine to about 0..1.

    Args:
        frames: the cine (T, K, J, I).
        spacing_mm: in-plane spacing (J, I).
        kind: one of `KINDS`.

    Raises:
        UsageError: there is no such kind.
    """
    check_kind(kind)
    return _KINDS[kind](frames, spacing_mm)


def check_kind(kind: str) -> None:
    """Refuse a name that is none of `KINDS`.

    Raises:
        UsageError: there is no such kind.
    """
    if kind not in _KINDS:
        raise UsageError(f'there is no intensity scaling "{kind}": choose one of {", ".join(KINDS)}')


def central_region(frames: Frames, spacing_mm: tuple[float, float]) -> Frames:
    """The middle 160 mm of `frames` (…, J, I), or as much as there is: the heart and what is around it."""

    def along(count: int, pixel_mm: float) -> slice:
        margin = max(0, int((count - REGION_MM / pixel_mm) // 2))
        return slice(margin, count - margin)

    return frames[..., along(frames.shape[-2], spacing_mm[0]), along(frames.shape[-1], spacing_mm[1])]


def _middle(frames: Frames, spacing_mm: tuple[float, float]) -> Frames:
    values = central_region(frames, spacing_mm).ravel()
    return values[:: max(1, values.size // MOST_VALUES)]


def _between(low: float, high: float) -> Scaling:
    """Maps `low` and `high` to 0 and 1 and clips there; all 0 where the two are the same."""

    def scale(frames: Frames) -> Frames:
        if not high > low:
            return np.zeros_like(frames)
        scaled = (frames - np.float32(low)) * np.float32(1 / (high - low))
        return np.clip(scaled, 0, 1, out=scaled)

    return scale


def _percentile(frames: Frames, spacing_mm: tuple[float, float]) -> Scaling:
    low, high = _bounds(_middle(frames, spacing_mm))
    return _between(low, high)


def _bounded(frames: Frames, spacing_mm: tuple[float, float]) -> Scaling:
    """`percentile`, but a few pixels that are far too bright do not leave the heart in the dark."""
    values = _middle(frames, spacing_mm)
    low, high = _bounds(values)
    return _between(low, min(high, _most(values, low)))


def is_outshone(frames: Frames, spacing_mm: tuple[float, float]) -> bool:
    """Whether `bounded` scales a cine (T, K, J, I) otherwise than `percentile`: none of the training sets' is."""
    values = _middle(frames, spacing_mm)
    low, high = _bounds(values)
    return _most(values, low) < high


def _bounds(values: Frames) -> tuple[float, float]:
    low, high = np.percentile(values, PERCENTILES)
    return float(low), float(high)


def _most(values: Frames, low: float) -> float:
    """What `bounded` makes 1 at most; infinite where half of the pixels are the brightest."""
    brighter = values[values > np.median(values)]
    return low + MOST_TIMES * (float(np.percentile(brighter, MOST_PERCENTILE)) - low) if brighter.size else math.inf


def _none(_frames: Frames, _spacing_mm: tuple[float, float]) -> Scaling:
    return _between(0.0, UNSCALED_UNIT)


def _min_max(frames: Frames, spacing_mm: tuple[float, float]) -> Scaling:
    values = central_region(frames, spacing_mm)
    return _between(float(values.min()), float(values.max()))


def _z_score(frames: Frames, spacing_mm: tuple[float, float]) -> Scaling:
    values = _middle(frames, spacing_mm)
    mean, reach = float(values.mean()), Z_SCORE_REACH * float(values.std())
    return _between(mean - reach, mean + reach)


def _equalised(frames: Frames, spacing_mm: tuple[float, float]) -> Scaling:
    """Histogram equalisation: as many pixels of the cine's middle have each intensity as any other."""
    shares = np.linspace(0, 1, EQUALISED_LEVELS)
    levels, first = np.unique(np.quantile(_middle(frames, spacing_mm), shares), return_index=True)
    return lambda some: np.interp(some, levels, shares[first]).astype(np.float32)


def _smoothed(frames: Frames, spacing_mm: tuple[float, float]) -> Scaling:
    """Gaussian smoothing within each slice, after `percentile`."""
    from scipy.ndimage import gaussian_filter

    scale, sigmas = _percentile(frames, spacing_mm), [SMOOTHING_MM / mm for mm in spacing_mm]

    def smooth(some: Frames) -> Frames:
        smoothed: Frames = gaussian_filter(scale(some), (0.0,) * (some.ndim - 2) + (sigmas[0], sigmas[1]))
        return smoothed

    return smooth


def _clahe(frames: Frames, spacing_mm: tuple[float, float]) -> Scaling:
    """Contrast-limited adaptive histogram equalisation of each slice, after `percentile`; needs scikit-image.

    Zuiderveld: Graphics Gems IV, 1994.
    """
    from LVSegULib.preparation.packages import adaptive_equalisation

    equalise, scale = adaptive_equalisation(), _percentile(frames, spacing_mm)
    tile = [max(1, round(CLAHE_TILE_MM / mm)) for mm in spacing_mm]

    def apply(some: Frames) -> Frames:
        slices = scale(some).reshape(-1, *some.shape[-2:])
        equalised = [equalise(one, kernel_size=tile, clip_limit=CLAHE_CLIP) if np.ptp(one) else one for one in slices]
        return np.stack(equalised).astype(np.float32).reshape(some.shape)

    return apply


def _n4(frames: Frames, spacing_mm: tuple[float, float]) -> Scaling:
    """Bias field of the mean over the beat taken out (N4), then `percentile`; needs SimpleITK.

    Tustison and others: IEEE Trans Med Imaging 2010, doi 10.1109/TMI.2010.2046908.
    """
    gain = _inverse_bias_field(frames.mean(axis=0), spacing_mm)
    scale = _percentile((frames * gain).astype(np.float32), spacing_mm)
    return lambda some: scale(some * gain)


def _inverse_bias_field(volume: Frames, spacing_mm: tuple[float, float]) -> Frames:
    """What `volume` (K, J, I) is to be multiplied by so that its smooth brightness is even."""
    from LVSegULib.preparation.packages import bias_field_correction

    sitk = bias_field_correction()
    thick = np.repeat(volume, 2, axis=0) if len(volume) == 1 else volume  # N4's splines need two slices
    image = sitk.GetImageFromArray(thick - thick.min() + 1)
    shrink = [max(1, round(N4_SHRINK_TO_MM / mm)) for mm in (spacing_mm[1], spacing_mm[0])]
    n4 = sitk.N4BiasFieldCorrectionImageFilter()
    n4.SetMaximumNumberOfIterations(N4_ITERATIONS)
    n4.SetNumberOfControlPoints([4, 4, 4])
    small = sitk.Shrink(image, [*shrink, 1])
    n4.Execute(small, sitk.OtsuThreshold(small, 0, 1))
    field = sitk.GetArrayFromImage(n4.GetLogBiasFieldAsImage(image))[: len(volume)]
    inverse: Frames = np.exp(-field).astype(np.float32)
    return inverse


_KINDS: dict[str, Callable[[Frames, tuple[float, float]], Scaling]] = {
    DEFAULT: _percentile,
    "none": _none,
    "min-max": _min_max,
    "z-score": _z_score,
    "equalised": _equalised,
    "clahe": _clahe,
    "smoothed": _smoothed,
    "n4": _n4,
    BOUNDED: _bounded,
}
KINDS = tuple(_KINDS)


def describe_scaling(kind: str) -> dict[str, Any]:
    """The scaling with its numbers, as `model.json` holds it."""
    numbers: dict[str, dict[str, Any]] = {
        DEFAULT: {"kind": "percentiles", "percentiles": list(PERCENTILES)},
        BOUNDED: {"percentiles": list(PERCENTILES), "most_times": MOST_TIMES, "percentile": MOST_PERCENTILE},
        "none": {"unit": UNSCALED_UNIT},
        "z-score": {"standard_deviations": Z_SCORE_REACH},
        "equalised": {"levels": EQUALISED_LEVELS},
        "clahe": {"tile_mm": CLAHE_TILE_MM, "clip": CLAHE_CLIP},
        "smoothed": {"sigma_mm": SMOOTHING_MM},
        "n4": {"shrink_to_mm": N4_SHRINK_TO_MM, "iterations": list(N4_ITERATIONS)},
    }
    return {"kind": kind} | numbers.get(kind, {}) | {"region_mm": REGION_MM}


def scaling_of(description: dict[str, Any]) -> str:
    """The kind of scaling that `describe_scaling` described.

    Raises:
        UsageError: there is no such scaling, or with other numbers.
    """
    for kind in KINDS:
        if describe_scaling(kind) == description:
            return kind
    raise UsageError(f"asks for another normalisation, {description}")
