"""A data set that a model has drawn: the same images and patients, its labels, and nothing lost of what was there."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from LVSegULib import __version__
from LVSegULib.cine import Cine
from LVSegULib.dataset.relabel import Relabelled, citations_of, described, drawn_by, relabel
from LVSegULib.errors import InputError, OutputError
from LVSegULib.labels import CAVITY, MYOCARDIUM
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.network.config import UNetConfig
from LVSegULib.preparation.grid import Grid
from LVSegULib.reading.nnunet import RawDataset, open_raw_dataset
from Testing.bright_pixels import bright_squares, write_phantom

LABELS = (CAVITY, MYOCARDIUM)
BY = {"name": "bright", "trained_on": ["cora"]}


@pytest.fixture
def a_data_set(tmp_path: Path) -> Path:
    """Three images, one of them a cine of two frames, whose labels nobody drew."""
    folder = tmp_path / "DatasetX"
    for name, sides in (("anna_ED", (20,)), ("anna_ES", (12,)), ("bo", (18, 14))):
        write_phantom(folder / "imagesTr" / f"{name}_0000.nii.gz", sides)
    description = {"channel_names": {"0": "MR"}, "labels": {"background": 0, "LV": 4}, "file_ending": ".nii.gz"}
    (folder / "dataset.json").write_text(json.dumps(description), encoding="utf-8")
    return folder


def draw(cine: Cine) -> NDArray[np.uint8]:
    """Bright pixels are cavity, those right of it myocardium."""
    bright = np.asarray(cine.frames) > 100
    return np.where(bright, 1, 2 * np.roll(bright, 2, axis=-1)).astype(np.uint8)


def drawn(folder: Path, out: Path) -> tuple[Relabelled, RawDataset]:
    found = relabel(open_raw_dataset(folder).cases, draw, LABELS, out, BY)
    return found, open_raw_dataset(out)


def test_the_images_and_patients_stay_and_the_labels_are_the_models(a_data_set: Path, tmp_path: Path) -> None:
    found, dataset = drawn(a_data_set, tmp_path / "new" / "DatasetX")
    assert found == Relabelled(["anna_ED", "anna_ES", "bo_frame00", "bo_frame01"])
    assert [case.name for case in dataset.cases] == found.written
    assert dataset.patients == ("anna", "bo")
    assert dataset.labels == {"LV": 1, "MYO": 2}
    for case, side in zip(dataset.cases, (20, 12, 18, 14), strict=True):
        cine, labels = case.read()
        assert labels is not None
        np.testing.assert_array_equal(labels == 1, bright_squares((side,)))
        np.testing.assert_array_equal(labels, draw(cine))
    before, after = open_raw_dataset(a_data_set).cases[0].read()[0], dataset.cases[0].read()[0]
    np.testing.assert_array_equal(before.frames, after.frames)
    np.testing.assert_allclose(before.ijk_to_ras, after.ijk_to_ras, atol=1e-4)


def test_the_description_says_who_drew_it(a_data_set: Path, tmp_path: Path) -> None:
    drawn(a_data_set, tmp_path / "new")
    assert drawn_by(tmp_path / "new") == BY
    assert drawn_by(a_data_set) == {}


def test_a_model_is_described_with_those_whom_its_figures_would_flatter() -> None:
    training = {"split": {"train": ["b"]}, "started_from": {"trained_on": ["a"]}, "seconds": 90}
    spec = ModelSpec("m", UNetConfig.from_levels((2, 2)), LABELS[:1], Grid(1.5, 32, 32), training=training)
    assert described(spec) == {
        "name": "m",
        "licence": "",
        "sha256": {},
        "trained_on": ["a", "b"],
        "minutes": 1.5,
        "lvsegu": __version__,
    }
    cited = described(dataclasses.replace(spec, citations=("Bernard 2018",)))
    assert cited == {**described(spec), "citations": ["Bernard 2018"]}
    assert citations_of(json.loads(json.dumps(cited))) == ("Bernard 2018",)
    assert citations_of(described(spec)) == ()


def test_an_image_without_a_heart_is_left_out(a_data_set: Path, tmp_path: Path) -> None:
    write_phantom(a_data_set / "imagesTr" / "anna_ES_0000.nii.gz", (0,))
    found, dataset = drawn(a_data_set, tmp_path / "new")
    assert found.empty == ["anna_ES"]
    assert "anna_ES" not in [case.name for case in dataset.cases]


def test_a_frame_without_a_heart_is_left_out_of_its_cine(a_data_set: Path, tmp_path: Path) -> None:
    write_phantom(a_data_set / "imagesTr" / "bo_0000.nii.gz", (18, 0, 14))
    found, dataset = drawn(a_data_set, tmp_path / "new")
    assert found.empty == ["bo_frame01"]
    assert [case.name for case in dataset.cases] == ["anna_ED", "anna_ES", "bo_frame00", "bo_frame02"] == found.written
    labels = dataset.cases[-1].read()[1]
    assert labels is not None
    np.testing.assert_array_equal(labels == 1, bright_squares((14,)))


def test_a_cine_without_a_heart_is_left_out_by_its_name(a_data_set: Path, tmp_path: Path) -> None:
    write_phantom(a_data_set / "imagesTr" / "bo_0000.nii.gz", (0, 0))
    assert drawn(a_data_set, tmp_path / "new")[0].empty == ["bo"]


def test_an_image_that_cannot_be_read_does_not_cost_the_others(a_data_set: Path, tmp_path: Path) -> None:
    (a_data_set / "imagesTr" / "anna_ES_0000.nii.gz").write_bytes(b"no image")
    found, _ = drawn(a_data_set, tmp_path / "new")
    assert list(found.failures) == ["anna_ES"]
    assert found.written == ["anna_ED", "bo_frame00", "bo_frame01"]


def test_where_nothing_is_drawn_nothing_is_written(a_data_set: Path, tmp_path: Path) -> None:
    for path in (a_data_set / "imagesTr").iterdir():
        write_phantom(path, (0,))
    with pytest.raises(InputError, match="nothing was drawn: no heart was found"):
        drawn(a_data_set, tmp_path / "new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["DatasetX"]


def test_a_second_time_replaces_the_first_as_a_whole(a_data_set: Path, tmp_path: Path) -> None:
    drawn(a_data_set, tmp_path / "new")
    (a_data_set / "imagesTr" / "bo_0000.nii.gz").unlink()
    _, dataset = drawn(a_data_set, tmp_path / "new")
    assert dataset.patients == ("anna",)


def test_what_people_drew_is_not_replaced(a_data_set: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="was not drawn by a model: choose another folder"):
        drawn(a_data_set, a_data_set)
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="was not drawn by a model"):
        drawn(a_data_set, tmp_path / "file")
