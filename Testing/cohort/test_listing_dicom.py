"""Searches through folders of DICOM, for whose headers there is a memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from LVSegULib.cohort import listing_dicom
from LVSegULib.cohort.listing_headers import Study, Unknown, read_study
from Testing.cohort.mixed_tree import ANNA, BERT, Memory, a_file, damage, found_in, search, write_series


class Opened:
    """Takes down the names of the files whose headers are read."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names: list[str] = []
        monkeypatch.setattr(listing_dicom, "read_study", self)

    def __call__(self, path: Path) -> Study | Unknown:
        self.names.append(path.name)
        return read_study(path)

    def again(self) -> list[str]:
        names, self.names = sorted(self.names), []
        return names


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Opened:
    return Opened(monkeypatch)


def test_headers_are_read_once(tmp_path: Path, opened: Opened) -> None:
    first = write_series(tmp_path / "mixed", "Anna", ANNA)
    second = write_series(tmp_path / "mixed", "Bert", BERT, series=8)
    memory = Memory()
    before = search(tmp_path, memory)
    assert opened.again() == sorted(path.name for path in (*first, *second))
    assert search(tmp_path, memory) == before
    assert opened.again() == []


def test_a_folder_that_has_changed_is_read_again_and_no_other(tmp_path: Path, opened: Opened) -> None:
    anna = write_series(tmp_path / "a", "Anna", ANNA)
    write_series(tmp_path / "b", "Bert", BERT, series=8)
    memory = Memory()
    before = {one.key: one.fingerprint for one in search(tmp_path, memory).found}
    opened.again()
    anna[0].write_bytes(anna[0].read_bytes() + b"\0\0")
    after = {one.key: one.fingerprint for one in search(tmp_path, memory).found}
    assert opened.again() == sorted(path.name for path in anna)
    assert {key for key in before if before[key] != after[key]} == {f"dicom:Anna/{ANNA}"}


def test_what_another_version_remembered_is_read_again(tmp_path: Path, opened: Opened) -> None:
    write_series(tmp_path, "Anna", ANNA)
    memory = Memory()
    before = search(tmp_path, memory)
    fingerprint, text = memory.texts["."]
    memory.texts["."] = fingerprint, text.replace('"format": 1', '"format": 0')
    opened.again()
    assert search(tmp_path, memory) == before
    assert len(opened.again()) == 6


def test_files_that_cannot_be_dicom_are_not_opened(tmp_path: Path, opened: Opened) -> None:
    paths = write_series(tmp_path, "Anna", ANNA)
    for name in ("notes.txt", "cine.avi", "DICOMDIR", "image.nii", "short"):
        a_file(tmp_path / name)
    a_file(tmp_path / "odd.0001", bytes(200))
    listing = search(tmp_path)
    assert opened.again() == sorted([*(path.name for path in paths), "odd.0001"])
    assert listing.left_out == {
        ".txt files, neither images nor DICOM": 1,
        ".avi files, neither images nor DICOM": 1,
        "other files, neither images nor DICOM": 2,
    }


def test_a_note_beside_the_images_does_not_change_their_fingerprint(tmp_path: Path) -> None:
    write_series(tmp_path, "Anna", ANNA)
    (before,) = search(tmp_path).found
    a_file(tmp_path / "notes", bytes(200))
    (after,) = search(tmp_path).found
    assert after == before


def test_a_damaged_file_belongs_to_the_only_study_of_its_folder(tmp_path: Path) -> None:
    paths = write_series(tmp_path / "anna", "Anna", ANNA)
    damage(paths[0], paths[0])
    write_series(tmp_path / "bert", "Bert", BERT)
    found = found_in(tmp_path)
    assert set(found) == {f"dicom:Anna/{ANNA}", f"dicom:Bert/{BERT}"}
    assert found[f"dicom:Anna/{ANNA}"].files is None


def test_a_damaged_file_among_several_studies_is_a_case_of_its_own(tmp_path: Path) -> None:
    anna = write_series(tmp_path / "all", "Anna", ANNA)
    write_series(tmp_path / "all", "Bert", BERT, series=8)
    broken = damage(anna[0], tmp_path / "all" / "broken")
    found = found_in(tmp_path)
    assert set(found) == {"all/broken", f"dicom:Anna/{ANNA}", f"dicom:Bert/{BERT}"}
    assert (found["all/broken"].path, found["all/broken"].files) == (broken, None)
    assert found["all/broken"].names == ("broken", "all-broken")
    assert broken not in (found[f"dicom:Anna/{ANNA}"].files or ())


def test_damaged_files_of_a_folder_without_any_study_are_one_case(tmp_path: Path) -> None:
    for path in write_series(tmp_path / "lab" / "anna", "Anna", ANNA):
        damage(path, path)
    found = found_in(tmp_path)
    assert list(found) == ["lab/anna"]
    assert (found["lab/anna"].path, found["lab/anna"].files) == (tmp_path / "lab" / "anna", None)
    assert found["lab/anna"].names == ("anna", "lab-anna")


def test_a_file_that_cannot_be_opened_is_never_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = write_series(tmp_path / "all", "Anna", ANNA)
    write_series(tmp_path / "all", "Bert", BERT, series=8)

    def read(path: Path) -> Study | Unknown:
        return Unknown.CLOSED if path == paths[0] else read_study(path)

    memory = Memory()
    with monkeypatch.context() as patch:
        patch.setattr(listing_dicom, "read_study", read)
        listing = search(tmp_path, memory)
    assert listing.left_out == {"files that cannot be opened": 1}
    assert len(listing.left_out.closed) == 1
    assert memory.texts == {}
    assert paths[0] in (search(tmp_path, memory).found[0].files or ())


@pytest.mark.parametrize("text", [None, "", "{broken"])
def test_what_cannot_be_recalled_is_looked_at_again(text: str | None) -> None:
    assert listing_dicom._recalled(text, 3) is None
