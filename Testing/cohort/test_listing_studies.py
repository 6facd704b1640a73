"""Studies that lie mixed together in one folder, or spread over many: each is found whole, and can be read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from LVSegULib.errors import InputError
from LVSegULib.reading import read_cine
from Testing.cohort.mixed_tree import ANNA, BERT, a_file, found_in, search, write_series
from Testing.conftest import beating_phantom

ANNAS, BERTS = f"dicom:Anna/{ANNA}", f"dicom:Bert/{BERT}"

Layout = Callable[[str, int], str]

LAYOUTS: dict[str, Layout] = {
    "all in one folder": lambda _patient, _series: "",
    "a study per folder": lambda patient, _series: patient,
    "a series per folder": lambda _patient, series: str(series),
    "a series per folder of the study": lambda patient, series: f"{patient}/{series}",
    "half a study among the other": lambda patient, series: "7" if series == 7 or patient == "Bert" else "8",
}


def write_two_studies(root: Path, layout: Layout) -> dict[str, set[Path]]:
    """Each study has a cine and, in another series, a single slice of it."""
    files: dict[str, set[Path]] = {ANNAS: set(), BERTS: set()}
    for key, patient, study, numbers in ((ANNAS, "Anna", ANNA, (7, 8)), (BERTS, "Bert", BERT, (17, 18))):
        cine, scout = (layout(patient, number) for number in numbers)
        files[key] |= set(write_series(root / cine, patient, study, series=numbers[0]))
        others = write_series(root / scout, patient, study, series=numbers[1])
        for path in others[1:]:
            path.unlink()
        files[key].add(others[0])
    return files


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_each_study_is_a_case_with_all_its_files_and_can_be_read(tmp_path: Path, layout: Layout) -> None:
    files = write_two_studies(tmp_path, layout)
    found = found_in(tmp_path)
    assert set(found) == set(files)
    for key, one in found.items():
        its_files = one.files or [path for path in one.path.rglob("*") if path.is_file()]
        assert sorted(its_files) == sorted(files[key])
        cine = read_cine(one.path, one.series, one.files)
        np.testing.assert_array_equal(cine.frames, beating_phantom(3, 2, 24, 20))


@pytest.mark.parametrize(
    ("layout", "paths", "are_named"),
    [
        ("all in one folder", ("", ""), True),
        ("a study per folder", ("Anna", "Bert"), False),
        ("a series per folder", ("", ""), True),
        ("a series per folder of the study", ("Anna", "Bert"), False),
        ("half a study among the other", ("", "7"), True),
    ],
)
def test_the_path_is_the_deepest_folder_of_all_files(
    tmp_path: Path, layout: str, paths: tuple[str, str], are_named: bool
) -> None:
    write_two_studies(tmp_path, LAYOUTS[layout])
    found = found_in(tmp_path)
    assert (found[ANNAS].path, found[BERTS].path) == (tmp_path / paths[0], tmp_path / paths[1])
    assert {one.files is not None for one in found.values()} == {are_named}


def test_a_study_alone_in_the_root_needs_no_list_of_files(tmp_path: Path) -> None:
    write_series(tmp_path / "7", "Anna", ANNA)
    write_series(tmp_path / "8", "Anna", ANNA, series=8)
    a_file(tmp_path / "notes.txt")
    (found,) = search(tmp_path).found
    assert (found.path, found.files) == (tmp_path, None)


def test_hidden_files_are_not_read_with_the_study(tmp_path: Path) -> None:
    paths = write_series(tmp_path / "anna", "Anna", ANNA)
    a_file(tmp_path / "anna" / ".MR7_0000.Xy12", paths[0].read_bytes()[:300])  # a copy that was broken off
    (found,) = search(tmp_path).found
    assert found.files == tuple(sorted(paths))
    assert read_cine(found.path, None, found.files).frames.shape == (3, 2, 24, 20)


def test_files_behind_a_link_are_named(tmp_path: Path) -> None:
    paths = write_series(tmp_path / "elsewhere", "Anna", ANNA)
    (tmp_path / "root" / "anna").mkdir(parents=True)
    (tmp_path / "root" / "anna" / "7").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    more = write_series(tmp_path / "root" / "anna" / "8", "Anna", ANNA, series=8)
    (found,) = search(tmp_path / "root").found
    assert found.path == tmp_path / "root" / "anna"
    assert {path.resolve() for path in found.files or ()} == {path.resolve() for path in (*paths, *more)}


def test_the_same_study_uid_of_two_patients_makes_two_cases(tmp_path: Path) -> None:
    write_series(tmp_path, "Anna", ANNA)
    write_series(tmp_path, "Bert", ANNA, series=8)
    assert set(found_in(tmp_path)) == {ANNAS, f"dicom:Bert/{ANNA}"}


def test_names_are_the_patient_then_the_date_then_the_study(tmp_path: Path) -> None:
    write_series(tmp_path / "a", "Anna/1", ANNA, date="20240131")
    write_series(tmp_path / "b", "Anna/1", BERT)
    write_series(tmp_path / "study 3", "", "1.2.3")
    found = found_in(tmp_path)
    first, second = found[f"dicom:Anna/1/{ANNA}"].names, found[f"dicom:Anna/1/{BERT}"].names
    assert first[:2] == ("Anna_1", "Anna_1-20240131")
    assert second[0] == "Anna_1"
    assert first[2].startswith("Anna_1-20240131-") and second[1].startswith("Anna_1-")
    assert first[2].rpartition("-")[2] != second[1].rpartition("-")[2]
    assert found["dicom:/1.2.3"].names[0] == "study_3"


def test_the_date_is_taken_from_whatever_series_has_one(tmp_path: Path) -> None:
    write_series(tmp_path / "7", "Anna", ANNA)
    write_series(tmp_path / "8", "Anna", ANNA, series=8, date="20240131")
    assert found_in(tmp_path)[ANNAS].names[1] == "Anna-20240131"


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_a_fingerprint_tells_of_every_file_of_the_study_and_of_no_other(tmp_path: Path, layout: Layout) -> None:
    files = write_two_studies(tmp_path, layout)
    before = found_in(tmp_path)
    for path in files[BERTS]:
        path.write_bytes(path.read_bytes() + b"\0\0")
        after = found_in(tmp_path)
        assert after[ANNAS].fingerprint == before[ANNAS].fingerprint
        assert after[BERTS].fingerprint != before[BERTS].fingerprint
        before = after


def test_a_tree_that_is_moved_keeps_keys_and_fingerprints(tmp_path: Path) -> None:
    write_two_studies(tmp_path / "here", LAYOUTS["a series per folder of the study"])
    before = {key: one.fingerprint for key, one in found_in(tmp_path / "here").items()}
    (tmp_path / "here").rename(tmp_path / "there")
    assert {key: one.fingerprint for key, one in found_in(tmp_path / "there").items()} == before


def test_files_without_a_study_are_one_case_per_folder(tmp_path: Path) -> None:
    for name in ("mouse1", "mouse2"):
        write_series(tmp_path / name, "ANON", "")
    found = found_in(tmp_path)
    assert set(found) == {"mouse1", "mouse2"}
    assert all(read_cine(one.path, None, one.files).frame_count == 3 for one in found.values())


def test_reading_a_damaged_file_says_what_is_wrong_with_it(tmp_path: Path) -> None:
    paths = write_series(tmp_path, "Anna", ANNA)
    write_series(tmp_path, "Bert", BERT, series=8)
    paths[0].write_bytes(paths[0].read_bytes()[:200])
    found = found_in(tmp_path)["MR7_0000"]
    with pytest.raises(InputError, match="MR7_0000"):
        read_cine(found.path, None, found.files)
