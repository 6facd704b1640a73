from __future__ import annotations

from pathlib import Path

import pytest

from LVSegULib.commands.main import main
from Testing.bright_pixels import save_bright_pixel_model, write_phantom
from Testing.commands.segmenting import Segment
from Testing.three_labels import save_three_label_model


@pytest.fixture(scope="session")
def a_model_that_finds_bright_pixels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_bright_pixel_model(tmp_path_factory.mktemp("models") / "bright").path


@pytest.fixture(scope="session")
def a_research_only_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cavity, myocardium and right ventricle, under CC BY-NC-SA 4.0."""
    return save_three_label_model(tmp_path_factory.mktemp("models") / "cardiac").path


@pytest.fixture
def a_beating_phantom(tmp_path: Path) -> Path:
    return write_phantom(tmp_path / "in" / "phantom.nii.gz")


@pytest.fixture
def segment(a_model_that_finds_bright_pixels: Path, tmp_path: Path) -> Segment:
    """The command, with a model that finds bright pixels, into `out`."""

    def run(*words: object, out: Path = tmp_path / "out") -> int:
        model = ["--model", str(a_model_that_finds_bright_pixels)]
        return main(["segment", *map(str, words), "--out", str(out), *model, "--engine", "onnxruntime"])

    return run


@pytest.fixture
def a_damaged_file(tmp_path: Path) -> Path:
    path = tmp_path / "in" / "damaged.nii.gz"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"\x1f\x8b not gzip at all")
    return path
