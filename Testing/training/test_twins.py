"""Patients who are on both sides of a split under two names are named."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from scipy import ndimage

from LVSegULib.preparation.grid import Grid
from LVSegULib.reading.labelled import open_labelled
from LVSegULib.training.data import Slices, load_slices
from LVSegULib.training.run import train
from LVSegULib.training.twins import spelt_alike, twins
from LVSegULib.training.watch import Watch
from Testing import phantom_hearts


def test_names_that_differ_in_large_and_small_letters_are_told() -> None:
    names = ["bo", "Anna", "anna", "ANNA", "anna", "Bob"]
    assert spelt_alike(names) == [("ANNA", "Anna"), ("ANNA", "anna")]
    assert spelt_alike(names, [["x", "y"], ["anna", "ANNA"]]) == [("ANNA", "Anna")]
    assert spelt_alike(["anna", "bo"]) == []


def test_they_are_told_before_the_work(tmp_path: Path) -> None:
    data = phantom_hearts.write_data_set(tmp_path / "data", patients=2)
    for path in [*data.glob("*Tr/phantom1_ES*")]:
        path.rename(path.with_name(path.name.replace("phantom1", "Phantom1")))
    warned: list[str] = []
    config = dataclasses.replace(phantom_hearts.a_small_run(data), steps=1)
    train(config, tmp_path / "run", watch=Watch(warn=warned.append))
    assert warned == ["Phantom1 and phantom1 are taken for two patients: if they are one, say --same Phantom1=phantom1"]


def loaded(images: tuple[str, ...], data: Path, size: tuple[int, int] | None = None) -> Slices:
    """The slices of some phantoms, through a grid of 64 pixels or around it."""
    cases = [case for case in open_labelled(data, ["LV"]) if case.patient in images]
    return load_slices(cases, (1,), Grid(2.0, 64, 64), size=size)


def drawn_anew(data: Path, folder: Path, *, is_blank: bool = False) -> Path:
    """A copy of a data set whose phantoms are called "other..." and have narrower contours, or one image and blanks."""
    shutil.copytree(data, folder)
    for path in [*folder.glob("*Tr/*")]:
        image = sitk.ReadImage(path)
        array = sitk.GetArrayFromImage(image)
        if path.parent.name == "labelsTr":
            array = np.stack([ndimage.binary_erosion(one, iterations=3) for one in array]).astype(array.dtype)
        elif is_blank:
            array[1:] = 0
        other = sitk.GetImageFromArray(array)
        other.CopyInformation(image)
        path.unlink()
        sitk.WriteImage(other, path.with_name(f"other{path.name.removeprefix('phantom')}"))
    return folder


@pytest.mark.parametrize("size", [1.0, 0.1])
def test_a_twin_is_found_whoever_drew_its_contours_and_however_large_the_images_are(
    tmp_path: Path, size: float
) -> None:
    """Of a mouse, the pixels through which it is learnt go by the contours; the images are compared without them."""
    data = phantom_hearts.write_data_set(tmp_path / "data", patients=2, size=size)
    others = drawn_anew(data, tmp_path / "others")
    learnt = loaded(("phantom0", "phantom1"), data, size=(96, 96))
    assert twins(learnt, loaded(("other0", "other1"), others)) == [("phantom0", "other0"), ("phantom1", "other1")]
    assert twins(learnt, loaded(("other1",), others, size=(48, 48))) == [("phantom1", "other1")]


def test_images_of_one_value_do_not_count(a_data_set_of_phantom_hearts: Path, tmp_path: Path) -> None:
    blank = drawn_anew(a_data_set_of_phantom_hearts, tmp_path / "blank", is_blank=True)
    assert twins(loaded(("other0",), blank), loaded(("other1",), blank)) == []


def test_phantoms_have_no_twin(a_data_set_of_phantom_hearts: Path) -> None:
    cases = open_labelled(a_data_set_of_phantom_hearts, ["LV"])
    first = [case for case in cases if case.patient == "phantom0"]
    others = [case for case in cases if case.patient != "phantom0"]
    assert twins(load_slices(others, (1,), Grid(2.0, 96, 96)), load_slices(first, (1,), Grid(2.0, 64, 64))) == []


def test_a_run_says_who_is_on_both_sides(a_data_set_of_phantom_hearts: Path, tmp_path: Path) -> None:
    data = tmp_path / "Dataset900_Phantom"
    shutil.copytree(a_data_set_of_phantom_hearts, data)
    for path in [*data.glob("*Tr/phantom0*")]:
        shutil.copy(path, path.with_name(path.name.replace("phantom0", "phantom05")))
    warned: list[str] = []
    config = dataclasses.replace(phantom_hearts.a_small_run(data), steps=1)
    train(config, tmp_path / "run", watch=Watch(warn=warned.append))
    (line,) = warned
    assert line.startswith("phantom0, who is kept back, has the same images as phantom05")
    assert "--same phantom05=phantom0" in line
    config = dataclasses.replace(config, same=("phantom05=phantom0",))
    train(config, tmp_path / "as one", watch=Watch(warn=warned.append))
    assert warned == [line]
