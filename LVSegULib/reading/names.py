"""File endings and the short, safe names that output files get from their inputs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

NIFTI, NRRD, METAIMAGE = (".nii.gz", ".nii"), (".nrrd", ".nhdr"), (".mha", ".mhd")
IMAGE_ENDINGS = (*NIFTI, *NRRD, *METAIMAGE)
"""Endings of the image files that are read, by format and of all of them; `images` has the reader of each format."""

LONGEST_BYTES = 200
"""Of a name; file systems take 255, endings of outputs included."""

_RESERVED = re.compile(r"(CON|PRN|AUX|NUL|(COM|LPT)[0-9¹²³])(\..*)?", re.IGNORECASE)
"""What Windows takes for a device, with any ending."""

_LABEL_MAP = re.compile(r"(?P<name>.+)[-_](?:seg|segmentation|labels?|gt)", re.IGNORECASE)

_STRIPPED = (".seq.nrrd", ".seg.nrrd", ".seq.nhdr", ".seq.mha", *IMAGE_ENDINGS, ".dcm")


def has_image_ending(path: Path) -> bool:
    """Whether the file name ends like a NIfTI, NRRD or MetaImage file."""
    return path.name.lower().endswith(IMAGE_ENDINGS)


def is_segmentation(path: Path) -> bool:
    """Whether the file is named as 3D Slicer names segmentations ("anna.seg.nrrd")."""
    return ".seg." in path.name.lower()


def drawn_on(name: str) -> str | None:
    """The name of the image that a label map of this name was drawn on: "anna" of "anna_seg" or "anna-gt"; or None."""
    match = _LABEL_MAP.fullmatch(name)
    return match["name"] if match else None


def label_maps_by_name(images: Iterable[str]) -> set[str]:
    """Those of a folder's image files that are label maps of others by their names: "anna_gt.nii" beside "anna.nrrd".

    Args:
        images: names of files with image endings, segmentations left out.
    """
    names = {image: short_name(Path(image)) for image in images}
    there = set(names.values())
    return {image for image, name in names.items() if drawn_on(name) in there}


def is_text(path: Path) -> bool:
    """Whether the path is made of letters: on Linux, a file's name may be any bytes, such as Latin-1 in place of UTF-8.

    Python holds bytes that are no UTF-8 as lone surrogates, which no library outside of it takes.
    """
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def short_name(path: Path) -> str:
    """The name for output files of an input file or folder: "beat" for "beat.seq.nrrd" or "beat.nii.gz"."""
    name = path.name or path.resolve().name
    for ending in _STRIPPED:
        if name.lower().endswith(ending):
            return safe_name(name[: -len(ending)])
    return safe_name(name)


def safe_name(text: str) -> str:
    """`text` with "_" for whatever some system's file names cannot hold; "cine" if nothing is left.

    Letters with marks are put together, as macOS takes them apart, and a name that Windows takes for a device gets
    "cine-" before it. What goes beyond `LONGEST_BYTES` is cut off.
    """
    name = re.sub(r"[^\w.+-]+", "_", unicodedata.normalize("NFC", text)).strip("._")
    if _RESERVED.fullmatch(name):
        name = f"cine-{name}"
    return name.encode()[:LONGEST_BYTES].decode(errors="ignore").rstrip("._") or "cine"
