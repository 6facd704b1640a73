from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import SimpleITK
from numpy.typing import NDArray

from LVSegULib.engines.base import open_engine
from LVSegULib.errors import Cancelled, OutputError, UsageError
from LVSegULib.reading import read_cine
from LVSegULib.segmentation.to_files import (
    READING_SHARE,
    Segmenter,
    Source,
    identify,
    segment_cine_to_files,
    segment_to_files,
)
from Testing.bright_pixels import bright_squares, save_bright_pixel_model, volume_ml, write_phantom
from Testing.conftest import DicomPhantom


@pytest.fixture(scope="module")
def segmenter(tmp_path_factory: pytest.TempPathFactory) -> Segmenter:
    model = save_bright_pixel_model(tmp_path_factory.mktemp("models") / "bright")
    return Segmenter(model, open_engine(model, "onnxruntime"))


def layers_of(path: Path) -> NDArray[np.uint8]:
    return SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(path)))


def test_slicer_gets_ed_and_es(tmp_path: Path, segmenter: Segmenter) -> None:
    outcome = segment_to_files(Source(write_phantom(tmp_path / "beat.nii.gz")), tmp_path / "out", segmenter)
    assert (outcome.found.measures.ed_frame, outcome.found.measures.es_frame) == (0, 3)
    layers = layers_of(tmp_path / "out/beat.seg.nrrd")
    assert np.array_equal(layers[..., 0], bright_squares()[0])
    assert np.array_equal(layers[..., 1], bright_squares()[3])


def test_slicer_gets_the_only_frame(tmp_path: Path, segmenter: Segmenter) -> None:
    segment_to_files(Source(write_phantom(tmp_path / "still.nii.gz", [14])), tmp_path / "out", segmenter)
    assert np.array_equal(layers_of(tmp_path / "out/still.seg.nrrd"), bright_squares([14])[0])


def test_the_report_says_how_long_what_took(tmp_path: Path, segmenter: Segmenter) -> None:
    report = segment_to_files(Source(write_phantom(tmp_path / "beat.nii.gz")), tmp_path / "out", segmenter).report
    steps = {name: seconds for name, seconds in report["seconds"].items() if name != "total"}
    assert set(steps) == {"read", "prepare", "network", "restore", "write"}
    assert sum(steps.values()) <= report["seconds"]["total"] + 1e-3
    assert report["volumes_ml"]["LV_cavity"][0] == pytest.approx(volume_ml(20))


def test_names_that_are_taken_get_a_number(tmp_path: Path, segmenter: Segmenter) -> None:
    path = write_phantom(tmp_path / "beat.nii.gz")
    outcome = segment_to_files(Source(path, taken=frozenset({"Beat", "beat-2"})), tmp_path / "out", segmenter)
    assert outcome.cine.name == "beat-3"
    assert all(file.name.startswith("beat-3.") and file.is_file() for file in outcome.files)


def test_the_input_is_never_overwritten(tmp_path: Path, segmenter: Segmenter) -> None:
    path = write_phantom(tmp_path / "beat.nii.gz")
    with pytest.raises(UsageError, match="would overwrite the input"):
        segment_to_files(Source(path), tmp_path, segmenter)


def test_no_other_input_of_the_run_is_overwritten(tmp_path: Path, segmenter: Segmenter) -> None:
    path, other = write_phantom(tmp_path / "in/beat.nii.gz"), write_phantom(tmp_path / "out/beat.nii.gz")
    before, inputs = other.read_bytes(), identify([path, other, tmp_path / "missing"])
    with pytest.raises(UsageError, match="would overwrite the input"):
        segment_to_files(Source(path, inputs=inputs), tmp_path / "out", segmenter)
    assert other.read_bytes() == before and list(other.parent.iterdir()) == [other]


