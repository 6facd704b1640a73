from __future__ import annotations

from pathlib import Path

import pytest

from LVSegULib.commands.main import main
from LVSegULib.errors import InputError
from LVSegULib.reading import sample
from LVSegULib.segmentation.to_files import ENDINGS


def test_the_sample_patient_from_archive_to_files(
    a_model_that_finds_bright_pixels: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["demo", "--out", str(out), "--model", str(a_model_that_finds_bright_pixels)]) == 0
    printed = capsys.readouterr().out
    assert "12 slices x 20 frames, 256 x 256 pixels, 1.37 x 1.37 x 10.00 mm" in printed
    assert "Not for clinical use." in printed
    for ending in ENDINGS:
        (file,) = out.glob(f"*{ending}")
        assert str(file) in printed


def test_a_package_that_was_copied_takes_the_sample_of_the_clone_it_is_run_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = sample.sample_archive()
    monkeypatch.setattr(sample, "__file__", str(tmp_path / "site-packages" / "LVSegULib" / "reading" / "sample.py"))
    monkeypatch.chdir(Path(__file__).parents[2])
    assert sample.sample_archive().samefile(expected)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="run this in a clone of the repository"):
        sample.sample_archive()


def test_a_package_without_the_sample(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sample, "SAMPLES", tmp_path)
    assert main(["demo", "--out", str(tmp_path / "out")]) == 3
    assert "the sample patient is not there: run this in a clone" in capsys.readouterr().err


@pytest.mark.parametrize("words", [("bench", "--rounds", "1"), ("filters", "lv", "--out", "filters")])
def test_what_another_cine_can_be_given_for_says_so(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sample, "SAMPLES", tmp_path / "nowhere")
    monkeypatch.chdir(tmp_path)
    assert main(words) == 3
    message = "the sample patient is not there: run this in a clone of the repository, or give --input CINE"
    assert capsys.readouterr().err.splitlines()[-1] == f"lvsegu: {message}"
