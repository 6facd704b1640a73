from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from LVSegULib.commands.info import describe_model
from LVSegULib.commands.main import main
from LVSegULib.labels import CAVITY, MYOCARDIUM
from LVSegULib.modelfolder.folder import ModelFolder
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.network.config import UNetConfig
from LVSegULib.preparation.grid import Grid

LAYERS = "  layer                filters   parameters   multiply-adds a pixel"


def test_what_a_model_is(a_model_that_finds_bright_pixels: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(a_model_that_finds_bright_pixels)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "  input       64 x 64 pixels of 1.5 mm" in lines
    assert "  label       1 LV blood pool (SNOMED CT 87878005)" in lines
    layers = [line.split() for line in lines[lines.index(LAYERS) + 1 :]]
    assert layers[0] == ["encoder.0.0", "1", "11", "9.0"]  # 9 weights, gain and bias of batch norm
    assert sum(int(parameters.replace(",", "")) for _, _, parameters, _ in layers) == 126
    (work,) = (line for line in lines if line.startswith("  work"))
    a_pixel = sum(float(multiply_adds.replace(",", "")) for *_, multiply_adds in layers)
    assert f" {64 * 64 * a_pixel / 1e6:,.0f} million" in work


def test_the_dice_of_each_data_set_is_a_line() -> None:
    dice = {"value": 0.9406, "low": 0.9291, "high": 0.9484, "n": 21}
    figures = {
        "Sunnybrook": {"dice_pooled": dice, "labels": {"MYO": {"dice_pooled": dice | {"value": 0.85}}}},
        "Contours": {"challenge": {"contours": 38, "all_dice": dice}},
        "Elsewhere": {"patients": 3},
    }
    network = UNetConfig.from_levels((1, 1), output_channels=2)
    spec = ModelSpec("two", network, (CAVITY, MYOCARDIUM), Grid(1.5, 64, 64), figures=figures)
    lines = describe_model(ModelFolder(Path("two"), spec))
    both = "LV 0.941 (0.929 to 0.948; n 21), MYO 0.850 (0.929 to 0.948; n 21)"
    assert f"    Sunnybrook: pooled Dice {both}" in lines
    challenge = "Dice of all contours, as in the MICCAI 2009 challenge 0.941 (0.929 to 0.948; n 21)"
    assert f"    Contours: {challenge}" in lines
    assert '    Elsewhere: {"patients": 3}' in lines


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
