from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from LVSegULib.cine import Cine
from LVSegULib.dataset.frames import find_frames
from LVSegULib.dataset.pair import Pair
from LVSegULib.dataset.regions import Drawing
from LVSegULib.dataset.segmentation import Segment
from LVSegULib.errors import GeometryError, InputError, UsageError
from LVSegULib.reading.nnunet import Phase
from Testing.dataset.drawings import an_image, ijk_to_ras

VOLUME, DRAWN = Path("cine.nrrd"), Path("cine.seg.nrrd")


def a_cine(frames: int) -> Cine:
    return Cine(an_image(frames).astype(np.float32), ijk_to_ras())


def a_drawing(phase: Phase | None = None, drawn_in: tuple[bool, ...] = (True,)) -> Drawing:
    layer: NDArray[np.uint8] = np.array(drawn_in, np.uint8).reshape(-1, 1, 1, 1)
    return Drawing(phase, {"LV": (Segment("LV", (), layer, 1),)})


def frames(cine_frames: int, *drawings: Drawing, drawn: Path = DRAWN, **said: Any) -> list[tuple[int, int, str]]:
    found = find_frames(Pair(VOLUME, drawn, **said), a_cine(cine_frames), drawings)
    return [(one.of_image, one.of_drawing, one.suffix) for one in found]


def test_a_volume_has_one_frame() -> None:
    assert frames(1, a_drawing()) == [(0, 0, "")]
    assert frames(1, a_drawing(), phase="ES") == [(0, 0, "ES")]
    assert frames(1, a_drawing("ED")) == [(0, 0, "ED")]


def test_one_frame_of_a_cine_must_be_said() -> None:
    assert frames(9, a_drawing(), frames={None: 7}) == [(7, 0, "frame07")]
    assert frames(9, a_drawing(), frames={None: 7}, phase="ED") == [(7, 0, "ED")]
    with pytest.raises(UsageError, match=r"is a cine of 9 frames.*which it is with --frame N, counted from 0"):
        frames(9, a_drawing())
    with pytest.raises(UsageError, match="has no frame 9: its frames are 0 to 8"):
        frames(9, a_drawing(), frames={None: 9})


def test_ed_and_es_of_a_cine_are_said_by_phase() -> None:
    both = a_drawing("ED"), a_drawing("ES")
    assert frames(9, *both, frames={"ED": 1, "ES": 5}) == [(1, 0, "ED"), (5, 0, "ES")]
    assert frames(9, *both, frames={None: 5}, phase="ES") == [(5, 0, "ES")]
    with pytest.raises(UsageError, match="which it is at ES with --frame ES=N"):
        frames(9, *both, frames={"ED": 1})


@pytest.mark.parametrize("given", [{None: 3}, {"ED": 1, None: 5}, {None: 5, "ED": 1, "ES": 6}])
def test_one_frame_for_two_phases_is_refused(tmp_path: Path, given: dict[Phase | None, int]) -> None:
    report = {"input": {"frames": 9}, "measures": {"ed_frame": 0, "es_frame": 4}}
    (tmp_path / "cine.json").write_text(json.dumps(report), encoding="utf-8")
    said = rf"--frame {given[None]} does not fit .* ED and ES: give --frame ED=N and --frame ES=N"
    with pytest.raises(UsageError, match=said):
        frames(9, a_drawing("ED"), a_drawing("ES"), drawn=tmp_path / "cine.seg.nrrd", frames=given)


@pytest.mark.parametrize("drawn_in", [(True,), (False, True, True)])
def test_a_frame_of_a_phase_that_is_not_taken_is_refused(drawn_in: tuple[bool, ...]) -> None:
    drawn = a_drawing(drawn_in=drawn_in)
    with pytest.raises(UsageError, match="--frame ES=2 does not fit what is taken of it, ED: give --frame ED=N"):
        frames(3, drawn, frames={"ES": 2}, phase="ED")
    assert frames(3, drawn, frames={"ED": 1, "ES": 2}, phase="ED")[0][::2] == (1, "ED")


