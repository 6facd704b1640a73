from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from LVSegULib.commands.main import main


def test_what_a_model_is(a_model_that_finds_bright_pixels: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(a_model_that_finds_bright_pixels)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "  input       64 x 64 pixels of 1.5 mm" in lines
    assert "  label       1 LV blood pool (SNOMED CT 87878005)" in lines
    layers = [line.split() for line in lines[lines.index("  layer                filters   parameters") + 1 :]]
    assert layers[0] == ["encoder.0.0", "1", "11"]  # 9 weights, gain and bias of batch norm
    assert sum(int(parameters.replace(",", "")) for *_, parameters in layers) == 126


def test_a_licence_that_restricts_its_use_says_so(
    a_model_that_finds_bright_pixels: Path, a_research_only_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["info", str(a_research_only_model)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "  licence     CC BY-NC-SA 4.0: research only" in lines and "  commercial  no" in lines
    assert main(["info", str(a_model_that_finds_bright_pixels)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "  licence     CC0 1.0" in lines and "  commercial  yes" in lines


def test_the_description_as_it_is_stored(
    a_model_that_finds_bright_pixels: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["info", str(a_model_that_finds_bright_pixels), "--json"]) == 0
    stored = (a_model_that_finds_bright_pixels / "model.json").read_text(encoding="utf-8")
    assert json.loads(capsys.readouterr().out) == json.loads(stored)


@pytest.mark.parametrize("name", ["weights.safetensors", "model.onnx"])
def test_altered_weights_are_noticed(
    a_model_that_finds_bright_pixels: Path, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    altered = Path(shutil.copytree(a_model_that_finds_bright_pixels, tmp_path / "altered"))
    (altered / name).write_bytes((altered / name).read_bytes() + b" ")
    assert main(["info", str(altered)]) == 3
    assert f"{name} is not the file that model.json describes" in capsys.readouterr().err


def test_no_such_model(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", "nosuch"]) == 2
    assert 'there is no model "nosuch"' in capsys.readouterr().err


def test_pytorch_is_not_imported(a_model_that_finds_bright_pixels: Path) -> None:
    program = "import sys\nfrom LVSegULib.commands.main import main\nsys.modules['torch'] = None\nsys.exit(main())"
    words = [sys.executable, "-c", program, "info", str(a_model_that_finds_bright_pixels)]
    assert subprocess.run(words, check=False, capture_output=True, cwd=Path(__file__).parents[2]).returncode == 0
