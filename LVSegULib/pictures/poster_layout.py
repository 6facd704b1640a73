"""Where each layer of a U-Net lies on a poster: levels one below the other, encoder left, decoder right."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

WIDTH = 100.0
"""Width of the poster in its own units; all places and sizes are in these."""

TOP = 8.0
"""Where the first level begins, below the heading."""

GAP, MIDDLE = 1.6, 9.0
"""Between the layers of a level, and between its encoder and its decoder."""

HEADING = 1.9
"""Above a layer, for its name."""

TILE_ASPECT = 2.4
"""Height of a filter's tile with its gaps, by its width."""

LARGEST_TILE = 3.6
BAND_GAP = 2.4


@dataclass(frozen=True)
class Block:
    """A layer's place: left and top edge, columns and rows of tiles, and a tile's width."""

    layer: str
    left: float
    top: float
    columns: int
    rows: int
    tile: float

    @property
    def width(self) -> float:
        """Of all its tiles."""
        return self.columns * self.tile

    @property
    def height(self) -> float:
        """Of all its tiles."""
        return self.rows * self.tile * TILE_ASPECT

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height


@dataclass(frozen=True)
class PosterLayout:
    """All blocks by layer, and the height of the whole."""

    blocks: dict[str, Block]
    height: float


def lay_out(counts: Mapping[str, int], depth: int) -> PosterLayout:
    """Place the layers of a U-Net with these filter counts below `TOP`; every level fills the width as far as it can.

    Args:
        counts: filters of every layer by name, the head too.
        depth: how often the network halves the resolution.
    """
    blocks: dict[str, Block] = {}
    top = TOP
    for level in range(depth + 1):
        left, right = _layers_of_level(level, depth)
        shapes = {name: _shape(counts[name]) for name in (*left, *right)}
        gaps = GAP * (len(shapes) - 1) + (MIDDLE if right else 0)
        tile = min(LARGEST_TILE, (WIDTH - gaps) / sum(columns for columns, _ in shapes.values()))
        band = _row(left, shapes, tile, top + HEADING)
        width = sum(block.width for block in band) + GAP * (len(band) - 1)
        if right:
            others = _row(right, shapes, tile, top + HEADING)
            start = WIDTH - (others[-1].right - others[0].left)
            band += [_moved(block, start) for block in others]
        else:
            band = [_moved(block, (WIDTH - width) / 2) for block in band]
        blocks |= {block.layer: block for block in band}
        top = max(block.bottom for block in band) + BAND_GAP
    return PosterLayout(blocks, top)


def _layers_of_level(level: int, depth: int) -> tuple[list[str], list[str]]:
    """The layers of a level, those of the encoder and those of the decoder."""
    left = [f"encoder.{level}.{position}" for position in (0, 1)]
    if level == depth:
        return left, []
    step = depth - 1 - level
    right = [f"upsample.{step}", f"decoder.{step}.0", f"decoder.{step}.1"]
    return left, [*right, "head"] if level == 0 else right


def _shape(count: int) -> tuple[int, int]:
    """Columns and rows of tiles, about twice as wide as high."""
    columns = max(1, math.ceil(math.sqrt(2 * TILE_ASPECT * count))) if count > 4 else count
    columns = min(columns, count)
    rows = math.ceil(count / columns)
    return math.ceil(count / rows), rows


def _row(names: Sequence[str], shapes: Mapping[str, tuple[int, int]], tile: float, top: float) -> list[Block]:
    """Blocks side by side from the left edge."""
    row: list[Block] = []
    for name in names:
        left = row[-1].right + GAP if row else 0.0
        row.append(Block(name, left, top, *shapes[name], tile))
    return row


def _moved(block: Block, by: float) -> Block:
    return replace(block, left=block.left + by)
