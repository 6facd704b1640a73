"""Draws the pictures of README: the sample patient at ED, segmented by the module, in Slicer's own views.

python -m Testing.slicer_core.screenshots [FOLDER]
"""

from __future__ import annotations

import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from LVSegULib.visualization.filters import Filter

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "Resources" / "Screenshots"
SHOWN = Filter("decoder.2.0", 0)
"""The filter of the picture: one level below full resolution, it finds the cavity."""
TOWARDS_APEX_MM = 30.0
"""How far below the middle of the cavity the slice lies that the 3-D picture shows."""


def main(folder: Path = FOLDER) -> None:
    """Segment the sample patient in a scene and save slice-view.png, model-3d.png, chart.png and filters.png."""
    from Testing.desktop.start import start_desktop

    sys.path.insert(0, str(ROOT / "LVSegU"))
    start_desktop()
    from LVSegUSlicer.logic import LVSegULogic, Request
    from LVSegUSlicer.sample_data import loadSamplePatient

    volume = loadSamplePatient()
    logic = LVSegULogic()
    results = logic.process(Request(volume))
    logic.goToFrame(results.segmentationNode, "ED")
    draw(volume, results, folder)
    draw_filter(volume, results, folder)


def draw(volume: Any, results: Any, folder: Path) -> None:
    """Save the three pictures of a result."""
    from Testing.slicer_core.views import ChartView, SliceView, ThreeDView, save

    center = np.array(results.segmentationNode.GetSegmentCenterRAS("LV"))
    columns, rows, slices = _directions(volume)  # slice 0 of this patient is at the base
    slice_view, model_view = SliceView(), ThreeDView()
    slice_view.show(volume, center, field_of_view_mm=150)
    save(slice_view.picture(), folder / "slice-view.png")
    slice_view.show(volume, center + TOWARDS_APEX_MM * slices, field_of_view_mm=150)
    slice_view.node.SetSliceVisible(True)
    view = -0.8 * rows - 0.35 * columns + 0.4 * slices
    model_view.look(center, view / np.linalg.norm(view), -slices, distance_mm=310)
    save(model_view.picture(), folder / "model-3d.png")
    save(ChartView(results.chartNode).picture(), folder / "chart.png")


def draw_filter(volume: Any, results: Any, folder: Path) -> None:
    """Save the activation map of a filter over the images, with the contour of the result."""
    from LVSegULib.modelfolder.folder import find_model
    from LVSegUSlicer.filter_display import FilterDisplay, Wanted
    from Testing.slicer_core.views import SliceView, save

    view, thumbnails = SliceView(), types.SimpleNamespace(draw=lambda _pictures: None)
    view.show(volume, results.segmentationNode.GetSegmentCenterRAS("LV"), field_of_view_mm=150)
    display = FilterDisplay(thumbnails, lambda: None, _raise)  # type: ignore[arg-type]
    display.show(Wanted(volume, True, find_model("lv"), "auto", None, SHOWN, frozenset(), opacity=0.6))
    save(view.picture(), folder / "filters.png")
    display.remove()


def _raise(error: Exception) -> None:
    raise error


def _directions(volume: Any) -> NDArray[np.float64]:
    """Directions of columns, rows and slices in RAS (3, 3), one in each row, of length 1."""
    import slicer
    import vtk

    matrix = vtk.vtkMatrix4x4()
    volume.GetIJKToRASDirectionMatrix(matrix)
    return np.asarray(slicer.util.arrayFromVTKMatrix(matrix)[:3, :3].T)


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:2]))
