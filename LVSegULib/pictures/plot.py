"""What the pictures drawn with Matplotlib share: colours, resolution and layout, and how they are written."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from LVSegULib.atomic import written_whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BLUE, GREY, ORANGE, GREEN, VIOLET, BLACK = "#1d4ed8", "#9ca3af", "#c2410c", "#047857", "#7c3aed", "#111827"
COLOURS = (BLUE, GREY, ORANGE, GREEN, VIOLET, BLACK)
"""Of what is drawn side by side, in this order."""

GRID_COLOUR = "#e5e7eb"
DOTS_PER_INCH = 120


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of `width` x `height` inches at `DOTS_PER_INCH`, which makes room for its titles and legends."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=DOTS_PER_INCH, layout="constrained")


def save(figure: Figure, path: Path) -> None:
    """Write a figure as a PNG, whole.

    Raises:
        OutputError: the file cannot be written.
    """
    with written_whole(path) as beside:
        figure.savefig(beside, format="png")


def png_of(figure: Figure) -> bytes:
    """A figure as the content of a PNG file."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()
