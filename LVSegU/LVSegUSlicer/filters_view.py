"""The panel's section Filters: the network's filters on the slice shown, over the images, and turned off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import slicer
from slicer.i18n import tr as _

from LVSegULib.modelfolder.folder import ModelFolder
from LVSegULib.pruning.structure import filters_of
from LVSegULib.visualization.filters import Filter, layers_of
from LVSegULib.visualization.kernels import network_kernels
from LVSegUSlicer import settings
from LVSegUSlicer.effects_view import EffectsView
from LVSegUSlicer.filter_display import FilterDisplay, Wanted
from LVSegUSlicer.filter_effects import EffectsWork
from LVSegUSlicer.filter_overlay import addMapVolume
from LVSegUSlicer.filter_switches import FilterSwitches
from LVSegUSlicer.filter_thumbnails import FilterThumbnails, kernelPictures
from LVSegUSlicer.hierarchy import putBeside
from LVSegUSlicer.install import ensureEngine, missingPackages
from LVSegUSlicer.layer_list import LayerList
from LVSegUSlicer.messages import explain, inUsersWords
from LVSegUSlicer.model_list import chosenModel
from LVSegUSlicer.parameter_node import Frames, LVSegUParameterNode
from LVSegUSlicer.request import Request, Results
from LVSegUSlicer.results_tables import describeChange
from LVSegUSlicer.scene_reader import readInput
from LVSegUSlicer.sequences import volumeOf


class FiltersView:
    """Works while its section is open and the panel follows a scene.

    Args:
        ui: the panel's widgets.
        logic: runs segmentations.
        onResults: gets the results to show.
    """

    def __init__(self, ui: Any, logic: Any, onResults: Callable[[Results], None]) -> None:
        self.ui = ui
        self._logic, self._showResults = logic, onResults
        self._parameters: LVSegUParameterNode | None = None
        self._model: ModelFolder | None = None
        self._subject: tuple[object, ...] = ()
        self._chosen = Filter("", 0)
        self._refusal: Exception | None = None
        self._fault = ""
        self._layers = LayerList(ui.layerComboBox, lambda layer: self._choose(Filter(layer, 0)))
        self._thumbnails = FilterThumbnails(ui, lambda index: self._choose(Filter(self._chosen.layer, index)))
        self._display = FilterDisplay(self._thumbnails, self._forgetFault, self._fail)
        self._switches = FilterSwitches(logic, self._onSegmenting, self._onResults, self._onFailed)
        self._effects = EffectsView(ui, self._choose, self._say)
        self._say("")
        ui.filtersSection.connect("contentsCollapsed(bool)", self._onCollapsed)
        ui.filterOpacitySlider.connect("valueChanged(double)", lambda _opacity: self._show())
        ui.filterOnCheckBox.connect("clicked(bool)", self._reporting(self._turn))
        ui.resetFiltersButton.connect("clicked(bool)", self._reporting(self._reset))
        ui.mapVolumeButton.connect("clicked(bool)", self._reporting(self._addVolume))
        ui.sortEffectsButton.connect("clicked(bool)", self._reporting(self._sort))

    def show(self, parameters: LVSegUParameterNode) -> None:
        """Follow what is chosen in the panel."""
        self._parameters = parameters
        if not self.ui.filtersSection.collapsed:
            self._refresh()

    def stop(self) -> None:
        """Take everything out of the scene, and put the result and the views back as they were."""
        self._takeBack()
        self._parameters = None

    def reset(self) -> None:
        """Turn all filters on and put the result back, for another one is about to be made."""
        self._reporting(self._reset)()

    def setBusy(self, isBusy: bool) -> None:
        """What is being segmented is not to be changed meanwhile."""
        self.ui.filterSwitches.enabled = not isBusy

    def _onCollapsed(self, isCollapsed: bool) -> None:
        if isCollapsed:
            self._takeBack()
            return
        self._refusal = None
        try:
            ensureEngine(settings.engine())
        except Exception as error:  # refused or failed: the kernels can be shown all the same
            self._refusal = error
        self._refresh()

    def _takeBack(self) -> None:
        self._effects.clear()
        self._reporting(self._switches.forget if slicer.mrmlScene.IsClosing() else self._switches.reset)()
        self._display.remove()
        self._subject, self._fault = (), ""
        self._showSwitches()
        self._say("")

    def _refresh(self) -> None:
        """Show the network and the input that are chosen now."""
        parameters = self._parameters
        if parameters is None:
            return
        try:
            self._model = chosenModel(parameters.model)
            hashes = tuple(sorted(self._model.spec.sha256.items()))
            subject = (parameters.inputNode, parameters.frames, self._model.path, hashes)
            if subject != self._subject:
                self._effects.clear()
            if subject != self._subject or not self._switches.belongsTo(parameters.segmentation):
                self._switches.reset()
            self._subject = subject
        except Exception as error:  # a model that cannot be used
            self._model = None
            self._fail(error)
            return
        self._show()

    def _show(self) -> None:
        """Show the chosen filter."""
        parameters, model = self._parameters, self._model
        if parameters is None or model is None or self.ui.filtersSection.collapsed:
            return
        layers = layers_of(model.spec.network)
        if self._chosen.index >= layers.get(self._chosen.layer, 0):
            self._chosen = Filter(next(iter(layers)), 0)
        one = self._chosen
        self._layers.show(layers, one.layer)
        self._thumbnails.show(one.layer, layers[one.layer], one.index, self._switches.off)
        self._showSwitches()
        try:
            if self._refusal is not None and missingPackages(settings.engine()):
                raise self._refusal
            self._display.show(self._wanted(parameters, model))
        except Exception as error:  # whatever it is, the panel goes on and says so
            self._fail(error)

    def _wanted(self, parameters: LVSegUParameterNode, model: ModelFolder) -> Wanted:
        return Wanted(
            inputNode=parameters.inputNode,
            allFrames=parameters.frames is Frames.ALL,
            model=model,
            engine=settings.engine(),
            threads=settings.threads(),
            filter=self._chosen,
            off=self._switches.off,
            opacity=self.ui.filterOpacitySlider.value,
        )

    def _showSwitches(self) -> None:
        """Whether the chosen filter is on, and which filters are off."""
        one, off = self._chosen, sorted(self._switches.off)
        canTurn = self._model is not None and one.layer in filters_of(self._model.spec.network)
        self.ui.filterOnCheckBox.text = (
            _("{filter} is on").format(filter=one) if canTurn else _("Output of the network")
        )
        self.ui.filterOnCheckBox.checked = one not in off
        self.ui.filterOnCheckBox.enabled = canTurn
        self.ui.resetFiltersButton.enabled = bool(off)
        listed = _("Off: {filters}").format(filters=", ".join(map(str, off)))
        self.ui.offLabel.text = listed if off else _("All filters are on.")

    def _choose(self, one: Filter) -> None:
        self._chosen = one
        self._show()

    def _turn(self) -> None:
        """Turn the chosen filter off, or on again."""
        parameters, model = self._parameters, self._model
        if parameters is None or model is None:
            return
        request = Request(parameters.inputNode, parameters.model, engine=settings.engine(), threads=settings.threads())
        results = self._logic.resultsOf(parameters.segmentation)
        self._switches.turn(self._chosen, request, results, volumeOf(parameters.inputNode), model.spec.name)
        self._show()

    def _reset(self) -> None:
        self._switches.reset()
        self._show()

    def _onSegmenting(self, share: float, step: str) -> None:
        self._say(_("{step}, {percent} %").format(step=step, percent=int(100 * share)))
        slicer.app.processEvents()

    def _onResults(self, results: Results) -> None:
        self._showResults(results)
        before = self._switches.originalMeasures()
        self._say("" if before is None else describeChange(before, results.measures))

    def _onFailed(self, error: str) -> None:
        self._show()
        self._say(inUsersWords(error))

    def _addVolume(self) -> None:
        """Put the chosen filter's map of the frame shown into the scene."""
        maps, ijkToRas = self._display.map()
        one = self._chosen
        node = addMapVolume(maps, ijkToRas, f"{one.layer} filter {one.index}")
        if self._parameters is not None:
            putBeside(node, volumeOf(self._parameters.inputNode))
        self._say(_('The map is in the scene: "{name}"').format(name=node.GetName()))

    def _sort(self) -> None:
        """Measure what turning off each filter does; or stop measuring."""
        if self._effects.isRunning:
            self._effects.cancel()
            return
        if self._parameters is None or self._model is None:
            return
        ensureEngine(settings.engine())
        source = readInput(self._parameters.inputNode, allFrames=self._parameters.frames is Frames.ALL)
        self._effects.start(
            EffectsWork(
                cine=source.cine,
                model=self._model,
                engine=settings.engine(),
                threads=settings.threads(),
                finding=_("Finding end-diastole and end-systole"),
                measuring=_("Turning each filter off"),
            )
        )

    def _say(self, text: str) -> None:
        self.ui.filtersStatusLabel.text = text
        self.ui.filtersStatusLabel.visible = bool(text)

    def _fail(self, error: Exception) -> None:
        """Say why there are no maps, and show the kernels; the same fault is said and logged once."""
        self._display.hide()
        fault = f"{type(error).__name__}: {error}"
        if fault != self._fault:
            self._fault = fault
            self._say(explain(error))
        self._showKernels()

    def _forgetFault(self) -> None:
        if self._fault:
            self._fault = ""
            self._say("")

    def _showKernels(self) -> None:
        if self._model is None:
            self._thumbnails.clear()
            return
        try:
            kernels = network_kernels(self._model.spec.network, self._model.weights())
            self._thumbnails.draw(kernelPictures(kernels[self._chosen.layer]))
        except Exception:  # a model without weights, which `_fail` is about to say or has said
            self._thumbnails.clear()

    def _reporting(self, action: Callable[[], None]) -> Callable[[], None]:
        """`action`, with its errors as a line."""

        def run() -> None:
            try:
                action()
            except Exception as error:  # whatever fails, the user is told
                self._showSwitches()
                self._say(explain(error))

        return run
