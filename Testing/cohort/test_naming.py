from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from LVSegULib.cohort.case import Found
from LVSegULib.cohort.naming import folder_name, give_names, longer_names, printable
from LVSegULib.cohort.place import CASES
from LVSegULib.cohort.receipt import THUMBNAIL
from LVSegULib.reading.results import SEGMENTATION


def found(key: str, *names: str) -> Found:
    return Found(key, names, Path(key), None, None, "")


def test_everyone_gets_the_shortest_name_that_is_unique() -> None:
    cases = [found("a/1", "one", "a-one"), found("b/2", "two", "b-two")]
    assert give_names(cases, {}) == {"a/1": "one", "b/2": "two"}


def test_all_that_want_the_same_name_get_longer_ones_in_letters_of_either_case() -> None:
    cases = [found("a", "Cine", "a-Cine"), found("b", "cine", "b-cine"), found("c", "other")]
    assert give_names(cases, {}) == {"a": "a-Cine", "b": "b-cine", "c": "other"}


def test_a_longer_name_that_another_has_as_its_short_one_is_longer_still_for_both() -> None:
    cases = [found("a", "x", "a-x", "r-a-x"), found("b", "x", "b-x"), found("c", "a-x", "c-a-x")]
    assert give_names(cases, {}) == {"a": "r-a-x", "b": "b-x", "c": "c-a-x"}


def test_those_without_a_longer_name_are_numbered_by_key() -> None:
    cases = [found("b", "x"), found("a", "x"), found("c", "X"), found("d", "x-2")]
    assert give_names(cases, {}) == {"a": "x", "b": "x-3", "c": "X-4", "d": "x-2"}


def test_known_names_stay_and_are_not_given_to_others_even_if_their_case_has_gone() -> None:
    cases = [found("old", "x", "old-x"), found("new", "x", "new-x"), found("third", "y")]
    known = {"old": "x", "gone": "y"}
    assert give_names(cases, known) == {"old": "x", "new": "new-x", "third": "y-2"}


def test_a_name_once_given_stays_when_others_come_that_want_it() -> None:
    first = give_names([found("a", "x", "a-x")], {})
    assert give_names([found("a", "x", "a-x"), found("b", "x", "b-x")], first) == {"a": "x", "b": "b-x"}


def test_the_order_does_not_matter() -> None:
    cases = [found("a", "x", "p-x"), found("b", "x", "p-x"), found("c", "p-x"), found("d", "X"), found("e", "p-x-2")]
    names = give_names(cases, {})
    assert len({name.casefold() for name in names.values()}) == len(cases)
    assert all(give_names(order, {}) == names for order in itertools.permutations(cases))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Patient 7", "Patient_7"),
        ("a/b\\c:d", "a_b_c_d"),
        ("CON", "cine-CON"),
        ("nul.txt", "cine-nul.txt"),
        ("lpt1", "cine-lpt1"),
        ("COM10", "COM10"),
        ("console", "console"),
        ("-rf", "rf"),
        ("-CON", "cine-CON"),
        ("+1+2", "1+2"),
        ("..", "cine"),
        ("name. ", "name"),
        ("Zoe\u0308", "Zo\u00eb"),
        ("caf\udce9", "caf"),
    ],
)
def test_names_are_safe_on_every_system(text: str, name: str) -> None:
    assert folder_name(text) == name
    assert folder_name(name) == name


def test_long_names_end_in_a_hash_and_stay_apart() -> None:
    names = [folder_name("p" * 150 + end) for end in "ab"]
    assert names[0] != names[1]
    assert {len(name) for name in names} == {64}
    assert len(folder_name("心" * 100).encode()) <= 64


def test_a_long_name_that_is_numbered_stays_short() -> None:
    names = give_names([found("a", "p" * 64), found("b", "p" * 64)], {})
    assert len(set(names.values())) == 2
    assert max(map(len, names.values())) == 64


def test_the_longest_name_leaves_room_for_a_long_folder_on_windows() -> None:
    name, out = folder_name("p" * 150), "C:/" + "o" * 87
    made = [f"{name}/.0a1b2c3d.earlier/{name}{SEGMENTATION}", f"{name}/.0a1b2c3d-{name}{THUMBNAIL}"]
    assert max(len(f"{out}/{CASES}/{path}") for path in made) < 260


def test_longer_names_take_ever_more_folders() -> None:
    assert longer_names("cine", ["lab 1", "mouse"]) == ("cine", "mouse-cine", "lab_1-mouse-cine")


def test_file_names_that_are_no_text_can_be_printed_and_stay_apart() -> None:
    assert printable("p\udce9.nii") == r"p\xe9.nii"
    assert printable("Zoë.nii") == "Zoë.nii"
    printable("p\udce9").encode()
