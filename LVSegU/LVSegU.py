"""LVSegU in 3D Slicer: the module, its panel and its self test. What they do is in LVSegUSlicer and LVSegULib."""

from __future__ import annotations

import sys
import unittest
from pathlib import Path
from typing import Any

import qt
import slicer
import vtk
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)
from slicer.util import VTKObservationMixin

if sys.version_info < (3, 10):  # noqa: UP036 (the Python of Slicer 5.8 and earlier)
    raise ImportError("LVSegU needs Slicer 5.10 or later: get it from download.slicer.org")
if Path(__file__).resolve().parents[1].joinpath("LVSegULib").is_dir():  # a checkout: its own library, not pip's
    sys.path[:] = list(dict.fromkeys([str(Path(__file__).resolve().parents[1]), *sys.path]))  # once, also after Reload

from LVSegUSlicer import settings
from LVSegUSlicer.dicom_folder import FolderReader
from LVSegUSlicer.filters_view import FiltersView
from LVSegUSlicer.input_view import InputView, likelyInput, showInViews
from LVSegUSlicer.install import ensureEngine, missingPackages
from LVSegUSlicer.job import CANCELLED
from LVSegUSlicer.logic import LVSegULogic, Request, Results
from LVSegUSlicer.machine_view import MachineView
from LVSegUSlicer.messages import explain, inUsersWords, showError
from LVSegUSlicer.model_view import ModelView
from LVSegUSlicer.packages import readyEngines
from LVSegUSlicer.parameter_node import Frames, LVSegUParameterNode
from LVSegUSlicer.progress_view import ProgressView
from LVSegUSlicer.result_visibility import showAlone, turnToFirstSurface
from LVSegUSlicer.results_view import ResultsView
from LVSegUSlicer.sample_data import loadSamplePatient, registerSampleData
from LVSegUSlicer.scene_guards import guardScene, unguardScene

__all__ = ["LVSegU", "LVSegULogic", "LVSegUParameterNode", "LVSegUTest", "LVSegUWidget", "Request"]

DOCUMENTATION = "https://github.com/LVSegU/LVSegU#in-3d-slicer"
"""The section of the README that a user of Slicer needs; it leads to all else."""


class LVSegU(ScriptedLoadableModule):
    """What Slicer shows of the module."""

    def __init__(self, parent: Any) -> None:
        ScriptedLoadableModule.__init__(self, parent)
        parent.title = _("LVSegU")
        parent.categories = [translate("qSlicerAbstractCoreModule", name) for name in ("Segmentation", "Cardiac")]
        parent.dependencies = ["Segmentations", "Sequences", "SubjectHierarchy", "Tables", "Plots", "Volumes"]
        parent.contributors = ["LVSegU contributors"]
        parent.helpText = _(
            "Segments the left ventricle in short-axis cine MR with a lightweight U-Net, and measures its volume over "
            "the beat. Choose a cine, press Apply. For research, not for clinical use."
        )
        parent.helpText += _('<p>See the <a href="{url}">documentation</a>.</p>').format(url=DOCUMENTATION)
        parent.acknowledgementText = _(
            "After the thesis Lightweight Deep Learning for Biomedical Image Segmentation (UC San Diego, 2019). The "
            "sample patient is from the Sunnybrook Cardiac Data (CC0)."
        )
        slicer.app.connect("startupCompleted()", registerSampleData)
        slicer.app.connect("startupCompleted()", guardScene)


class LVSegUWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """The panel: what is chosen lives in the scene's parameter node, and the panel follows that."""

    def __init__(self, parent: Any = None) -> None:
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self._parameterNode: LVSegUParameterNode | None = None
        self._guiTag: int | None = None
        self._inputID = ""

    def setup(self) -> None:
        """Make the widgets and follow the scene."""
        ScriptedLoadableModuleWidget.setup(self)
        panel = slicer.util.loadUI(self.resourcePath("UI/LVSegU.ui"))
        self.layout.addWidget(panel)
        self.ui = slicer.util.childWidgetVariables(panel)
        panel.setMRMLScene(slicer.mrmlScene)
        self.logic = LVSegULogic()
        self.inputView = InputView(self.ui)
        self.modelView = ModelView(self.ui, self._setModel)
        self.machineView = MachineView(self.ui)
        self.progressView = ProgressView(self.ui)
        self.folderReader = FolderReader(self.onProgress, self.onFolderRead)
        self.resultsView = ResultsView(self.ui, self.logic)
        self.filtersView = FiltersView(self.ui, self.logic, self.resultsView.show)
        self.ui.dicomButton.connect("clicked(bool)", self.onLoadDicom)
        self.ui.sampleButton.connect("clicked(bool)", self.onLoadSample)
        self.ui.applyButton.connect("clicked(bool)", self.onApply)
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.StartCloseEvent, self.onSceneStartClose)
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.EndBatchProcessEvent, self.onSceneEndBatchProcess)
        self._followScene()

    def cleanup(self) -> None:
        """Stop the work and let go of the scene, before the module is unloaded."""
        self.folderReader.abandon()
        self.logic.abandon()
        self._follow(None)
        self.removeObservers()

    def onReload(self) -> None:
        """The developer's button Reload: load all parts anew, of which Slicer itself would load this file alone."""
        unguardScene()
        for name in [name for name in sys.modules if name.partition(".")[0] in ("LVSegUSlicer", "LVSegULib")]:
            del sys.modules[name]
        ScriptedLoadableModuleWidget.onReload(self)

    def enter(self) -> None:
        """The user opens the module: show the scene as it is now."""
        self._followScene()

    def exit(self) -> None:
        """The user leaves the module; work goes on, and the panel is brought up to date on return."""
        self._follow(None)

    def onSceneStartClose(self, _caller: Any, _event: Any) -> None:
        """The nodes are about to go; what was to come into this scene stays out of the next one."""
        self._cancelReading()
        self._follow(None)

    def onSceneEndBatchProcess(self, _caller: Any, _event: Any) -> None:
        """The scene was closed, or something was read into it; only now the selectors know the new nodes."""
        if self.parent.isEntered:
            self._followScene()

    def _followScene(self) -> None:
        self._follow(self.logic.getParameterNode())
        if self._parameterNode is not None and self._parameterNode.inputNode is None:
            self._parameterNode.inputNode = likelyInput()
        self.machineView.show()
        self.modelView.forget()
        self.update()
        self.resultsView.lookForChanges()

    def _follow(self, parameterNode: LVSegUParameterNode | None) -> None:
        """Tie the widgets to a parameter node, or to none."""
        if parameterNode is None:
            self.filtersView.stop()
        if self._parameterNode is not None:
            self._parameterNode.disconnectGui(self._guiTag)
            self.removeObserver(self._parameterNode, vtk.vtkCommand.ModifiedEvent, self.update)
        self._parameterNode = parameterNode
        if parameterNode is not None:
            self._guiTag = parameterNode.connectGui(self.ui)
            self.addObserver(parameterNode, vtk.vtkCommand.ModifiedEvent, self.update)

    def update(self, _caller: Any = None, _event: Any = None) -> None:
        """Show the parameters and what follows from them."""
        parameters = self._parameterNode
        if parameters is None or slicer.mrmlScene.IsBatchProcessing():
            return
        inputID = parameters.inputNode.GetID() if parameters.inputNode is not None else ""
        if inputID != self._inputID:
            self._inputID = inputID
            self.progressView.clear()
        inputProblem = self.inputView.show(parameters.inputNode, parameters.frames)
        modelProblem = self.modelView.show(parameters.model)
        self.progressView.allow(inputProblem or modelProblem)
        self.filtersView.show(parameters)  # first: it may show the result of before once more
        self.resultsView.find(parameters.segmentation)

    def _setModel(self, model: str) -> None:
        self.logic.getParameterNode().model = model
        self.update()  # the same folder may hold another model by now

    def onLoadDicom(self) -> None:
        """Load the short-axis cine of a DICOM folder and choose it."""
        title = _("Folder of the DICOM files of a short-axis cine")
        folder = qt.QFileDialog.getExistingDirectory(self.ui.LVSegU, title, settings.lastFolder())
        if folder:
            settings.setLastFolder(folder)
            self._setBusy(True)
            self.progressView.startReading(Path(folder).name)
            self.folderReader.start(Path(folder))

    def onFolderRead(self, node: Any, error: str) -> None:
        """The folder was read and its cine is in the scene, or not."""
        if node is None:
            self._end(error)
            return
        self._setBusy(False)
        self.progressView.finish("", isDone=False)
        self._choose(node)

    def _cancelReading(self) -> None:
        if self.folderReader.isRunning:
            self.folderReader.abandon()
            self._end(CANCELLED)

    def onLoadSample(self) -> None:
        """Load the sample patient and choose it."""
        try:
            with slicer.util.WaitCursor():
                node = loadSamplePatient()
        except Exception as error:  # whatever fails, the user is told
            self._end(explain(error))
            return
        self._choose(node)

    def _choose(self, node: Any) -> None:
        """Choose and show what came into the scene."""
        self.logic.getParameterNode().inputNode = node
        self.update()
        showInViews(node)

    def onApply(self) -> None:
        """Segment; or cancel what is running."""
        if self.folderReader.isRunning:
            self._cancelReading()
            return
        self.filtersView.reset()
        if self.logic.isRunning:
            self.progressView.cancelling()
            self.logic.cancel()
            return
        try:
            self._install()
            self._setBusy(True)
            self.progressView.start()
            self.logic.start(self._request(), self.onProgress, self.onDone)
        except Exception as error:  # whatever fails, the user is told and Apply can be used again
            self._end(explain(error))

    def _install(self) -> None:
        """Install what is missing, and say so while it lasts."""
        if missingPackages(settings.engine()):
            self.progressView.installing()
        ensureEngine(settings.engine())
        self.machineView.show()

    def _request(self) -> Request:
        parameters = self.logic.getParameterNode()
        return Request(
            inputNode=parameters.inputNode,
            model=parameters.model,
            allFrames=parameters.frames is Frames.ALL,
            engine=settings.engine(),
            threads=settings.threads(),
            smoothing=parameters.smoothing,
            keepHeart=parameters.keepHeart,
            show3D=parameters.show3D,
        )

    def onProgress(self, fraction: float, step: str) -> None:
        """Show how far it is, and let the user press Cancel, also while the scene is written."""
        self.progressView.show(fraction, step)
        slicer.app.processEvents()

    def onDone(self, results: Results | None, error: str) -> None:
        """The work ended: done, failed or cancelled."""
        if results is None:
            self._end(error)
            return
        self._setBusy(False)
        seconds = f"{self.progressView.seconds():.1f}"
        self.progressView.finish(_("Done in {seconds} s").format(seconds=seconds), isDone=True)
        self.resultsView.show(results)
        turnToFirstSurface(results.segmentationNode)  # first: earlier results are still seen
        showAlone(results.segmentationNode)
        self.logic.getParameterNode().segmentation = results.segmentationNode
        self.update()

    def _end(self, error: str) -> None:
        """Nothing came of it: say why, in a dialog too unless the user cancelled; Apply can be used again."""
        self._setBusy(False)
        self.progressView.finish(inUsersWords(error), isDone=False)
        self.update()
        if error != CANCELLED:
            showError(error)

    def _setBusy(self, isBusy: bool) -> None:
        """What is being segmented is not to be changed meanwhile."""
        self.ui.inputSection.enabled = not isBusy
        self.ui.modelSection.enabled = not isBusy
        self.filtersView.setBusy(isBusy)


class LVSegUTest(ScriptedLoadableModuleTest):
    """The self test that "Reload and Test" runs in Slicer; it needs an installed engine."""

    def setUp(self) -> None:
        """Start from an empty scene."""
        slicer.mrmlScene.Clear()

    def runTest(self, **_options: Any) -> None:
        """Run every test; one that cannot be run here says why."""
        self.setUp()
        try:
            self.test_SamplePatient()
        except unittest.SkipTest as reason:
            self.delayDisplay(_("Not tested: {reason}").format(reason=reason))

    def test_SamplePatient(self) -> None:
        """The sample patient is segmented; his ejection fraction is far below the normal of 50 % or more."""
        if not readyEngines():
            self.skipTest("neither ONNX Runtime nor PyTorch is installed: press Apply in the panel once")
        results = LVSegULogic().process(Request(loadSamplePatient()))
        self.assertEqual(len(results.measures.volumes_ml), 20)
        self.assertLess(results.measures.LVEF, 40.0)
        self.assertGreater(results.measures.LVEDV, results.measures.LVESV)
        self.delayDisplay("Test passed")
