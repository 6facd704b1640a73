"""Choosing the model: from the list, or a folder of one's own."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from LVSegULib.modelfolder.folder import SHIPPED, ModelFolder, find_model, installed_models
from LVSegULib.shown import shown
from Testing.desktop.file_dialog import FileDialog
from Testing.desktop.scene import a_beating_heart, add_volume
from Testing.desktop.start import OpenModule
from Testing.desktop.user import click
from Testing.three_labels import save_three_label_model


@pytest.fixture
def my_model(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED / "lv", tmp_path / "mine"))


@pytest.fixture
def ui(the_panel: OpenModule) -> Any:
    """The widgets of the panel, with an input that Apply could take."""
    the_panel.panel.ui.inputSelector.setCurrentNode(add_volume(a_beating_heart()[0]))
    return the_panel.panel.ui


def chosen(opened: OpenModule) -> str:
    return str(opened.panel.logic.getParameterNode().model)


def test_the_shipped_model_is_chosen_at_first(the_panel: OpenModule, ui: Any) -> None:
    assert ui.modelComboBox.currentText == "lv (LV blood pool)"
    assert (ui.licenceLabel.text, ui.licenceLabel.styleSheet) == ("MIT", "")
    assert chosen(the_panel) == "lv"


def test_a_folder_of_ones_own_is_chosen_with_the_button(the_panel: OpenModule, ui: Any, my_model: Path) -> None:
    FileDialog.will_choose(my_model)
    click(ui.modelFolderButton)
    assert chosen(the_panel) == str(my_model)
    assert ui.modelComboBox.currentIndex == ui.modelComboBox.count - 1
    assert ui.applyButton.enabled
    FileDialog.will_choose("")
    click(ui.modelFolderButton)
    assert FileDialog.asked == [("Folder of a model (it holds model.json)", str(my_model))], "the last folder"


def test_a_folder_of_ones_own_is_known_in_later_scenes(
    the_panel: OpenModule, the_desktop: Any, ui: Any, my_model: Path, tmp_path: Path
) -> None:
    FileDialog.will_choose(my_model)
    click(ui.modelFolderButton)
    path = str(tmp_path / "scene.mrb")
    assert the_desktop.util.saveScene(path)
    the_desktop.mrmlScene.Clear(0)
    the_desktop.util.loadScene(path)
    assert chosen(the_panel) == str(my_model)
    assert ui.applyButton.enabled


def test_a_folder_that_only_the_scene_names_is_neither_looked_at_nor_run(
    the_panel: OpenModule, ui: Any, my_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find(model: str) -> ModelFolder:
        assert model != str(my_model)
        return find_model(model)

    monkeypatch.setattr("LVSegUSlicer.model_list.find_model", find)
    ui.filtersSection.collapsed = False
    the_panel.panel.logic.getParameterNode().model = str(my_model)
    the_panel.leave()
    the_panel.enter()
    assert not ui.applyButton.enabled
    for label in (ui.modelLabel, ui.filtersStatusLabel):
        assert f"{shown(my_model)}: this model of the scene is neither installed nor remembered as chosen" in label.text
    monkeypatch.undo()
    FileDialog.will_choose(my_model)
    click(ui.modelFolderButton)
    assert ui.applyButton.enabled


@pytest.mark.parametrize("name", ["<b>mine</b>", f"/{'x' * 300}", "/a  b & c"])
def test_a_name_out_of_a_scene_is_shown_as_it_is(the_panel: OpenModule, ui: Any, name: str) -> None:
    """As letters and not as HTML, without making the panel wider; whole in the tool tip of the list."""
    from PyQt6.QtCore import Qt
    from PyQt6.QtGui import QTextDocument

    narrow = ui.LVSegU.minimumSizeHint().width()
    ui.filtersSection.collapsed = False
    the_panel.panel.logic.getParameterNode().model = name
    for label in (ui.modelLabel, ui.filtersStatusLabel):
        assert label.text.startswith(shown(name))
        assert label.textFormat == Qt.TextFormat.PlainText
    ui.filtersSection.collapsed = True
    assert ui.LVSegU.minimumSizeHint().width() == narrow
    tip = QTextDocument()
    (tip.setHtml if "<" in name else tip.setPlainText)(ui.modelComboBox.toolTip)
    assert tip.toPlainText() == name


def test_the_list_leads_back_to_the_shipped_model(the_panel: OpenModule, ui: Any, my_model: Path) -> None:
    FileDialog.will_choose(my_model)
    click(ui.modelFolderButton)
    ui.modelComboBox.currentIndex = 0
    assert chosen(the_panel) == "lv"
    assert ui.modelComboBox.count == len(installed_models()) + 1, "one's own stays in the list"


def test_a_research_only_model_says_so_beside_the_list(the_panel: OpenModule, ui: Any, tmp_path: Path) -> None:
    folder = save_three_label_model(tmp_path / "cardiac").path
    FileDialog.will_choose(folder)
    click(ui.modelFolderButton)
    assert chosen(the_panel) == str(folder)
    assert "research only" in ui.modelComboBox.currentText
    label = ui.licenceLabel
    assert label.visible and label.text == "CC BY-NC-SA 4.0: research only, not for commercial use"
    assert "background-color" in label.styleSheet
    picture = label.grab().toImage()
    colours = {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())}
    assert {"#a34e00", "#ffffff"} <= colours
    assert label.toolTip.startswith("Creative Commons Attribution-NonCommercial-ShareAlike 4.0 International")
    ui.modelComboBox.currentIndex = 0
    assert (label.text, label.styleSheet) == ("MIT", "")


def test_the_default_model_stays_the_default_whatever_is_installed(
    the_panel: OpenModule, my_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path / "installed"
    save_three_label_model(installed / "cardiac")
    shutil.move(my_model, installed / "lv")
    monkeypatch.setattr("LVSegULib.modelfolder.folder.SHIPPED", installed)
    ui = the_panel.panel.ui
    the_panel.panel.modelView.show(str(tmp_path / "gone"))  # another one, so that the list is made anew
    the_panel.panel.update()
    assert [ui.modelComboBox.itemText(row).split(" ")[0] for row in range(ui.modelComboBox.count)][:2] == [
        "lv",
        "cardiac,",
    ]
    assert ui.modelComboBox.currentIndex == 0
    assert chosen(the_panel) == "lv"


def test_a_cancelled_dialog_changes_nothing(the_panel: OpenModule, ui: Any) -> None:
    FileDialog.will_choose("")
    click(ui.modelFolderButton)
    assert chosen(the_panel) == "lv"


def test_a_folder_that_is_no_model_is_refused(the_panel: OpenModule, ui: Any, tmp_path: Path, caplog: Any) -> None:
    FileDialog.will_choose(tmp_path)
    click(ui.modelFolderButton)
    assert "is not a model folder" in caplog.text
    assert chosen(the_panel) == "lv"
    assert ui.applyButton.enabled


def test_a_model_that_is_gone_disables_apply_and_says_so(the_panel: OpenModule, ui: Any, tmp_path: Path) -> None:
    the_panel.choose_model(tmp_path / "gone")
    assert not ui.applyButton.enabled
    assert "there is no model" in ui.applyButton.toolTip
    assert "there is no model" in ui.modelLabel.text
    assert not ui.licenceLabel.visible
    ui.modelComboBox.currentIndex = 0
    assert ui.applyButton.enabled


def test_a_model_that_was_put_back_can_be_chosen_again(the_panel: OpenModule, ui: Any, my_model: Path) -> None:
    away = my_model.rename(my_model.with_name("away"))
    the_panel.choose_model(my_model)
    assert not ui.applyButton.enabled
    away.rename(my_model)
    FileDialog.will_choose(my_model)
    click(ui.modelFolderButton)
    assert ui.applyButton.enabled
    assert "parameters" in ui.modelLabel.text


def test_a_model_that_is_gone_is_noticed_on_return(the_panel: OpenModule, ui: Any, my_model: Path) -> None:
    the_panel.choose_model(my_model)
    assert ui.applyButton.enabled
    the_panel.leave()
    shutil.rmtree(my_model)
    the_panel.enter()
    assert not ui.applyButton.enabled
    assert "there is no model" in ui.modelLabel.text
