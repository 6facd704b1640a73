"""One mutated input for each seed and number, always the same."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from random import Random

from Testing.fuzz.mutate_dicom import mutate_files
from Testing.fuzz.mutate_gzip import mutate_gzip, packed
from Testing.fuzz.mutate_metaimage import mutate_metaimage
from Testing.fuzz.mutate_nifti import mutate_nifti, nifti_bomb
from Testing.fuzz.mutate_nrrd import mutate_nrrd
from Testing.fuzz.seeds import seeds


@dataclass(frozen=True)
class FuzzInput:
    """What is given to the readers.

    Attributes:
        kind: the format that it was made from.
        files: content by path.
        target: which of them is given; None for the folder of them.
    """

    kind: str
    files: dict[str, bytes]
    target: str | None


def fuzz_input(seed: int, index: int) -> FuzzInput:
    """The input `index` of a run; the formats take turns."""
    random = Random(f"{seed} {index}")
    kinds = list(seeds())
    kind = kinds[index % len(kinds)]
    whole = seeds()[kind]
    return FuzzInput(kind, _mutated(kind, whole.files, random), whole.target)


def _mutated(kind: str, files: dict[str, bytes], random: Random) -> dict[str, bytes]:
    if kind.startswith("dicom"):
        return mutate_files(files, random)
    if kind.startswith("nrrd"):
        return mutate_nrrd(files, random)
    if kind.startswith("mh"):
        return mutate_metaimage(files, random)
    ((name, content),) = files.items()
    if kind != "nifti-gz":
        return {name: mutate_nifti(content, random)}
    content, kind_of_damage = gzip.decompress(content), random.random()
    if kind_of_damage < 0.03:
        return {name: nifti_bomb(content, random)}
    if kind_of_damage < 0.6:  # damage of what is packed, which no checksum tells
        return {name: packed(mutate_nifti(content, random))}
    return {name: mutate_gzip(content if kind_of_damage < 0.8 else mutate_nifti(content, random), random)}
