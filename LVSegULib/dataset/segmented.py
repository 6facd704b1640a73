"""Find the image of a segmentation that `lvsegu segment` wrote: the report beside it names it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from LVSegULib.reading.results import report_beside

_AMOUNT = re.compile(r", \d+ slices x \d+ frames$")
_ONE_SERIES = re.compile(r"series (\d+) (?!to \d)")


@dataclass(frozen=True)
class Source:
    """The image that was segmented, as its report names it.

    Attributes:
        path: the image file or DICOM folder; it may be gone.
        series: number of the DICOM series, None for an image file and where it is not known.
    """

    path: Path
    series: str | None = None


def source_of(segmentation: Path) -> Source | None:
    """The image that the report beside `segmentation` names; None without report, or if it names none.

    A path that is not absolute is one from the folder in which `lvsegu segment` ran.
    """
    report = report_beside(segmentation)
    named = report["input"].get("source") if report and isinstance(report["input"], dict) else None
    if not isinstance(named, str) or not named:
        return None
    amount = _AMOUNT.search(named)
    return _dicom_source(named[: amount.start()]) if amount else Source(Path(named))


def _dicom_source(text: str) -> Source:
    """From 'series 7 "name" of PATH', where both name and path may hold " of ": the first path that is there."""
    series = _ONE_SERIES.match(text)
    paths = [Path(text[found.end() :]) for found in re.finditer(" of ", text)] or [Path(text)]
    return Source(next((path for path in paths if path.exists()), paths[0]), series[1] if series else None)