def test_files_are_written_where_none_has_a_number_and_all_look_alike(
    tmp_path: Path, segmenter: Segmenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_phantom(tmp_path / "in/beat.nii.gz")
    segment_to_files(Source(path), tmp_path / "out", segmenter)
    stat = Path.stat

    def without_number(path: Path, **options: bool) -> os.stat_result:
        state = list(stat(path, **options))
        state[1] = 0
        return os.stat_result(state)

    monkeypatch.setattr(Path, "stat", without_number)
    assert segment_to_files(Source(path), tmp_path / "out", segmenter).files.segmentation.is_file()
    with pytest.raises(UsageError, match="would overwrite the input"):
        segment_to_files(Source(path), tmp_path / "in", segmenter)


def test_an_image_that_is_no_input_is_not_overwritten_either(tmp_path: Path, segmenter: Segmenter) -> None:
    path, other = write_phantom(tmp_path / "in/beat.nii.gz"), write_phantom(tmp_path / "out/beat.nii.gz")
    before = other.read_bytes()
    with pytest.raises(OutputError, match=r"beat\.nii\.gz: what is there is no label map"):
        segment_to_files(Source(path), tmp_path / "out", segmenter)
    assert other.read_bytes() == before and list(other.parent.iterdir()) == [other]


def test_an_earlier_result_is_replaced(tmp_path: Path, segmenter: Segmenter) -> None:
    path = write_phantom(tmp_path / "in/beat.nii.gz")
    first = segment_to_files(Source(path), tmp_path / "out", segmenter)
    (tmp_path / "out/beat.json").unlink()  # as after a power cut between the last two files
    assert segment_to_files(Source(path), tmp_path / "out", segmenter).files == first.files


def test_a_folder_in_the_place_of_a_file_is_found_before_the_work(tmp_path: Path, segmenter: Segmenter) -> None:
    (tmp_path / "out/beat.csv").mkdir(parents=True)
    with pytest.raises(OutputError, match=r"beat\.csv: it is a folder"):
        segment_to_files(Source(write_phantom(tmp_path / "beat.nii.gz")), tmp_path / "out", segmenter)
    assert [entry.name for entry in (tmp_path / "out").iterdir()] == ["beat.csv"]


def test_a_caller_may_cancel(tmp_path: Path, segmenter: Segmenter) -> None:
    def cancel(share: float) -> None:
        assert 0 < share <= 1
        raise Cancelled("cancelled")

    with pytest.raises(Cancelled):
        segment_to_files(Source(write_phantom(tmp_path / "beat.nii.gz")), tmp_path / "out", segmenter, progress=cancel)
    assert not (tmp_path / "out").exists()


def test_the_share_done_is_that_of_reading_and_segmenting(
    tmp_path: Path, segmenter: Segmenter, a_dicom_phantom: DicomPhantom
) -> None:
    a_dicom_phantom.write()
    told: list[float] = []
    segment_to_files(Source(a_dicom_phantom.folder), tmp_path / "out", segmenter, progress=told.append)
    assert told == sorted(told)
    assert sum(share <= READING_SHARE for share in told) >= 40  # header and pixels of each file
    assert told[-1] == 1


def test_if_one_file_cannot_be_written_none_is(
    tmp_path: Path, segmenter: Segmenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OutputError("cannot write the picture: No space left on device")

    monkeypatch.setattr("LVSegULib.pictures.contact_sheet.write_contact_sheet", refuse)
    with pytest.raises(OutputError, match="No space left"):
        segment_to_files(Source(write_phantom(tmp_path / "beat.nii.gz")), tmp_path / "out", segmenter)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("is_there_already", [True, False])
def test_if_one_file_cannot_be_put_in_its_place_all_are_as_they_were(
    tmp_path: Path, segmenter: Segmenter, monkeypatch: pytest.MonkeyPatch, *, is_there_already: bool
) -> None:
    path, out = write_phantom(tmp_path / "beat.nii.gz"), tmp_path / "out"
    if is_there_already:
        segment_to_files(Source(path), out, segmenter)
        write_phantom(path, [22, 14])
    else:
        out.mkdir()
    before = {file.name: file.read_bytes() for file in out.iterdir()}
    replace = Path.replace

    def refuse_the_table(source: Path, target: Path) -> Path:
        if target == out / "beat.csv" and source.parent.name.count(".") == 1:
            raise PermissionError(13, "Permission denied")
        return replace(source, target)

    monkeypatch.setattr(Path, "replace", refuse_the_table)
    with pytest.raises(OutputError, match=r"cannot write to .*out: Permission denied: choose another --out folder"):
        segment_to_files(Source(path), out, segmenter)
    assert {file.name: file.read_bytes() for file in out.iterdir()} == before


def test_an_earlier_file_that_cannot_be_put_back_is_kept(
    tmp_path: Path, segmenter: Segmenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, out = write_phantom(tmp_path / "beat.nii.gz"), tmp_path / "out"
    first = segment_to_files(Source(path), out, segmenter)
    before, replace = first.files.table.read_bytes(), Path.replace

    def not_the_picture_nor_back(source: Path, target: Path) -> Path:
        if target == out / "beat.png" or source.parent.name.endswith(".earlier"):
            raise PermissionError(13, "Permission denied")
        return replace(source, target)

    monkeypatch.setattr(Path, "replace", not_the_picture_nor_back)
    with pytest.raises(OutputError, match="Permission denied"):
        segment_to_files(Source(path), out, segmenter)
    assert [file.read_bytes() for file in out.glob(".*.earlier/beat.csv")] == [before]


def test_a_kill_between_two_files_leaves_each_whole_and_the_earlier_ones_beside(
    tmp_path: Path, segmenter: Segmenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, out = write_phantom(tmp_path / "beat.nii.gz"), tmp_path / "out"
    files = segment_to_files(Source(path), out, segmenter).files
    before, replace = {file.name: file.read_bytes() for file in files}, Path.replace
    seen: list[bool] = []

    def look(source: Path, target: Path) -> Path:
        seen.append(all(file.is_file() for file in files))
        assert {copy.name: copy.read_bytes() for copy in next(out.glob(".*.earlier")).iterdir()} == before
        return replace(source, target)

    monkeypatch.setattr(Path, "replace", look)
    segment_to_files(Source(path), out, segmenter)
    assert seen == [True] * len(files)
    assert sorted(out.iterdir()) == sorted(files)


def test_a_folder_that_came_into_the_place_of_a_file_is_kept(tmp_path: Path, segmenter: Segmenter) -> None:
    out, cine = tmp_path / "out", read_cine(write_phantom(tmp_path / "beat.nii.gz"))
    (out / f"{cine.name}.png/mine").mkdir(parents=True)
    with pytest.raises(OutputError):
        segment_cine_to_files(cine, out, segmenter, 0.0)
    assert [path.name for path in out.rglob("*")] == [f"{cine.name}.png", "mine"]


def test_a_long_axis_view_is_warned_of(tmp_path: Path, segmenter: Segmenter, a_dicom_phantom: DicomPhantom) -> None:
    a_dicom_phantom.write(lambda _, __, k: k == 0, description="CINE 4CH")
    outcome = segment_to_files(Source(a_dicom_phantom.folder), tmp_path / "out", segmenter)
    warning = 'one slice named as a long-axis view ("CINE 4CH")'
    assert any(line.startswith(warning) for line in outcome.report["measures"]["warnings"])
