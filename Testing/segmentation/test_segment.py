"""Segmenting is preparing, running the network in batches, and bringing the labels back."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from LVSegULib.cine import Cine
from LVSegULib.labels import CAVITY
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.network.config import UNetConfig
from LVSegULib.preparation.grid import Grid
from LVSegULib.segmentation import segment
from LVSegULib.segmentation.segment import SegmentationOptions, segment_cine

MODEL = ModelSpec("bright", UNetConfig.from_levels((1, 1)), (CAVITY,), Grid(1.5, 64, 64))


class BrightPixels:
    """An engine that finds what is brighter than half."""

    name = "bright"
    version = "1"
    batch = 4

    def __init__(self) -> None:
        self.batches: list[int] = []

    def logits(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        self.batches.append(len(images))
        return 20 * (images - np.float32(0.5))


@pytest.fixture
def a_cine_of_a_bright_square() -> Cine:
    frames = np.random.default_rng(1).uniform(0, 10, (3, 3, 64, 64)).astype(np.float32)
    frames[:, :, 20:40, 24:44] = 100
    frames[1, 1, 2:5, 2:5] = 100  # a stray spot in one slice
    return Cine(frames, np.diag([-1.5, -1.5, 8.0, 1.0]))


def test_the_square_is_found_in_every_slice_and_the_spot_is_cleaned_away(a_cine_of_a_bright_square: Cine) -> None:
    engine = BrightPixels()
    result = segment_cine(a_cine_of_a_bright_square, MODEL, engine)
    expected = np.zeros((3, 3, 64, 64), np.uint8)
    expected[:, :, 20:40, 24:44] = 1
    np.testing.assert_array_equal(result.labels, expected)
    assert sum(engine.batches) == 6 + 9  # a look at the 3 slices in 2 frames, then all of them
    assert max(engine.batches) == engine.batch
    assert result.seconds.keys() == {"prepare", "network", "restore"}


def test_cleaning_up_can_be_left_out(a_cine_of_a_bright_square: Cine) -> None:
    labels = segment_cine(a_cine_of_a_bright_square, MODEL, BrightPixels(), SegmentationOptions(clean_up=False)).labels
    assert labels[1, 1, 3, 3] == 1


def test_what_lies_beside_the_left_ventricle_below_its_apex_is_cleaned_away() -> None:
    """It touches the ventricle of the slice before with a tenth of its width."""
    frames = np.random.default_rng(1).uniform(0, 10, (1, 6, 64, 64)).astype(np.float32)
    frames[:, :5, 20:40, 14:34], frames[:, 5, 20:40, 32:52] = 100, 100
    labels = segment_cine(Cine(frames, np.diag([-1.5, -1.5, 8.0, 1.0])), MODEL, BrightPixels()).labels
    assert labels[:, :5].any(axis=(2, 3)).all() and not labels[:, 5].any()


def test_a_slice_that_fills_while_the_ventricle_empties_is_left_out_and_told() -> None:
    frames = np.random.default_rng(1).uniform(0, 10, (8, 4, 64, 64)).astype(np.float32)
    for frame in range(8):
        for k, half in enumerate((12 + frame // 2, *(half - frame // 2 for half in (13, 11, 9)))):
            frames[frame, k, 32 - half : 32 + half, 32 - half : 32 + half] = 100
    result = segment_cine(Cine(frames, np.diag([-1.5, -1.5, 8.0, 1.0])), MODEL, BrightPixels())
    assert not result.labels[:, 0].any() and result.labels[:, 1:].any(axis=(2, 3)).all()
    assert result.warnings == (
        "slice 0 fills while the ventricle empties: taken for atrium or outflow tract and left out",
    )


def test_progress_moves_through_every_step_and_ends_at_one(a_cine_of_a_bright_square: Cine) -> None:
    """3 frames, 9 slices in batches of 4: 3 reports each of preparing, the network and restoring, then cleaning up."""
    shares: list[float] = []
    segment_cine(a_cine_of_a_bright_square, MODEL, BrightPixels(), progress=shares.append)
    assert shares == sorted(shares)
    assert shares[0] > 0
    assert shares[-1] == 1.0
    for start, end in (
        (0.0, segment.PREPARED),
        (segment.PREPARED, segment.SEGMENTED),
        (segment.SEGMENTED, segment.RESTORED),
    ):
        assert [share for share in shares if start < share <= end] == pytest.approx(
            [start + (end - start) * done / 3 for done in (1, 2, 3)]
        )
    assert len([share for share in shares if share > segment.RESTORED]) > 3


@pytest.mark.parametrize("reports", range(1, 16))
def test_the_work_can_be_stopped_at_every_report(a_cine_of_a_bright_square: Cine, reports: int) -> None:
    shares: list[float] = []

    def stop(share: float) -> None:
        shares.append(share)
        if len(shares) == reports:
            raise KeyboardInterrupt

    engine = BrightPixels()
    with pytest.raises(KeyboardInterrupt):
        segment_cine(a_cine_of_a_bright_square, MODEL, engine, progress=stop)
    assert len(shares) == reports
    # The look takes 2 batches and reports nothing; the first 3 reports are of preparing.
    assert len(engine.batches) == 2 + min(max(reports - 3, 0), 3)
