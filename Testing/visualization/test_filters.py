"""Filters are named, found and refused by name."""

from __future__ import annotations

import pytest

from LVSegULib.errors import UsageError
from LVSegULib.network.config import UNetConfig
from LVSegULib.visualization.filters import (
    Filter,
    check_filters,
    check_layers,
    filter_named,
    layers_of,
    removable_filters,
)

CONFIG = UNetConfig(encoder=((2, 3), (4, 5)), decoder=((6, 7, 8),))


def test_a_filter_is_written_and_read_alike() -> None:
    assert str(Filter("encoder.0.1", 3)) == "encoder.0.1:3"
    assert filter_named("encoder.0.1:3") == Filter("encoder.0.1", 3)


@pytest.mark.parametrize("text", ["encoder.0.1", "encoder.0.1:", "encoder.0.1:-1", "encoder.0.1:x", ""])
def test_what_names_no_filter_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"write LAYER:NUMBER, as in encoder\.0\.1:3"):
        filter_named(text)


def test_layers_come_in_the_order_in_which_they_run() -> None:
    assert layers_of(CONFIG) == {
        "encoder.0.0": 2,
        "encoder.0.1": 3,
        "encoder.1.0": 4,
        "encoder.1.1": 5,
        "upsample.0": 6,
        "decoder.0.0": 7,
        "decoder.0.1": 8,
        "head": 1,
    }


def test_every_filter_but_the_heads_output_can_be_turned_off() -> None:
    filters = removable_filters(CONFIG)
    assert len(filters) == 2 + 3 + 4 + 5 + 6 + 7 + 8
    assert filters[2] == Filter("encoder.0.1", 0)
    check_filters(CONFIG, filters)


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (Filter("encoder.0.1", 3), r"encoder\.0\.1:3 does not exist: encoder\.0\.1 has the filters 0 to 2"),
        (Filter("encoder.2.0", 0), r'no layer "encoder\.2\.0": it has encoder\.0\.0, '),
        (Filter("head", 0), "is an output of the network"),
    ],
)
def test_a_filter_that_does_not_exist_is_refused(one: Filter, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        check_filters(CONFIG, [one])


def test_a_layer_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UsageError, match='no layer "bottleneck"'):
        check_layers(CONFIG, ["head", "bottleneck"])
