"""Keeps pip from changing what is installed: a constraints file with exactly the versions that are there now."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

TORCH_FAMILY = frozenset({"torch", "torchvision", "torchaudio", "triton", "light-the-torch", "pip"})
"""What may have to change with PyTorch. pip itself: light-the-torch, which the extension PyTorch installs with, works
only with some versions of it; no module of Slicer imports pip."""

TORCH_LIBRARIES = ("nvidia-", "cuda-")

PIP_VARIABLE = "PIP_CONSTRAINT"


def installedVersions() -> dict[str, str]:
    """Version of every installed package by its normalised name; what a broken installation left behind is none."""
    from packaging.utils import canonicalize_name
    from packaging.version import InvalidVersion, Version

    versions = {}
    for name in sorted({canonicalize_name(found.metadata["Name"] or "") for found in metadata.distributions()}):
        try:
            versions[name] = str(Version(metadata.version(name)))
        except (metadata.PackageNotFoundError, InvalidVersion, TypeError, KeyError, ValueError):
            continue
    return versions


def mayChange(name: str, wanted: Collection[str]) -> bool:
    """Whether a package may be replaced when `wanted` are installed."""
    isOfTorch = name in TORCH_FAMILY or name.startswith(TORCH_LIBRARIES)
    return name in wanted or ("torch" in wanted and isOfTorch)


@contextmanager
def constraintsFile(wanted: Collection[str]) -> Iterator[Path]:
    """A file for pip's --constraint that keeps every installed package as it is, but those of `wanted`."""
    lines = [f"{name}=={version}\n" for name, version in installedVersions().items() if not mayChange(name, wanted)]
    with tempfile.TemporaryDirectory(prefix="lvsegu-") as folder:
        path = Path(folder) / "constraints.txt"
        path.write_text("".join(lines), encoding="utf-8")
        yield path


@contextmanager
def constrainedPip(path: Path) -> Iterator[None]:
    """Every pip that is started meanwhile, by whomever, gets the constraints; its variable splits at spaces."""
    before = os.environ.get(PIP_VARIABLE)
    os.environ[PIP_VARIABLE] = " ".join(filter(None, (before, path.resolve().as_uri())))
    try:
        yield
    finally:
        if before is None:
            del os.environ[PIP_VARIABLE]
        else:
            os.environ[PIP_VARIABLE] = before
