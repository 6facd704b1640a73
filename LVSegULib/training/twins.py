"""Find patients who may be one under two names: on both sides of a split, one would be judged by heart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from LVSegULib.training.data import Slices


def twins(learnt: Slices, kept: Slices) -> list[tuple[str, str]]:
    """Pairs of a patient that is learnt from and one that is kept back who have an image in common, sorted.

    Images are compared as the network's grid shows them, whatever the pixels are through which they are learnt. Images
    of one value are left out.
    """
    known, found = _patients_by_image(learnt), _patients_by_image(kept)
    shared = known.keys() & found.keys()
    return sorted({(one, other) for image in shared for one in known[image] for other in found[image]})


def spelt_alike(patients: Iterable[str], same: Sequence[Sequence[str]] = ()) -> list[tuple[str, str]]:
    """Pairs of patients whose names differ in large and small letters only, sorted, without those said to be `same`."""
    one_name = {name: names[0] for names in same for name in names}
    found: dict[str, str] = {}
    pairs = []
    for patient in sorted(set(patients)):
        first = found.setdefault(patient.casefold(), patient)
        if one_name.get(first, first) != one_name.get(patient, patient):
            pairs.append((first, patient))
    return pairs


def _patients_by_image(slices: Slices) -> dict[bytes, set[str]]:
    found: dict[bytes, set[str]] = {}
    if slices.marks is None:
        return found
    for mark, patient in zip(slices.marks.numpy(), slices.patients.tolist(), strict=True):
        if mark.any():
            found.setdefault(mark.tobytes(), set()).add(slices.names[patient])
    return found
