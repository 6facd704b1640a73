"""The three ways in which Slicer installs Python packages: slicer.packaging, slicer.util and the extension PyTorch."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import slicer

from LVSegUSlicer.constraints import constrainedPip
from LVSegUSlicer.packages import Package

REQUESTER = "LVSegU"


def hasTorchInstaller() -> bool:
    """Whether Slicer's extension PyTorch is there."""
    return _module("PyTorchUtils") is not None


def installWithPip(packages: Sequence[Package], constraints: Path) -> None:
    """Install into Slicer's Python; the user has been asked already. Whatever Slicer's own functions raise."""
    requirements = [package.requirement for package in packages]
    slicerPackaging = _module("slicer.packaging")  # Slicer 5.11 and later
    if slicerPackaging is not None:
        from packaging.requirements import Requirement

        parsed = [Requirement(requirement) for requirement in requirements]  # the first versions take no strings
        slicerPackaging.pip_ensure(parsed, constraints=constraints, prompt_install=False, requester=REQUESTER)
        return
    with slicer.util.WaitCursor():
        slicer.util.pip_install([*requirements, "--constraint", str(constraints)])


def installTorch(package: Package, constraints: Path) -> None:
    """Install PyTorch, for the graphics card that is there; the user has been asked already.

    Raises:
        RuntimeError: PyTorchUtils gave none.
    """
    logic = importlib.import_module("PyTorchUtils").PyTorchUtilsLogic()
    with slicer.util.WaitCursor(), constrainedPip(constraints):
        torch = logic.installTorch(askConfirmation=False, torchVersionRequirement=package.versions)
    if torch is None:
        raise RuntimeError("PyTorchUtils did not install it")


def _module(name: str) -> Any | None:
    """A module of Slicer's, None where this Slicer has none of the name."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        return None
