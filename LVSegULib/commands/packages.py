"""What a command says when a package that it needs is not installed."""

from __future__ import annotations

import importlib.util

from LVSegULib.errors import EXTRAS, MissingPackage


def is_installed(package: str) -> bool:
    """Whether a package is there; it is not imported."""
    return importlib.util.find_spec(package) is not None


def need_torch(what: str) -> None:
    """Refuse to go on without PyTorch; `what` is what needs it ("training").

    Raises:
        MissingPackage: PyTorch is not installed.
    """
    _need("torch", "PyTorch", what, "train")


def need_captum(what: str) -> None:
    """Refuse to go on without PyTorch and captum; `what` is what needs them.

    Raises:
        MissingPackage: one of them is not installed.
    """
    _need("torch", "PyTorch", what, "filters")
    _need("captum", "captum", what, "filters")


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
