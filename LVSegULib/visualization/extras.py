"""What takes PyTorch and minutes: what each filter prefers, where a decision comes from, and how the network breaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from LVSegULib.atomic import written_whole
from LVSegULib.pictures.attribution import attribution_png
from LVSegULib.pictures.preferences import patch_side, patches_png, preferred_png
from LVSegULib.pictures.robustness import robustness_png
from LVSegULib.progress import Report, part_of, silent
from LVSegULib.shown import counted
from LVSegULib.visualization.attribution import integrated_gradients, occlusion
from LVSegULib.visualization.filters import Filter, layers_of
from LVSegULib.visualization.inspector import Inspector
from LVSegULib.visualization.network_view import NetworkView
from LVSegULib.visualization.page import Captioned, PageExtras
from LVSegULib.visualization.preferences import (
    patches_around,
    preferred_images,
    preferred_size,
    strongest_places_by_layer,
)
from LVSegULib.visualization.robustness import curve_values, robustness
from LVSegULib.visualization.subjects import Subject
from LVSegULib.visualization.tables import write_rows

PLACES = 3
"""Places in real slices that are shown of each filter."""

PREFERENCES_END, ATTRIBUTION_END = 0.7, 0.75
"""Share of the time that is spent after each part."""


def write_extras(
    view: NetworkView, inspector: Inspector, subjects: Sequence[Subject], folder: Path, report: Report = silent
) -> tuple[PageExtras, list[Path]]:
    """Write attribution.png, robustness.png and robustness.csv into `folder`; the page's pictures, and the files.

    Raises:
        EngineError: PyTorch or captum is not installed.
        OutputError: a file cannot be written.
    """
    slices = np.concatenate([subject.images for subject in subjects])
    pictures = _preferences(view, inspector, slices, part_of(report, 0.0, PREFERENCES_END))
    attribution = _attribution(view, inspector)
    report(ATTRIBUTION_END)
    curves = robustness(inspector, subjects, part_of(report, ATTRIBUTION_END, 1.0))
    broken = robustness_png(curves, f"{view.spec.name}: Dice per patient, {counted(view.patients, 'patient')}")
    files = [
        _write(folder / "attribution.png", attribution),
        _write(folder / "robustness.png", broken),
        write_rows(folder / "robustness.csv", curve_values(curves)),
    ]
    panels = (("Where the cavity comes from", attribution), ("How the network breaks", broken))
    return PageExtras(pictures, panels), files


def _preferences(
    view: NetworkView, inspector: Inspector, slices: NDArray[np.float32], report: Report
) -> Mapping[Filter, Sequence[Captioned]]:
    layers = list(layers_of(view.spec.network))
    places = strongest_places_by_layer(inspector, slices, layers, PLACES)
    pictures: dict[Filter, Sequence[Captioned]] = {}
    for number, layer in enumerate(layers):
        size = preferred_size(layer, view.spec.network)
        strongest = {index: patches_around(slices, own[:1], size)[0] for index, own in enumerate(places[layer]) if own}
        preferred = preferred_images(inspector.model, layer, strongest)
        side = patch_side(size)
        for index, image in enumerate(preferred.images):
            own = places[layer][index]
            captioned = [(f"an image found by ascent: {preferred.values[index]:.2f}", preferred_png(image))]
            if own:
                told = "fires most here: " + ", ".join(f"{place.value:.2f}" for place in own)
                captioned.append((told, patches_png(patches_around(slices, own, side))))
            pictures[Filter(layer, index)] = captioned
        report((number + 1) / len(layers))
    return pictures


def _attribution(view: NetworkView, inspector: Inspector) -> bytes:
    gradients = integrated_gradients(inspector.model, view.image)
    covered = occlusion(inspector.model, view.image)
    return attribution_png(view.image, gradients, covered, view.grid.spacing_mm)


def _write(path: Path, content: bytes) -> Path:
    with written_whole(path) as beside:
        beside.write_bytes(content)
    return path
