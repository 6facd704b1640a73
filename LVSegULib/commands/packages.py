"""What a command says when a package that it needs is not installed."""

from __future__ import annotations

from LVSegULib.errors import EXTRAS, MissingPackage
from LVSegULib.installed import is_installed


def need_torch(what: str) -> None:
    """Refuse to go on without PyTorch; `what` is what needs it ("training").

    Raises:
        MissingPackage: PyTorch is not installed.
    """
    _need("torch", "PyTorch", what, "train")


def need_captum() -> None:
    """Refuse to go on without what `lvsegu filters --all` runs on.

    Raises:
        MissingPackage: one of them is not installed.
    """
    _need("torch", "PyTorch", "--all", "filters")
    _need("captum", "captum", "--all", "filters")


def need_cohort() -> None:
    """Refuse to go on without what `lvsegu cohort` runs on.

    Raises:
        MissingPackage: a package of the extra `cohort` is not installed.
    """
    for package in EXTRAS["cohort"]:
        _need(package, package, "a cohort", "cohort")


def need_scheduler() -> None:
    """Refuse to go on without what talks to a running Dask scheduler.

    Raises:
        MissingPackage: it is not installed.
    """
    _need("distributed", "distributed", "--scheduler", "cohort")


def _need(package: str, name: str, what: str, extra: str) -> None:
    if not is_installed(package):
        raise MissingPackage(f'{what} needs {name}, which is not installed: pip install "lvsegu[{extra}]"')
