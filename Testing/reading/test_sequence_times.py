"""Frame times of Slicer's sequence files."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk

from LVSegULib.reading.sequence_times import sequence_times_ms


def an_image(**fields: str) -> sitk.Image:
    image = sitk.Image(4, 4, sitk.sitkInt16)
    for name, text in fields.items():
        image.SetMetaData(name, text)
    return image


@pytest.mark.parametrize(("unit", "per_unit"), [("s", 1000.0), ("ms", 1.0), ("us", 0.001)])
def test_times_are_given_in_ms(unit: str, per_unit: float) -> None:
    image = an_image(**{"axis 0 index values": "0 37.5 75", "NRRD_units[0]": f'"{unit}"'})
    np.testing.assert_allclose(sequence_times_ms(image), np.array([0, 37.5, 75]) * per_unit)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"axis 0 index values": "0 1 2"},
        {"axis 0 index values": "ED ES", "NRRD_units[0]": "ms"},
        {"axis 0 index values": "", "NRRD_units[0]": "ms"},
        {"axis 0 index values": "0 1 2", "NRRD_units[0]": "mm"},
    ],
    ids=["nothing", "no unit", "names", "no values", "not a time"],
)
def test_without_times_there_are_none(fields: dict[str, str]) -> None:
    assert sequence_times_ms(an_image(**fields)) is None
