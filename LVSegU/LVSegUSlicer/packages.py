"""Which Python packages LVSegU needs in Slicer, and which of them are missing."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from slicer.i18n import tr as _

from LVSegULib.errors import UsageError

REQUIREMENTS = Path(__file__).parent / "requirements.txt"

ENGINES = ("onnxruntime", "torch")
"""The engines offered in Slicer. OpenVINO is not: it brings a TBB of its own beside Slicer's."""

ALWAYS = ("scipy", "safetensors")
"""Needed with every engine."""

TITLES = {"scipy": "SciPy", "safetensors": "safetensors", "onnxruntime": "ONNX Runtime", "torch": "PyTorch"}

MEGABYTES = {"scipy": 35, "safetensors": 1, "onnxruntime": 30, "torch": 200}
"""To download with what each needs, for Linux, where most is needed; PyTorch for the processor only."""

BROUGHT = ("scipy",)
"""Current Slicers bring these: installed where an old one lacks them, never replaced by another version."""


@dataclass(frozen=True)
class Package:
    """A Python package that is needed.

    Attributes:
        name: as pip knows it; also the name of its module.
        requirement: what pip is asked for, such as "scipy>=1.11".
    """

    name: str
    requirement: str

    @property
    def title(self) -> str:
        """Its name, for people."""
        return TITLES[self.name]

    @property
    def megabytes(self) -> int:
        """About how much is downloaded, MB."""
        return MEGABYTES[self.name]

    @property
    def versions(self) -> str:
        """The versions that fit, such as ">=1.11"."""
        return self.requirement.removeprefix(self.name)

    @property
    def isMissing(self) -> bool:
        """Whether there is no such module, or an installed version that does not fit; nothing is imported."""
        if not isImportable(self.name):
            return True
        version = installedVersion(self.name)
        if self.name in BROUGHT or version is None:  # no version: onnxruntime-gpu, which brings the same module
            return False
        from packaging.specifiers import SpecifierSet

        return not SpecifierSet(self.versions).contains(version, prereleases=True)


def missingPackages(engine: str) -> tuple[Package, ...]:
    """What is to be installed before `engine` can run.

    Args:
        engine: "onnxruntime", "torch", or "auto", see `chosenEngine`.

    Raises:
        UsageError: there is no such engine.
    """
    if engine not in ("auto", *ENGINES):
        raise UsageError(_('there is no engine "{engine}": choose auto, onnxruntime or torch').format(engine=engine))
    needed = (*ALWAYS, chosenEngine(engine))
    return tuple(package for package in _packages() if package.name in needed and package.isMissing)


def chosenEngine(engine: str) -> str:
    """`engine` itself; for "auto" the first of `readyEngines`, ONNX Runtime if there is none."""
    return engine if engine != "auto" else next(iter(readyEngines()), ENGINES[0])


def readyEngines() -> tuple[str, ...]:
    """Those of `ENGINES` that are installed in a version that fits, in their order; nothing is imported."""
    return tuple(package.name for package in _packages() if package.name in ENGINES and not package.isMissing)


def isImportable(module: str) -> bool:
    """Whether there is a module; a folder that an uninstallation left behind, without `__init__.py`, is none."""
    spec = importlib.util.find_spec(module)
    return spec is not None and spec.origin is not None


def installedVersion(name: str) -> str | None:
    """The version of an installed package; None if it is not installed under this name."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _packages() -> tuple[Package, ...]:
    lines = (line.strip() for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines())
    requirements = [line for line in lines if line and not line.startswith("#")]
    return tuple(Package(requirement.partition(">=")[0], requirement) for requirement in requirements)
