"""`lvsegu rebuild` makes a model of its recipe, down to the figures in the README, and goes on when it was stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from LVSegULib.commands.main import main
from LVSegULib.commands.rebuild import _Display
from LVSegULib.modelfolder.folder import open_model
from LVSegULib.rebuild.run import Progress, State
from Testing.phantom_hearts import write_data_set
from Testing.rebuild.conftest import a_step

ROOT = Path(__file__).parents[2]
TRAIN = """
name = "phantom"
filters = [4, 8]
spacing_mm = 2.5
size = 48
crop = 48
steps = 60
batch_size = 6
learning_rate = 0.01
warmup_steps = 5
average_steps = 10
validate_every = 20
folds = 2
device = "cpu"
precision = "fp32"
[augmentation]
rotation_degrees = 20
scale = 1.1
shift_mm = 4
noise = 0.02
low_resolution = 1.2
"""
ABOUT = """
name = "phantom"
description = "Phantoms."
licence = "MIT"
citations = ["Nobody 2026"]
data = "Phantoms."
evaluated = "All of them."
failures = "Many."
"""
BUILD = """
train = ["Dataset900_Phantom"]
folds = [0, 1]
[pruning]
tolerance = 0.05
slices = 20
step = 0.2
[[evaluations]]
data = "Dataset900_Phantom"
title = "Phantoms, {patients} of them"
[[evaluations]]
data = "Dataset901_Other"
title = "Others, {patients} of them"
"""
README = (
    "It has <!-- figures: phantom/parameters:, --><!-- /figures -->.\n\n<!-- figures: dice phantom --><!-- /figures -->"
)


def a_repository(root: Path, build: str = BUILD) -> list[str]:
    """Data sets, a recipe and a README; the command that rebuilds it."""
    recipe = root / "docs" / "models" / "phantom"
    recipe.mkdir(parents=True)
    for name, text in (("train.toml", TRAIN), ("about.toml", ABOUT), ("build.toml", build)):
        (recipe / name).write_text(text, encoding="utf-8")
    (root / "README.md").write_text(README, encoding="utf-8")
    words = ["rebuild", str(recipe.parent), "--data", str(root / "data"), "--out", str(root / "runs")]
    return [*words, "--models", str(root / "models")]


def stop_half_way(words: list[str], checkpoint: Path) -> subprocess.CompletedProcess[str]:
    """Start the command, and press Ctrl-C once there is a checkpoint to go on from."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    program = [sys.executable, "-m", "LVSegULib", *words]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(program, text=True, env=environment, **pipes) as process:
        while not checkpoint.exists() and process.poll() is None:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    return subprocess.CompletedProcess(program, process.returncode, out, err)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="another process cannot be sent Ctrl-C on Windows")
def test_a_model_is_made_of_its_recipe(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("LVSegULib.rebuild.stamps.LIBRARY", tmp_path / "program")  # nobody changes it meanwhile
    words = a_repository(tmp_path)
    write_data_set(tmp_path / "data" / "Dataset900_Phantom", 6)
    write_data_set(tmp_path / "data" / "Dataset901_Other", 2)
    stopped = stop_half_way(words, tmp_path / "runs" / "phantom" / "fold0" / "checkpoint.safetensors")
    assert stopped.returncode == 130
    assert "lvsegu: stopped; nothing is lost: the same command goes on" in stopped.stderr
    assert not (tmp_path / "models").exists()

    assert main(words) == 0
    log = (tmp_path / "runs" / "phantom" / "logs" / "train-fold0.log").read_text(encoding="utf-8")
    assert "steps 0 to 60" in log and ("steps 20 to 60" in log or "steps 40 to 60" in log)
    model = open_model(tmp_path / "models" / "phantom")
    assert model.spec.figures["Dataset900_Phantom"]["patients"] == 6
    assert model.spec.figures["Dataset901_Other"]["patients"] == 2
    assert model.spec.parameters < model.spec.training["pruning"]["from"]["parameters"]
    card = (model.path / "CARD.md").read_text(encoding="utf-8")
    assert "    lvsegu prune RUNS/phantom/fold1/last --data DATA/Dataset900_Phantom" in card
    assert str(tmp_path) not in card + (model.path / "model.json").read_text(encoding="utf-8")
    assert f"It has <!-- figures: phantom/parameters:, -->{model.spec.parameters:,}<!--" in readme_of(tmp_path)
    assert "| | Phantoms, 6 of them | Others, 2 of them |" in readme_of(tmp_path)
    for fold, kept in (
        ("fold0", {"phantom0", "phantom2", "phantom4"}),
        ("fold1", {"phantom1", "phantom3", "phantom5"}),
    ):
        split = json.loads((tmp_path / "runs" / "phantom" / f"{fold}-pruning.json").read_text(encoding="utf-8"))
        assert not kept & {*split["train"], *split["validation"]}

    capsys.readouterr()
    assert main(words) == 0
    assert capsys.readouterr().out.splitlines()[0] == "11 up to date"

    about = tmp_path / "docs" / "models" / "phantom" / "about.toml"
    about.write_text(ABOUT.replace("Many.", "None."), encoding="utf-8")
    assert main([*words, "--until", "publish"]) == 0
    assert capsys.readouterr().out == "1 done, 10 up to date\n"
    assert "None." in (model.path / "CARD.md").read_text(encoding="utf-8")


def readme_of(root: Path) -> str:
    return (root / "README.md").read_text(encoding="utf-8")


def test_a_failed_step_is_named_with_its_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = a_repository(tmp_path, '[[steps]]\nname = "bad"\ncommand = "info nothing"\n')
    assert main(words) == 4
    error = capsys.readouterr().err.splitlines()
    log = tmp_path / "runs" / "phantom" / "logs" / "bad.log"
    assert error[-1].startswith("lvsegu: 1 of 1 steps failed, the same command tries them again: phantom/bad: lvsegu: ")
    assert 'there is no model "nothing"' in error[-1] and error[-1].endswith(f"(see {log})")
    assert 'there is no model "nothing"' in log.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("further", "said", "code"),
    [
        ([], "Dataset900_Phantom does not exist, and phantom/train-fold0 reads it: put it there", 3),
        (["--model", "lv"], 'there is no recipe "lv"', 2),
        (["--until", "nothing"], 'there is no step "nothing": there are phantom/train-fold0, ', 2),
        (["--only", "nothing"], 'there is no step "nothing": there are', 2),
        (["--only", "a", "--until", "b"], "give one of them", 2),
        (["--workers", "0"], "--workers N", 2),
    ],
)
def test_a_mistake_is_one_line_and_nothing_is_done(
    tmp_path: Path, further: list[str], said: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*a_repository(tmp_path), *further]) == code
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1
    assert not (tmp_path / "runs").exists()


