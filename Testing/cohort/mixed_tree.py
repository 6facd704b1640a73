"""Small DICOM studies that lie mixed together, and a memory of folders that is a dictionary."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pydicom.dataset import FileDataset
from pydicom.uid import generate_uid

from LVSegULib.cohort.case import Found
from LVSegULib.cohort.listing import Listing, find_cases
from Testing.conftest import DicomPhantom, beating_phantom

ANNA, BERT = "1.2.826.0.1.101", "1.2.826.0.1.102"
"""Two studies."""


class Memory:
    """What a search has remembered, by folder."""

    def __init__(self) -> None:
        self.texts: dict[str, tuple[str, str]] = {}

    def recall(self, folder: str, fingerprint: str) -> str | None:
        known, text = self.texts.get(folder, ("", ""))
        return text if known == fingerprint else None

    def remember(self, folder: str, fingerprint: str, text: str) -> None:
        self.texts[folder] = fingerprint, text


def write_series(
    folder: Path,
    patient: str,
    study: str,
    *,
    series: int = 7,
    date: str = "",
    alter: Callable[[FileDataset], None] = lambda _: None,
) -> list[Path]:
    """Write a cine of 3 frames and 2 slices; no two series of one folder may have the same number."""

    def describe(dataset: FileDataset, _frame: int, _slice: int) -> None:
        dataset.PatientID, dataset.StudyInstanceUID = patient, study
        if date:
            dataset.StudyDate = date
        alter(dataset)

    phantom = DicomPhantom(folder, study=study or generate_uid(), images=beating_phantom(3, 2, 24, 20))
    return phantom.write(describe, series_number=series)


def damage(path: Path, to: Path) -> Path:
    """Write what is left of a DICOM file that is cut short before it says whose it is."""
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_bytes(path.read_bytes()[:200])
    return to


def a_file(path: Path, content: bytes = b"any content") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def search(root: Path, memory: Memory | None = None) -> Listing:
    return find_cases(root, memory or Memory(), lambda _: None)


def found_in(root: Path) -> dict[str, Found]:
    return {one.key: one for one in search(root).found}
