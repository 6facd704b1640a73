"""The tables hold the numbers that the pictures show."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from LVSegULib.visualization.inspector import Inspector
from LVSegULib.visualization.network_view import NetworkView
from LVSegULib.visualization.tables import write_tables
from Testing.visualization import networks
from Testing.visualization.views import a_view_of_a_square


@pytest.fixture
def a_view(an_inspector: Inspector) -> NetworkView:
    return a_view_of_a_square(an_inspector)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_tables_hold_every_effect_and_weight(a_view: NetworkView, tmp_path: Path) -> None:
    effects, pairs, kernels, biases = map(read, write_tables(tmp_path, a_view))
    assert [row["filter"] for row in effects] == [effect.name for effect in a_view.effects]
    assert float(effects[0]["divergence"]) == pytest.approx(a_view.effects[0].divergence)
    assert effects[0]["dice_low"] == effects[0]["lvef"] == ""  # one patient, one frame
    assert len(pairs) == len(a_view.pairs)
    weights = networks.with_an_edge_filter()
    edge = [row for row in kernels if (row["layer"], row["filter"]) == ("encoder.0.0", "1")]
    assert [float(row["weight"]) for row in edge] == weights["encoder.0.0.weight"][1, 0].flatten().tolist()
    assert {row["source"] for row in edge} == {"image"}
    across = [row for row in kernels if row["layer"] == "decoder.1.0" and row["filter"] == "0"]
    sources = [(row["source"], row["source_filter"]) for row in across[::9]]
    assert sources == [("encoder.0.1", "0"), ("encoder.0.1", "1"), ("upsample.1", "0"), ("upsample.1", "1")]
    head = next(row for row in biases if row["layer"] == "head")
    assert float(head["bias"]) == -0.5
