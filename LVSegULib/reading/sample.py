"""Unpack the sample patient that is shipped with the source code."""

from __future__ import annotations

import shutil
import tarfile
import tempfile
from pathlib import Path, PurePosixPath

from LVSegULib.errors import InputError, OutputError

_CONTENTS = "CONTENTS.txt"
"""Lists every unpacked file with its size, so that an incomplete folder is noticed without opening the archive."""


SAMPLES = Path("Resources") / "SampleData"
"""In a clone of the repository."""


def sample_archive(instead: str = "") -> Path:
    """The packed sample patient of the clone that the package lies in, or else of the one that this is run in.

    Args:
        instead: what the user may give in its place ("--input CINE"), if anything.

    Raises:
        InputError: it is in neither; a package that pip has copied does not hold it.
    """
    for folder in (Path(__file__).parents[2] / SAMPLES, SAMPLES):
        for archive in sorted(folder.glob("*.tar.*")):
            return archive
    also = f", or give {instead}" if instead else ""
    raise InputError(f"the sample patient is not there: run this in a clone of the repository{also}")


def unpack_sample(archive: Path, folder: Path) -> Path:
    """Unpack an archive into a folder of its own inside `folder`, unless it is there and complete.

    The folder appears under its name only once everything is in it.

    Args:
        archive: a .tar, .tar.bz2, .tar.gz or .tar.xz of plain files.
        folder: where to put it; made if missing.

    Returns:
        The folder of the unpacked files, named after the archive.

    Raises:
        InputError: the archive is missing, damaged, or holds anything but plain files below it.
        OutputError: `folder` cannot be written to.
    """
    target = folder / archive.name.split(".tar")[0]
    if is_complete(target):
        return target
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".unpacking-", dir=folder) as temporary:
            beside = Path(temporary) / target.name
            _unpack(archive, beside)
            if target.exists():
                shutil.rmtree(target)
            beside.replace(target)
    except OSError as error:
        raise OutputError(f"cannot unpack into {folder}: {error.strerror or error}: choose another folder") from error
    return target


def is_complete(folder: Path) -> bool:
    """Whether every file that was unpacked into a folder is still there, with its size."""
    try:
        lines = (folder / _CONTENTS).read_text(encoding="utf-8").splitlines()
        sizes = (line.split(" ", 1) for line in lines)
        return all((folder / name).stat().st_size == int(size) for size, name in sizes)
    except (OSError, ValueError):
        return False


def _unpack(archive: Path, folder: Path) -> None:
    contents: list[str] = []
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                if not member.isdir():
                    _unpack_member(tar, member, folder, archive)
                    contents.append(f"{member.size} {member.name}")
    except FileNotFoundError as error:
        raise InputError(f"{archive}: does not exist: it comes with LVSegU's source code, not with pip") from error
    except (tarfile.TarError, EOFError) as error:
        raise InputError(f"{archive}: is cut short or damaged ({error}): download it again") from error
    except OSError as error:
        if error.errno is not None:
            raise
        raise InputError(f"{archive}: is cut short or damaged ({error}): download it again") from error
    (folder / _CONTENTS).write_text("\n".join(contents), encoding="utf-8")


def _unpack_member(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path, archive: Path) -> None:
    path = PurePosixPath(member.name)
    content = tar.extractfile(member) if member.isfile() else None
    if content is None or path.is_absolute() or ".." in path.parts or set(member.name) & set("\\:"):
        raise InputError(f"{archive}: holds {member.name!r}, expected plain files below the folder: do not use it")
    out = folder / path
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("wb") as file:
        shutil.copyfileobj(content, file)
