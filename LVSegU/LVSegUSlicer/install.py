"""Installs on Apply what is missing to segment: asks first, changes nothing that is there, and says what failed."""

from __future__ import annotations

import importlib
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import slicer
from slicer.i18n import tr as _

from LVSegULib.errors import LVSegUError
from LVSegUSlicer import install_texts as texts
from LVSegUSlicer.constraints import constraintsFile, installedVersions, mayChange
from LVSegUSlicer.installers import hasTorchInstaller, installTorch, installWithPip
from LVSegUSlicer.packages import Package, missingPackages

__all__ = ["InstallError", "ensureEngine", "missingPackages"]

_running: list[str] = []
"""The packages that are being installed now."""


class InstallError(LVSegUError):
    """A Python package that segmenting needs is missing: refused, not to be had, or broken."""


def ensureEngine(engine: str) -> None:
    """Install what `engine` needs and is missing, if the user agrees in a dialog; on the main thread.

    Args:
        engine: "onnxruntime", "torch", or "auto" for the fastest that is installed in a version that fits; ONNX Runtime
            if none is.

    Raises:
        UsageError: there is no such engine.
        InstallError: something is still missing; the message says why, what was changed, and what to do by hand.
    """
    missing = missingPackages(engine)
    if not missing:
        return
    if "torch" in _names(missing) and not hasTorchInstaller():
        raise InstallError(
            _(
                "PyTorch is not installed, and Slicer's extension PyTorch, which installs it, is missing: get it with "
                "the Extensions Manager (menu View) and restart Slicer, or choose another engine under Advanced"
            )
        )
    if _running:
        raise InstallError(_("Python packages are being installed: wait until that is done"))
    if not slicer.util.confirmOkCancelDisplay(
        texts.question(missing), windowTitle=_("LVSegU: install Python packages")
    ):
        raise InstallError(texts.refused(missing))
    with _noSecondInstallation(missing):
        _install(missing)


@contextmanager
def _noSecondInstallation(missing: Sequence[Package]) -> Iterator[None]:
    """Slicer handles events while pip runs, and so Apply may be pressed again."""
    _running.extend(_names(missing))
    try:
        yield
    finally:
        _running.clear()


def _install(missing: Sequence[Package]) -> None:
    before = installedVersions()
    loaded = [package for package in missing if package.name in sys.modules]
    with constraintsFile(_names(missing)) as constraints:
        try:
            _runInstallers(missing, constraints)
        except Exception as error:  # Slicer's and pip's functions raise whatever they like
            logging.exception("Installation of %s failed", texts.titles(missing))
            importlib.invalidate_caches()
            raise InstallError(texts.failed(missing, error, _changes(before))) from error
    importlib.invalidate_caches()
    _checkOtherPackages(missing, before)
    _checkInstalled(missing, before)
    if loaded:
        raise InstallError(texts.restart(loaded))


def _runInstallers(missing: Sequence[Package], constraints: Path) -> None:
    withPip = [package for package in missing if package.name != "torch"]
    if withPip:
        installWithPip(withPip, constraints)
    for package in missing:
        if package.name == "torch":
            installTorch(package, constraints)


def _checkOtherPackages(missing: Sequence[Package], before: dict[str, str]) -> None:
    """Constraints are a request to whoever runs pip: see that it was heeded."""
    after = installedVersions()
    wanted = _names(missing)
    lost = [name for name, version in before.items() if after.get(name) != version and not mayChange(name, wanted)]
    if lost:
        raise InstallError(texts.replaced(_changes(before, lost), [f"{name}=={before[name]}" for name in lost]))


def _checkInstalled(missing: Sequence[Package], before: dict[str, str]) -> None:
    absent = [package for package in missing if package.isMissing]
    if absent:
        raise InstallError(texts.stillMissing(absent, _changes(before)))
    for package in missing:
        try:
            importlib.import_module(package.name)
        except Exception as error:  # a library that cannot be loaded raises ImportError, OSError or worse
            logging.exception("%s cannot be imported", package.name)
            raise InstallError(texts.broken(package, error)) from error


def _changes(before: dict[str, str], names: Sequence[str] | None = None) -> list[str]:
    """What differs from `before`, such as "flatbuffers 25.12 (new)" or "numpy 2.4.6 instead of 1.26.4"."""
    after = installedVersions()
    changed = [name for name in sorted({*before, *after}) if before.get(name) != after.get(name)]
    return [_change(name, before.get(name), after.get(name)) for name in changed if names is None or name in names]


def _change(name: str, old: str | None, new: str | None) -> str:
    if old is None:
        return _("{name} {new} (new)").format(name=name, new=new)
    if new is None:
        return _("{name} {old} (removed)").format(name=name, old=old)
    return _("{name} {new} instead of {old}").format(name=name, new=new, old=old)


def _names(packages: Sequence[Package]) -> tuple[str, ...]:
    return tuple(package.name for package in packages)
