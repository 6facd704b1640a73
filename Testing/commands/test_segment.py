from __future__ import annotations

import csv
import errno
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nibabel
import numpy as np
import pytest

from LVSegULib.commands import progress
from LVSegULib.commands.main import main
from Testing import three_labels
from Testing.bright_pixels import SIDES, bright_squares, volume_ml, write_phantom
from Testing.commands.segmenting import Segment, files_in, results_of
from Testing.conftest import LATIN_1, DicomPhantom, has_names_of_bytes
from Testing.three_labels import write_heart


def test_a_cine_becomes_five_files_with_the_right_volumes(
    segment: Segment, a_beating_phantom: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert segment(a_beating_phantom) == 0
    assert files_in(tmp_path / "out") == results_of("phantom")
    with (tmp_path / "out/phantom.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["LV_cavity_ml"]) for row in rows] == pytest.approx([volume_ml(side) for side in SIDES], abs=1e-3)
    assert [row["phase"] for row in rows] == ["ED", "", "", "ES", "", ""]
    measures = json.loads((tmp_path / "out/phantom.json").read_text(encoding="utf-8"))["measures"]
    assert measures["LVEDV_ml"] == pytest.approx(28.8)  # 4 slices x 400 pixels x 18 mm^3
    assert measures["LVESV_ml"] == pytest.approx(10.368)  # 4 slices x 144 pixels x 18 mm^3
    assert measures["LVEF_percent"] == pytest.approx(64.0)  # 1 - 144/400
    printed = capsys.readouterr()
    assert "LVEDV 28.8 mL (frame 0), LVESV 10.4 mL (frame 3), LVSV 18.4 mL, LVEF 64.0 %" in printed.out
    assert printed.err == ""


def test_the_label_map_lies_on_the_inputs_own_pixels(segment: Segment, a_beating_phantom: Path, tmp_path: Path) -> None:
    segment(a_beating_phantom)
    given, written = nibabel.load(a_beating_phantom), nibabel.load(tmp_path / "out/phantom.nii.gz")
    assert np.array_equal(written.affine, given.affine)
    assert np.array_equal(np.asarray(written.dataobj).T, bright_squares())


@pytest.fixture
def a_research_run(a_research_only_model: Path, tmp_path: Path) -> Segment:
    def run(*words: object) -> int:
        source = write_heart(tmp_path / "in/heart.nii.gz")
        model = ["--model", str(a_research_only_model)]
        return main(["segment", str(source), "--out", str(tmp_path / "out"), *model, *map(str, words)])

    return run


def test_a_model_of_three_labels_gives_all_measures(
    a_research_run: Segment, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert a_research_run() == 0
    written = np.asarray(nibabel.load(tmp_path / "out/heart.nii.gz").dataobj).T
    assert np.array_equal(written, three_labels.heart_labels())
    report = json.loads((tmp_path / "out/heart.json").read_text(encoding="utf-8"))
    measures = report["measures"]
    assert (measures["ed_frame"], measures["es_frame"]) == (0, 2)
    assert measures["wall_thickness_ed_mm"] == pytest.approx(8, abs=0.5)
    assert measures["wall_thickness_es_mm"] == pytest.approx(12, abs=0.5)
    assert measures["wall_slices"] == {"ed": 4, "es": 4}
    voxel_ml = 1.5 * 1.5 * 8 / 1000
    assert measures["RVEDV_ml"] == pytest.approx(voxel_ml * np.count_nonzero(written[0] == 3))
    assert measures["LVM_g"] == pytest.approx(1.05 * voxel_ml * np.count_nonzero(written[0] == 2))
    with (tmp_path / "out/heart.csv").open(newline="") as file:
        row = next(csv.DictReader(file))
    assert list(row) == ["frame", "time_ms", "LV_cavity_ml", "LV_myocardium_ml", "RV_cavity_ml", "phase"]
    out = capsys.readouterr().out
    assert "LVM " in out and "RVEF " in out
    assert re.search(r", wall at ED 8\.\d mm \(4 slices\), thickest wall [\d.]+ mm, wall at ES", out)


def test_a_research_only_model_says_so_in_one_line_and_in_the_report(
    a_research_run: Segment, capsys: pytest.CaptureFixture[str]
) -> None:
    assert a_research_run("--json") == 0
    said, err = capsys.readouterr()
    assert err.splitlines() == [
        "lvsegu: warning: cardiac: weights under CC BY-NC-SA 4.0: research only, not for commercial use"
    ]
    model = json.loads(said)["model"]
    assert (model["licence"], model["commercial_use"]) == ("CC BY-NC-SA 4.0", False)


def test_a_free_model_says_nothing_and_has_no_measures_of_other_labels(
    segment: Segment, a_beating_phantom: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert segment(a_beating_phantom, "--json") == 0
    said, err = capsys.readouterr()
    report = json.loads(said)
    assert err == "" and report["model"]["commercial_use"] is True
    assert not [name for name in report["measures"] if name.startswith(("wall", "RV", "LVM"))]


def test_the_default_model_stays_the_default_whatever_is_installed(
    a_research_only_model: Path,
    a_model_that_finds_bright_pixels: Path,
    a_beating_phantom: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copytree(a_research_only_model, tmp_path / "models" / "cardiac")
    shutil.copytree(a_model_that_finds_bright_pixels, tmp_path / "models" / "lv")
    monkeypatch.setattr("LVSegULib.modelfolder.folder.SHIPPED", tmp_path / "models")
    assert main(["segment", str(a_beating_phantom), "--out", str(tmp_path / "out"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["model"]["licence"] == "CC0 1.0"


def test_json_is_all_that_is_on_stdout(
    segment: Segment, a_beating_phantom: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert segment(a_beating_phantom, "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["measures"]["LVEF_percent"] == pytest.approx(64.0)
    assert report["engine"]["name"] == "onnxruntime"
    assert all(Path(file).is_file() for file in report["files"])


def test_one_frame_has_a_volume_and_no_ejection_fraction(
    segment: Segment, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert segment(write_phantom(tmp_path / "in/still.nii.gz", sides=[20])) == 0
    assert "LV cavity 28.8 mL; no LVEF: there is one frame only" in capsys.readouterr().out


def test_a_single_bad_input_is_one_line(segment: Segment, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert segment(tmp_path / "missing.nii.gz") == 3
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and error.startswith("lvsegu: ") and "missing.nii.gz" in error


def test_the_input_is_never_overwritten(
    segment: Segment, a_beating_phantom: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = a_beating_phantom.read_bytes()
    assert segment(a_beating_phantom, out=a_beating_phantom.parent) == 2
    assert "would overwrite the input" in capsys.readouterr().err
    assert a_beating_phantom.read_bytes() == before


@has_names_of_bytes
def test_a_file_whose_name_is_no_utf8_is_done(segment: Segment, a_beating_phantom: Path, tmp_path: Path) -> None:
    path = a_beating_phantom.rename(tmp_path / f"{LATIN_1}.nii.gz")
    assert segment(path) == 0
    assert files_in(tmp_path / "out") == results_of("M_ller")
    report = json.loads((tmp_path / "out/M_ller.json").read_text(encoding="utf-8"))
    assert report["input"]["source"] == str(path)


def test_a_dicom_folder(segment: Segment, a_dicom_phantom: DicomPhantom, tmp_path: Path) -> None:
    a_dicom_phantom.write()
    assert segment(a_dicom_phantom.folder, "--series", "7") == 0
    (name,) = {path.name for path in (tmp_path / "out").glob("*.csv")}
    assert files_in(tmp_path / "out") == results_of(Path(name).stem)


def test_a_file_where_the_output_folder_should_be(
    segment: Segment, a_beating_phantom: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").write_text("in the way")
    assert segment(a_beating_phantom) == 3
    assert capsys.readouterr().err.startswith(f"lvsegu: cannot write to {tmp_path / 'out'}: ")
    assert (tmp_path / "out").read_text() == "in the way"


def test_a_full_disk_leaves_older_results_as_they_were(
    segment: Segment,
    a_beating_phantom: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    segment(a_beating_phantom)
    before = {name: (tmp_path / "out" / name).read_bytes() for name in files_in(tmp_path / "out")}

    def write_bytes(path: Path, _: bytes) -> None:
        path.touch()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr(Path, "write_bytes", write_bytes)
    capsys.readouterr()
    assert segment(a_beating_phantom) == 3
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and os.strerror(errno.ENOSPC) in error
    monkeypatch.undo()
    assert {name: (tmp_path / "out" / name).read_bytes() for name in files_in(tmp_path / "out")} == before


def test_ctrl_c_leaves_nothing_behind(
    segment: Segment,
    a_beating_phantom: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def interrupt(_: object, __: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(progress.Progress, "__call__", interrupt)
    assert segment(a_beating_phantom, a_beating_phantom) == 130
    assert capsys.readouterr().err == "lvsegu: cancelled\n"
    assert files_in(tmp_path / "out") == set()


def test_ctrl_c_while_writing_leaves_nothing_behind(
    segment: Segment, a_beating_phantom: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("LVSegULib.writing.table.write_table", interrupt)
    assert segment(a_beating_phantom) == 130
    assert files_in(tmp_path / "out") == set()


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["--model", "nosuch"], 2, 'there is no model "nosuch"'),
        (["--engine", "abacus"], 2, 'there is no engine "abacus"'),
        (["--threads", "0"], 2, "threads must"),
        (["--threads", "100000"], 2, "threads must"),
    ],
)
def test_what_does_not_exist_is_a_usage_error(
    a_beating_phantom: Path,
    a_model_that_finds_bright_pixels: Path,
    tmp_path: Path,
    words: list[str],
    code: int,
    says: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    model = ["--model", str(a_model_that_finds_bright_pixels)]
    assert main(["segment", str(a_beating_phantom), "--out", str(tmp_path / "out"), *model, *words]) == code
    assert says in capsys.readouterr().err
    assert files_in(tmp_path / "out") == set()


def test_from_a_cold_start_without_pytorch(
    a_beating_phantom: Path, a_model_that_finds_bright_pixels: Path, tmp_path: Path
) -> None:
    program = "import sys\nfrom LVSegULib.commands.main import main\nsys.modules['torch'] = None\nsys.exit(main())"
    words = [str(a_beating_phantom), "--out", str(tmp_path / "out"), "--engine", "onnxruntime", "--json"]
    done = subprocess.run(
        [sys.executable, "-c", program, "segment", *words, "--model", str(a_model_that_finds_bright_pixels)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["measures"]["LVEF_percent"] == pytest.approx(64.0)
