"""The card of a training run says what the weights are under, and what is made of them says it too."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from LVSegULib.labels import CAVITY
from LVSegULib.modelfolder.folder import find_model
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.modelfolder.threshold import with_threshold
from LVSegULib.network.config import UNetConfig
from LVSegULib.preparation.grid import Grid
from LVSegULib.training.card import training_card

TRAINING = {"step": 60, "seconds": 120.0, "place": "cpu", "split": {"train": ["a"], "validation": []}}
A_SPEC = ModelSpec("run", UNetConfig.from_levels((2, 4)), (CAVITY,), Grid(1.5, 32, 32), training=TRAINING)


def test_a_run_on_data_of_ones_own_states_no_licence() -> None:
    card = training_card(A_SPEC)
    assert "licence" not in card
    assert "cite" not in card


@pytest.mark.parametrize(
    ("licence", "line"),
    [
        (
            "CC BY-NC-SA 4.0",
            "Creative Commons Attribution-NonCommercial-ShareAlike 4.0 International (research only)",
        ),
        ("MIT", "MIT"),
    ],
)
def test_licence_and_sources_have_a_line_each(licence: str, line: str) -> None:
    card = training_card(replace(A_SPEC, licence=licence, citations=("Bernard 2018", "Radau 2009")))
    assert f"\n- licence of the weights: {line}\n- cite: Bernard 2018\n- cite: Radau 2009\n\n" in card


def test_cardiac_with_another_threshold_is_for_research_still(tmp_path: Path) -> None:
    cardiac = find_model("cardiac")
    new = with_threshold(cardiac, 0.6, tmp_path / "new")
    assert (new.spec.licence, new.spec.citations) == (cardiac.spec.licence, cardiac.spec.citations)
    card = (tmp_path / "new" / "CARD.md").read_text(encoding="utf-8")
    assert "NonCommercial-ShareAlike 4.0 International (research only)" in card
    assert all(f"- cite: {citation}\n" in card for citation in cardiac.spec.citations)
