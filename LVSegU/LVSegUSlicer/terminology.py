"""Codes of the segments, as Slicer writes a terminology entry into a segment's tag."""

from __future__ import annotations

from LVSegULib.labels import Label


def terminologyEntry(region: Label) -> str:
    """Category and type in SNOMED CT; the anatomic region is empty, as the type names it."""
    return (
        "Segmentation category and type - 3D Slicer General Anatomy list"
        "~SCT^123037004^Anatomical Structure"
        f"~SCT^{region.snomed}^{region.meaning}"
        "~^^~Anatomic codes - DICOM master list~^^~^^"
    )
