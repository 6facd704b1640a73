"""What is chosen is saved in the scene and comes back with it, and so do the results."""

from pathlib import Path
from typing import Any

import pytest

from Testing.desktop.scene import a_beating_heart, add_cine, add_volume
from Testing.desktop.start import OpenModule
from Testing.desktop.user import click, wait_until


def choose_everything(ui: Any) -> None:
    ui.framesComboBox.currentIndex = 1
    ui.smoothingSlider.value = 0.25
    ui.keepHeartCheckBox.checked = False
    ui.show3DCheckBox.checked = False


@pytest.mark.parametrize("ending", ["mrml", "mrb"])
def test_the_parameters_come_back(the_panel: OpenModule, the_desktop: Any, tmp_path: Path, ending: str) -> None:
    ui = the_panel.panel.ui
    ui.inputSelector.setCurrentNode(add_cine(a_beating_heart(), "heart"))
    choose_everything(ui)
    the_panel.panel.logic.getParameterNode().model = "/my/model"
    path = str(tmp_path / f"scene.{ending}")
    assert the_desktop.util.saveScene(path)
    the_desktop.mrmlScene.Clear(0)
    assert (ui.smoothingSlider.value, ui.keepHeartCheckBox.checked, ui.framesComboBox.currentIndex) == (0.5, True, 0)
    the_desktop.util.loadScene(path)
    assert ui.inputSelector.currentNode().GetName() == "heart"
    assert "1 frame," in ui.inputLabel.text
    assert (ui.framesComboBox.currentIndex, ui.smoothingSlider.value) == (1, 0.25)
    assert (ui.keepHeartCheckBox.checked, ui.show3DCheckBox.checked) == (False, False)
    assert the_panel.panel.logic.getParameterNode().model == "/my/model"
    assert "cannot be used" in ui.modelComboBox.currentText


def test_the_request_is_what_was_chosen(the_panel: OpenModule) -> None:
    node = add_cine(a_beating_heart())
    the_panel.panel.ui.inputSelector.setCurrentNode(node)
    choose_everything(the_panel.panel.ui)
    request = the_panel.panel._request()
    assert request.inputNode is node
    assert (request.model, request.allFrames, request.smoothing) == ("lv", False, 0.25)
    assert (request.keepHeart, request.show3D) == (False, False)


def test_closing_the_scene_empties_the_panel(the_panel: OpenModule, the_desktop: Any) -> None:
    ui = the_panel.panel.ui
    ui.inputSelector.setCurrentNode(add_volume(a_beating_heart()[0]))
    the_desktop.mrmlScene.Clear(0)
    assert ui.inputSelector.currentNode() is None
    assert not ui.applyButton.enabled
    ui.inputSelector.setCurrentNode(add_volume(a_beating_heart()[0]))
    assert ui.applyButton.enabled, "the panel follows the new scene"


def test_a_scene_closed_in_another_module_is_noticed_on_return(the_panel: OpenModule, the_desktop: Any) -> None:
    ui = the_panel.panel.ui
    ui.inputSelector.setCurrentNode(add_volume(a_beating_heart()[0]))
    the_panel.leave()
    the_desktop.mrmlScene.Clear(0)
    the_panel.enter()
    assert not ui.applyButton.enabled
    assert "load the sample data" in ui.inputLabel.text


def test_a_scene_without_parameters_gets_its_cine_chosen(
    the_panel: OpenModule, the_desktop: Any, tmp_path: Path
) -> None:
    add_cine(a_beating_heart(), "heart")
    the_desktop.mrmlScene.RemoveNode(the_panel.panel.logic.getParameterNode().parameterNode)
    path = str(tmp_path / "foreign.mrb")
    assert the_desktop.util.saveScene(path)
    the_desktop.util.loadScene(path)
    assert the_panel.panel.ui.inputSelector.currentNode().GetName() == "heart"


def test_results_come_back_with_the_scene(the_panel: OpenModule, the_desktop: Any, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    ui = the_panel.panel.ui
    ui.inputSelector.setCurrentNode(add_cine(a_beating_heart(frames=3, size=96), "heart"))
    click(ui.applyButton)
    wait_until(lambda: not the_panel.panel.logic.isRunning)
    frames = [ui.framesTable.item(row, 2).text() for row in range(3)]
    path = str(tmp_path / "scene.mrb")
    assert the_desktop.util.saveScene(path)
    the_desktop.mrmlScene.Clear(0)
    assert not ui.resultsPanel.visible
    the_desktop.util.loadScene(path)
    assert ui.resultSelector.currentNode().GetName() == "heart LV"
    assert ui.resultsPanel.visible
    assert [ui.framesTable.item(row, 2).text() for row in range(3)] == frames
