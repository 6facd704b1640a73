"""Splits keep whole patients apart."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest

from LVSegULib.errors import UsageError
from LVSegULib.training.split import Split, check_same, fold_split, read_split, some_of, split_of

PATIENTS = ["chla001", "chla002", "SC-N-02", "SC-N-03", "SC-HF-I-01", "chla002", "animal01"]
PATIENT_OF = {f"{name}_ED": name for name in PATIENTS}


def test_each_patient_validates_once_over_all_folds() -> None:
    splits = [fold_split(PATIENTS, 3, fold) for fold in range(3)]
    validated = [name for split in splits for name in split.validation]
    assert sorted(validated) == sorted(set(PATIENTS))
    assert all(not set(split.train) & set(split.validation) for split in splits)
    assert all(set(split.train) | set(split.validation) == set(PATIENTS) for split in splits)


def test_order_and_repetition_do_not_matter() -> None:
    assert fold_split(PATIENTS, 3, 1) == fold_split(sorted(PATIENTS, reverse=True), 3, 1)


def test_the_names_of_one_patient_go_into_one_fold_and_all_others_stay_where_they_were() -> None:
    names = [f"p{number}" for number in range(8)]
    kept = [fold_split(names, 4, fold, [["p2", "p5"]]).validation for fold in range(4)]
    assert kept == [("p0", "p4"), ("p1",), ("p2", "p5", "p6"), ("p3", "p7")]
    assert fold_split(names, 4, -1, [["p2", "p5"]]).validation == ()


def test_one_patient_on_both_sides_is_refused() -> None:
    with pytest.raises(UsageError, match="anne, who is kept back, is ann, who is learnt from"):
        check_same(Split(("ann", "bob"), ("anne",)), [["ann", "anne"]])
    check_same(Split(("ann", "anne"), ("bob",)), [["ann", "anne"], ["cy", "bob"]])


def test_without_a_fold_everybody_is_trained_on() -> None:
    split = fold_split(PATIENTS, 4, -1)
    assert split.validation == ()
    assert len(split.train) == 6


def test_some_patients_are_the_same_for_the_same_seed_in_whatever_order_they_come() -> None:
    chosen = some_of(PATIENTS[:5], 3, seed=4)
    assert chosen == some_of(PATIENTS[4::-1], 3, seed=4)
    assert len(set(chosen)) == 3
    assert set(chosen) < set(PATIENTS[:5])
    assert len({some_of(PATIENTS[:5], 3, seed) for seed in range(20)}) > 4  # of the 10 that there are


def test_fewer_patients_are_among_more() -> None:
    patients = [f"p{number:02d}" for number in range(12)]
    chosen = [set(some_of(patients, count, seed=2)) for count in (1, 2, 4, 8, 12)]
    assert all(few < more for few, more in pairwise(chosen))


def test_more_patients_than_there_are_gives_all() -> None:
    assert some_of(["b", "a"], 5, seed=1) == ("a", "b")


def test_a_split_file_comes_back(tmp_path: Path) -> None:
    split = fold_split(PATIENTS, 2, 0)
    file = tmp_path / "split.json"
    file.write_text(json.dumps(split.to_json()), encoding="utf-8")
    assert read_split(file, PATIENT_OF) == split


def test_a_split_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "split.json"
    file.write_text(json.dumps({"train": ["chla001"], "validation": ["chla002"]}), encoding="utf-8-sig")
    assert read_split(file, PATIENT_OF).validation == ("chla002",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"train": ["chla001"], "validation": ["chla001"]}', "chla001 on both sides"),
        ('{"train": ["chla001"], "validation": ["chla999"]}', "chla999, which is not in the data"),
        ('{"train": ["chla001_ED"], "validation": ["chla001"]}', "chla001 on both sides"),
        ('{"train": ["chla001"]}', "is no split .*: it has no validation$"),
        ('{"train": "chla001", "val": []}', "is no split .*: it is laid out differently$"),
        ("[1, 2]", "holds a list of folds: give a file of one split"),
        ("not JSON", "cannot be read as a split: it is no JSON in line 1, column 1$"),
        ("[" * 100_000, "cannot be read as a split: it has lists inside of lists"),
    ],
)
def test_a_wrong_split_file_is_explained(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "split.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        read_split(file, PATIENT_OF)


def test_a_split_file_that_is_not_there_is_told_in_plain_words(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"split\.json: cannot be read as a split: No such file or directory$"):
        read_split(tmp_path / "split.json", PATIENT_OF)


def test_a_fold_of_nnu_nets_splits_is_learnt_from(tmp_path: Path) -> None:
    file = tmp_path / "splits_final.json"
    folds = [{"train": ["chla001_ED"], "val": ["chla002_ED"]}, {"train": ["chla002_ED", "chla002"], "val": []}]
    file.write_text(json.dumps(folds), encoding="utf-8")
    assert read_split(file, PATIENT_OF, 0) == Split(("chla001",), ("chla002",))
    assert read_split(file, PATIENT_OF, 1) == Split(("chla002",), ())
    with pytest.raises(UsageError, match="holds 2 folds: pass --fold 0 to 1, got -1"):
        read_split(file, PATIENT_OF, -1)


def test_training_and_evaluation_read_the_same_split(tmp_path: Path) -> None:
    file = tmp_path / "split.json"
    file.write_text(json.dumps({"train": ["chla001"], "val": ["chla002_ED"]}), encoding="utf-8")
    assert read_split(file, PATIENT_OF, 3) == split_of(file, PATIENT_OF) == Split(("chla001",), ("chla002",))
    with pytest.raises(UsageError, match="holds one split, no folds: leave out --fold"):
        split_of(file, PATIENT_OF, 0)
