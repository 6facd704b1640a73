"""Find the cases of a cohort: in a folder and all below it, or in a list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from LVSegULib.cohort.case import Found
from LVSegULib.cohort.left_out import LeftOut
from LVSegULib.cohort.listing_csv import read_list
from LVSegULib.cohort.listing_dicom import FolderMemory, Part, parts_in
from LVSegULib.cohort.listing_images import images_in
from LVSegULib.cohort.listing_studies import join_parts
from LVSegULib.cohort.listing_walk import walk
from LVSegULib.errors import InputError
from LVSegULib.reading.nnunet import DESCRIPTION

_LABELS = "labelsTr", "labelsTs"
"""The folders of label maps in an nnU-Net raw folder."""


@dataclass(frozen=True)
class Listing:
    """What was found.

    Attributes:
        found: the cases, by key.
        left_out: files, links and folders that are no cases or could not be looked at.
        root: the folder that was looked through, or the list's.
    """

    found: tuple[Found, ...]
    left_out: LeftOut
    root: Path


def find_cases(source: Path, memory: FolderMemory, progress: Callable[[int], None]) -> Listing:
    """Every cine of a folder or a list, without reading an image.

    Below a folder each image file is a case, and so are all DICOM files of a study, wherever they lie. Segmentations,
    the label maps of nnU-Net data sets, NAME_gt and the like beside NAME, hidden files and the results of cohorts are
    none.

    Args:
        source: the folder, or a CSV file, see `read_list`.
        memory: keeps what the headers of a folder's DICOM files say; they are read again only when it has changed.
        progress: told how many files have been looked at so far; whatever it raises stops the search.

    Raises:
        InputError: `source` does not exist or holds nothing to segment, or the list is wrong.
    """
    source = source.absolute()
    if source.is_dir():
        listing = _below(source, memory, progress)
    elif source.exists():
        listing = Listing(_by_key(read_list(source, progress)), LeftOut(), source.parent)
    else:
        raise InputError(f"{source}: does not exist: check the path")
    if not listing.found:
        raise InputError(_nothing_there(listing))
    return listing


def _below(root: Path, memory: FolderMemory, progress: Callable[[int], None]) -> Listing:
    found: list[Found] = []
    parts: list[Part] = []
    not_plain: list[str] = []
    datasets: set[str] = set()
    left_out = LeftOut()
    looked = 0
    for folder in walk(root, left_out):
        above, _, name = folder.relative.rpartition("/")
        if DESCRIPTION in folder.files:
            datasets.add(folder.relative)
        if not folder.is_plain:
            not_plain.append(folder.relative)
        holds_labels = name in _LABELS and above in datasets
        found += images_in(folder, left_out, holds_labels=holds_labels)
        parts += parts_in(folder, memory, left_out, _after(looked, progress))
        looked += len(folder.files)
        progress(looked)
    return Listing(_by_key([*found, *join_parts(root, parts, not_plain)]), left_out, root)


def _after(looked: int, progress: Callable[[int], None]) -> Callable[[int], None]:
    return lambda count: progress(looked + count)


def _by_key(found: list[Found]) -> tuple[Found, ...]:
    return tuple(sorted(found, key=lambda one: one.key))


def _nothing_there(listing: Listing) -> str:
    there = ", ".join(f"{count} {reason}" for reason, count in listing.left_out.most_common(5))
    return (
        f"{listing.root}: holds nothing to segment ({there or 'it is empty'}): expected DICOM, NIfTI, NRRD or "
        "MetaImage files in it, or a list of them as CSV"
    )
