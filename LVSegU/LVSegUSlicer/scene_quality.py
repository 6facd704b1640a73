"""The quality of a result as the scene keeps it: its score and flagged slices, less those that were corrected."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from LVSegULib.labels import CAVITY
from LVSegULib.quality.score import Flag, Quality

QUALITY = "LVSegU.Quality"
"""Attribute of the table of measures, as JSON."""


@dataclass(frozen=True)
class SceneQuality:
    """What is known of a result's quality.

    Attributes:
        patient: the score of the whole, 0 to 1.
        flags: the slices to look at.
        checksums: of the cavity in each of them as it was found, to tell which were corrected since.
        frames: how many frames there are.
        axis: along which axis (0 to 2) of the node's own arrays the slices are counted.
    """

    patient: float
    flags: tuple[Flag, ...]
    checksums: tuple[int, ...]
    frames: int
    axis: int

    @property
    def flaggedSlices(self) -> list[int]:
        """How many slices of each frame are flagged."""
        return np.bincount([flag.frame for flag in self.flags], minlength=self.frames).tolist()

    def uncorrected(self, labels: NDArray[np.uint8]) -> SceneQuality:
        """Without the slices whose cavity is not what it was, or that are there no more.

        Where frames were removed or added, each slice is looked for wherever its frame may have moved to.

        Args:
            labels: label values as they are now (T, ...), with the axes of the node's own arrays.
        """
        slices = np.moveaxis(labels, 1 + self.axis, 1)
        found: dict[tuple[int, int], tuple[Flag, int]] = {}
        for flag, checksum in zip(self.flags, self.checksums, strict=True):
            first, last = sorted((flag.frame, flag.frame + len(slices) - self.frames))
            for frame in range(max(first, 0), min(last + 1, len(slices))):
                place = (frame, flag.slice)
                if flag.slice < slices.shape[1] and place not in found and _checksum(slices[place]) == checksum:
                    found[place] = (replace(flag, frame=frame), checksum)
                    break
        flags, checksums = tuple(flag for flag, _ in found.values()), tuple(one for _, one in found.values())
        return replace(self, flags=flags, checksums=checksums, frames=len(slices))


def sceneQuality(quality: Quality | None, labels: NDArray[np.uint8], axis: int) -> SceneQuality | None:
    """What the scene keeps of a quality; None without one.

    Args:
        quality: of a segmentation.
        labels: its label values (T, K, J, I) with the cine's axes.
        axis: which axis of the node's own arrays the cine's K is.
    """
    if quality is None:
        return None
    checksums = tuple(_checksum(labels[flag.frame, flag.slice]) for flag in quality.flags)
    return SceneQuality(quality.patient, quality.flags, checksums, len(labels), axis)


def storeQuality(table: Any, quality: SceneQuality | None) -> None:
    """Keep a quality with a table of measures; None takes away the one that is there."""
    if quality is None:
        table.RemoveAttribute(QUALITY)
    else:
        table.SetAttribute(QUALITY, json.dumps(asdict(quality)))


def storedQuality(table: Any) -> SceneQuality | None:
    """The quality that is kept with a table of measures; None if there is none."""
    text = table.GetAttribute(QUALITY)
    if not text:
        return None
    values = json.loads(text)
    flags, checksums = values.pop("flags"), values.pop("checksums")
    return SceneQuality(flags=_flags(flags), checksums=tuple(checksums), **values)


def _flags(values: Sequence[dict[str, Any]]) -> tuple[Flag, ...]:
    return tuple(Flag(**one) for one in values)


def _checksum(labels: NDArray[np.uint8]) -> int:
    """Of the cavity in one slice."""
    return zlib.crc32(np.packbits(labels == CAVITY.value).tobytes())
