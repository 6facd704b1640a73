from __future__ import annotations

from pathlib import Path

import pytest

from LVSegULib.cohort.listing import find_cases
from LVSegULib.cohort.naming import give_names
from LVSegULib.errors import InputError
from LVSegULib.reading import read_cine
from Testing.cohort.mixed_tree import ANNA, BERT, Memory, a_file, damage, search, write_series


def write_a_lab(root: Path) -> None:
    """Studies mixed in one folder with a damaged file and notes, images in others, and what a cohort has written."""
    anna = write_series(root / "scanner", "Anna", ANNA)
    write_series(root / "scanner", "Bert", BERT, series=8)
    damage(anna[0], root / "scanner" / "broken")
    for name in ("scanner/notes.txt", "mice/m1/cine.nii.gz", "mice/m2/cine.nii.gz", "mice/m2/cine.seg.nrrd"):
        a_file(root / name)
    for name in ("manifest.sqlite", "cases/cine/cine.nii.gz", "cases/cine/receipt.json"):
        a_file(root / "out" / name)


def test_all_kinds_of_cases_of_a_tree_by_their_keys(tmp_path: Path) -> None:
    write_a_lab(tmp_path)
    listing = search(tmp_path)
    assert [one.key for one in listing.found] == [
        f"dicom:Anna/{ANNA}",
        f"dicom:Bert/{BERT}",
        "mice/m1/cine.nii.gz",
        "mice/m2/cine.nii.gz",
        "scanner/broken",
    ]
    assert listing.left_out == {
        "segmentations": 1,
        "results of a cohort": 1,
        ".txt files, neither images nor DICOM": 1,
        ".sqlite files, neither images nor DICOM": 1,
    }
    assert listing.root == tmp_path
    names = give_names(listing.found, {})
    assert sorted(names.values()) == ["Anna", "Bert", "broken", "m1-cine", "m2-cine"]


def test_a_path_from_here_is_as_good_as_a_whole_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_a_lab(tmp_path / "lab")
    monkeypatch.chdir(tmp_path)
    assert search(Path("lab")) == search(tmp_path / "lab")


def test_progress_tells_the_number_of_files(tmp_path: Path) -> None:
    write_series(tmp_path / "a", "Anna", ANNA)
    a_file(tmp_path / "b" / "cine.nii")
    told: list[int] = []
    find_cases(tmp_path, Memory(), told.append)
    assert told == sorted(told)
    assert told[-1] == 7


def test_whatever_progress_raises_stops_the_search(tmp_path: Path) -> None:
    write_series(tmp_path, "Anna", ANNA)

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        find_cases(tmp_path, Memory(), stop)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ([], "it is empty"),
        (["a.zip", "b/c.ZIP", "d.txt"], "2 .zip files, neither images nor DICOM, 1 .txt files"),
        (["a.seg.nrrd"], "1 segmentations"),
    ],
)
def test_a_folder_with_nothing_to_segment_is_refused_with_what_is_there(
    tmp_path: Path, content: list[str], said: str
) -> None:
    for name in content:
        a_file(tmp_path / name)
    with pytest.raises(InputError, match="holds nothing to segment") as error:
        search(tmp_path)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_path_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="missing: does not exist"):
        search(tmp_path / "missing")


def test_a_list_gives_its_cases_by_their_keys(tmp_path: Path) -> None:
    write_series(tmp_path / "scans" / "b", "Bert", BERT)
    a_file(tmp_path / "scans" / "a.nii")
    lines = a_file(tmp_path / "list.csv", b"path\nscans/b\nscans/a.nii\n")
    listing = search(lines)
    assert [one.key for one in listing.found] == ["scans/a.nii", "scans/b"]
    assert (listing.root, listing.left_out.total()) == (tmp_path, 0)
    assert read_cine(listing.found[1].path).frame_count == 3
