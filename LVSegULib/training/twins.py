"""Find patients whose images are the same under two names: on both sides of a split, one would be judged by heart."""

from __future__ import annotations

import hashlib

import torch

from LVSegULib.training.data import Slices


def twins(learnt: Slices, kept: Slices) -> list[tuple[str, str]]:
    """Pairs of a patient that is learnt from and one that is kept back who have an image in common, sorted.

    The images of one may be larger than those of the other; their middles are compared. Images of one value are left
    out.
    """
    size = torch.Size(map(min, learnt.images.shape[-2:], kept.images.shape[-2:]))
    known, found = _patients_by_image(learnt, size), _patients_by_image(kept, size)
    shared = known.keys() & found.keys()
    return sorted({(one, other) for image in shared for one in known[image] for other in found[image]})


def _patients_by_image(slices: Slices, size: torch.Size) -> dict[bytes, set[str]]:
    rows, columns = slices.images.shape[-2:]
    top, left = (rows - size[0]) // 2, (columns - size[1]) // 2
    middles = slices.images[:, 0, top : top + size[0], left : left + size[1]].contiguous().numpy()
    found: dict[bytes, set[str]] = {}
    for image, patient in zip(middles, slices.patients.tolist(), strict=True):
        if image.min() < image.max():
            found.setdefault(hashlib.sha256(image.tobytes()).digest(), set()).add(slices.names[patient])
    return found
