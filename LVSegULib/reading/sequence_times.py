"""Frame times of a sequence file as 3D Slicer writes it (.seq.nrrd)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import SimpleITK

_MS_PER_UNIT = {"s": 1000.0, "ms": 1.0, "us": 0.001}


def sequence_times_ms(image: SimpleITK.Image) -> NDArray[np.float64] | None:
    """Times of the frames in ms, or None if the file gives none, or none with a unit of time."""
    fields = {key: image.GetMetaData(key) for key in image.GetMetaDataKeys()}
    values = next((text for key, text in fields.items() if re.fullmatch(r"axis \d index values", key)), "")
    units = [text.strip('" ') for key, text in fields.items() if key.startswith("NRRD_units")]
    per_unit = next((_MS_PER_UNIT[unit] for unit in units if unit in _MS_PER_UNIT), None)
    try:
        times = np.array([float(value) for value in values.split()])
    except ValueError:
        return None
    return times * per_unit if per_unit is not None and len(times) else None
