from __future__ import annotations

import errno
import json
import unicodedata
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
import SimpleITK

from LVSegULib.dataset import raw_folder
from LVSegULib.dataset.case import NewCase
from LVSegULib.dataset.painting import Painted
from LVSegULib.dataset.raw_folder import RawFolder
from LVSegULib.errors import InputError, OutputError
from LVSegULib.reading.nnunet import open_raw_dataset
from Testing.dataset.drawings import a_cavity, a_filled_epicardium, an_image, ijk_to_ras

RINGS = np.where(a_cavity(), 1, 2 * a_filled_epicardium()).astype(np.uint8)
"""LVSegU's own values: 1 cavity, 2 myocardium."""


def a_case(name: str, keys: tuple[str, ...] = ("LV", "MYO"), labels: Any = RINGS, brighter: int = 0) -> NewCase:
    image = an_image()[0] + np.int16(brighter)
    return NewCase(name, image, ijk_to_ras(), Painted(labels, dict.fromkeys(keys, "something"), ()))


def grown(folder: Path, *cases: NewCase, replace: bool = False) -> Path:
    target = RawFolder(folder, replace=replace)
    for case in cases:
        target.add([case])
    return folder


def description(folder: Path) -> dict[str, Any]:
    values: dict[str, Any] = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
    return values


def test_a_new_data_set_is_one_that_training_reads(tmp_path: Path) -> None:
    folder = grown(tmp_path / "new" / "Mine", a_case("anna_ED"), a_case("anna_ES"), a_case("bo_frame07"))
    assert description(folder) == {
        "channel_names": {"0": "cine MRI"},
        "labels": {"background": 0, "LV": 1, "MYO": 2},
        "numTraining": 3,
        "file_ending": ".nii.gz",
    }
    dataset = open_raw_dataset(folder)
    assert [(case.patient, case.phase) for case in dataset.cases] == [("anna", "ED"), ("anna", "ES"), ("bo", None)]
    cine, labels = dataset.cases[0].read()
    assert labels is not None
    np.testing.assert_array_equal(cine.frames[0], an_image()[0])
    np.testing.assert_array_equal(labels[0], RINGS)
    np.testing.assert_allclose(cine.ijk_to_ras, ijk_to_ras(), atol=1e-4)
    assert sorted(path.name for path in folder.iterdir()) == ["dataset.json", "imagesTr", "labelsTr"]
    assert RawFolder(folder).describe() == f"{folder}: 3 cases of 2 patients, labels LV, MYO"


@pytest.mark.parametrize("kind", [np.int16, np.uint16, np.float32])
def test_intensities_are_written_as_they_are(tmp_path: Path, kind: type) -> None:
    image = (an_image()[0] % 500).astype(kind) / kind(1 if kind != np.float32 else 3)
    case = NewCase("a", image.astype(kind), ijk_to_ras(), a_case("a").painted)
    grown(tmp_path / "Mine", case)
    stored = nibabel.load(tmp_path / "Mine" / "imagesTr" / "a_0000.nii.gz")
    assert stored.get_data_dtype() == kind
    np.testing.assert_array_equal(np.asarray(stored.dataobj).T, image.astype(kind))
    np.testing.assert_allclose(stored.affine, ijk_to_ras(), atol=1e-5)


def test_labels_are_numbered_without_a_gap(tmp_path: Path) -> None:
    labels = np.where(a_cavity(), 1, 3 * a_filled_epicardium()).astype(np.uint8)
    folder = grown(tmp_path / "Mine", a_case("a", ("LV", "RV"), labels))
    assert description(folder)["labels"] == {"background": 0, "LV": 1, "RV": 2}
    _, read = open_raw_dataset(folder).cases[0].read()
    assert read is not None
    np.testing.assert_array_equal(read[0], labels)


def test_an_existing_data_set_keeps_its_numbers_and_notes(tmp_path: Path) -> None:
    folder = grown(tmp_path / "Mine", a_case("a"))
    values = description(folder) | {"labels": {"background": 0, "MYO": 1, "LV": 2}, "note": "ours"}
    (folder / "dataset.json").write_text(json.dumps(values), encoding="utf-8")
    grown(folder, a_case("b"))
    assert description(folder) == values | {"numTraining": 2}
    _, read = open_raw_dataset(folder).cases[1].read()
    assert read is not None
    np.testing.assert_array_equal(read[0], RINGS)


def with_description(folder: Path, **changed: Any) -> Path:
    (folder / "dataset.json").write_text(json.dumps(description(folder) | changed), encoding="utf-8")
    return folder


@pytest.mark.parametrize("labels", [{"background": 0, "LVC": 1, "MLV": 2}, {"LVC": [1], "MLV": [2]}])
def test_an_existing_data_set_keeps_its_names_of_labels(tmp_path: Path, labels: dict[str, Any]) -> None:
    folder = with_description(grown(tmp_path / "Mine", a_case("a")), labels=labels)
    grown(folder, a_case("b"), a_case("c"))
    assert description(folder)["labels"] == labels
    assert [case.name for case in open_raw_dataset(folder).cases] == ["a", "b", "c"]


