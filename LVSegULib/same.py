"""Patients with several names, as ACDC's patient074 and patient076: the same images, drawn twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from LVSegULib.errors import UsageError


def same_patients(pairs: Sequence[str]) -> list[list[str]]:
    """The names of each patient who has several; A=B and B=C are one patient.

    Args:
        pairs: two names of one patient each, "A=B".

    Raises:
        UsageError: one is no such pair.
    """
    patients: list[list[str]] = []
    for pair in pairs:
        names = pair.split("=")
        if len(names) < 2 or not all(names):
            raise UsageError(f"same = {pair!r}: give the names of one patient as A=B")
        linked = [known for known in patients if not set(known).isdisjoint(names)]
        merged = list(dict.fromkeys(name for known in (*linked, names) for name in known))
        patients = [known for known in patients if known not in linked] + [merged]
    return patients


def check_known(same: Sequence[Sequence[str]], patients: Iterable[str]) -> None:
    """Raise a UsageError if a name is none of the `patients`."""
    if unknown := sorted({name for names in same for name in names} - set(patients)):
        raise UsageError(f"same names {unknown[0]}, who is not in the data")
