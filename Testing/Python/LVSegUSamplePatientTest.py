"""Self test in the real application: the sample patient, from the button to the corrected measurements."""

import time
import unittest

import slicer

LONGEST_WAIT_S = 300.0


def engineIsInstalled() -> bool:
    """Whether Apply can run without installing anything."""
    from LVSegUSlicer.packages import readyEngines

    return bool(readyEngines())


class LVSegUSamplePatientTest(unittest.TestCase):
    """Run by ctest; in the console: `slicer.testing.runUnitTest([FOLDER], "LVSegUSamplePatientTest")`."""

    def setUp(self) -> None:
        slicer.mrmlScene.Clear(0)
        self.panel = slicer.modules.lvsegu.widgetRepresentation().self()
        self.panel.enter()
        self.ui = self.panel.ui

    def tearDown(self) -> None:
        slicer.mrmlScene.Clear(0)

    def waitForTheEnd(self) -> None:
        """Let the application work until Apply can be pressed again."""
        end = time.monotonic() + LONGEST_WAIT_S
        while self.panel.logic.isRunning and time.monotonic() < end:
            slicer.app.processEvents()
            time.sleep(0.01)
        slicer.app.processEvents()
        self.assertFalse(self.panel.logic.isRunning)

    def test_theSamplePatientIsSegmented(self) -> None:
        if not engineIsInstalled():
            self.skipTest("neither ONNX Runtime nor PyTorch is installed: press Apply in the panel once")
        self.ui.sampleButton.click()
        self.assertIn("x 20 frames", self.ui.inputLabel.text)
        self.ui.applyButton.click()
        self.waitForTheEnd()
        results = self.panel.logic.resultsOf(self.ui.resultSelector.currentNode())
        self.assertIsNotNone(results, self.ui.statusLabel.text)
        self.assertEqual(self.ui.framesTable.rowCount, 20)
        # a patient with heart failure after an infarct: between 15 and 40 %, far below the 50 % of the healthy
        self.assertGreater(results.measures.LVEF, 15.0)
        self.assertLess(results.measures.LVEF, 40.0)
        self.ui.goToESButton.click()
        self.assertEqual(results.browserNode.GetSelectedItemNumber(), results.measures.es_frame)
        self.ui.updateButton.click()
        again = self.panel.logic.resultsOf(self.ui.resultSelector.currentNode())
        self.assertAlmostEqual(again.measures.LVEF, results.measures.LVEF, places=6)

    def test_cancelLeavesNothingBehind(self) -> None:
        if not engineIsInstalled():
            self.skipTest("neither ONNX Runtime nor PyTorch is installed: press Apply in the panel once")
        self.ui.sampleButton.click()
        before = slicer.mrmlScene.GetNumberOfNodes()
        self.ui.applyButton.click()
        self.ui.applyButton.click()
        self.waitForTheEnd()
        self.assertEqual(slicer.mrmlScene.GetNumberOfNodes(), before)
        self.assertTrue(self.ui.applyButton.enabled)
