"""Slicer's slice view, 3-D view and chart without a window: what the user would see, as pixels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import slicer
import vtk
from numpy.typing import NDArray
from vtk.util.numpy_support import vtk_to_numpy

SLICE_MANAGERS = (
    "vtkMRMLModelSliceDisplayableManager",
    "vtkMRMLSegmentationsDisplayableManager2D",
    "vtkMRMLRulerDisplayableManager",
)
THREE_D_MANAGERS = (
    "vtkMRMLCameraDisplayableManager",
    "vtkMRMLViewDisplayableManager",
    "vtkMRMLModelDisplayableManager",
    "vtkMRMLThreeDReformatDisplayableManager",
    "vtkMRMLSegmentationsDisplayableManager3D",
)


class View:
    """A render window that is never shown, with the displayable managers of one kind of view."""

    def __init__(self, width: int, height: int, factory: Any, managers: tuple[str, ...]) -> None:
        self.renderer = vtk.vtkRenderer()
        self.window = vtk.vtkRenderWindow()
        self.window.ShowWindowOff()
        self.window.SetOffScreenRendering(1)
        self.window.SetMultiSamples(0)
        self.window.SetSize(width, height)
        self.window.AddRenderer(self.renderer)
        self._interactor = vtk.vtkRenderWindowInteractor()
        self._interactor.SetRenderWindow(self.window)
        self._interactor.Initialize()
        self._add_first()
        made = factory.GetInstance()
        for manager in managers:
            if not made.IsDisplayableManagerRegistered(manager):
                made.RegisterDisplayableManager(manager)
        self._group = slicer.vtkMRMLDisplayableManagerGroup()
        self._group.Initialize(made, self.renderer)

    def _add_first(self) -> None:
        """Add what must be in the renderer before the managers add theirs."""

    def picture(self) -> NDArray[np.uint8]:
        """What the view shows now: (rows, columns, 3)."""
        return picture_of(self.window)

    def close(self) -> None:
        """Let go of the scene."""
        self._group.SetMRMLDisplayableNode(None)
        self.window.Finalize()


class SliceView(View):
    """A slice view, "Red" by default, that shows a volume in its own slices."""

    def __init__(self, width: int = 640, height: int = 640, name: str = "Red") -> None:
        super().__init__(width, height, slicer.vtkMRMLSliceViewDisplayableManagerFactory, SLICE_MANAGERS)
        self.renderer.GetActiveCamera().ParallelProjectionOn()
        self.node = self._new_node(name)
        self._logic = slicer.vtkMRMLSliceLogic()
        self._logic.SetMRMLApplicationLogic(slicer.app.applicationLogic())
        self._logic.SetMRMLScene(slicer.mrmlScene)
        slicer.app.applicationLogic().GetSliceLogics().AddItem(self._logic)
        self._logic.SetSliceNode(self.node)
        self._group.SetMRMLDisplayableNode(self.node)
        self.node.SetDimensions(width, height, 1)
        self._logic.ResizeSliceNode(width, height)

    @staticmethod
    def _new_node(name: str) -> Any:
        node = slicer.mrmlScene.CreateNodeByClass("vtkMRMLSliceNode")  # it copies the presets of the orientations
        node.UnRegister(None)
        node.SetName(name)
        node.SetLayoutName(name)
        node.SetSingletonTag(name)
        node.SetMappedInLayout(1)
        return slicer.mrmlScene.AddNode(node)

    def _add_first(self) -> None:
        # The image lies below: added later, it would hide the light fill of the segments.
        self._image = vtk.vtkImageMapper()
        self._image.SetColorWindow(255)
        self._image.SetColorLevel(127.5)
        actor = vtk.vtkActor2D()
        actor.SetMapper(self._image)
        actor.GetProperty().SetDisplayLocationToBackground()
        self.renderer.AddViewProp(actor)

    def show(self, volume: Any, center: Sequence[float], field_of_view_mm: float) -> None:
        """Show the slice of `volume` through a point of the world (RAS, mm), so many mm wide."""
        self._logic.GetSliceCompositeNode().SetBackgroundVolumeID(volume.GetID())
        matrix = vtk.vtkMatrix4x4()
        volume.GetIJKToRASDirectionMatrix(matrix)
        i, j, k = slicer.util.arrayFromVTKMatrix(matrix)[:3, :3].T
        if np.linalg.det([i, -j, k]) < 0:  # seen from the side where the rows run down and the columns to the right
            k = -k
        self._logic.FitSliceToBackground()  # it sets the size, and moves the slice to the middle of the volume
        self.node.SetSliceToRASByNTP(*k, *i, *center, 0)
        width, height, depth = self.node.GetFieldOfView()
        self.node.SetFieldOfView(field_of_view_mm, field_of_view_mm * height / width, depth)
        self._logic.SnapSliceOffsetToIJK()

    def picture(self) -> NDArray[np.uint8]:
        """What the view shows now: (rows, columns, 3)."""
        self._image.SetInputConnection(self._logic.GetImageDataConnection())
        return super().picture()


class ThreeDView(View):
    """A 3-D view."""

    def __init__(self, width: int = 640, height: int = 640, name: str = "1") -> None:
        super().__init__(width, height, slicer.vtkMRMLThreeDViewDisplayableManagerFactory, THREE_D_MANAGERS)
        logic = slicer.vtkMRMLViewLogic()
        logic.SetMRMLApplicationLogic(slicer.app.applicationLogic())
        logic.SetMRMLScene(slicer.mrmlScene)
        slicer.app.applicationLogic().GetViewLogics().AddItem(logic)
        self.node = logic.AddViewNode(name)
        self.node.SetBoxVisible(False)
        self.node.SetAxisLabelsVisible(False)
        self._group.SetMRMLDisplayableNode(self.node)
        self._logic = logic

    def look(self, at: Any, direction: Any, up: Any, distance_mm: float) -> None:
        """Put the camera `distance_mm` before a point, against `direction`, with `up` upwards (all RAS, mm)."""
        camera = self.renderer.GetActiveCamera()
        camera.SetFocalPoint(*at)
        camera.SetPosition(*(np.asarray(at) - np.asarray(direction) * distance_mm))
        camera.SetViewUp(*up)
        self.renderer.ResetCameraClippingRange()


class ChartView:
    """The chart of a vtkMRMLPlotChartNode, drawn with VTK's charts as Slicer's plot view draws it."""

    def __init__(self, chart_node: Any, width: int = 800, height: int = 500) -> None:
        self._view = vtk.vtkContextView()
        self._view.GetRenderWindow().SetOffScreenRendering(1)
        self._view.GetRenderWindow().SetSize(width, height)
        self._view.GetRenderer().SetBackground(1, 1, 1)
        self.chart = vtk.vtkChartXY()
        self._view.GetScene().AddItem(self.chart)
        self.chart.SetTitle(chart_node.GetTitle())
        self.chart.GetTitleProperties().SetFontSize(chart_node.GetTitleFontSize())
        self.chart.SetShowLegend(chart_node.GetLegendVisibility())
        legend = self.chart.GetLegend()
        legend.GetLabelProperties().SetFontSize(chart_node.GetLegendFontSize())
        self._set_axes(chart_node)
        for index in range(chart_node.GetNumberOfPlotSeriesNodes()):
            self._add(chart_node.GetNthPlotSeriesNode(index))

    def picture(self) -> NDArray[np.uint8]:
        """What the chart looks like: (rows, columns, 3)."""
        return picture_of(self._view.GetRenderWindow())

    def _set_axes(self, chart_node: Any) -> None:
        for place, title, is_auto, limits in (
            (
                vtk.vtkAxis.BOTTOM,
                chart_node.GetXAxisTitle(),
                chart_node.GetXAxisRangeAuto(),
                chart_node.GetXAxisRange(),
            ),
            (vtk.vtkAxis.LEFT, chart_node.GetYAxisTitle(), chart_node.GetYAxisRangeAuto(), chart_node.GetYAxisRange()),
        ):
            axis = self.chart.GetAxis(place)
            axis.SetTitle(title)
            axis.GetTitleProperties().SetFontSize(chart_node.GetAxisTitleFontSize())
            axis.GetLabelProperties().SetFontSize(chart_node.GetAxisLabelFontSize())
            axis.SetGridVisible(chart_node.GetGridVisibility())
            if not is_auto:
                axis.SetBehavior(vtk.vtkAxis.FIXED)
                axis.SetRange(*limits)

    def _add(self, series: Any) -> None:
        table = series.GetTableNode().GetTable()
        is_line = series.GetLineStyle() != series.LineStyleNone
        plot = self.chart.AddPlot(vtk.vtkChart.LINE if is_line else vtk.vtkChart.POINTS)
        plot.SetInputData(table, series.GetXColumnName(), series.GetYColumnName())
        plot.SetLabel(series.GetName())
        red, green, blue = series.GetColor()
        plot.SetColorF(red, green, blue)
        plot.SetWidth(series.GetLineWidth())
        plot.SetMarkerStyle(_MARKERS.get(series.GetMarkerStyleAsString(series.GetMarkerStyle()), 0))
        plot.SetMarkerSize(series.GetMarkerSize())


_MARKERS = {"none": 0, "cross": 1, "plus": 2, "square": 3, "circle": 4, "diamond": 5}
"""VTK's marker styles by the names of Slicer's."""


def picture_of(window: Any) -> NDArray[np.uint8]:
    """The pixels of a render window, top row first: (rows, columns, 3)."""
    window.Render()
    reader = vtk.vtkWindowToImageFilter()
    reader.SetInput(window)
    reader.ReadFrontBufferOff()
    reader.Update()
    image = reader.GetOutput()
    width, height, _ = image.GetDimensions()
    pixels = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(height, width, -1)
    return np.ascontiguousarray(pixels[::-1, :, :3])


def save(picture: NDArray[np.uint8], path: Path) -> None:
    """Write a small PNG."""
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).quantize(colors=256, dither=Image.Dither.NONE).save(path, optimize=True)
