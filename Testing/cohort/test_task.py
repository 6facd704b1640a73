"""One case is one idempotent task: doing it again does nothing, and what is broken says why."""

from __future__ import annotations

import dataclasses
import errno
import os
from pathlib import Path
from typing import Any

import pytest

from LVSegULib.cohort.receipt import RECEIPT, files_of
from LVSegULib.cohort.task import do_case, left_behind, model_hash
from LVSegULib.errors import ModelError, OutputError, UsageError
from LVSegULib.labels import MYOCARDIUM
from LVSegULib.modelfolder.folder import open_model
from LVSegULib.preparation.grid import Grid
from LVSegULib.writing import report
from Testing.bright_pixels import volume_ml, write_phantom
from Testing.cohort.small_cohort import a_case, job_for, touch


def states(folder: Path) -> dict[str, tuple[int, int]]:
    return {path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in folder.iterdir()}


def test_a_case_gets_all_its_files_and_figures(tmp_path: Path, bright_model: Path) -> None:
    ending = do_case(a_case(write_phantom(tmp_path / "beat.nii.gz")), job_for(bright_model, tmp_path))
    assert (ending.status, ending.reason) == ("done", "")
    assert ending.result["LVEDV_ml"] == pytest.approx(volume_ml(20))
    assert (ending.result["frames"], ending.result["slices"], ending.result["es_frame"]) == (6, 4, 3)
    assert ending.result["seconds_total"] > 0
    assert {path.name for path in (tmp_path / "cases/beat").iterdir()} == files_of("beat")


def test_the_volume_of_a_single_frame_is_a_figure(tmp_path: Path, bright_model: Path) -> None:
    """It has no ED and ES; a cine, which has them, has no volume of its own."""
    single, cine = (
        do_case(a_case(write_phantom(tmp_path / f"{len(sides)}.nii.gz", sides)), job_for(bright_model, tmp_path))
        for sides in ((20,), (20, 12))
    )
    assert single.result["LV_cavity_ml"] == pytest.approx(volume_ml(20))
    assert "LVEDV_ml" not in single.result
    assert "LV_cavity_ml" not in cine.result


def test_doing_it_again_does_nothing(tmp_path: Path, bright_model: Path) -> None:
    case, job = a_case(write_phantom(tmp_path / "beat.nii.gz")), job_for(bright_model, tmp_path)
    first, before = do_case(case, job), states(tmp_path / "cases/beat")
    touch(case.found.path)
    assert do_case(case, job) == first
    assert states(tmp_path / "cases/beat") == before


@pytest.mark.parametrize("lost", sorted(files_of("beat")))
def test_a_file_that_was_lost_makes_it_done_again(tmp_path: Path, bright_model: Path, lost: str) -> None:
    case, job = a_case(write_phantom(tmp_path / "beat.nii.gz")), job_for(bright_model, tmp_path)
    do_case(case, job)
    before = {path.name: path.read_bytes() for path in (tmp_path / "cases/beat").iterdir()}
    (tmp_path / "cases/beat" / lost).unlink()
    assert do_case(case, job).status == "done"
    after = {path.name: path.read_bytes() for path in (tmp_path / "cases/beat").iterdir()}
    assert before.pop(RECEIPT) != after.pop(RECEIPT)  # it tells when
    assert after == before


def test_another_input_or_model_makes_it_done_again(tmp_path: Path, bright_model: Path) -> None:
    case, job = a_case(write_phantom(tmp_path / "beat.nii.gz")), job_for(bright_model, tmp_path)
    do_case(case, job)
    write_phantom(case.found.path, (10, 8, 9))
    assert do_case(case, job).result["LVEDV_ml"] == pytest.approx(volume_ml(10))
    altered = dataclasses.replace(job, recipe=dataclasses.replace(job.recipe, model_sha256="0" * 64))
    with pytest.raises(ModelError, match=r"has another model .*install the same LVSegU on every machine"):
        do_case(case, altered)


def test_renewed_figures_and_words_make_no_other_model(bright_model: Path) -> None:
    spec = open_model(bright_model).spec
    told = {"description": "new words", "figures": {"A": {"patients": 3}}, "training": {"seconds": 1.0}}
    assert model_hash(dataclasses.replace(spec, **told)) == model_hash(spec)
    quality, judged = {"bias": 0.5}, {"bias": 0.5, "figures": {"patients": 3}}
    calibrated = dataclasses.replace(spec, quality=quality)
    assert model_hash(dataclasses.replace(spec, quality=judged)) == model_hash(calibrated) != model_hash(spec)