def test_a_data_set_of_test_images_only_keeps_its_numbers(tmp_path: Path) -> None:
    folder = grown(tmp_path / "Mine", a_case("a"))
    for kind in ("images", "labels"):
        (folder / f"{kind}Tr").rename(folder / f"{kind}Ts")
    labels = {"background": 0, "MYO": 1, "LV": 2}
    grown(with_description(folder, labels=labels, numTraining=0), a_case("b"))
    assert description(folder)["labels"] == labels


def test_a_case_whose_files_end_in_capitals_is_there_too(tmp_path: Path) -> None:
    folder = with_description(grown(tmp_path / "Mine", a_case("a_ED"), a_case("b")), file_ending=".NII.GZ")
    files = [folder / "imagesTr" / "a_ED_0000.nii.gz", folder / "labelsTr" / "a_ED.nii.gz"]
    for file in files:
        file.rename(file.with_name(file.name.replace(".nii.gz", ".NII.GZ")))
    with pytest.raises(InputError, match=r"a_ED: is in .* already: pass --replace"):
        grown(folder, a_case("a_ED", brighter=100))
    grown(folder, a_case("a_ED", brighter=100), replace=True)
    names = {path.name for part in ("imagesTr", "labelsTr") for path in (folder / part).iterdir()}
    assert names == {"a_ED_0000.nii.gz", "b_0000.nii.gz", "a_ED.nii.gz", "b.nii.gz"}
    cine, _ = open_raw_dataset(folder).cases[0].read()
    np.testing.assert_array_equal(cine.frames[0], an_image()[0] + 100)
    assert description(folder)["numTraining"] == 2


def test_a_case_whose_letters_and_marks_are_apart_is_there_too(tmp_path: Path) -> None:
    folder = grown(tmp_path / "Mine", a_case("Müller_ED"))
    for file in (*(folder / "imagesTr").iterdir(), *(folder / "labelsTr").iterdir()):
        file.rename(file.with_name(unicodedata.normalize("NFD", file.name)))
    with pytest.raises(InputError, match=r"Müller_ED: is in .* already"):
        grown(folder, a_case("Müller_ED"))
    grown(folder, a_case("Müller_ED"), replace=True)
    assert len([*(folder / "imagesTr").iterdir(), *(folder / "labelsTr").iterdir()]) == 2


def test_a_label_that_the_others_have_must_be_there(tmp_path: Path) -> None:
    folder = grown(tmp_path / "Mine", a_case("a"))
    with pytest.raises(InputError, match=r"b: has no myocardium, which the others in .* have"):
        grown(folder, a_case("b", ("LV",)))
    assert open_raw_dataset(folder).patients == ("a",)


def test_a_label_that_the_others_lack_is_left_out(tmp_path: Path) -> None:
    folder = grown(tmp_path / "Mine", a_case("a", ("LV",), a_cavity().astype(np.uint8)), a_case("b"))
    _, read = open_raw_dataset(folder).cases[1].read()
    assert read is not None
    np.testing.assert_array_equal(read[0], a_cavity())


def test_a_case_that_is_there_is_refused_unless_it_is_to_be_replaced(tmp_path: Path) -> None:
    folder = grown(tmp_path / "Mine", a_case("a_ED"))
    with pytest.raises(InputError, match=r"A_ed: is in .* already: pass --replace, or another --patient"):
        grown(folder, a_case("A_ed"))
    grown(folder, a_case("a_ED", brighter=100), replace=True)
    cine, _ = open_raw_dataset(folder).cases[0].read()
    np.testing.assert_array_equal(cine.frames[0], an_image()[0] + 100)
    assert description(folder)["numTraining"] == 1


def test_a_case_is_replaced_by_its_name_in_letters_of_the_other_case(tmp_path: Path) -> None:
    folder = grown(tmp_path / "Mine", a_case("a_ed"), a_case("b"))
    grown(folder, a_case("a_ED", brighter=100), replace=True)
    names = {path.name for part in ("imagesTr", "labelsTr") for path in (folder / part).iterdir()}
    assert names == {"a_ED_0000.nii.gz", "b_0000.nii.gz", "a_ED.nii.gz", "b.nii.gz"}
    assert description(folder)["numTraining"] == 2


def test_a_patient_in_letters_of_the_other_case_is_the_same(tmp_path: Path) -> None:
    folder = grown(tmp_path / "Mine", a_case("Anna_ED"))
    for new, written in (("anna_ES", "Anna_ES"), ("ANNA_frame3", "Anna_frame3"), ("annabel_ED", "annabel_ED")):
        assert [case.name for case in RawFolder(folder).add([a_case(new)])] == [written]
    assert open_raw_dataset(folder).patients == ("Anna", "annabel")


def test_the_folder_is_listed_once_however_many_cases_are_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, listings = grown(tmp_path / "Mine", a_case("a")), []
    monkeypatch.setattr(raw_folder, "open_raw_dataset", lambda one: listings.append(one) or open_raw_dataset(one))
    grown(folder, *(a_case(name) for name in "bcd"))
    assert listings == [folder]


