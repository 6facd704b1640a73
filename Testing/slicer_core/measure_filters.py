"""Measures the section Filters by hand on the sample patient: opening it, following frames and slices, a switch.

QT_QPA_PLATFORM=offscreen VTK_DEFAULT_OPENGL_WINDOW=vtkEGLRenderWindow python -m Testing.slicer_core.measure_filters
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from Testing.desktop.fixtures import MODULE
from Testing.desktop.start import open_module
from Testing.desktop.user import click, wait_until

LAYERS = ("encoder.0.1", "encoder.4.1", "decoder.3.1")


def main() -> None:
    """Print the times in milliseconds; the longest and the middle one where there are several."""
    opened = open_module(MODULE)
    from LVSegUSlicer.sequences import sequenceOf
    from Testing.slicer_core.views import SliceView

    ui, view = opened.panel.ui, SliceView()
    click(ui.sampleButton)
    node = opened.panel.logic.getParameterNode().inputNode
    click(ui.applyButton)
    wait_until(lambda: not opened.panel.logic.isRunning)
    segmentation = opened.panel.logic.getParameterNode().segmentation
    view.show(node, segmentation.GetSegmentCenterRAS("LV"), field_of_view_mm=150)
    print_times("opening the section", [timed(lambda: setattr(ui.filtersSection, "collapsed", False))])
    browser, sequence = sequenceOf(node)  # type: ignore[misc]
    frames = range(sequence.GetNumberOfDataNodes())
    names = [ui.layerComboBox.itemText(row).split(" ")[0] for row in range(ui.layerComboBox.count)]
    for layer in LAYERS:
        ui.layerComboBox.currentIndex = names.index(layer)
        for which in ("first time", "again"):
            times = [timed(lambda frame=frame: browser.SetSelectedItemNumber(frame)) for frame in frames]
            print_times(f"{layer}: following a frame, {which}", times)
        pictures = [timed(lambda step=step: scroll(opened, view, step)) for step in (10.0, -10.0) * 5]
        print_times(f"{layer}: the {ui.filterList.count} pictures of another slice", pictures)
    print_times("a switch, until table and contours are there", [timed(lambda: switch(opened))])
    print_times("Reset", [timed(lambda: click(ui.resetFiltersButton))])
    view.close()
    opened.close()


def scroll(opened: Any, view: Any, step_mm: float) -> None:
    """Go to the next slice, and let the panel follow at once."""
    view.node.SetSliceOffset(view.node.GetSliceOffset() + step_mm)
    opened.panel.filtersView._display._draw()


def switch(opened: Any) -> None:
    """Turn the chosen filter off."""
    click(opened.panel.ui.filterOnCheckBox)
    wait_until(lambda: not opened.panel.logic.isRunning)


def timed(action: Callable[[], None]) -> float:
    """Its time in ms."""
    start = time.perf_counter()
    action()
    return 1000 * (time.perf_counter() - start)


def print_times(what: str, times: list[float]) -> None:
    """One line."""
    middle = sorted(times)[len(times) // 2]
    print(f"{what}: {middle:.0f} ms" + (f" (longest {max(times):.0f} ms)" if len(times) > 1 else ""), flush=True)


if __name__ == "__main__":
    main()
