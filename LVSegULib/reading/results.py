"""Recognise what `lvsegu segment` wrote beside an input: its report, and its label map, which is no image."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from LVSegULib.errors import LVSegUError
from LVSegULib.json_text import NotJson, read_json
from LVSegULib.labels import ALL_LABELS

SEGMENTATION, LABEL_MAP, REPORT = ".seg.nrrd", ".nii.gz", ".json"
"""Endings of three of the files that are written for an input (`LVSegULib.segmentation.to_files`)."""

_LARGEST_REPORT = 1 << 24
"""Bytes; a report of 50 frames has some 20,000."""


def report_beside(file: Path) -> dict[str, Any] | None:
    """The report NAME.json beside NAME.seg.nrrd or NAME.nii.gz; None if there is none, or one of something else."""
    ending = next((ending for ending in (SEGMENTATION, LABEL_MAP) if file.name.endswith(ending)), None)
    if ending is None:
        return None
    path = file.with_name(file.name.removesuffix(ending) + REPORT)
    try:
        values = read_json(path) if path.stat().st_size <= _LARGEST_REPORT else None
    except (OSError, NotJson):
        return None
    return values if isinstance(values, dict) and {"input", "measures"} <= values.keys() else None


def is_label_map_of_ours(file: Path) -> bool:
    """Whether NAME.nii.gz lies beside a report on NAME, and holds labels.

    The image itself may have been put there under the same name, and a label map may have been saved again with more
    bits, so the values decide.
    """
    report = report_beside(file) if file.name.endswith(LABEL_MAP) else None
    if report is None or report.get("name") != file.name.removesuffix(LABEL_MAP):
        return False
    return holds_labels(file)


def holds_labels(file: Path) -> bool:
    """Whether an image file can be read and has no other values than those of `LVSegULib.labels`."""
    from LVSegULib.reading.images import read_label_map

    try:
        values, _ = read_label_map(file)
    except LVSegUError:
        return False
    return int(values.max()) <= max(label.value for label in ALL_LABELS)