def test_what_a_killed_process_has_left_is_taken_away(tmp_path: Path) -> None:
    folder = grown(tmp_path / "Mine", a_case("a"))
    (folder / ".adding-x1").mkdir()
    (folder / ".adding-x1" / "b_0000.nii.gz").write_bytes(b"half")
    RawFolder(folder).tidy()
    assert sorted(path.name for path in folder.iterdir()) == ["dataset.json", "imagesTr", "labelsTr"]


def test_two_cases_of_one_name_are_never_meant(tmp_path: Path) -> None:
    target = RawFolder(tmp_path / "Mine", replace=True)
    target.add([a_case("a")])
    with pytest.raises(InputError, match="a: another pair gave a case of this name"):
        target.add([a_case("a")])


def test_a_pair_is_added_whole_or_not_at_all(tmp_path: Path) -> None:
    folder = grown(tmp_path / "Mine", a_case("a_ES"))
    with pytest.raises(InputError, match="a_ES: is in"):
        RawFolder(folder).add([a_case("a_ED"), a_case("a_ES")])
    assert [case.name for case in open_raw_dataset(folder).cases] == ["a_ES"]


@pytest.mark.parametrize("step", range(4))
@pytest.mark.parametrize("name", ["a", "b"])
def test_whenever_it_is_stopped_the_data_set_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, step: int
) -> None:
    folder = grown(tmp_path / "Mine", a_case("a"), a_case("z"))
    changed = a_case(name, labels=np.where(RINGS == 1, 2, RINGS // 2).astype(np.uint8), brighter=100)
    calls = iter(range(100))

    def stopping(function: Any) -> Any:
        def call(*arguments: Any, **options: Any) -> Any:
            if next(calls) == step:
                raise KeyboardInterrupt
            return function(*arguments, **options)

        return call

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", stopping(Path.replace))
        patched.setattr("LVSegULib.dataset.raw_folder.write_label_map", stopping(_writer()))
        with pytest.raises(KeyboardInterrupt):
            grown(folder, changed, replace=True)
    for case in open_raw_dataset(folder).cases:
        cine, labels = case.read()
        is_new = cine.frames[0, 0, 0, 0] != an_image()[0, 0, 0, 0]
        assert labels is not None
        np.testing.assert_array_equal(labels[0], changed.painted.labels if is_new else RINGS)
    grown(folder, changed, replace=True)
    assert description(folder)["numTraining"] == len(open_raw_dataset(folder).cases)


def _writer() -> Any:
    from LVSegULib.writing.label_map import write_label_map

    return write_label_map


@pytest.mark.parametrize("is_there", [False, True])
def test_an_only_case_that_was_stopped_can_be_added_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_there: bool
) -> None:
    if is_there:
        grown(tmp_path / "Mine", a_case("a"))

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", stop)
        with pytest.raises(KeyboardInterrupt):
            grown(tmp_path / "Mine", a_case("a"), replace=True)
    assert open_raw_dataset(grown(tmp_path / "Mine", a_case("a", ("LV",)))).labels == {"LV": 1}


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = grown(tmp_path / "Mine", a_case("a"))

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", full)
        with pytest.raises(
            OutputError, match=r"cannot write to .*Mine: No space left on device: choose another folder"
        ):
            grown(folder, a_case("b"))
    assert open_raw_dataset(folder).patients == ("a",)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"cannot write to .*Mine"):
        grown(tmp_path / "file" / "Mine", a_case("a"))


def test_an_empty_folder_is_taken_and_another_is_not(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / ".DS_Store").touch()
    assert open_raw_dataset(grown(tmp_path / "empty", a_case("a"))).patients == ("a",)
    with pytest.raises(InputError, match=r"holds other things and no dataset\.json"):
        RawFolder(tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "cannot be read as JSON"),
        ("[]", "is no description of a data set"),
        ('{"file_ending": ".nrrd", "labels": {"LV": 1}}', r"its files end in \.nrrd, new ones would in \.nii\.gz"),
        (
            '{"dataset": {"a": {"images": ["a.nii.gz"]}}, "labels": {"LV": 1}}',
            r'its dataset\.json lists its cases \("dataset"\)',
        ),
        ('{"numTraining": 3, "file_ending": ".nii.gz", "labels": {"LV": 1}}', "holds no NAME_0000"),
    ],
)
def test_a_data_set_that_cannot_grow(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "dataset.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        RawFolder(tmp_path)


def test_letters_beyond_ascii_where_itk_takes_them_for_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = SimpleITK.WriteImage

    def write_on_windows(image: Any, path: str, *more: Any) -> None:
        write(image, path.encode().decode("cp1252", "replace"), *more)

    monkeypatch.setattr(SimpleITK, "WriteImage", write_on_windows)
    (case,) = open_raw_dataset(grown(tmp_path / "Mäuse", a_case("Müller"))).cases
    cine, labels = case.read()
    np.testing.assert_array_equal(cine.frames[0], an_image()[0])
    assert labels is not None
    np.testing.assert_array_equal(labels[0], RINGS)
