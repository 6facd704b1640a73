"""From data and folds to a model folder that tells which of its slices may be wrong."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from LVSegULib.engines.base import Engine, open_engine
from LVSegULib.errors import ModelError, UsageError
from LVSegULib.evaluation.datasets import open_evaluation_set
from LVSegULib.labels import CAVITY, MYOCARDIUM
from LVSegULib.modelfolder.folder import ModelFolder, open_model
from LVSegULib.preparation.grid import Grid
from LVSegULib.quality.calibrate import calibrate, judge_calibration, unseen_cases, with_section
from LVSegULib.reading import read_cine
from LVSegULib.segmentation.segment import segment_cine
from Testing.quality.hard_hearts import HARD, PATIENTS, save_fold, write_hard_hearts

pytest.importorskip("onnxruntime")

EVERYONE = [f"p{number}" for number in range(PATIENTS)]


@pytest.fixture(scope="module")
def hard_hearts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_hard_hearts(tmp_path_factory.mktemp("data") / "Dataset901_Hard")


@pytest.fixture(scope="module")
def folds(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[ModelFolder, Engine]]:
    """Two models, each of which kept half of the patients back."""
    folder = tmp_path_factory.mktemp("folds")
    half = PATIENTS // 2
    models = [
        save_fold(folder / "a", EVERYONE[:half], EVERYONE[half:]),
        save_fold(folder / "b", EVERYONE[half:], EVERYONE[:half]),
    ]
    return [(model, open_engine(model, "onnxruntime", 1)) for model in models]


@pytest.fixture(scope="module")
def calibrated(
    hard_hearts: Path, folds: list[tuple[ModelFolder, Engine]], tmp_path_factory: pytest.TempPathFactory
) -> ModelFolder:
    model, engine = folds[0]
    cases = unseen_cases([open_evaluation_set(hard_hearts)], model, folds, engine)
    assert len(cases) == PATIENTS
    return calibrate(model, cases, tmp_path_factory.mktemp("out") / "calibrated")[0]


def test_the_hard_slices_are_flagged_and_no_other(calibrated: ModelFolder, hard_hearts: Path) -> None:
    model = open_model(calibrated.path)
    engine = open_engine(model, "onnxruntime", 1)
    for number in range(PATIENTS):
        cine = read_cine(hard_hearts / f"imagesTr/p{number}_ED_0000.nii.gz")
        quality = segment_cine(cine, model.spec, engine).quality
        assert quality is not None
        assert [flag.slice for flag in quality.flags] == ([HARD] if number % 2 == 0 else [])
        assert (quality.patient < 0.98) == (number % 2 == 0)


def test_the_folder_holds_figures_picture_and_the_same_weights(
    calibrated: ModelFolder, folds: list[tuple[ModelFolder, Engine]]
) -> None:
    original = folds[0][0]
    assert calibrated.spec.sha256 == original.spec.sha256
    assert "quality" not in json.loads((original.path / "model.json").read_text(encoding="utf-8"))
    figures = calibrated.spec.quality["figures"]
    assert (figures["patients"], figures["slices"], figures["bad_slices"]) == (6, 30, 3)
    assert figures["data"] == ["Dataset901_Hard"]
    assert (calibrated.path / "quality.png").read_bytes().startswith(b"\x89PNG")
    card = (calibrated.path / "CARD.md").read_text(encoding="utf-8")
    assert card.startswith("# bright\n")
    assert "6 patients, 30 slices, 3 of them bad" in card
    assert "](quality.png)" in card


def test_two_names_of_one_patient_are_one(
    calibrated: ModelFolder, hard_hearts: Path, folds: list[tuple[ModelFolder, Engine]]
) -> None:
    model, engine = folds[0]
    cases = unseen_cases([open_evaluation_set(hard_hearts)], model, folds, engine)
    figures = judge_calibration(calibrated, cases, same=[["p0", "p1"]])
    assert (figures["patients"], figures["slices"]) == (PATIENTS - 1, 30)


def test_a_calibration_is_judged_on_other_data(calibrated: ModelFolder, tmp_path: Path) -> None:
    others = open_evaluation_set(write_hard_hearts(tmp_path / "Dataset902_Other", patients=4))
    fold = save_fold(tmp_path / "fold", ["x"], [case.patient for case in others.cases])
    engine = open_engine(fold, "onnxruntime", 1)
    figures = judge_calibration(calibrated, unseen_cases([others], calibrated, [(fold, engine)], engine))
    assert figures["bad_found"]["value"] == 1
    assert figures["false_alarms"]["value"] == 0
    with pytest.raises(UsageError, match="has no quality score to judge"):
        judge_calibration(fold, unseen_cases([others], fold, [], engine))


def test_without_folds_the_patients_that_are_new_to_the_model_are_taken(
    hard_hearts: Path, folds: list[tuple[ModelFolder, Engine]]
) -> None:
    model, engine = folds[0]
    cases = unseen_cases([open_evaluation_set(hard_hearts)], model, [], engine)
    assert [case.patient for _, case, _, _ in cases] == EVERYONE[PATIENTS // 2 :]


def test_nobody_is_taken_whom_the_network_knows_by_another_name(
    hard_hearts: Path, folds: list[tuple[ModelFolder, Engine]], caplog: pytest.LogCaptureFixture
) -> None:
    """p3 to p5 are new to the first network, which learnt from p0 to p2; the second is the other way round."""
    model, engine = folds[0]
    dataset = open_evaluation_set(hard_hearts)

    def taken(same: list[list[str]], folds: list[tuple[ModelFolder, Engine]]) -> set[str]:
        return {case.patient for _, case, _, _ in unseen_cases([dataset], model, folds, engine, same)}

    assert taken([["p3", "p0"], ["p4", "p5"]], []) == {"p4", "p5"}
    assert taken([["p3", "p0"], ["p4", "p5"]], folds) == {"p1", "p2", "p4", "p5"}
    assert "2 patients left out: their folds learnt from them by another name" in caplog.text
    assert taken([["p3", "elsewhere"]], folds) == set(EVERYONE)
    with pytest.raises(UsageError, match="learnt from all whom it kept back by another name"):
        taken([EVERYONE], folds)


def changed(model: ModelFolder, **fields: object) -> ModelFolder:
    return ModelFolder(model.path, dataclasses.replace(model.spec, **fields))


def test_folds_are_cut_where_the_model_is_cut(hard_hearts: Path, folds: list[tuple[ModelFolder, Engine]]) -> None:
    """A grey of log-odds -0.3 counts when the model counts from 0.4 on, so nothing is missed any more."""
    model = changed(folds[0][0], training={"thresholds": [0.4]})
    dataset = open_evaluation_set(hard_hearts)
    for cut, missed in ((folds[0][0], True), (model, False)):
        _, case, spec, engine = unseen_cases([dataset], cut, folds, folds[0][1])[0]
        reference = case.read()
        area = (segment_cine(reference.cine, spec, engine).labels > 0).sum()
        assert (area < 0.95 * (reference.labels > 0).sum()) == missed


def test_what_does_not_fit_together_is_refused(hard_hearts: Path, folds: list[tuple[ModelFolder, Engine]]) -> None:
    model, engine = folds[0]
    dataset = open_evaluation_set(hard_hearts)
    wall = changed(model, labels=(MYOCARDIUM,))
    for folds_given, of, data, message in (
        ([], changed(model, training={}), dataset, "does not say by which patients it was trained"),
        ([], changed(model, training={"split": {"train": EVERYONE}}), dataset, "was trained on every patient"),
        ([(wall, engine)], model, dataset, "does not segment LV"),
        ([(changed(model, grid=Grid(1.25, 64, 64)), engine)], model, dataset, "different grids"),
        ([], model, dataclasses.replace(dataset, labels=(MYOCARDIUM,)), "has no LV"),
        ([folds[0], folds[0]], model, dataset, "two of the models kept"),
    ):
        with pytest.raises(UsageError, match=message):
            unseen_cases([data], of, folds_given, engine)


def test_folds_with_other_labels_are_refused(hard_hearts: Path, folds: list[tuple[ModelFolder, Engine]]) -> None:
    from LVSegULib.network.config import UNetConfig

    model, engine = folds[0]
    both = changed(model, labels=(CAVITY, MYOCARDIUM), network=UNetConfig.from_base(1, depth=1, output_channels=2))
    with pytest.raises(UsageError, match="segments LV, MYO, and a LV: give folds of the same recipe"):
        unseen_cases([open_evaluation_set(hard_hearts)], model, [(both, engine)], engine)


def test_a_calibration_that_was_spoilt_is_told_when_it_is_used(calibrated: ModelFolder, hard_hearts: Path) -> None:
    spoilt = dataclasses.replace(calibrated.spec, quality={**calibrated.spec.quality, "signs": {}})
    cine = read_cine(hard_hearts / "imagesTr/p0_ED_0000.nii.gz")
    with pytest.raises(ModelError, match="run lvsegu calibrate on it again"):
        segment_cine(cine, spoilt, open_engine(calibrated, "onnxruntime", 1))


def test_the_section_of_a_card_is_replaced_and_what_follows_stays() -> None:
    figure = {"value": 0.9, "low": 0.8, "high": 1.0}
    figures = {
        "data": ["A", "B"],
        "patients": 5,
        "slices": 50,
        "bad_slices": 7,
        "area_under_roc": figure,
        "bad_found": figure,
        "false_alarms": figure,
        "far_off_slices": 2,
        "far_off_found": figure,
        "patient_score_rank_correlation": None,
    }
    once = with_section("# m\n\ntext\n\n## Known failures\n\nnone\n", figures)
    assert once.index("## Known failures") < once.index("## Quality score")
    again = with_section("# m\n\n## Quality score\n\nold\n\n## How\n\nthus\n", figures)
    assert "old" not in again
    assert again.endswith("## How\n\nthus\n")
    assert "Learnt from A, B" in again
    assert "far off (Dice below 0.5, 2 of them) that are flagged: 0.900 (0.800 to 1.000)" in again
    assert again.count("## Quality score") == 1
