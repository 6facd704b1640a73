"""Who learns and who is judged: always whole patients, also where one is in two data sets."""

from __future__ import annotations

from pathlib import Path

import pytest

from LVSegULib.errors import InputError, UsageError
from LVSegULib.study.data import open_data, split_of
from LVSegULib.study.plan import make_plan
from Testing.study.small_study import HEAD, REFERENCE, a_study, write_hearts

TWO_SETS = HEAD.replace('data = ["Dataset900_Phantom"]', 'data = ["Dataset900_Phantom", "Dataset901_Other"]')


def test_every_judged_patient_is_kept_back_once_and_never_learnt_from_then(
    four_phantom_hearts: Path, tmp_path: Path
) -> None:
    study = a_study(tmp_path, REFERENCE)
    data = open_data(study, [four_phantom_hearts])
    splits = [split_of(study, study.variants[0], data, fold) for fold in (0, 1)]
    kept = [patient for split in splits for patient in split.validation]
    assert sorted(kept) == ["phantom0", "phantom1", "phantom2", "phantom3"]
    for split in splits:
        assert set(split.train) == set(kept) - set(split.validation)


def test_a_patient_in_two_data_sets_is_one_patient(four_phantom_hearts: Path, tmp_path: Path) -> None:
    study = a_study(tmp_path, REFERENCE, head=TWO_SETS)
    other = write_hearts(tmp_path / "Dataset901_Other", "phantom1", "horse")
    data = open_data(study, [other, four_phantom_hearts])
    assert data.shared == {"phantom1": ("Dataset900_Phantom", "Dataset901_Other")}
    first, second = (split_of(study, study.variants[0], data, fold) for fold in (0, 1))
    assert "phantom1" in second.validation and "phantom1" not in second.train
    assert "phantom1" in first.train
    assert "horse" in first.train and "horse" in second.train  # not judged, so always learnt from


def test_a_patient_with_two_names_is_on_one_side(four_phantom_hearts: Path, tmp_path: Path) -> None:
    other = write_hearts(tmp_path / "Dataset901_Other", "horse", "mouse")
    head = TWO_SETS.replace("[base]", '[base]\nsame = ["phantom1=phantom2=horse"]')
    study = a_study(tmp_path, REFERENCE, head=head)
    data = open_data(study, [other, four_phantom_hearts])
    first, second = (split_of(study, study.variants[0], data, fold) for fold in (0, 1))
    assert (first.train, first.validation) == (("horse", "mouse", "phantom1", "phantom2", "phantom3"), ("phantom0",))
    assert (second.train, second.validation) == (("mouse", "phantom0"), ("phantom1", "phantom2", "phantom3"))
    (job, _) = make_plan(study, data).jobs
    assert "same" not in job.settings  # the split says it


def test_a_name_that_nobody_has_is_said(four_phantom_hearts: Path, tmp_path: Path) -> None:
    study = a_study(tmp_path, REFERENCE, head=HEAD.replace("[base]", '[base]\nsame = ["phantom1=phantom9"]'))
    with pytest.raises(UsageError, match="same names phantom9, who is not in the data"):
        open_data(study, [four_phantom_hearts])


def test_a_variant_may_learn_from_other_data_than_is_judged(four_phantom_hearts: Path, tmp_path: Path) -> None:
    animal = '[[variant]]\nname = "animal"\ngroup = "data"\ndata = ["Dataset901_Other"]\n'
    study = a_study(tmp_path, REFERENCE, animal)
    data = open_data(study, [four_phantom_hearts, write_hearts(tmp_path / "Dataset901_Other", "horse")])
    split = split_of(study, study.variant("animal"), data, 0)
    assert split.train == ("horse",)
    assert split.validation == ("phantom0", "phantom2")


def test_one_patient_is_too_few(tmp_path: Path) -> None:
    study = a_study(tmp_path, REFERENCE)
    data = open_data(study, [write_hearts(tmp_path / "Dataset900_Phantom", "alone")])
    with pytest.raises(InputError, match=r"one patient only \(alone\)"):
        split_of(study, study.variants[0], data, 0)


def test_fewer_patients_than_folds(tmp_path: Path) -> None:
    study = a_study(tmp_path, REFERENCE, head=HEAD.replace("folds = 2", "folds = 3"))
    data = open_data(study, [write_hearts(tmp_path / "Dataset900_Phantom", "one", "two")])
    with pytest.raises(InputError, match="2 patients cannot be dealt into 3 folds"):
        split_of(study, study.variants[0], data, 0)


def test_a_variant_whose_every_patient_is_kept_back(four_phantom_hearts: Path, tmp_path: Path) -> None:
    same = '[[variant]]\nname = "same"\ngroup = "data"\ndata = ["Dataset901_Other"]\n'
    study = a_study(tmp_path, REFERENCE, same)
    data = open_data(study, [four_phantom_hearts, write_hearts(tmp_path / "Dataset901_Other", "phantom0")])
    assert split_of(study, study.variant("same"), data, 1).train == ("phantom0",)
    with pytest.raises(InputError, match="fold 0 keeps back every patient of Dataset901_Other"):
        split_of(study, study.variant("same"), data, 0)


def test_a_data_set_without_the_wanted_label(tmp_path: Path) -> None:
    study = a_study(tmp_path, REFERENCE)
    with pytest.raises(InputError, match="Dataset900_Phantom: has no label LV"):
        open_data(study, [write_hearts(tmp_path / "Dataset900_Phantom", "one", "two", labels=("RV",))])


def test_a_data_set_that_is_not_given_or_given_twice(four_phantom_hearts: Path, tmp_path: Path) -> None:
    study = a_study(tmp_path, REFERENCE)
    with pytest.raises(UsageError, match="give --data DIR/Dataset900_Phantom"):
        open_data(study, [])
    with pytest.raises(UsageError, match="two folders are called Dataset900_Phantom"):
        open_data(study, [four_phantom_hearts, tmp_path / "Dataset900_Phantom"])


def test_a_fingerprint_follows_the_files_and_not_the_place(tmp_path: Path) -> None:
    study = a_study(tmp_path, REFERENCE)
    here, there = (write_hearts(tmp_path / place / "Dataset900_Phantom", "one", "two") for place in ("a", "b"))
    assert open_data(study, [here]).fingerprints == open_data(study, [there]).fingerprints
    for litter in (".DS_Store", "labelsTr/._one_ED.nii.gz", "imagesTr/Thumbs.db", "desktop.ini", ".adding.lock"):
        (there / litter).touch()
    assert open_data(study, [here]).fingerprints == open_data(study, [there]).fingerprints
    (there / "imagesTr" / "one_ED_0000.nii.gz").write_bytes(b"shorter")
    assert open_data(study, [here]).fingerprints != open_data(study, [there]).fingerprints
