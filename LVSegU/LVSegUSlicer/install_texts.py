"""What the user is asked before an installation, and told after one that failed."""

from __future__ import annotations

from collections.abc import Sequence
from subprocess import CalledProcessError

from slicer.i18n import tr as _

from LVSegUSlicer.packages import Package, installedVersion


def question(missing: Sequence[Package]) -> str:
    """What is missing, how much is downloaded, MB, and whether to."""
    lines = [_line(package) for package in missing]
    if any(package.name == "torch" for package in missing):
        lines.append(_("(PyTorch for an NVIDIA graphics card: several thousand MB)"))
    return _(
        "LVSegU needs Python packages that are missing:\n\n{lines}\n\nDownload about {megabytes} MB and install them "
        "into Slicer's Python? What Slicer brings is not changed."
    ).format(lines="\n".join(lines), megabytes=sum(package.megabytes for package in missing))


def refused(missing: Sequence[Package]) -> str:
    """The user said no."""
    return _("{packages} is needed and was not installed; nothing was changed. {byHand}").format(
        packages=titles(missing), byHand=_byHand(missing)
    )


def failed(missing: Sequence[Package], error: Exception, changes: Sequence[str]) -> str:
    """The installer raised `error`; `changes` says what it had changed by then."""
    return _("{packages} could not be installed: {reason}. {changes} {byHand}").format(
        packages=titles(missing), reason=_reason(error), changes=_changed(changes), byHand=_byHand(missing)
    )


def stillMissing(missing: Sequence[Package], changes: Sequence[str]) -> str:
    """The installer was content, but the packages are not there."""
    return _("{packages} is still missing after the installation. {changes} {byHand}").format(
        packages=titles(missing), changes=_changed(changes), byHand=_byHand(missing)
    )


def broken(package: Package, error: Exception) -> str:
    """A package was installed, but Python cannot load it."""
    return _(
        "{package} was installed, but cannot be loaded ({error}). Restart Slicer and try again; on Windows, install "
        "the Microsoft Visual C++ Redistributable (x64) first"
    ).format(package=package.title, error=f"{type(error).__name__}: {error}")


def restart(loaded: Sequence[Package]) -> str:
    """Packages were replaced that are in use."""
    return _("{packages} was replaced by a newer version: restart Slicer to use it").format(packages=titles(loaded))


def replaced(changes: Sequence[str], pins: Sequence[str]) -> str:
    """The installer changed what it should not."""
    return _(
        "The installation changed what it should not: {changes}. To put it back, type in the Python console (menu "
        'View): slicer.util.pip_install("{pins}"), then restart Slicer'
    ).format(changes=", ".join(changes), pins=" ".join(pins))


def titles(packages: Sequence[Package]) -> str:
    """Their names, for people."""
    return ", ".join(package.title for package in packages)


def _line(package: Package) -> str:
    text = _("{title} ({requirement}), about {megabytes} MB").format(
        title=package.title, requirement=package.requirement, megabytes=package.megabytes
    )
    version = installedVersion(package.name)
    return text if version is None else _("{text}; replaces version {version}").format(text=text, version=version)


def _reason(error: Exception) -> str:
    if isinstance(error, CalledProcessError):
        return _("pip ended with code {code}, its lines are in the Python console (is there a network?)").format(
            code=error.returncode
        )
    return str(error) or type(error).__name__


def _changed(changes: Sequence[str]) -> str:
    if not changes:
        return _("Nothing was changed.")
    return _("Changed: {changes}.").format(changes=", ".join(changes))


def _byHand(missing: Sequence[Package]) -> str:
    """The lines that do the same in the Python console."""
    requirements = " ".join(package.requirement for package in missing if package.name != "torch")
    lines = [f'slicer.util.pip_install("{requirements}")'] if requirements else []
    torch = [package.versions for package in missing if package.name == "torch"]
    lines += [
        f'import PyTorchUtils; PyTorchUtils.PyTorchUtilsLogic().installTorch(torchVersionRequirement="{versions}")'
        for versions in torch
    ]
    return _("Press Apply to try again, or type in the Python console (menu View): {lines}").format(
        lines="; ".join(lines)
    )
