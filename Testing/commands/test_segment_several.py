"""Several inputs are done one after another: one that fails stops no other, and none is overwritten."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import SimpleITK

from Testing.bright_pixels import volume_ml, write_phantom
from Testing.commands.segmenting import Segment, files_in, results_of
from Testing.conftest import DicomPhantom


def test_a_bad_input_does_not_stop_the_others(
    segment: Segment, a_beating_phantom: Path, a_damaged_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = write_phantom(tmp_path / "in/other.nii.gz")
    assert segment(a_beating_phantom, a_damaged_file, other) == 4
    assert files_in(tmp_path / "out") == results_of("phantom", "other")
    error, last = capsys.readouterr().err.splitlines()
    assert "damaged.nii.gz" in error
    assert last == f"lvsegu: 1 of 3 inputs failed: {a_damaged_file}"


def test_a_fault_of_the_program_does_not_stop_the_others_either(
    segment: Segment,
    a_beating_phantom: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    import LVSegULib.segmentation.to_files as to_files

    read_cine = to_files.read_cine

    def read(path: Path, *more: Any, **named: Any) -> object:
        if path == a_beating_phantom:
            raise ZeroDivisionError("a fault")
        return read_cine(path, *more, **named)

    monkeypatch.setattr(to_files, "read_cine", read)
    assert segment(a_beating_phantom, write_phantom(tmp_path / "in/other.nii.gz")) == 4
    assert "phantom.nii.gz: fault: ZeroDivisionError: a fault: run it again with --debug" in capsys.readouterr().err
    assert files_in(tmp_path / "out") == results_of("other")


def test_failures_are_lines_of_json_too(
    segment: Segment, a_beating_phantom: Path, a_damaged_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert segment(a_damaged_file, a_beating_phantom, "--json") == 4
    failed, done = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert failed["input"] == str(a_damaged_file) and failed["error"]
    assert done["name"] == "phantom"


def test_a_single_failure_is_a_line_of_json_too(
    segment: Segment, a_damaged_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert segment(a_damaged_file, "--json") == 3
    printed = capsys.readouterr()
    failed = json.loads(printed.out)
    assert failed["input"] == str(a_damaged_file)
    assert printed.err == f"lvsegu: {failed['error']}\n"


@pytest.mark.parametrize(("has_good", "code"), [(True, 4), (False, 3)])
def test_debug_shows_where_each_input_failed_and_changes_no_code(
    segment: Segment,
    a_beating_phantom: Path,
    a_damaged_file: Path,
    tmp_path: Path,
    has_good: bool,
    code: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    inputs = [a_damaged_file, tmp_path / "missing.nii.gz", *([a_beating_phantom] if has_good else [])]
    assert segment(*inputs, "--debug") == code
    shown = capsys.readouterr().err
    assert all(f"errors.InputError: {path}: " in shown for path in inputs[:2])
    assert "in read_nifti" in shown and "Failed" not in shown


def test_all_of_several_inputs_bad(
    segment: Segment, a_damaged_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert segment(a_damaged_file, tmp_path / "missing.nii.gz") == 3
    assert capsys.readouterr().err.splitlines()[-1].startswith("lvsegu: 2 of 2 inputs failed")
    assert files_in(tmp_path / "out") == set()


def test_inputs_of_the_same_name_do_not_overwrite_each_other(segment: Segment, tmp_path: Path) -> None:
    first = write_phantom(tmp_path / "a/beat.nii.gz", sides=[20, 10])
    second = write_phantom(tmp_path / "b/BEAT.nii.gz", sides=[16, 12])
    assert segment(first, second) == 0
    assert files_in(tmp_path / "out") == results_of("beat", "BEAT-2")
    report = json.loads((tmp_path / "out/BEAT-2.json").read_text(encoding="utf-8"))
    assert report["measures"]["LVEDV_ml"] == pytest.approx(volume_ml(16))


def test_no_input_is_overwritten_by_the_results_of_another(
    segment: Segment, a_beating_phantom: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = SimpleITK.ReadImage(str(a_beating_phantom))
    SimpleITK.WriteImage(image, str(tmp_path / "in/phantom.nrrd"))
    before = {path: path.read_bytes() for path in (tmp_path / "in").iterdir()}
    assert len(before) == 2
    assert segment(tmp_path / "in", out=tmp_path / "in") == 3
    assert capsys.readouterr().err.count("would overwrite the input") == 2
    assert {path: path.read_bytes() for path in (tmp_path / "in").iterdir()} == before


def test_a_folder_may_be_given_again_with_its_results_in_it(
    segment: Segment, a_dicom_phantom: DicomPhantom, capsys: pytest.CaptureFixture[str]
) -> None:
    a_dicom_phantom.write(below="cine")
    for _ in range(2):
        assert segment(a_dicom_phantom.folder, out=a_dicom_phantom.folder) == 0
        assert "lvsegu: error" not in capsys.readouterr().err
    assert files_in(a_dicom_phantom.folder) == results_of("Phantom_1") | {"cine"}


def test_a_folder_that_cannot_be_listed_costs_no_other_input(
    segment: Segment,
    a_beating_phantom: Path,
    tmp_path: Path,
    close_folder: Callable[[Path], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "locked").mkdir()
    close_folder(tmp_path / "locked")
    assert segment(a_beating_phantom, tmp_path / "locked") == 4
    assert files_in(tmp_path / "out") == results_of("phantom")
    assert f"{tmp_path / 'locked'}: cannot be listed (Permission denied)" in capsys.readouterr().err
