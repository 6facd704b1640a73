"""Quality in words: flagged slices put together over the frames, and figures of a calibration as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from LVSegULib.modelfolder.figures import with_interval
from LVSegULib.quality.calibration import FAR_OFF, GOOD_DICE
from LVSegULib.quality.score import Flag, Quality
from LVSegULib.quality.signs import SIGNS

HEADING, ROC_PICTURE = "## Quality score", "quality.png"
"""Of a model's card: over what it says of the quality score, and the ROC curve's picture beside it."""

MOST_SHOWN = 6
"""Slices that one line names."""


@dataclass(frozen=True)
class Stretch:
    """Frames that follow each other, in which a slice is flagged.

    Attributes:
        slice: the slice, from 0.
        first: the first frame, from 0.
        last: the last one.
        worst: the flag of the lowest score among them.
    """

    slice: int
    first: int
    last: int
    worst: Flag

    @property
    def frames(self) -> str:
        """The frames for people: "3" or "3-7"."""
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


def stretches(flags: Sequence[Flag]) -> tuple[Stretch, ...]:
    """Flags put together over frames that follow each other, by slice and frame."""
    found: list[Stretch] = []
    for flag in sorted(flags, key=lambda one: (one.slice, one.frame)):
        before = found[-1] if found else None
        if before is not None and before.slice == flag.slice and before.last == flag.frame - 1:
            worst = min(before.worst, flag, key=lambda one: one.score)
            found[-1] = Stretch(flag.slice, before.first, flag.frame, worst)
        else:
            found.append(Stretch(flag.slice, flag.frame, flag.frame, flag))
    return tuple(found)


def look_at(quality: Quality) -> str:
    """One line on the flagged slices, the worst first: "look at slice 0 (frames 3-7, 9), slice 9 (frame 0)"; or ""."""
    by_slice: dict[int, list[Stretch]] = {}
    for one in stretches(quality.flags):
        by_slice.setdefault(one.slice, []).append(one)
    found = sorted(by_slice.values(), key=lambda those: min(one.worst.score for one in those))
    if not found:
        return ""
    named = [_named(those, len(quality.scores)) for those in found[:MOST_SHOWN]]
    more = [f"{len(found) - MOST_SHOWN} more"] if len(found) > MOST_SHOWN else []
    return f"look at {', '.join(named + more)}"


def figure_lines(figures: dict[str, Any]) -> list[str]:
    """How well a calibration does, a line each, in Markdown."""
    counted = f"{figures['patients']} patients, {figures['slices']} slices, {figures['bad_slices']} of them bad"
    correlation = figures["patient_score_rank_correlation"]
    lines = [
        f"- judged on {counted} (Dice below {GOOD_DICE:g})",
        f"- area under the ROC curve: {with_interval(figures['area_under_roc'], 3)}",
        f"- bad slices that are flagged: {with_interval(figures['bad_found'], 3)}",
        f"- good slices that are flagged (false alarms): {with_interval(figures['false_alarms'], 3)}",
    ]
    if far_off := figures["far_off_slices"]:
        found = with_interval(figures["far_off_found"], 3)
        lines.append(f"- slices that are far off (Dice below {FAR_OFF:g}, {far_off} of them) that are flagged: {found}")
    if correlation is not None:
        lines.append(f"- rank correlation of the patient's score and Dice: {correlation:.2f}")
    return lines


def card_paragraphs(figures: dict[str, Any]) -> list[str]:
    """What a model's card says of its quality score, in Markdown; `figures` are those of its calibration."""
    text = (
        f"Every slice has a score, the probability that its Dice with an expert's cavity is {GOOD_DICE:g} or more; "
        f"slices with a low one are flagged. Learnt from {', '.join(figures['data'])}; the figures are of patients not "
        "learnt from."
    )
    return [text, "\n".join(figure_lines(figures))]


def sign_lines(quality: dict[str, Any]) -> list[str]:
    """Which signs count in `quality` of a `model.json`, the strongest first, and how often stacks end too soon."""
    known = quality["signs"]
    weights = {sign.reason: known[sign.key]["weight"] for sign in SIGNS if sign.key in known}
    named = [f"{reason} ({weight:.2f})" for reason, weight in sorted(weights.items(), key=lambda one: -one[1])]
    counted = [text for text in named if not text.endswith("(0.00)")]
    lines = [f"- flagged below a score of {quality['threshold']:.3f}", f"- what counts: {'; '.join(counted)}"]
    if rate := quality.get("end_rate"):
        lines.append(f"- empty beside a cavity, the first or last slice of a stack holds some of it in {rate:.0%}")
    return lines


def _named(those: Sequence[Stretch], frames: int) -> str:
    """A slice with its stretches of frames."""
    slice_name = f"slice {those[0].slice}"
    if frames == 1:
        return slice_name
    if (those[0].first, those[0].last) == (0, frames - 1):
        return f"{slice_name} (all frames)"
    is_one = len(those) == 1 and those[0].first == those[0].last
    return f"{slice_name} (frame{'s' * (not is_one)} {', '.join(one.frames for one in those)})"
