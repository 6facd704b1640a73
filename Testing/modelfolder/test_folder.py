"""A model folder is written whole, checked by hash, and refused with a reason when something is wrong with it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from LVSegULib.benchmark.classic import random_weights, save_random_model
from LVSegULib.errors import ModelError, OutputError, UsageError
from LVSegULib.modelfolder.folder import (
    OWN_FILES,
    ModelFolder,
    check_place,
    find_model,
    installed_models,
    open_model,
    save_model,
)
from LVSegULib.network.config import UNetConfig
from LVSegULib.preparation.grid import Grid

CONFIG = UNetConfig.from_levels((2, 4))


@pytest.fixture
def a_model(tmp_path: Path) -> ModelFolder:
    return save_random_model(tmp_path / "tiny", CONFIG, "tiny", Grid(1.4, 32, 32))


def test_a_model_comes_back_as_it_was_written(a_model: ModelFolder) -> None:
    opened = open_model(a_model.path)
    assert opened.spec == a_model.spec
    written = random_weights(CONFIG)
    assert opened.weights().keys() == written.keys()
    assert all(np.array_equal(opened.weights()[name], values) for name, values in written.items())
    assert sorted(p.name for p in a_model.path.iterdir()) == [
        "CARD.md",
        "blocks.onnx",
        "model.json",
        "model.onnx",
        "weights.safetensors",
    ]


def test_a_grid_that_the_network_cannot_halve_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="multiples of 2"):
        save_random_model(tmp_path / "odd", CONFIG, "odd", Grid(1.4, 32, 33))
    assert not (tmp_path / "odd").exists()


def test_a_model_is_found_by_its_folder(a_model: ModelFolder) -> None:
    assert find_model(str(a_model.path)).spec.name == "tiny"


def test_an_unknown_name_lists_what_is_installed() -> None:
    with pytest.raises(UsageError, match='no model "nosuch": installed are'):
        find_model("nosuch")


@pytest.mark.parametrize("name", ["weights.safetensors", "model.onnx", "blocks.onnx"])
def test_an_altered_file_is_noticed(a_model: ModelFolder, name: str) -> None:
    path = a_model.path / name
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(ModelError, match=f"{name} is not the file"):
        a_model.checked(name)


def test_a_missing_file_is_noticed(a_model: ModelFolder) -> None:
    (a_model.path / "model.onnx").unlink()
    with pytest.raises(ModelError, match=r"model\.onnx is missing"):
        a_model.checked("model.onnx")


def changed(key: str, value: object) -> Callable[[dict[str, object]], object]:
    def change(values: dict[str, object]) -> None:
        values[key] = value

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (changed("format", 2), "update LVSegU"),
        (changed("format", "new"), "not a model description"),
        (lambda values: values.pop("network"), "lacks 'network'"),
        (lambda values: values.pop("sha256"), "lacks 'sha256'"),
        (changed("labels", []), "1 outputs for 0 labels"),
        (lambda values: values["input"].update(spacing_mm=-1), "not possible"),
        (lambda values: values["input"].update(normalisation={"kind": "z-score"}), "another normalisation"),
        (lambda values: values["network"].update(decoder=[]), "encoder levels"),
        (lambda values: values["labels"][0].update(key="AORTA"), 'unknown label "AORTA"'),
    ],
)
def test_a_broken_description_is_explained(
    a_model: ModelFolder, change: Callable[[dict[str, object]], object], message: str
) -> None:
    path = a_model.path / "model.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    change(values)
    path.write_text(json.dumps(values), encoding="utf-8")
    with pytest.raises(ModelError, match=message) as caught:
        open_model(a_model.path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[]", "\x00"])
def test_what_is_not_json_is_explained(tmp_path: Path, text: str) -> None:
    (tmp_path / "model.json").write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match="not a model description"):
        open_model(tmp_path)


def test_a_folder_without_a_model_is_explained(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is not a model folder"):
        open_model(tmp_path)


def test_weights_of_another_network_are_not_saved(a_model: ModelFolder, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="has shape"):
        save_model(tmp_path / "wrong", a_model.spec, random_weights(UNetConfig.from_levels((2, 5))), "")
    assert not (tmp_path / "wrong").exists()


def test_weights_that_are_not_finite_are_not_saved(a_model: ModelFolder, tmp_path: Path) -> None:
    weights = random_weights(CONFIG)
    weights["head.bias"][0] = np.nan
    with pytest.raises(ModelError, match=r"head\.bias holds values that are not finite"):
        save_model(tmp_path / "wrong", a_model.spec, weights, "")


def test_a_full_disk_leaves_the_old_model_and_nothing_else(
    a_model: ModelFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("LVSegULib.atomic._replace_folder", full)
    with pytest.raises(OutputError, match="No space left"):
        save_model(a_model.path, a_model.spec, random_weights(CONFIG, seed=9), "")
    assert [path.name for path in a_model.path.parent.iterdir()] == ["tiny"]
    assert np.array_equal(a_model.weights()["head.weight"], random_weights(CONFIG)["head.weight"])


def test_a_model_is_replaced_as_a_whole(a_model: ModelFolder) -> None:
    save_model(a_model.path, a_model.spec, random_weights(CONFIG, seed=9), "new card\n")
    assert (a_model.path / "CARD.md").read_text(encoding="utf-8") == "new card\n"
    assert [path.name for path in a_model.path.parent.iterdir()] == ["tiny"]
    open_model(a_model.path).weights()


def test_reading_a_model_needs_no_pytorch(a_model: ModelFolder) -> None:
    code = (
        "import sys; from pathlib import Path; from LVSegULib.modelfolder.folder import open_model; "
        f"open_model(Path({str(a_model.path)!r})).weights(); assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


def test_a_folder_with_something_else_in_it_is_never_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "to my mother.txt").write_text("dear mother")
    with pytest.raises(OutputError, match="is there already and is no model folder"):
        check_place(folder)
    with pytest.raises(OutputError, match="is there already and is no model folder"):
        check_place(folder / "to my mother.txt")
    check_place(tmp_path / "new")
    (tmp_path / "empty").mkdir()
    check_place(tmp_path / "empty")


def test_another_model_is_replaced_only_if_that_is_wanted(a_model: ModelFolder) -> None:
    with pytest.raises(OutputError, match="holds a model already: choose another --out, or pass --replace"):
        check_place(a_model.path)
    litter = ("Thumbs.db", "desktop.ini", ".DS_Store", ".directory", "._model.json")
    for name in (*OWN_FILES, *litter, ".0123abcd-pruning.csv", ".training.lock", ".pruning.lock"):
        (a_model.path / name).touch()
    check_place(a_model.path, replace=True)


@pytest.mark.parametrize("replace", [True, False])
@pytest.mark.parametrize("name", ["notes.txt", ".gitattributes", ".0123abcd-notes.txt", ".notes.lock"])
def test_other_files_beside_a_model_are_never_lost(a_model: ModelFolder, name: str, *, replace: bool) -> None:
    (a_model.path / name).write_text("took three days")
    said = f"holds {re.escape(name)} beside a model, which would be lost: move it, or choose"
    with pytest.raises(OutputError, match=said):
        check_place(a_model.path, replace=replace)


def test_the_history_of_a_model_is_not_lost(a_model: ModelFolder) -> None:
    (a_model.path / ".git").mkdir()
    with pytest.raises(OutputError, match=r"holds \.git beside a model"):
        check_place(a_model.path, replace=True)


def test_the_files_of_a_model_are_those_that_commands_write() -> None:
    from LVSegULib.modelfolder.publish import WORST
    from LVSegULib.quality.text import ROC_PICTURE

    shipped = {file.name for model in installed_models() for file in model.path.iterdir()}
    assert set(OWN_FILES) >= {WORST, ROC_PICTURE, *shipped}
