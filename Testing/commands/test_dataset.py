"""`lvsegu dataset add`: from files to a data set that the other commands take."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK

from LVSegULib.commands.dataset import LOCK
from LVSegULib.commands.main import main
from LVSegULib.lock import locked
from LVSegULib.reading.nnunet import open_raw_dataset
from Testing.dataset.drawings import (
    LV,
    MYO,
    VOXEL_ML,
    Drawn,
    a_cavity,
    a_filled_epicardium,
    an_image,
    write_segmentation,
    write_volume,
)

ONE = (Drawn("inner", a_cavity(), LV),)
BOTH = (*ONE, Drawn("outer", a_filled_epicardium(), MYO, layer=1))


def a_pair(folder: Path, name: str, drawn: tuple[Drawn, ...] = BOTH) -> tuple[str, str]:
    volume = write_volume(folder / f"{name}.nrrd", an_image()[0])
    return str(volume), str(write_segmentation(folder / f"{name}.seg.nrrd", drawn))


def add(folder: Path, *words: str) -> int:
    return main(["dataset", "add", str(folder / "Mine"), *words])


def cases(folder: Path) -> list[str]:
    return [case.name for case in open_raw_dataset(folder / "Mine").cases]


def test_it_says_what_was_taken_as_what(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert add(tmp_path, *a_pair(tmp_path, "anna"), "--phase", "ED") == 0
    printed = capsys.readouterr()
    assert printed.out.splitlines() == [
        f'anna_ED: cavity from segment "inner" (SNOMED 87878005), 4 slices, {256 * VOXEL_ML:.1f} mL; myocardium from '
        f'segment "outer" (SNOMED 49848007), 4 slices, {320 * VOXEL_ML:.1f} mL (cavity cut out)',
        f"{tmp_path / 'Mine'}: 1 case of 1 patient, labels LV, MYO",
    ]
    assert printed.err == ""


def test_two_commands_do_not_add_to_one_data_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("anna", "bo"):
        a_pair(tmp_path / "in", name)
    with locked(tmp_path / "Mine", LOCK, "another"):
        assert add(tmp_path, str(tmp_path / "in")) == 2
    said = f"lvsegu: another lvsegu dataset add is at work in {tmp_path / 'Mine'}: wait for it, or stop it\n"
    assert capsys.readouterr().err == said
    assert add(tmp_path, str(tmp_path / "in")) == 0


def test_a_patient_in_other_letters_is_written_as_before(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert add(tmp_path, *a_pair(tmp_path, "Anna"), "--phase", "ED") == 0
    assert add(tmp_path, *a_pair(tmp_path, "other"), "--patient", "anna", "--phase", "ES") == 0
    assert cases(tmp_path) == ["Anna_ED", "Anna_ES"]
    said = "lvsegu: warning: anna_ES: added as Anna_ES, as the others of this patient are written\n"
    assert capsys.readouterr().err == said


def test_an_empty_label_map_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    volume = str(write_volume(tmp_path / "anna.nrrd", an_image()[0]))
    empty = str(write_volume(tmp_path / "empty.nrrd", np.zeros_like(an_image()[0], np.uint8)))
    assert add(tmp_path, volume, empty, "--segment", "1=LV") == 3
    assert capsys.readouterr().err == f"lvsegu: {empty}: is empty: nothing is drawn in it\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "something is missing, expected lvsegu dataset add FOLDER VOLUME SEGMENTATION [OPTIONS] ("),
        (["add"], "something is missing, expected lvsegu dataset add FOLDER VOLUME SEGMENTATION [OPTIONS] ("),
        (["remove", "mine"], "there is no lvsegu dataset remove: to take a case out, delete its files in imagesTr and"),
        (["mine", "a.nrrd"], "there is no lvsegu dataset mine: what there is is lvsegu dataset add FOLDER VOLUME SEG"),
    ],
)
def test_what_can_be_done_is_said(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dataset", *words]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"lvsegu: {said}")


def test_ed_and_es_in_small_letters_are_one_patient(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("mouse 1_ed", "mouse 1_es"):
        a_pair(tmp_path / "in", name)
    assert add(tmp_path, str(tmp_path / "in")) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith("Mine: 2 cases of 1 patient, labels LV, MYO")


def test_ed_and_es_from_one_file(tmp_path: Path) -> None:
    cine = write_volume(tmp_path / "bo.nrrd", an_image(5))
    drawn = (Drawn("LV, ED", a_filled_epicardium(), LV), Drawn("LV, ES", a_cavity(), LV, layer=1))
    segmentation = write_segmentation(tmp_path / "bo.seg.nrrd", drawn)
    assert add(tmp_path, str(cine), str(segmentation), "--frame", "ED=0", "--frame", "ES=3") == 0
    assert cases(tmp_path) == ["bo_ED", "bo_ES"]
    read, labels = open_raw_dataset(tmp_path / "Mine").cases[1].read()
    assert labels is not None
    np.testing.assert_array_equal(read.frames[0], an_image(5)[3])
    np.testing.assert_array_equal(labels[0], a_cavity())


def test_what_segment_writes_comes_back(
    tmp_path: Path, a_beating_phantom: Path, a_model_that_finds_bright_pixels: Path
) -> None:
    out = tmp_path / "out"
    model = str(a_model_that_finds_bright_pixels)
    assert main(["segment", str(a_beating_phantom), "--out", str(out), "--model", model]) == 0
    assert add(tmp_path, str(a_beating_phantom), str(out / "phantom.seg.nrrd")) == 0
    assert cases(tmp_path) == ["phantom_ED", "phantom_ES"]
    assert main(["evaluate", str(tmp_path / "Mine"), "--model", model, "--json", str(tmp_path / "figures.json")]) == 0


@pytest.mark.parametrize("out", ["in", "out"])
def test_a_folder_is_segmented_and_added(
    tmp_path: Path, a_beating_phantom: Path, a_model_that_finds_bright_pixels: Path, out: str
) -> None:
    model = str(a_model_that_finds_bright_pixels)
    image = SimpleITK.ReadImage(str(a_beating_phantom))
    a_beating_phantom.unlink()
    for name in ("anna.nrrd", "bo.mha"):
        SimpleITK.WriteImage(image, str(tmp_path / "in" / name))
    assert main(["segment", str(tmp_path / "in"), "--out", str(tmp_path / out), "--model", model]) == 0
    assert add(tmp_path, str(tmp_path / out)) == 0
    assert cases(tmp_path) == ["anna_ED", "anna_ES", "bo_ED", "bo_ES"]


def test_a_folder_of_pairs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("anna", "bo"):
        a_pair(tmp_path / "in", name)
    assert add(tmp_path, str(tmp_path / "in")) == 0
    assert cases(tmp_path) == ["anna", "bo"]
    assert capsys.readouterr().out.endswith("2 cases of 2 patients, labels LV, MYO\n")


def test_in_a_list_one_bad_pair_does_not_stop_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a_pair(tmp_path, "anna")
    a_pair(tmp_path, "bo", ONE)
    a_pair(tmp_path, "carl")
    rows = ("anna.nrrd,anna.seg.nrrd", "bo.nrrd,bo.seg.nrrd", "anna.nrrd,anna.seg.nrrd", "none.nrrd,carl.seg.nrrd")
    (tmp_path / "list.csv").write_text("\n".join(("volume,segmentation", *rows, "carl.nrrd,carl.seg.nrrd")))
    assert add(tmp_path, "--pairs", str(tmp_path / "list.csv")) == 4
    assert cases(tmp_path) == ["anna", "carl"]
    lines = capsys.readouterr().err.splitlines()
    anna, bo, carl = (tmp_path / f"{name}.seg.nrrd" for name in ("anna", "bo", "carl"))
    mine = tmp_path / "Mine"
    assert [line.partition("error: ")[2] for line in lines[:3]] == [
        f"{bo}: bo: has no myocardium, which the others in {mine} have: draw it, or make another data set",
        f"{anna}: anna: another pair gave a case of this name: give each its own patient, phase or frame",
        f"{carl}: {tmp_path / 'none.nrrd'}: does not exist: check the path",
    ]
    assert lines[3] == f"lvsegu: 3 of 5 pairs failed, the others are in {mine}"


def test_debug_shows_where_each_pair_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("planted")

    monkeypatch.setattr("LVSegULib.dataset.case.make_cases", broken)
    for name in ("anna", "bo"):
        a_pair(tmp_path / "in", name)
    assert add(tmp_path, str(tmp_path / "in"), "--debug") == 3
    shown = capsys.readouterr().err
    assert shown.count("Traceback (most recent call last)") == shown.count("in broken") == 2
    assert f"{tmp_path / 'in' / 'bo.seg.nrrd'}: fault: KeyError: 'planted': run it again with --debug" in shown


def test_when_all_of_several_fail_there_is_no_data_set(tmp_path: Path) -> None:
    for name in ("anna", "bo"):
        a_pair(tmp_path / "in", name, (Drawn("aorta", a_cavity()),))
    assert add(tmp_path, str(tmp_path / "in")) == 3
    assert not (tmp_path / "Mine").exists()


def test_replacing(tmp_path: Path) -> None:
    pair = a_pair(tmp_path, "anna")
    assert add(tmp_path, *pair) == 0
    assert add(tmp_path, *pair) == 3
    assert add(tmp_path, *pair, "--replace") == 0
    assert cases(tmp_path) == ["anna"]


def test_segments_are_chosen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pair = a_pair(tmp_path, "anna", (Drawn("a", a_cavity()), Drawn("b", a_filled_epicardium(), layer=1)))
    assert add(tmp_path, *pair) == 3
    assert 'it has "a", "b": name it LV in 3D Slicer, or say which it is' in capsys.readouterr().err
    assert add(tmp_path, *pair, "--segment", "a=LV", "--segment", "b=MYO") == 0
    assert "labels LV, MYO" in capsys.readouterr().out


def test_a_region_that_the_data_set_lacks_is_left_out_with_a_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert add(tmp_path, *a_pair(tmp_path, "anna", ONE)) == 0
    assert add(tmp_path, *a_pair(tmp_path, "bo")) == 0
    assert capsys.readouterr().err == "lvsegu: warning: bo: myocardium left out, the data set has no such label\n"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 2, "give a volume and its segmentation"),
        (("a", "b", "c"), 2, "give a volume and its segmentation"),
        (("VOLUME", "--pairs", "x.csv"), 2, "give a volume and its segmentation"),
        (("nothere",), 3, "nothere: does not exist: check the path"),
        (("VOLUME",), 2, "is no folder of pairs: give a volume and, after it, its segmentation"),
        (("IN", "--patient", "x"), 2, "--patient is about one pair"),
        (("IN", "--frame", "1"), 2, "write a list with the column frame"),
        (("VOLUME", "DRAWN", "--segment", "LV"), 2, "expected NAME=LABEL"),
        (("VOLUME", "DRAWN", "--phase", "EDV"), 2, "expected ED or ES"),
        (("VOLUME", "DRAWN", "--frame", "x"), 2, "expected a number"),
        (("VOLUME", "DRAWN", "--frame", "4"), 2, "has no frame 4"),
        (("VOLUME", "nowhere.seg.nrrd"), 3, "does not exist"),
        (("DRAWN", "VOLUME"), 3, "give the volume first"),
    ],
)
def test_mistakes_get_one_line_and_the_documented_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int, said: str
) -> None:
    volume, drawn = a_pair(tmp_path / "in", "anna")
    meant = {"VOLUME": volume, "DRAWN": drawn, "IN": str(tmp_path / "in")}
    assert add(tmp_path, *(meant.get(word, word) for word in words)) == code
    printed = capsys.readouterr()
    assert printed.out == "" and printed.err.count("\n") == 1 and said in printed.err
    assert not (tmp_path / "Mine").exists()


def test_a_folder_that_cannot_be_written_stops_everything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("anna", "bo"):
        a_pair(tmp_path / "in", name)
    (tmp_path / "file").touch()
    assert main(["dataset", "add", str(tmp_path / "file" / "Mine"), str(tmp_path / "in")]) == 3
    assert capsys.readouterr().err.startswith(f"lvsegu: cannot write to {tmp_path / 'file' / 'Mine'}")
