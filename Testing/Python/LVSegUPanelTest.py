"""Self test in the real application: the panel opens, follows the scene, and its choices are saved with it."""

import tempfile
import unittest
from pathlib import Path
from typing import Any

import numpy as np
import slicer


class LVSegUPanelTest(unittest.TestCase):
    """Run by ctest; in the console: `slicer.testing.runUnitTest([FOLDER], "LVSegUPanelTest")`."""

    def setUp(self) -> None:
        slicer.mrmlScene.Clear(0)
        self.panel = slicer.modules.lvsegu.widgetRepresentation().self()
        self.panel.enter()
        self.ui = self.panel.ui

    def tearDown(self) -> None:
        slicer.mrmlScene.Clear(0)

    def aVolume(self, name: str = "sax") -> Any:
        """Six slices of 64 x 64 pixels, 1.5 x 1.5 x 8 mm."""
        node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)
        slicer.util.updateVolumeFromArray(node, np.arange(6 * 64 * 64, dtype=np.int16).reshape(6, 64, 64))
        node.SetSpacing(1.5, 1.5, 8.0)
        return node

    def test_anEmptySceneSaysWhatToDo(self) -> None:
        self.assertFalse(self.ui.applyButton.enabled)
        self.assertTrue(self.ui.inputLabel.text)
        self.assertEqual(self.ui.applyButton.toolTip, self.ui.inputLabel.text)

    def test_everyWidgetIsThere(self) -> None:
        for name in ("inputSelector", "framesComboBox", "modelComboBox", "progressBar", "measuresTable", "curveLabel"):
            self.assertTrue(hasattr(self.ui, name), name)
        self.assertEqual(self.ui.framesComboBox.count, 2)
        self.assertGreater(self.ui.modelComboBox.count, 0)

    def test_aChosenVolumeEnablesApply(self) -> None:
        volume = self.aVolume()
        self.ui.inputSelector.setCurrentNode(volume)
        self.assertTrue(self.ui.applyButton.enabled, self.ui.inputLabel.text)
        slicer.mrmlScene.RemoveNode(volume)
        self.assertFalse(self.ui.applyButton.enabled)

    def test_choicesAreSavedWithTheScene(self) -> None:
        self.ui.inputSelector.setCurrentNode(self.aVolume("heart"))
        self.ui.smoothingSlider.value = 0.25
        self.ui.keepHeartCheckBox.checked = False
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder) / "scene.mrb")
            self.assertTrue(slicer.util.saveScene(path))
            slicer.mrmlScene.Clear(0)
            slicer.util.loadScene(path)
        self.panel.enter()
        self.assertEqual(self.ui.smoothingSlider.value, 0.25)
        self.assertFalse(self.ui.keepHeartCheckBox.checked)
        self.assertEqual(self.ui.inputSelector.currentNode().GetName(), "heart")
