"""Enhanced (multi-frame) MR images, taken apart into one plain data set for each frame."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from LVSegULib.errors import InputError
from LVSegULib.reading.dicom_values import frames_of, items_of, whole_of
from LVSegULib.reading.limits import refuse_too_large

_MACROS = {
    "PlanePositionSequence": ("ImagePositionPatient",),
    "PlaneOrientationSequence": ("ImageOrientationPatient",),
    "PixelMeasuresSequence": ("PixelSpacing", "SliceThickness", "SpacingBetweenSlices"),
    "CardiacSynchronizationSequence": ("NominalCardiacTriggerDelayTime",),
    "FrameContentSequence": ("TemporalPositionIndex",),
}
"""Functional group macros (DICOM PS3.3 C.7.6.16.2) and what is needed of each."""

_MOST_FRAMES = 10_000
"""Of a file; 50 of each of 20 slices are 1,000."""

_COMMON = (
    "PatientID",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "SeriesNumber",
    "SeriesDescription",
    "ProtocolName",
    "SOPInstanceUID",
    "Rows",
    "Columns",
)


def refuse_too_many(dataset: Dataset, file: Path) -> None:
    """Raise an InputError if a file speaks of more frames than any cine has, before its functional groups are read."""
    frames = frames_of(dataset)
    if frames > _MOST_FRAMES:
        raise InputError(f"{file}: its header speaks of {frames} frames; a cine has up to {_MOST_FRAMES}: correct it")
    refuse_too_large(file, (frames, *(whole_of(dataset, name) or 0 for name in ("Rows", "Columns"))))


def frame_datasets(dataset: Dataset, file: Path) -> Iterator[Dataset]:
    """A data set for each frame, with geometry and time as an image of one frame has them.

    Raises:
        InputError: the file has several frames but no functional groups that say where they lie.
    """
    frames = frames_of(dataset)
    groups = items_of(dataset, "PerFrameFunctionalGroupsSequence")
    if len(groups) != frames:
        raise InputError(f"{file}: holds {frames} frames without saying where each lies: export one file per image")
    shared = next(iter(items_of(dataset, "SharedFunctionalGroupsSequence")), Dataset())
    common = [dataset[name] for name in _COMMON if name in dataset] + _elements(shared)
    for number, own in enumerate(groups, start=1):
        frame = Dataset()
        for element in (*common, *_elements(own)):
            frame.add(element)
        frame.InstanceNumber = number
        yield frame


def _elements(group: Dataset) -> list[DataElement]:
    """What is needed of the functional groups of one frame, or of all; each macro has one item."""
    return [
        item[name]
        for macro, names in _MACROS.items()
        for item in items_of(group, macro)[:1]
        for name in names
        if name in item
    ]
