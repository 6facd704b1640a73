"""The labels that an nnU-Net `dataset.json` names, and what of it is not supported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from LVSegULib.errors import InputError
from LVSegULib.labels import BY_KEY, label_named

_BACKGROUND, _IGNORE = "background", "ignore"
"""Names that nnU-Net gives a meaning; letters of either case count alike."""


def named_labels(description: dict[str, Any], path: Path) -> dict[str, int]:
    """Label value in the data set's files by LVSegU's label name, background left out ({"LV": 1}).

    Args:
        description: what `dataset.json` holds.
        path: that file, for messages.

    Raises:
        InputError: several channels, a label that stands for no region or one that another has, or an impossible value.
    """
    _refuse_channels(description, path)
    labels = description["labels"]
    if any(name.isdigit() for name in labels):
        raise InputError(
            f'{path}: labels are keyed by value (nnU-Net 1): write them by name, {{"background": 0, "LV": 1}}'
        )
    if ignored := [name for name in labels if name.casefold() == _IGNORE]:
        raise InputError(
            f"{path}: the label {ignored[0]!r}, of voxels that nobody judged, is not supported: take it out, and the "
            "cases whose label maps hold it"
        )
    values = {name: _value(name, value, path) for name, value in labels.items()}
    named = {name: value for name, value in values.items() if name.casefold() != _BACKGROUND}
    is_background_0 = all(values[name] == 0 for name in values.keys() - named.keys())
    if not is_background_0 or len({0, *named.values()}) <= len(named):
        raise InputError(f"{path}: background must be 0 and every label have a value of its own, got {labels}")
    return _by_key(named, path)


def _refuse_channels(description: dict[str, Any], path: Path) -> None:
    """Refuse several channels; a "modality" that is a list is a note of people's, as nnU-Net writes it by channel."""
    for key, kinds in (("channel_names", (dict, list)), ("modality", (dict,))):
        channels = description.get(key)
        if isinstance(channels, kinds) and len(channels) > 1:
            raise InputError(f"{path}: has several channels ({key}), expected one (cine MR)")


def _value(name: str, value: Any, path: Path) -> int:
    """The value of a label; nnU-Net writes that of a region of one value as a list."""
    if isinstance(value, list):
        if len(value) != 1:
            raise InputError(f"{path}: label {name!r} is a region of several values: give each label one value")
        value = value[0]
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 255:
        raise InputError(f"{path}: label {name!r} has the value {value!r}, expected a whole number from 0 to 255")
    return value


def _by_key(named: dict[str, int], path: Path) -> dict[str, int]:
    regions = {name: label_named(name) for name in named}
    unknown = [name for name, label in regions.items() if label is None]
    if unknown or not named:
        known = ", ".join(f"{key} ({label.name})" for key, label in BY_KEY.items())
        raise InputError(f"{path}: unknown labels {unknown}, expected some of {known}: rename them")
    found: dict[str, str] = {}
    for name, label in regions.items():
        if label is None:
            continue
        if label.key in found:
            raise InputError(
                f"{path}: labels {found[label.key]!r} and {name!r} both stand for the {label.name}: rename one"
            )
        found[label.key] = name
    return {key: named[name] for key, name in found.items()}
