"""Writes the lists of files in the CMakeLists.txt files from the tree: `make cmake-lists`."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class FileList:
    """One `set(NAME ...)` in a CMakeLists.txt, and which files of the tree belong in it."""

    cmake_file: str
    name: str
    holds: Callable[[PurePosixPath], bool]

    def entries(self, tree: Iterable[str]) -> list[str]:
        """The files of `tree` that belong in this list, by their paths from the folder of the CMakeLists.txt."""
        folder = PurePosixPath(self.cmake_file).parent
        held = (path for path in map(PurePosixPath, tree) if self.holds(path))
        return sorted(path.relative_to(folder).as_posix() for path in held)

    def written_in(self, text: str) -> list[str]:
        """The entries that stand in the text of the CMakeLists.txt now."""
        return self._find(text).group(2).split()

    def write_into(self, text: str, entries: Iterable[str]) -> str:
        """The text of the CMakeLists.txt with other entries."""
        found = self._find(text)
        lines = "".join(f"  {entry}\n" for entry in entries)
        return f"{text[: found.start(2)]}{lines}{text[found.end(2) :]}"

    def _find(self, text: str) -> re.Match[str]:
        found = re.search(rf"^(set\({self.name}\n)((?:  [^\s)]+\n)*)  \)$", text, re.MULTILINE)
        if found is None:
            raise ValueError(f"{self.cmake_file}: expected set({self.name} with one file a line: write it so")
        return found


def is_script(path: PurePosixPath) -> bool:
    """Whether Slicer compiles the file; everything else is a resource, which is only copied."""
    return path.suffix == ".py"


def is_of_the_library(path: PurePosixPath) -> bool:
    """Whether the file goes into Slicer beside the module: the library, or the sample patient."""
    return path.is_relative_to("LVSegULib") or path.is_relative_to("Resources/SampleData")


def is_of_the_module(path: PurePosixPath) -> bool:
    """Whether the file is the module's own; the lists themselves are not installed."""
    return path.is_relative_to("LVSegU") and path.name != "CMakeLists.txt"


LISTS = (
    FileList("CMakeLists.txt", "LIBRARY_SCRIPTS", lambda it: is_of_the_library(it) and is_script(it)),
    FileList("CMakeLists.txt", "LIBRARY_RESOURCES", lambda it: is_of_the_library(it) and not is_script(it)),
    FileList("LVSegU/CMakeLists.txt", "MODULE_PYTHON_SCRIPTS", lambda it: is_of_the_module(it) and is_script(it)),
    FileList("LVSegU/CMakeLists.txt", "MODULE_PYTHON_RESOURCES", lambda it: is_of_the_module(it) and not is_script(it)),
    FileList(
        "Testing/Python/CMakeLists.txt",
        "SELF_TESTS",
        lambda it: it.is_relative_to("Testing/Python") and is_script(it),
    ),
)


def files_of_the_tree(root: Path) -> list[str]:
    """Every file that is tracked by git, or new and not ignored.

    Raises:
        RuntimeError: `root` is not a clone.
    """
    command = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, encoding="utf-8", check=False)
    if listed.returncode:
        raise RuntimeError(
            f"{root}: git lists no files: {listed.stderr.strip()}: run this in a clone of the repository"
        )
    return sorted(name for name in set(listed.stdout.split("\0")) if name and (root / name).is_file())


def write_lists(root: Path) -> list[str]:
    """Write every list from the tree of `root`; gives the CMakeLists.txt files that changed."""
    tree, changed = files_of_the_tree(root), []
    for file_list in LISTS:
        path = root / file_list.cmake_file
        text = path.read_text(encoding="utf-8")
        new = file_list.write_into(text, file_list.entries(tree))
        if new != text:
            path.write_text(new, encoding="utf-8", newline="\n")
            changed.append(file_list.cmake_file)
    return sorted(set(changed))


if __name__ == "__main__":
    sys.stdout.write("".join(f"{name} is written anew\n" for name in write_lists(ROOT)) or "The lists are complete\n")