def test_a_further_step_is_done_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    build = (
        f'{BUILD}\n[[steps]]\nname = "list"\ncommand = "info lv --json"\nstdout = "RUNS/phantom/list.json"\n'
        'figures = "RUNS/phantom/list.json"\n[pictures]\n"docs/list.json" = "RUNS/phantom/list.json"\n'
        '"docs/other.png" = "RUNS/phantom/other.png"\n'
    )
    words = a_repository(tmp_path, build)
    figures = tmp_path / "docs" / "models" / "figures.json"
    figures.write_text('{"phantom": {"parameters": 1234, "evaluations": {}}}', encoding="utf-8")
    assert main([*words, "--only", "list"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "1 done"
    found = json.loads(figures.read_text(encoding="utf-8"))["phantom"]
    assert found["parameters"] == 1234 and found["list"]["values"]
    assert (tmp_path / "docs" / "list.json").is_file() and not (tmp_path / "docs" / "other.png").exists()
    assert "It has <!-- figures: phantom/parameters:, -->1,234<!--" in readme_of(tmp_path)


def test_a_further_step_alone_takes_what_another_has_left(tmp_path: Path) -> None:
    build = (
        f'{BUILD}\n[[steps]]\nname = "made"\ncommand = "threshold lv --probability 0.6 --out RUNS/phantom/made"\n'
        '[[steps]]\nname = "shown"\ncommand = "info RUNS/phantom/made --json"\nstdout = "RUNS/phantom/made.json"\n'
    )
    words = a_repository(tmp_path, build)
    (tmp_path / "docs" / "models" / "figures.json").write_text(
        '{"phantom": {"parameters": 1234, "evaluations": {}}}', encoding="utf-8"
    )
    assert main([*words, "--only", "made"]) == 0
    assert main([*words, "--only", "shown"]) == 0
    assert json.loads((tmp_path / "runs" / "phantom" / "made.json").read_text(encoding="utf-8"))["name"] == "lv"


@pytest.mark.parametrize(("system", "is_table"), [("linux", True), ("win32", False)])
def test_consoles_of_windows_get_no_codes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], system: str, is_table: bool
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setattr("LVSegULib.commands.rebuild.sys.platform", system)
    display = _Display()
    monkeypatch.undo()
    display.show([Progress(a_step("train", "train --out RUNS/x"), State.RUNNING)])
    shown = capsys.readouterr().err
    assert "x/train" in shown
    assert ("\x1b" in shown) == is_table


def test_data_and_place_are_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(a_repository(tmp_path)[:2]) == 2
    assert "say where the data sets are" in capsys.readouterr().err


def test_figures_alone_go_into_the_documents(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipes = a_repository(tmp_path)[1]
    (Path(recipes) / "figures.json").write_text(
        '{"phantom": {"parameters": 1234, "evaluations": {}}}', encoding="utf-8"
    )
    assert main(["rebuild", recipes, "--documents"]) == 0
    assert "-->1,234<!--" in readme_of(tmp_path)
    assert capsys.readouterr().out.strip() == str(tmp_path / "README.md")
    (Path(recipes) / "figures.json").unlink()
    assert main(["rebuild", recipes, "--documents"]) == 3