def test_a_frame_of_a_phase_that_was_not_drawn_is_refused() -> None:
    with pytest.raises(UsageError, match="--frame ES=2 does not fit what is taken of it, ED"):
        frames(3, a_drawing("ED"), frames={"ES": 2})
    with pytest.raises(UsageError, match="--frame ED=0 does not fit what is taken of it, one frame: give --frame N"):
        frames(3, a_drawing(), frames={"ED": 0, "ES": 2})


def test_a_frame_may_bring_the_phase_of_what_was_drawn() -> None:
    assert frames(3, a_drawing(), frames={"ES": 2}) == [(2, 0, "ES")]


def test_ed_and_es_of_a_volume_need_a_phase() -> None:
    both = a_drawing("ED"), a_drawing("ES")
    assert frames(1, *both, phase="ES") == [(0, 0, "ES")]
    with pytest.raises(UsageError, match=r"has segments of ED and of ES, and cine\.nrrd is one frame"):
        frames(1, *both)
    with pytest.raises(InputError, match="has no segments of ES"):
        frames(1, a_drawing("ED"), phase="ES")


def test_the_report_of_lvsegu_segment_tells_the_frames(tmp_path: Path) -> None:
    report = {"input": {"frames": 9}, "measures": {"ed_frame": 0, "es_frame": 4}}
    (tmp_path / "cine.json").write_text(json.dumps(report), encoding="utf-8")
    both = a_drawing("ED"), a_drawing("ES")
    assert frames(9, *both, drawn=tmp_path / "cine.seg.nrrd") == [(0, 0, "ED"), (4, 0, "ES")]
    assert frames(9, *both, drawn=tmp_path / "cine.seg.nrrd", frames={"ED": 8})[0] == (8, 0, "ED")


@pytest.mark.parametrize(
    "report",
    [
        "{",
        "[]",
        "{}",
        '{"input": {"frames": 8}, "measures": {"ed_frame": 0, "es_frame": 4}}',
        '{"input": {"frames": 9}, "measures": {"ed_frame": null, "es_frame": null}}',
        '{"input": {"frames": 9}, "measures": {"ed_frame": 12, "es_frame": 4}}',
    ],
)
def test_a_report_of_something_else_tells_nothing(tmp_path: Path, report: str) -> None:
    (tmp_path / "cine.json").write_text(report, encoding="utf-8")
    with pytest.raises(UsageError, match="which it is at ED"):
        frames(9, a_drawing("ED"), a_drawing("ES"), drawn=tmp_path / "cine.seg.nrrd")


def test_a_drawn_cine_gives_every_frame_with_a_cavity() -> None:
    drawn = a_drawing(drawn_in=(True, False, False, True))
    assert frames(4, drawn) == [(0, 0, "frame00"), (3, 3, "frame03")]
    assert frames(4, drawn, frames={None: 3}) == [(3, 3, "frame03")]
    assert frames(4, drawn, frames={None: 3}, phase="ES") == [(3, 3, "ES")]
    assert frames(4, a_drawing(drawn_in=(False, False, True, False)), phase="ES") == [(2, 2, "ES")]


def test_ed_and_es_of_a_drawn_cine_are_said_by_phase() -> None:
    drawn = a_drawing(drawn_in=(True, True, True, True))
    assert frames(4, drawn, frames={"ED": 0, "ES": 2}) == [(0, 0, "ED"), (2, 2, "ES")]
    assert frames(4, drawn, frames={"ES": 2}) == [(2, 2, "ES")]
    assert frames(4, drawn, frames={"ED": 0, None: 3}) == [(0, 0, "ED"), (3, 3, "frame03")]
    with pytest.raises(InputError, match="has no cavity in frame 1, only in 0, 2"):
        frames(3, a_drawing(drawn_in=(True, False, True)), frames={"ED": 0, "ES": 1})


def test_a_drawn_cine_that_does_not_fit() -> None:
    drawn = a_drawing(drawn_in=(True, False, False, True))
    with pytest.raises(GeometryError, match=r"has 4 frames, and cine.nrrd has 5"):
        frames(5, drawn)
    with pytest.raises(InputError, match="has no cavity in frame 1, only in 0, 3"):
        frames(4, drawn, frames={None: 1})
    with pytest.raises(UsageError, match="has a cavity in the frames 0, 3: say which one is ED"):
        frames(4, drawn, phase="ED")
