"""The image files of a folder, each a case of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container

from LVSegULib.cohort.case import Found, fingerprint_of
from LVSegULib.cohort.listing_walk import Folder
from LVSegULib.cohort.naming import longer_names, printable
from LVSegULib.reading.names import label_maps_by_name, short_name
from LVSegULib.reading.results import LABEL_MAP, REPORT, is_label_map_of_ours

HEADERS = (".nhdr", ".mhd")
"""Endings of image files whose pixels may lie in another file."""

_DATA_ENDINGS = (".raw", ".zraw", ".raw.gz", ".raw.bz2")
"""What writers of NRRD and MetaImage call the pixels that they put beside a header."""


def images_in(folder: Folder, left_out: Counter[str], *, holds_labels: bool) -> list[Found]:
    """The cases among the image files of a folder.

    Args:
        folder: the folder.
        left_out: takes up how many images are none, by reason.
        holds_labels: whether they are the label maps of a data set.
    """
    images = [] if holds_labels else [name for name in folder.images if ".seg." not in name.lower()]
    if len(images) < len(folder.images):
        reason = "label maps of an nnU-Net data set" if holds_labels else "segmentations"
        left_out[reason] += len(folder.images) - len(images)
    parents = folder.relative.split("/") if folder.relative else []
    if drawn := label_maps_by_name(images):
        left_out["label maps by their names"] += len(drawn)
    images = [name for name in images if name not in drawn]
    return [_case(folder, name, parents) for name in images if not _is_result(folder, name, left_out)]


def _is_result(folder: Folder, name: str, left_out: Counter[str]) -> bool:
    """Whether the image is a label map that `lvsegu segment` wrote; its report lies beside it then."""
    report = name.removesuffix(LABEL_MAP) + REPORT
    if report not in folder.files or not is_label_map_of_ours(folder.path / name):
        return False
    left_out["label maps that LVSegU wrote"] += 1
    return True


def data_of_headers(folder: Folder) -> set[str]:
    """The names of the files that hold the pixels of the folder's .nhdr and .mhd files."""
    return {data for name in folder.images for data in data_beside(name, folder.files)}


def data_beside(name: str, files: Container[str]) -> list[str]:
    """Those of `files` that hold the pixels of the image file `name`, if they are called like it; mostly none."""
    if not name.lower().endswith(HEADERS):
        return []
    stem = name.rpartition(".")[0]
    return [stem + ending for ending in _DATA_ENDINGS if stem + ending in files]


def _case(folder: Folder, name: str, parents: list[str]) -> Found:
    path, files = folder.path / name, [name, *data_beside(name, folder.files)]
    return Found(
        key=printable("/".join([*parents, name])),
        names=longer_names(short_name(path), parents),
        path=path,
        series=None,
        files=tuple(folder.path / file for file in files) if len(files) > 1 else None,
        fingerprint=fingerprint_of((file, folder.files[file]) for file in files),
    )
