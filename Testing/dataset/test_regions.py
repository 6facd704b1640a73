from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from LVSegULib.dataset.regions import Drawing, assignment_from, find_drawings, label_of
from LVSegULib.dataset.segmentation import Segment, Segmentation
from LVSegULib.errors import InputError, UsageError
from Testing.dataset.drawings import LV, MYO, RV

TISSUE = "85756007"


def segment(name: str, code: str = TISSUE, value: int = 1) -> Segment:
    return Segment(name, (code,) if name else (), np.ones((1, 1, 1, 1), np.uint8), value)


def a_segmentation(*segments: Segment) -> Segmentation:
    return Segmentation(Path("a.seg.nrrd"), segments, np.eye(4))


def found(*segments: Segment, given: tuple[str, ...] = ()) -> tuple[Drawing, ...]:
    return find_drawings(a_segmentation(*segments), [assignment_from(text) for text in given])


def names(drawing: Drawing) -> dict[str, list[str]]:
    return {key: [str(one) for one in segments] for key, segments in drawing.regions.items()}


def test_codes_win_over_names() -> None:
    (drawing,) = found(segment("ventricle", LV), segment("cavity", MYO), segment("RV", RV), segment("aorta"))
    assert names(drawing) == {"LV": ['"ventricle"'], "MYO": ['"cavity"'], "RV": ['"RV"']}
    assert drawing.phase is None


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("LV", "LV"),
        ("lv_blood-pool", "LV"),
        ("Left Ventricle", "LV"),
        ("Endocardium", "LV"),
        ("LV myocardium", "MYO"),
        ("EPI", "MYO"),
        ("RV blood pool", "RV"),
        ("cavity (ES)", "LV"),
        ("LV_ED", "LV"),
        ("left atrium", None),
        ("LVOT", None),
        ("ED", None),
    ],
)
def test_names_without_a_code(name: str, key: str | None) -> None:
    label = label_of(segment(name))
    assert (label and label.key) == key


def test_phases_are_told_by_the_end_of_the_names() -> None:
    ed, es = found(
        segment("LV blood pool, ES", LV), segment("LV myocardium, ED", MYO), segment("LV blood pool, ED", LV)
    )
    assert (ed.phase, names(ed)) == ("ED", {"LV": ['"LV blood pool, ED"'], "MYO": ['"LV myocardium, ED"']})
    assert (es.phase, names(es)) == ("ES", {"LV": ['"LV blood pool, ES"']})


def test_only_what_is_given_is_taken_and_several_make_one_region() -> None:
    (drawing,) = found(segment("LV", LV), segment("papillary"), segment("myo", MYO), given=("lv=lv", "Papillary=LV"))
    assert names(drawing) == {"LV": ['"LV"', '"papillary"']}


def test_codes_and_values_are_given_alike() -> None:
    (drawing,) = found(segment("a", LV), segment("b", MYO), given=(f"{LV}=LV", f"{MYO}=MYO"))
    assert names(drawing) == {"LV": ['"a"'], "MYO": ['"b"']}
    (drawing,) = found(segment("", value=1), segment("", value=2), segment("", value=3), given=("3=LV", "2=MYO"))
    assert names(drawing) == {"LV": ["value 3"], "MYO": ["value 2"]}


def test_a_name_may_hold_an_equals_sign() -> None:
    assert assignment_from("a=b=RV").segment == "a=b"


@pytest.mark.parametrize(
    ("segments", "given", "said"),
    [
        (
            (segment("Segment_1"), segment("aorta")),
            (),
            r'no segment is known as the cavity.*it has "Segment_1", "aorta"',
        ),
        ((segment("myo", MYO),), (), "no segment is known as the cavity"),
        ((segment("", value=1),), (), "no segment is known as the cavity.*it has value 1"),
        ((), (), "no segment is known as the cavity.*it has nothing"),
        ((segment("a", LV), segment("LV")), (), r'several segments for the LV blood pool \("a", "LV"\): choose with'),
        ((segment("LV"),), ("LV endo=LV",), r'no segment LV endo, it has "LV"'),
        ((segment("", value=1),), ("2=LV",), "no segment 2, it has value 1"),
        ((segment("LV ED"), segment("myo")), (), r'named as of ED or ES and others are not \("LV ED", "myo"\)'),
        ((segment("LV ED"), segment("myo ES")), (), "cavity of the left ventricle at ES"),
    ],
)
def test_what_is_unclear_is_refused(segments: tuple[Segment, ...], given: tuple[str, ...], said: str) -> None:
    with pytest.raises(InputError, match=said):
        found(*segments, given=given)


@pytest.mark.parametrize("text", ["LV", "=LV", "endo=", "endo=LA", ""])
def test_an_assignment_of_another_form(text: str) -> None:
    with pytest.raises(UsageError, match="expected NAME=LABEL"):
        assignment_from(text)
