"""Frame times of a sequence file as 3D Slicer writes it (.seq.nrrd)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from LVSegULib.reading.header_lines import numbers_in

_MS_PER_UNIT = {"s": 1000.0, "ms": 1.0, "us": 0.001}


def sequence_times_ms(keys: Mapping[str, str], units: Iterable[str]) -> NDArray[np.float64] | None:
    """Times of the frames in ms, or None if the file gives none, or none with a unit of time.

    Args:
        keys: the pairs of key and value of the file's header.
        units: the unit of each axis.
    """
    text = next((text for key, text in keys.items() if re.fullmatch(r"axis \d index values", key)), "")
    per_unit = next((_MS_PER_UNIT[unit] for unit in units if unit in _MS_PER_UNIT), None)
    times = numbers_in(text)
    return np.array(times) * per_unit if times and np.isfinite(times).all() and per_unit is not None else None
