"""`lvsegu publish` writes a model folder that `lvsegu models` can show."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from LVSegULib.commands.main import main
from LVSegULib.modelfolder import folder
from LVSegULib.modelfolder.folder import ModelFolder
from Testing.modelfolder.test_figures import evaluation_of, label_of
from Testing.modelfolder.test_publish import ABOUT, a_trained_model, an_evaluation  # noqa: F401, fixtures

PICTURE = b"\x89PNG\r\n\x1a\n and what follows"


@pytest.fixture
def the_files(tmp_path: Path, an_evaluation: dict[str, object]) -> list[str]:  # noqa: F811
    lines = [f"{name} = {json.dumps(value)}" for name, value in ABOUT.items()]
    (tmp_path / "about.toml").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "e.json").write_text(json.dumps(an_evaluation), encoding="utf-8")
    (tmp_path / "worst.png").write_bytes(PICTURE)
    (tmp_path / "commands.txt").write_text("lvsegu train\nlvsegu publish\n", encoding="utf-8")
    names = {
        "--about": "about.toml",
        "--evaluation": "e.json",
        "--unpruned": "e.json",
        "--challenge": "e.json",
        "--picture": "worst.png",
        "--commands": "commands.txt",
        "--out": "models/lv",
    }
    return [word for option, name in names.items() for word in (option, str(tmp_path / name))]


def test_a_model_is_published_and_listed(
    tmp_path: Path,
    a_trained_model: ModelFolder,  # noqa: F811
    the_files: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["publish", str(a_trained_model.path), *the_files]) == 0
    assert (tmp_path / "models" / "lv" / "worst.png").read_bytes() == PICTURE
    assert "Dice, pooled" in capsys.readouterr().out
    card = (tmp_path / "models" / "lv" / "CARD.md").read_text(encoding="utf-8")
    assert "    lvsegu train\n    lvsegu publish\n" in card
    assert "### MICCAI 2009 challenge" in card and "### Before and after pruning" in card
    monkeypatch.setattr(folder, "SHIPPED", tmp_path / "models")
    assert main(["models"]) == 0
    assert "Phantoms 0.900" in capsys.readouterr().out


def test_another_model_is_replaced_with_replace_only(
    tmp_path: Path,
    a_trained_model: ModelFolder,  # noqa: F811
    the_files: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["publish", str(a_trained_model.path), *the_files]
    assert [main(words), main(words), main([*words, "--replace"])] == [0, 3, 0]
    assert f"{tmp_path / 'models' / 'lv'} holds a model already" in capsys.readouterr().err


@pytest.mark.parametrize("missing", ["worst.png", "commands.txt"])
def test_a_missing_file_is_bad_input(
    missing: str,
    tmp_path: Path,
    a_trained_model: ModelFolder,  # noqa: F811
    the_files: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / missing).unlink()
    assert main(["publish", str(a_trained_model.path), *the_files]) == 3
    assert "cannot read" in capsys.readouterr().err
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"a letter", PICTURE[1:]])
def test_a_picture_that_is_no_png_is_bad_input(
    content: bytes,
    tmp_path: Path,
    a_trained_model: ModelFolder,  # noqa: F811
    the_files: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "worst.png").write_bytes(content)
    assert main(["publish", str(a_trained_model.path), *the_files]) == 3
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert f"{tmp_path / 'worst.png'}: is no PNG: give what lvsegu evaluate --picture drew" in line
    assert not (tmp_path / "models").exists()


def test_an_evaluation_that_is_given_twice_is_a_usage_error(
    tmp_path: Path,
    a_trained_model: ModelFolder,  # noqa: F811
    the_files: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = [*the_files, "--evaluation", str(tmp_path / "e.json")]
    assert main(["publish", str(a_trained_model.path), *words]) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert "--evaluation is given twice for Phantoms: give one evaluation of each data set" in line
    assert not (tmp_path / "models").exists()


def test_an_evaluation_of_another_model_s_labels_is_bad_input(
    tmp_path: Path,
    a_trained_model: ModelFolder,  # noqa: F811
    the_files: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    other = evaluation_of({"LV": label_of(0.9), "RV": label_of(0.8)})
    (tmp_path / "e.json").write_text(json.dumps(other), encoding="utf-8")
    assert main(["publish", str(a_trained_model.path), *the_files]) == 3
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert "has figures of RV, and run segments LV: give evaluations of this model" in line
    assert not (tmp_path / "models").exists()
