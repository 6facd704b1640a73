"""The models to choose from, with what the panel says of each."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from slicer.i18n import tr as _

from LVSegULib.errors import LVSegUError, UsageError
from LVSegULib.modelfolder.figures import dice_shown
from LVSegULib.modelfolder.folder import ModelFolder, default_first, find_model, installed_models
from LVSegULib.modelfolder.licence import allows_commercial_use, full_name
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.shown import shown
from LVSegUSlicer import settings

_DATASET_NUMBER = re.compile(r"\bDataset\d+_")


@dataclass(frozen=True)
class ModelEntry:
    """A model in the panel's list.

    Attributes:
        model: what `Request.model` takes: name of an installed model, or path of a folder.
        title: its words in the list; of one for research only they say so.
        details: parameters, segments and test Dice, a line each.
        problem: why it cannot be used; "" if it can.
        licence: the licence of its weights, and what it restricts.
        licenceMeaning: the licence's full name and what it means.
        isRestricted: whether its weights must not be used commercially.
    """

    model: str
    title: str
    details: str
    problem: str = ""
    licence: str = ""
    licenceMeaning: str = ""
    isRestricted: bool = False


def listModels(chosen: str = "") -> list[ModelEntry]:
    """The installed models, the default one first; after them `chosen`, if that is a folder of the user's own."""
    entries = [_entry(folder, folder.path.name) for folder in default_first(installed_models())]
    if chosen and chosen not in {entry.model for entry in entries}:
        entries.append(ownModel(chosen, chosenModel))
    return entries


def chosenModel(model: str) -> ModelFolder:
    """The model of that name or folder; what a scene names is not looked at, unless the user chose it before.

    Raises:
        UsageError: it is neither installed nor was it chosen on this computer, or it is not there.
        ModelError: it is broken.
    """
    installed = [folder.path.name for folder in installed_models()]
    if model not in {*installed, *settings.ownModels()}:
        raise UsageError(
            _(
                "{model}: this model of the scene is neither installed nor remembered as chosen on this computer "
                "(installed: {installed}): choose its folder with the button ... if you trust it, or another model"
            ).format(model=shown(model), installed=", ".join(installed))
        )
    return find_model(model)


def ownModel(path: str, find: Callable[[str], ModelFolder] = find_model) -> ModelEntry:
    """The entry of a model folder; of one that cannot be used it says why."""
    try:
        return _entry(find(path), path)
    except LVSegUError as error:
        return ModelEntry(path, _("{name} (cannot be used)").format(name=Path(path).name), str(error), str(error))


def describeModel(spec: ModelSpec) -> str:
    """Parameters, segments and test Dice, a line each."""
    lines = [
        _("{count} parameters, {share} % of the classic U-Net").format(
            count=f"{spec.parameters:,}", share=f"{100 * spec.share_of_classic:.1f}"
        ),
        _("Segments: {names}").format(names=", ".join(label.name for label in spec.labels)),
    ]
    dice = _DATASET_NUMBER.sub("", dice_shown(spec.figures))
    return "\n".join([*lines, _("Test Dice: {figures}").format(figures=dice) if dice != "-" else _("Not tested yet")])


def describeLicence(licence: str) -> str:
    """The licence of a model's weights in a line, with what it restricts."""
    if not licence:
        return _("not stated, ask its author before you use it")
    if allows_commercial_use(licence) is False:
        return _("{name}: research only, not for commercial use").format(name=licence)
    return licence


def explainLicence(licence: str) -> str:
    """Full name of a licence, and what it means."""
    meaning = {
        True: _("The weights may be used commercially too, under the terms of this licence."),
        False: _(
            "For research only. Neither the weights nor what is derived from them may be used commercially; whoever "
            "passes them on names their sources and keeps this licence."
        ),
        None: _("Its words do not tell whether the weights may be used commercially: ask the author of the model."),
    }[allows_commercial_use(licence)]
    return f"{full_name(licence)}\n{meaning}" if licence else meaning


def _entry(folder: ModelFolder, model: str) -> ModelEntry:
    spec = folder.spec
    segments = ", ".join(label.name for label in spec.labels)
    isRestricted = allows_commercial_use(spec.licence) is False
    title = _("{name}, research only ({segments})") if isRestricted else "{name} ({segments})"
    return ModelEntry(
        model,
        title.format(name=spec.name, segments=segments),
        describeModel(spec),
        licence=describeLicence(spec.licence),
        licenceMeaning=explainLicence(spec.licence),
        isRestricted=isRestricted,
    )