@pytest.mark.parametrize(
    "change",
    [
        {"sha256": {"model.onnx": "0" * 64}},
        {"grid": Grid(1.25, 64, 64)},
        {"labels": (MYOCARDIUM,)},
        {"licence": "CC BY-NC-SA 4.0"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_decides_a_result_makes_another_model(bright_model: Path, change: dict[str, Any]) -> None:
    spec = open_model(bright_model).spec
    assert model_hash(dataclasses.replace(spec, **change)) != model_hash(spec)


def test_what_is_broken_says_why_and_leaves_nothing_of_before(tmp_path: Path, bright_model: Path) -> None:
    case, job = a_case(write_phantom(tmp_path / "beat.nii.gz")), job_for(bright_model, tmp_path)
    do_case(case, job)
    case.found.path.write_bytes(b"no image")
    ending = do_case(case, job)
    assert ending.status == "failed"
    assert str(case.found.path) in ending.reason
    assert not (tmp_path / "cases/beat").exists()


def test_what_is_missing_says_so(tmp_path: Path, bright_model: Path) -> None:
    case, job = a_case(write_phantom(tmp_path / "beat.nii.gz")), job_for(bright_model, tmp_path)
    case.found.path.unlink()
    assert do_case(case, job).reason.endswith("does not exist: check the path")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path, bright_model: Path) -> None:
    os.mkfifo(tmp_path / "beat.nii.gz")
    ending = do_case(a_case(tmp_path / "beat.nii.gz"), job_for(bright_model, tmp_path))
    assert "is no regular file" in ending.reason


def test_a_fault_is_a_reason_too(tmp_path: Path, bright_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "build_report", lambda *_: 1 / 0)
    case, job = a_case(write_phantom(tmp_path / "beat.nii.gz")), job_for(bright_model, tmp_path)
    ending, where = do_case(case, job), tmp_path / "cases/beat/traceback.txt"
    assert ending.reason.startswith("fault: ZeroDivisionError: division by zero: report it with traceback.txt")
    assert [path.name for path in where.parent.iterdir()] == [where.name]
    assert "build_report" in where.read_text(encoding="utf-8")
    monkeypatch.undo()
    assert do_case(case, job).status == "done"
    assert not where.exists()


def test_the_traceback_of_a_fault_may_name_a_file_that_is_no_utf8(
    tmp_path: Path, bright_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("M\udcfcller.nii")

    monkeypatch.setattr(report, "build_report", fail)
    ending = do_case(a_case(write_phantom(tmp_path / "beat.nii.gz")), job_for(bright_model, tmp_path))
    assert ending.reason.startswith("fault: ValueError: M\udcfcller.nii: ")
    assert rb"ValueError: M\udcfcller.nii" in (tmp_path / "cases/beat/traceback.txt").read_bytes()


@pytest.mark.parametrize("is_there", [True, False])
def test_a_file_in_the_place_of_its_folder_is_not_the_fault_of_the_case(
    tmp_path: Path, bright_model: Path, is_there: bool
) -> None:
    case = a_case(write_phantom(tmp_path / "beat.nii.gz"))
    if not is_there:
        case.found.path.unlink()
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases/beat").write_bytes(b"mine")
    with pytest.raises(OutputError, match=r"cannot write .*beat: .*: choose another --out folder"):
        do_case(case, job_for(bright_model, tmp_path))
    assert (tmp_path / "cases/beat").read_bytes() == b"mine"


def test_a_full_disk_is_not_the_fault_of_the_case(
    tmp_path: Path, bright_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("LVSegULib.segmentation.to_files.write_json", full)
    with pytest.raises(OutputError, match="No space left on device"):
        do_case(a_case(write_phantom(tmp_path / "beat.nii.gz")), job_for(bright_model, tmp_path))


def test_what_a_killed_worker_left_is_tidied_up(tmp_path: Path, bright_model: Path) -> None:
    staging = tmp_path / "cases/beat/.0a1b2c3d"
    staging.mkdir(parents=True)
    (staging / "beat.nii.gz").write_bytes(b"half")
    (tmp_path / "cases/beat/.0a1b2c3d-receipt.json").write_bytes(b"half")
    do_case(a_case(write_phantom(tmp_path / "beat.nii.gz")), job_for(bright_model, tmp_path))
    assert {path.name for path in (tmp_path / "cases/beat").iterdir()} == files_of("beat")


def test_hidden_files_of_others_stay(tmp_path: Path, bright_model: Path) -> None:
    note = tmp_path / "cases/beat/.note"
    note.parent.mkdir(parents=True)
    note.write_bytes(b"mine")
    do_case(a_case(write_phantom(tmp_path / "beat.nii.gz")), job_for(bright_model, tmp_path))
    assert note.read_bytes() == b"mine"


@pytest.mark.skipif(os.name == "nt", reason="on Windows, links need the rights of an administrator")
def test_a_link_in_the_place_of_its_folder_is_not_followed(tmp_path: Path, bright_model: Path) -> None:
    (tmp_path / "other").mkdir()
    for name in (".0a1b2c3d-receipt.json", "beat.csv"):
        (tmp_path / "other" / name).write_bytes(b"mine")
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases/beat").symlink_to(tmp_path / "other")
    ending = do_case(a_case(write_phantom(tmp_path / "beat.nii.gz")), job_for(bright_model, tmp_path))
    left_behind(tmp_path / "cases", ["beat"])
    assert ending.reason.endswith("beat: is a link, and would lead the results elsewhere: remove it")
    assert {path.name: path.read_bytes() for path in (tmp_path / "other").iterdir()} == {
        ".0a1b2c3d-receipt.json": b"mine",
        "beat.csv": b"mine",
    }


def test_another_version_is_refused(tmp_path: Path, bright_model: Path) -> None:
    job = dataclasses.replace(job_for(bright_model, tmp_path), version="99.0")
    with pytest.raises(UsageError, match=r"the cohort is run by 99\.0: install the same"):
        do_case(a_case(write_phantom(tmp_path / "beat.nii.gz")), job)
