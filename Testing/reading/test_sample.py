"""The sample archive, and archives that must not be trusted."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from LVSegULib.errors import InputError
from LVSegULib.reading.sample import is_complete, unpack_sample


def an_archive(path: Path, *names: str, kind: bytes = tarfile.REGTYPE) -> Path:
    with tarfile.open(path, "w:bz2") as tar:
        for name in names:
            member = tarfile.TarInfo(name)
            member.type, member.size, member.linkname = kind, 3 if kind == tarfile.REGTYPE else 0, "/etc/hosts"
            tar.addfile(member, io.BytesIO(b"abc"))
    return path


def test_the_shipped_patient_is_whole(the_sample_patient: Path) -> None:
    assert is_complete(the_sample_patient)
    assert len(list(the_sample_patient.rglob("*.dcm"))) == 240
    assert len(list(the_sample_patient.rglob("*contour-manual.txt"))) == 27


def test_it_is_unpacked_once(tmp_path: Path) -> None:
    archive = an_archive(tmp_path / "a.tar.bz2", "x/y.txt")
    folder = unpack_sample(archive, tmp_path / "out")
    assert (folder.name, (folder / "x" / "y.txt").read_text()) == ("a", "abc")
    archive.unlink()
    assert unpack_sample(archive, tmp_path / "out") == folder


def test_it_is_unpacked_again_if_a_file_is_missing_or_short(tmp_path: Path) -> None:
    archive = an_archive(tmp_path / "a.tar.bz2", "x.txt", "y.txt")
    folder = unpack_sample(archive, tmp_path)
    (folder / "x.txt").unlink()
    (folder / "y.txt").write_text("a")
    assert not is_complete(folder)
    unpack_sample(archive, tmp_path)
    assert is_complete(folder)


@pytest.mark.parametrize("kept", [0.97, 0.5, 0.0])
def test_an_archive_cut_short_leaves_nothing(tmp_path: Path, kept: float) -> None:
    archive = an_archive(tmp_path / "a.tar.bz2", *(f"{n}.txt" for n in range(50)))
    content = archive.read_bytes()
    archive.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(InputError, match="cut short or damaged"):
        unpack_sample(archive, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_missing_archive(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        unpack_sample(tmp_path / "a.tar.bz2", tmp_path / "out")


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x", "C:x", "..\\x"])
def test_paths_that_lead_outside_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="do not use it"):
        unpack_sample(an_archive(tmp_path / "a.tar.bz2", name), tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_are_refused(tmp_path: Path, kind: bytes) -> None:
    with pytest.raises(InputError, match="do not use it"):
        unpack_sample(an_archive(tmp_path / "a.tar.bz2", "x", kind=kind), tmp_path / "out")
