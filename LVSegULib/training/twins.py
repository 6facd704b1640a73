"""Find patients whose images are the same under two names: on both sides of a split, one would be judged by heart."""

from __future__ import annotations

from LVSegULib.training.data import Slices


def twins(learnt: Slices, kept: Slices) -> list[tuple[str, str]]:
    """Pairs of a patient that is learnt from and one that is kept back who have an image in common, sorted.

    Images are compared as the network's grid shows them, whatever the pixels are through which they are learnt. Images
    of one value are left out.
    """
    known, found = _patients_by_image(learnt), _patients_by_image(kept)
    shared = known.keys() & found.keys()
    return sorted({(one, other) for image in shared for one in known[image] for other in found[image]})


def _patients_by_image(slices: Slices) -> dict[bytes, set[str]]:
    found: dict[bytes, set[str]] = {}
    if slices.marks is None:
        return found
    for mark, patient in zip(slices.marks.numpy(), slices.patients.tolist(), strict=True):
        if mark.any():
            found.setdefault(mark.tobytes(), set()).add(slices.names[patient])
    return found
