"""The card of a shipped model shows what the model's own description holds, and no table without a figure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from LVSegULib.labels import BY_KEY, CAVITY
from LVSegULib.modelfolder.figures import challenge_figures, change_figures, short_figures
from LVSegULib.modelfolder.published_card import About, Shown, card
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.network.config import UNetConfig
from LVSegULib.preparation.grid import Grid
from Testing.modelfolder.test_figures import evaluation_of, label_of

SHOWN = Shown(About("lv", "d", "MIT", ("Somebody 2020",), "Two sets.", "The apex.", "Everybody else."), (), "worst.png")


@pytest.fixture
def a_spec() -> ModelSpec:
    training: dict[str, Any] = {"step": 12000, "seconds": 2280.0, "place": "cpu, float32, 1 process"}
    figures = {"Phantoms": short_figures(evaluation_of({"LV": label_of(0.9)}))}
    config = UNetConfig.from_levels((2, 4))
    return ModelSpec("lv", config, (CAVITY,), Grid(1.5, 32, 32), "The LV.", "MIT", training=training, figures=figures)


def test_the_card_of_a_plain_model(a_spec: ModelSpec) -> None:
    text = card(a_spec, SHOWN)
    assert text.startswith("# lv\n\nThe LV. **Not for clinical use.**\n")
    assert "| network | U-Net with 2, 4 filters from the finest to the coarsest level |" in text
    assert "| training | 12,000 steps in 38 minutes (cpu, float32, 1 process) |" in text
    assert "| | Phantoms (2 patients) |" in text
    assert "| Dice, pooled | 0.900 (0.890 to 0.910; n 2) |" in text
    assert "| Dice per volume, ED | 0.900 (0.800 to 1.000; n 7) |" in text
    assert "| LVEF correlation | 0.970 (n 2) |" in text
    assert "![The worst slices: image, expert, model](worst.png)" in text
    assert [line for line in text.splitlines() if line.startswith("#")] == [
        "# lv",
        "## Data",
        "## Figures",
        "## Known failures",
        "## How it was made",
    ]


def test_a_card_says_which_labels_a_model_drew(a_spec: ModelSpec) -> None:
    training = a_spec.training | {"drawn_by": {"B": {"name": "wide", "minutes": 17.6}, "C": {"name": "lv"}}}
    text = card(replace(a_spec, training=training), SHOWN)
    assert "| labels of B | drawn by a teacher (a network wide that was trained in 18 minutes) |" in text
    assert "| labels of C | drawn by a teacher (a network that was trained) |" in text


def test_weights_that_are_not_for_commerce_say_so_first(a_spec: ModelSpec) -> None:
    text = card(replace(a_spec, licence="CC BY-NC-SA 4.0"), SHOWN)
    assert text.splitlines()[2] == "The LV. **Not for clinical use.** **CC BY-NC-SA 4.0: research only.**"
    assert "| licence | Creative Commons Attribution-NonCommercial-ShareAlike 4.0 International |" in text


def test_every_label_has_its_table(a_spec: ModelSpec) -> None:
    wall = label_of(0.8) | {"clinical": None}
    figures = {
        "ACDC": short_figures(evaluation_of({"LV": label_of(0.9), "MYO": wall}, "ACDC")),
        "CHLA": short_figures(evaluation_of({"LV": label_of(0.9)}, "CHLA")),
    }
    labels = (CAVITY, BY_KEY["MYO"])
    network = UNetConfig.from_levels((2, 4), output_channels=2)
    text = card(replace(a_spec, network=network, labels=labels, figures=figures), SHOWN)
    assert "U-Net with 2, 4 filters from the finest" in text
    of_wall = text.partition(f"### {BY_KEY['MYO'].name}\n")[2]
    assert of_wall.splitlines()[1] == "| | ACDC (2 patients) |"
    assert "| Dice, pooled | 0.800 (0.790 to 0.810; n 2) |" in of_wall
    assert "LVEF" not in of_wall.partition("## Known failures")[0]


@pytest.mark.usefixtures("intervals_of_two")
def test_a_pruned_model_names_both_sizes_and_shows_both_figures(a_spec: ModelSpec) -> None:
    uneven = UNetConfig(encoder=((2, 1), (4, 3)), decoder=((1, 2, 2),))
    pruning = {
        "from": {"parameters": 1234, "multiply_adds": 99.4},
        "pruned": {"parameters": 567, "multiply_adds": 45.0},
    }
    was, now = (evaluation_of({"LV": label_of(dice)}) for dice in (0.912, 0.9))
    before = {"unpruned": short_figures(was), "change": change_figures(now, was)}
    figures = {"Phantoms": a_spec.figures["Phantoms"] | before}
    training = a_spec.training | {"pruning": pruning}
    text = card(replace(a_spec, network=uneven, training=training, figures=figures), SHOWN)
    assert "| pruned | from 1,234 parameters and 99 multiply-adds per pixel to 567 and 45; nothing" in text
    assert "2+1, 4+3 filters on the way down, 1+2+2 (up-sampling first) on the way up" in text
    assert "| | Phantoms, before | Phantoms, after |" in text
    assert "| | Phantoms, change |" in text and "| Dice per patient | -0.0120 (-0.0120 to -0.0120; n 2) |" in text
    assert "| Dice per patient | 0.9120 (0.8120 to 1.0120; n 7) | 0.9000 (0.8000 to 1.0000; n 7) |" in text


def test_a_change_of_two_patients_has_no_interval(a_spec: ModelSpec) -> None:
    was, now = (evaluation_of({"LV": label_of(dice)}) for dice in (0.912, 0.9))
    before = {"unpruned": short_figures(was), "change": change_figures(now, was)}
    text = card(replace(a_spec, figures={"Phantoms": a_spec.figures["Phantoms"] | before}), SHOWN)
    assert "| Dice per patient | -0.0120 (n 2) |" in text


def test_a_data_set_for_the_challenge_has_only_its_table(a_spec: ModelSpec) -> None:
    challenge = challenge_figures(evaluation_of({"LV": label_of(0.9)}))
    figures = a_spec.figures | {"contours": {"patients": 2, "challenge": challenge}}
    text = card(replace(a_spec, figures=figures), SHOWN)
    assert "| | Phantoms (2 patients) |" in text
    assert "9 contours of contours, 1 missing." in text
    assert "| good contours, % | 90.0 (89.9 to 90.1; n 7) |" in text
    assert text.count("contours (2 patients)") == 1
