"""The poster: every filter of every layer, laid out as the U-Net is."""

from __future__ import annotations

import math
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from LVSegULib.atomic import written_whole
from LVSegULib.labels import CAVITY
from LVSegULib.pictures.canvas import to_bytes
from LVSegULib.pictures.filter_tiles import grey_slice, layer_picture
from LVSegULib.pictures.poster_layout import WIDTH, Block, PosterLayout, lay_out
from LVSegULib.visualization.filters import Filter, layers_of
from LVSegULib.visualization.network_view import NetworkView

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SAVING: dict[str, dict[str, Any]] = {
    "png": {"pil_kwargs": {"compress_level": 3}},  # twice as fast, hardly larger
    "pdf": {"metadata": {"CreationDate": None}},  # the same poster is the same file
}
"""How each kind of file is written."""

INCHES_WIDE, DOTS_PER_INCH = 23.4, 140
"""As wide as DIN A2 lies."""

SLICE_SIDE, MARGIN = 7.2, 1.5
TEXT, FAINT, RULE, SKIP = "#111827", "#6b7280", "#9ca3af", "#2563eb"
LARGEST_SIDE = 128
"""Pixels of a map on the poster: as many as the finest maps have."""

EXPLANATION = (
    "Each filter: its activation map on the slice (bright is strong; each map by its own maximum), below it its"
    " kernels, one for each filter that it reads (blue below zero, red above, one scale in a layer), and a bar for what"
    " turning it off does to the result (divergence, logarithmic). Up-sampling and logits: blue below zero, red above."
)


def write_poster(path: Path, view: NetworkView) -> list[Path]:
    """Write the poster as `path` with the endings .png and .pdf; returns both.

    Raises:
        OutputError: a file cannot be written.
    """
    figure = draw_poster(view)
    written = []
    for ending in SAVING:
        target = path.with_suffix(f".{ending}")
        with written_whole(target) as beside:
            figure.savefig(beside, format=ending, dpi=DOTS_PER_INCH, **SAVING[ending])
        written.append(target)
    return written


def draw_poster(view: NetworkView) -> Figure:
    """The poster as a matplotlib figure."""
    from matplotlib.figure import Figure

    config = view.spec.network
    layout = lay_out(layers_of(config), config.depth)
    wide, high = WIDTH + 2 * MARGIN, layout.height + 2 * MARGIN
    figure = Figure(figsize=(INCHES_WIDE, INCHES_WIDE * high / wide))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(-MARGIN, WIDTH + MARGIN), ylim=(layout.height + MARGIN, -MARGIN))
    axes.axis("off")
    unit = 72 * INCHES_WIDE / wide  # points in a unit
    _draw_heading(axes, view, unit)
    _draw_connections(axes, layout, config.depth)
    strongest = max((effect.divergence for effect in view.effects), default=0.0)
    for block in layout.blocks.values():
        _draw_block(axes, view, block, strongest, unit)
    return figure


def _draw_heading(axes: Any, view: NetworkView, unit: float) -> None:
    spec, left = view.spec, SLICE_SIDE + 1.2
    shown = grey_slice(view.image, view.cavity, 2 * LARGEST_SIDE, to_bytes(CAVITY.colour))
    axes.imshow(shown, extent=(0, SLICE_SIDE, SLICE_SIDE, 0), aspect="auto", zorder=2)
    filters = sum(layers_of(spec.network).values())
    axes.text(left, 1.4, f"{spec.name}: every filter", size=2.0 * unit, color=TEXT, weight="bold", va="center")
    whole = (
        f"{filters} filters, {spec.parameters:,} parameters, {100 * spec.share_of_classic:.2f} % of the classic U-Net. "
        f"{view.cine.name}, frame {view.frame}, slice {view.slice}, with the cavity that the network finds."
    )
    axes.text(left, 3.2, whole, size=0.95 * unit, color=TEXT, va="center")
    for number, line in enumerate(textwrap.wrap(EXPLANATION, 118)):
        axes.text(left, 4.7 + 1.15 * number, line, size=0.85 * unit, color=FAINT, va="center")
    axes.text(WIDTH, 1.4, "Not for clinical use", size=0.95 * unit, color=FAINT, ha="right", va="center")


def _draw_block(axes: Any, view: NetworkView, block: Block, strongest: float, unit: float) -> None:
    layer = view.layers[block.layer]
    found = [view.effect_of(Filter(block.layer, index)) for index in range(len(layer.maps))]
    effects = [effect.divergence for effect in found if effect is not None]
    side = min(LARGEST_SIDE, math.ceil(block.tile / WIDTH * INCHES_WIDE * DOTS_PER_INCH))
    picture = layer_picture(block.layer, layer, effects, strongest, block.columns, side)
    extent = (block.left, block.right, block.bottom, block.top)
    axes.imshow(picture, extent=extent, aspect="auto", interpolation="nearest", zorder=2)
    name = f"{block.layer}  {len(layer.maps)}"
    axes.text(block.left, block.top - 0.5, name, size=0.8 * unit, color=TEXT, va="bottom", zorder=3)


def _draw_connections(axes: Any, layout: PosterLayout, depth: int) -> None:
    for level in range(depth):
        own, below = layout.blocks[f"encoder.{level}.1"], layout.blocks[f"encoder.{level + 1}.0"]
        step = depth - 1 - level
        across, up = layout.blocks[f"decoder.{step}.0"], layout.blocks[f"upsample.{step}"]
        source = layout.blocks[f"encoder.{depth}.1" if step == 0 else f"decoder.{step - 1}.1"]
        height = own.top - 0.9
        _arrow(axes, (own.right - 0.5, height), (across.left + 0.2, height), SKIP, bend=-0.06)
        _arrow(axes, (own.right - 0.6, own.bottom), (below.left + 0.6, below.top - 1.6), RULE)
        _arrow(axes, (source.right - 0.6, source.top - 1.6), (up.left + 0.6, up.bottom), RULE)


def _arrow(axes: Any, start: tuple[float, float], end: tuple[float, float], colour: str, bend: float = 0.0) -> None:
    style = {"arrowstyle": "-|>", "color": colour, "linewidth": 1.4, "connectionstyle": f"arc3,rad={bend}"}
    axes.annotate("", xy=end, xytext=start, arrowprops=style, zorder=1)
