"""Ways of pruning two small trained folds, compared on the patients that each kept back."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path
from typing import Any

import pytest

from LVSegULib.commands.compare import table
from LVSegULib.comparison import run
from LVSegULib.comparison.config import ComparisonConfig
from LVSegULib.comparison.figures import Figures
from LVSegULib.comparison.networks import METHODS, network_folder
from LVSegULib.comparison.run import LOCK, SCRATCH, UNPRUNED, compare_pruning
from LVSegULib.errors import InputError, UsageError
from LVSegULib.evaluation.to_json import plain
from LVSegULib.lock import locked
from LVSegULib.modelfolder.folder import ModelFolder, open_model
from LVSegULib.pictures.comparison import draw_comparison

Compared = tuple[list[Figures], ComparisonConfig, Path]


@pytest.fixture(scope="module")
def compared(
    two_folds: list[ModelFolder], a_data_set_of_phantom_hearts: Path, tmp_path_factory: pytest.TempPathFactory
) -> Compared:
    data = (str(a_data_set_of_phantom_hearts),)
    config = ComparisonConfig(data=data, judged=data, shares=(0.6, 0.25), slices=40, refit_slices=80, step=0.15)
    folder = tmp_path_factory.mktemp("comparison")
    return compare_pruning(two_folds, two_folds, config, folder), config, folder


def row(compared: Compared, method: str, share: float) -> Figures:
    return next(one for one in compared[0] if (one.method, one.share) == (method, share))


def test_every_way_is_there_at_every_size_beside_the_unpruned_networks(compared: Compared) -> None:
    found = [(one.method, one.share) for one in compared[0]]
    sizes = [(method, share) for method in METHODS for share in (0.6, 0.25)]
    assert found == [(UNPRUNED, 1.0), *sizes, (SCRATCH, 1.0)]
    assert {one.patients for one in compared[0]} == {4}


def test_sizes_are_alike_and_the_unpruned_networks_changed_nothing(compared: Compared) -> None:
    whole = compared[0][0]
    assert whole.change == 0
    for share in (0.6, 0.25):
        ours = row(compared, METHODS[0], share)
        assert 0.5 * share * whole.parameters < ours.parameters <= share * whole.parameters
        assert all(row(compared, method, share).parameters <= ours.parameters for method in METHODS)
    assert row(compared, SCRATCH, 1.0).dice == whole.dice


def test_this_method_keeps_the_hearts_and_compensation_is_what_does_it(compared: Compared) -> None:
    ours = row(compared, METHODS[0], 0.6)
    assert ours.change > -0.03
    assert row(compared, "not compensated", 0.25).dice < row(compared, METHODS[0], 0.25).dice


def test_every_network_is_a_model_that_knows_its_patients(compared: Compared, two_folds: list[ModelFolder]) -> None:
    for method in METHODS:
        for number, model in enumerate(two_folds):
            pruned = open_model(network_folder(compared[2], method, 0.6, number))
            assert pruned.spec.training["split"] == model.spec.training["split"]
            assert pruned.weights()


def test_a_second_run_finds_everything_done(
    compared: Compared, two_folds: list[ModelFolder], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "prune_in_every_way", lambda *_: pytest.fail("pruned again"))
    monkeypatch.setattr("LVSegULib.comparison.figures.evaluate", lambda *_: pytest.fail("evaluated again"))
    again = compare_pruning(two_folds, two_folds, compared[1], compared[2])
    assert [one.dice for one in again] == [one.dice for one in compared[0]]
    assert json.loads((compared[2] / "comparison.json").read_text())[0]["method"] == UNPRUNED


def test_a_folder_of_another_comparison_is_refused(compared: Compared, two_folds: list[ModelFolder]) -> None:
    with pytest.raises(UsageError, match="holds a comparison of other models or settings"):
        compare_pruning(two_folds, [], dataclasses.replace(compared[1], seed=2), compared[2])


def test_one_comparison_at_a_time(compared: Compared, two_folds: list[ModelFolder], tmp_path: Path) -> None:
    with locked(tmp_path, LOCK, "another"), pytest.raises(UsageError, match="another lvsegu compare is at work in"):
        compare_pruning(two_folds, [], compared[1], tmp_path)


def test_models_without_training_patients_in_the_data_cannot_be_calibrated(
    compared: Compared, two_folds: list[ModelFolder], tmp_path: Path
) -> None:
    stranger = dataclasses.replace(
        two_folds[0],
        spec=dataclasses.replace(
            two_folds[0].spec, training={"split": {"train": ["nobody"], "validation": ["phantom0"]}}
        ),
    )
    with pytest.raises(InputError, match="none of its training patients"):
        compare_pruning([stranger], [], compared[1], tmp_path / "out")


@pytest.mark.parametrize("shares", [(), (0.2, 0.5), (1.0, 0.5), (0.5, 0.0)])
def test_impossible_shares_are_refused(shares: tuple[float, ...]) -> None:
    with pytest.raises(UsageError, match="share"):
        ComparisonConfig((), (), shares=shares)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"step": 0.0}, "step must lie between 0 and 1"),
        ({"slices": 0}, "slices must be at least 1"),
        ({"refit_slices": -1}, "refit_slices must be at least 0, got -1"),
        ({"shares": (math.nan,)}, "lies between 0 and 1"),
    ],
)
def test_impossible_settings_are_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        ComparisonConfig((), (), **settings)


def test_a_network_that_finds_nothing_has_no_lvef_and_says_so(compared: Compared) -> None:
    nothing = dataclasses.replace(
        compared[0][1], ef_error=math.nan, ef_error_interval=(math.nan, math.nan), ef_patients=0
    )
    assert table([compared[0][0], nothing]).splitlines()[-1].endswith("| no LVEF |")
    assert plain(nothing)["ef_error"] is None
    assert plain(nothing)["ef_error_interval"] == [None, None]
    half = dataclasses.replace(compared[0][1], ef_patients=2)
    assert "of 2 patients" in table([compared[0][0], half])


def test_one_patient_has_no_interval(compared: Compared) -> None:
    alone = dataclasses.replace(compared[0][0], dice_interval=(math.nan, math.nan), patients=1)
    assert f"| {alone.dice:.3f} (-) |" in table([alone])


def test_table_and_picture_show_every_row(compared: Compared, tmp_path: Path) -> None:
    lines = table(compared[0]).splitlines()
    assert len(lines) == 2 + len(compared[0])
    assert "of 4 patients" in lines[0]
    draw_comparison(tmp_path / "comparison.png", compared[0])
    assert (tmp_path / "comparison.png").read_bytes().startswith(b"\x89PNG")
