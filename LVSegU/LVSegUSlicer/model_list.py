"""The models to choose from, with what the panel says of each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from slicer.i18n import tr as _

from LVSegULib.commands.models import dice_shown
from LVSegULib.errors import LVSegUError
from LVSegULib.modelfolder.folder import ModelFolder, find_model, installed_models
from LVSegULib.modelfolder.spec import ModelSpec

_RESEARCH_ONLY = re.compile(r"\bNC\b|non-?commercial|research", re.IGNORECASE)
_DATASET_NUMBER = re.compile(r"\bDataset\d+_")


@dataclass(frozen=True)
class ModelEntry:
    """A model in the panel's list.

    Attributes:
        model: what `Request.model` takes: name of an installed model, or path of a folder.
        title: its words in the list.
        details: parameters, segments, licence and test Dice, a line each.
        problem: why it cannot be used; "" if it can.
    """

    model: str
    title: str
    details: str
    problem: str = ""


def listModels(chosen: str = "") -> list[ModelEntry]:
    """The installed models, and after them `chosen` where that is none of these but a folder of the user's own."""
    entries = [_entry(folder, folder.path.name) for folder in installed_models()]
    if chosen and chosen not in {entry.model for entry in entries}:
        entries.append(ownModel(chosen))
    return entries


def ownModel(path: str) -> ModelEntry:
    """The entry of a model folder; of one that cannot be used it says why."""
    try:
        return _entry(find_model(path), path)
    except LVSegUError as error:
        return ModelEntry(path, _("{name} (cannot be used)").format(name=Path(path).name), str(error), str(error))


def describeModel(spec: ModelSpec) -> str:
    """Parameters, segments, licence and test Dice, a line each."""
    lines = [
        _("{count} parameters, {share} % of the classic U-Net").format(
            count=f"{spec.parameters:,}", share=f"{100 * spec.share_of_classic:.1f}"
        ),
        _("Segments: {names}").format(names=", ".join(label.name for label in spec.labels)),
        _licence(spec.licence),
    ]
    dice = _DATASET_NUMBER.sub("", dice_shown(spec.figures))
    return "\n".join([*lines, _("Test Dice: {figures}").format(figures=dice) if dice != "-" else _("Not tested yet")])


def _licence(licence: str) -> str:
    if not licence:
        return _("Licence: not stated, ask its author before you use it")
    if _RESEARCH_ONLY.search(licence):
        return _("Licence: {name}, for research only, not for commercial use").format(name=licence)
    return _("Licence: {name}").format(name=licence)


def _entry(folder: ModelFolder, model: str) -> ModelEntry:
    segments = ", ".join(label.name for label in folder.spec.labels)
    return ModelEntry(model, f"{folder.spec.name} ({segments})", describeModel(folder.spec))
