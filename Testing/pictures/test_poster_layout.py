"""Layers lie as in a U: no two overlap, and all are on the poster."""

from __future__ import annotations

from itertools import combinations

import pytest

from LVSegULib.network.config import UNetConfig
from LVSegULib.pictures.poster_layout import TOP, WIDTH, Block, lay_out
from LVSegULib.visualization.filters import layers_of

SIZES = [(8, 16, 32, 64, 128), (4, 8, 16, 48, 96), (1, 1, 1), (64, 128), (3, 5, 2, 40)]


def overlap(one: Block, other: Block) -> bool:
    return one.left < other.right and other.left < one.right and one.top < other.bottom and other.top < one.bottom


@pytest.mark.parametrize("filters", SIZES)
def test_blocks_do_not_overlap_and_hold_every_filter(filters: tuple[int, ...]) -> None:
    config = UNetConfig.from_levels(filters)
    counts = layers_of(config)
    layout = lay_out(counts, config.depth)
    assert set(layout.blocks) == set(counts)
    for block in layout.blocks.values():
        assert block.columns * block.rows >= counts[block.layer] > block.columns * (block.rows - 1)
        assert -1e-9 <= block.left <= block.right <= WIDTH + 1e-9
        assert TOP < block.top < block.bottom <= layout.height
    for one, other in combinations(layout.blocks.values(), 2):
        assert not overlap(one, other), (one.layer, other.layer)


def test_the_encoder_is_left_the_decoder_right_and_the_bottleneck_below() -> None:
    config = UNetConfig.from_base(8)
    blocks = lay_out(layers_of(config), config.depth).blocks
    for level in range(config.depth):
        step = config.depth - 1 - level
        row = [f"encoder.{level}.0", f"encoder.{level}.1", f"upsample.{step}", f"decoder.{step}.0", f"decoder.{step}.1"]
        assert [blocks[name].left for name in row] == sorted(blocks[name].left for name in row)
        assert len({blocks[name].top for name in row}) == 1
        assert blocks[f"encoder.{level + 1}.0"].top > max(blocks[name].bottom for name in row)
    assert blocks["head"].right == pytest.approx(WIDTH)
