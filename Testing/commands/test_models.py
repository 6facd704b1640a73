from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from LVSegULib.commands.main import main
from LVSegULib.modelfolder import folder


def test_a_line_for_each_model(
    a_model_that_finds_bright_pixels: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(folder, "SHIPPED", a_model_that_finds_bright_pixels.parent)
    assert main(["models"]) == 0
    header, row = capsys.readouterr().out.splitlines()
    assert header.split()[:2] == ["NAME", "PARAMETERS"]
    # 1 and 2 filters: (9+2)+(9+2) + (18+4)+(36+4) + (8+1) + (18+2)+(9+2) + 2
    assert row.split()[:2] == ["bright", "126"]
    assert "LV blood pool" in row and "CC0 1.0" in row


def test_a_research_only_model_says_so_and_comes_after_the_default_one(
    a_model_that_finds_bright_pixels: Path,
    a_research_only_model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copytree(a_model_that_finds_bright_pixels, tmp_path / "lv")
    shutil.copytree(a_research_only_model, tmp_path / "cardiac")
    monkeypatch.setattr(folder, "SHIPPED", tmp_path)
    assert main(["models"]) == 0
    header, default, restricted = capsys.readouterr().out.splitlines()
    column = header.index("COMMERCIAL USE")
    assert (default[column:].split()[0], restricted[column:].split()[0]) == ("yes", "no")
    assert restricted.startswith("cardiac") and "CC BY-NC-SA 4.0" in restricted


def test_no_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(folder, "SHIPPED", tmp_path)
    assert main(["models"]) == 0
    assert capsys.readouterr().out == f"no models are installed in {tmp_path}\n"
