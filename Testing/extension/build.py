"""Runs cmake on the extension, with a stand-in for a build of Slicer. No compiler is needed, as nothing is compiled.

`python -m Testing.extension.build FOLDER` takes the stand-in of another folder; its warnings are failures.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

STAND_IN = Path(__file__).with_name("cmake_stand_in")
MODULES = Path("lib", "Slicer-5.13", "qt-scripted-modules")
"""Where Slicer's modules are, below the folder of an installation."""


def find_cmake() -> Path:
    """The program of the Python package cmake.

    Raises:
        ImportError: the package is not installed.
    """
    import cmake

    return next(path for path in Path(cmake.CMAKE_BIN_DIR).iterdir() if path.stem == "cmake")


@dataclass(frozen=True)
class Build:
    """The extension's source folder, a folder to build it in, and what stands for Slicer."""

    source: Path
    folder: Path
    slicer: Path = STAND_IN

    def configure(self) -> subprocess.CompletedProcess[str]:
        """`cmake -S source -B folder`; the caller looks at its exit code and its errors."""
        program = find_cmake().as_posix()
        languages = [
            f"-DCMAKE_{language}_{name}={value}"
            for language in ("C", "CXX")
            for name, value in (("COMPILER", program), ("COMPILER_FORCED", 1), ("COMPILER_ID_RUN", 1))
        ]
        return self._run(
            *("-S", self.source, "-B", self.folder, "-G", "Unix Makefiles"),
            *(f"-DCMAKE_MAKE_PROGRAM={program}", f"-DSlicer_DIR={self.slicer.as_posix()}"),
            *languages,
        )

    def install(self, place: Path) -> subprocess.CompletedProcess[str]:
        """Put the files where Slicer would have them, below `place`."""
        return self._run("--install", self.folder, "--prefix", place)

    def _run(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        command = [str(find_cmake()), *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        configured = Build(STAND_IN.parents[2], Path(folder), Path(sys.argv[1]).resolve()).configure()
    sys.stderr.write(configured.stderr)
    sys.exit(configured.returncode or bool(configured.stderr))
