"""What is too large or too far to be a cine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from LVSegULib.errors import GeometryError, InputError
from LVSegULib.reading.limits import refuse_far, refuse_too_large

FILE = Path("beat.nrrd")


@pytest.mark.parametrize(
    ("counts", "bytes_per_pixel"),
    [
        ((512, 512, 32, 32), 2),  # 2**28 pixels, 6 bytes each: 1536 MB
        ((512, 512, 32, 24), 4),  # 3 * 2**26 pixels, 8 bytes each
        ((512, 512, 16, 32), 8),  # 2**27 pixels, 12 bytes each
    ],
)
def test_the_largest_cine_is_taken_and_one_image_more_is_not(counts: tuple[int, ...], bytes_per_pixel: int) -> None:
    refuse_too_large(FILE, counts, bytes_per_pixel)
    *most, frames = counts
    with pytest.raises(InputError, match=rf"beat.nrrd: .* speaks of 512 x 512 x {most[2]} x {frames + 1} pixels"):
        refuse_too_large(FILE, (*most, frames + 1), bytes_per_pixel)


def test_sizes_beyond_any_type_are_no_small_number() -> None:
    with pytest.raises(InputError, match="correct the header"):
        refuse_too_large(FILE, (2**32, 2**32, 1))  # 2**64, which is 0 in 64 bits


@pytest.mark.parametrize("place", [np.nan, np.inf, -1e7])
def test_places_outside_of_any_room(place: float) -> None:
    refuse_far(FILE, np.array([0, 0, 1e6]))
    with pytest.raises(GeometryError, match="its position is impossible"):
        refuse_far(FILE, np.array([0, place, 0]))
