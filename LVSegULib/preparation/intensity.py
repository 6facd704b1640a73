"""Robust intensity scaling: the same tissue gets about the same number whatever the scanner's units."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

PERCENTILES = (0.5, 99.5)
REGION_MM = 160.0
MOST_VALUES = 500_000


def central_region(frames: NDArray[np.float32], spacing_mm: tuple[float, float]) -> NDArray[np.float32]:
    """The middle 160 mm of `frames` (…, J, I), or as much as there is: the heart and what is around it."""

    def along(count: int, pixel_mm: float) -> slice:
        margin = max(0, int((count - REGION_MM / pixel_mm) // 2))
        return slice(margin, count - margin)

    return frames[..., along(frames.shape[-2], spacing_mm[0]), along(frames.shape[-1], spacing_mm[1])]


def scale_intensities(frames: NDArray[np.float32], spacing_mm: tuple[float, float]) -> NDArray[np.float32]:
    """`frames` mapped so that the 0.5 % and 99.5 % percentiles of their middle become 0 and 1, and clipped there.

    One scale serves the whole cine, so that slices and frames keep their brightness relative to each other.

    Args:
        frames: intensities (…, J, I).
        spacing_mm: in-plane spacing (J, I).

    Returns:
        Array of the same shape in 0..1; all 0 where the middle is constant.
    """
    return scale_to(frames, intensity_limits(frames, spacing_mm))


def intensity_limits(frames: NDArray[np.float32], spacing_mm: tuple[float, float]) -> NDArray[np.floating[Any]]:
    """The intensities (2,) of `frames` (…, J, I) that become 0 and 1; `spacing_mm` is in-plane (J, I)."""
    values = central_region(frames, spacing_mm).ravel()
    limits: NDArray[np.floating[Any]] = np.percentile(values[:: max(1, values.size // MOST_VALUES)], PERCENTILES)
    return limits


def scale_to(frames: NDArray[np.float32], limits: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
    """`frames` mapped so that `limits` become 0 and 1, and clipped there; all 0 where the limits are the same."""
    low, high = limits
    if not high > low:
        return np.zeros_like(frames)
    scaled = (frames - np.float32(low)) * np.float32(1 / (high - low))
    return np.clip(scaled, 0, 1, out=scaled)
