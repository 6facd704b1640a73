"""The chosen filter's map over the images, and its whole layer's as small pictures; both follow the scene."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from LVSegULib.modelfolder.folder import ModelFolder
from LVSegULib.visualization.filters import Filter
from LVSegUSlicer.filter_maps import FilterMaps, Maps
from LVSegUSlicer.filter_overlay import FilterOverlay
from LVSegUSlicer.filter_source import readSource
from LVSegUSlicer.filter_thumbnails import FilterThumbnails, mapPictures
from LVSegUSlicer.filter_watcher import FilterWatcher
from LVSegUSlicer.scene_reader import readKey
from LVSegUSlicer.slice_layers import SliceLayers, pointShown
from LVSegUSlicer.worker import openedInspector


@dataclass(frozen=True)
class Wanted:
    """What is to be shown.

    Attributes:
        inputNode: the input.
        allFrames: whether the network gets all of its frames, or the one that is shown.
        model: the network.
        engine: "onnxruntime", "torch" or "auto".
        threads: processor threads; None leaves it to the engine.
        filter: whose map is laid over the images.
        off: filters that are turned off.
        opacity: of the overlay, 0 to 1.
    """

    inputNode: Any
    allFrames: bool
    model: ModelFolder
    engine: str
    threads: int | None
    filter: Filter
    off: frozenset[Filter]
    opacity: float


class FilterDisplay:
    """Shows what is wanted.

    Args:
        thumbnails: get the pictures.
        onShown: called whenever all went well.
        onError: gets what went wrong while following the scene; nothing is raised there.
    """

    def __init__(
        self, thumbnails: FilterThumbnails, onShown: Callable[[], None], onError: Callable[[Exception], None]
    ) -> None:
        self._thumbnails = thumbnails
        self._onShown, self._onError = onShown, onError
        self._overlay, self._layers = FilterOverlay(), SliceLayers()
        self._watcher = FilterWatcher(self._safely(self._follow), self._safely(self._draw), self._save)
        self._wanted: Wanted | None = None
        self._maps: FilterMaps | None = None
        self._key: tuple[object, ...] = ()
        self._overlaid: tuple[object, ...] = ()
        self._drawn: tuple[object, ...] = ()

    def show(self, wanted: Wanted) -> None:
        """Show it, and go on following frames and slices.

        Raises:
            LVSegUError: the input, the model or the engine is at fault.
        """
        self._wanted = wanted
        self._layers.setOpacity(wanted.opacity)
        self._draw()

    def map(self) -> tuple[Maps, Any]:
        """The wanted filter's map (K, rows, columns) of the frame shown, and the 4x4 matrix from its voxels to RAS.

        Raises:
            LVSegUError: the input, the model or the engine is at fault.
        """
        maps, wanted = self._follow(), self._wantedNow()
        return maps.of(maps.source.frameShown(), wanted.filter.layer, wanted.off)[:, wanted.filter.index], maps.matrix(
            wanted.filter.layer
        )

    def hide(self) -> None:
        """Take away the overlay, and put the slice views back."""
        self._layers.putBack()
        self._overlay.remove()
        self._overlaid = self._drawn = ()

    def remove(self) -> None:
        """Hide, follow nothing any more, and let go of the maps."""
        self._watcher.stop()
        self.hide()
        self._wanted, self._maps, self._key = None, None, ()

    def _wantedNow(self) -> Wanted:
        if self._wanted is None:
            raise RuntimeError("nothing is wanted")
        return self._wanted

    def _follow(self) -> FilterMaps:
        """Bring the overlay to the frame that is shown."""
        wanted, maps = self._wantedNow(), self._read()
        frame, one = maps.source.frameShown(), wanted.filter
        overlaid = (self._key, frame, one, wanted.off)
        if overlaid != self._overlaid or self._overlay.node is None:
            ofLayer = maps.of(frame, one.layer, wanted.off)
            self._overlay.show(ofLayer[:, one.index], maps.matrix(one.layer), (wanted.model.path, one))
            self._overlaid = overlaid
            self._watcher.later()
        self._layers.show(self._overlay.node, maps.source.volume, wanted.opacity)
        self._onShown()
        return maps

    def _draw(self) -> None:
        """The same, and the pictures of the slice that is shown."""
        maps, wanted = self._follow(), self._wantedNow()
        self._watcher.watch(maps.source)
        frame, layer = maps.source.frameShown(), wanted.filter.layer
        point = pointShown(maps.source.volume, maps.source.matrices[0])
        number = maps.source.images.shape[1] // 2 if point is None else maps.source.sliceAt(point)
        drawn = (self._key, frame, layer, wanted.off, number)
        if drawn != self._drawn:
            self._thumbnails.draw(mapPictures(maps.of(frame, layer, wanted.off)[number]))
            self._drawn = drawn

    def _read(self) -> FilterMaps:
        """The maps of the input as it is now."""
        wanted = self._wantedNow()
        hashes = tuple(sorted(wanted.model.spec.sha256.items()))
        machine = (wanted.model.path, hashes, wanted.engine, wanted.threads)
        key = (*machine, wanted.allFrames, *readKey(wanted.inputNode, allFrames=wanted.allFrames))
        if self._maps is None or key != self._key:
            self._watcher.stop()
            self._maps, self._key = None, ()
            inspector = openedInspector(wanted.model, wanted.engine, wanted.threads)
            source = readSource(wanted.inputNode, inspector, allFrames=wanted.allFrames)
            self._maps, self._key = FilterMaps(inspector, source), key
            self._watcher.watch(source)
        return self._maps

    def _save(self, isSaving: bool) -> None:
        """A scene file must not name the overlay as what a view shows: it is not in it."""
        if isSaving:
            self._layers.putBack()
        else:
            self._watcher.later()

    def _safely(self, action: Callable[[], Any]) -> Callable[[], None]:
        """`action` for the scene's events, while anything is wanted."""

        def run() -> None:
            try:
                if self._wanted is not None:
                    action()
            except Exception as error:  # whatever it is, scrolling and playing go on
                self._onError(error)

        return run
