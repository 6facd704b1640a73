"""What a receipt says of a case's input: every byte that counts."""

from __future__ import annotations

from pathlib import Path

from LVSegULib.cohort.case import Found
from LVSegULib.cohort.receipt import hash_input


def test_the_hash_of_a_folder_follows_its_files_and_not_what_systems_leave_there(tmp_path: Path) -> None:
    folder = tmp_path / "series"
    (folder / "more").mkdir(parents=True)
    for name in ("IM1", "more/IM2"):
        (folder / name).write_bytes(b"pixels")
    found = Found("series", ("series",), folder, None, None, "")
    before = hash_input(found)
    for litter in (".DS_Store", "._IM1", "more/Thumbs.db", "desktop.ini"):
        (folder / litter).write_bytes(b"litter")
    assert hash_input(found) == before
    (folder / "more" / "IM2").write_bytes(b"Pixels")
    assert hash_input(found) != before


def test_hidden_files_of_a_folder_count_as_they_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "series"
    (folder / ".parts").mkdir(parents=True)
    found = Found("series", ("series",), folder, None, None, "")
    hashes = {hash_input(found)}
    for name, content in ((".IM1", b"pixels"), (".parts/IM2", b"pixels"), (".parts/IM2", b"Pixels")):
        (folder / name).write_bytes(content)
        hashes.add(hash_input(found))
    assert len(hashes) == 4
