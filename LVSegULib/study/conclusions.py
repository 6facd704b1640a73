"""What a study shows, in sentences made from its figures: every one with its interval, none beyond it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from LVSegULib.evaluation.bootstrap import CONFIDENCE, Summary, interval_text
from LVSegULib.network.config import CLASSIC_PARAMETERS
from LVSegULib.study.config import StudyConfig
from LVSegULib.study.results import Row, changes_by_seed, difference, noise
from LVSegULib.study.verdict import Verdict, verdict


@dataclass(frozen=True)
class Comparison:
    """A variant against the one that it is compared with.

    Attributes:
        row: the variant.
        other: the one it is compared with.
        change: of the Dice per patient, from `other` to `row`.
        verdict: what that shows.
    """

    row: Row
    other: Row
    change: Summary
    verdict: Verdict


@dataclass(frozen=True)
class Findings:
    """A study's rows and comparisons.

    Attributes:
        study: the study.
        rows: of every variant, in its order.
        noise: how far the mean Dice of two runs that differ by their seed only may lie apart; NaN if none was repeated.
        comparisons: of every variant that is compared and has figures, by name.
    """

    study: StudyConfig
    rows: tuple[Row, ...]
    noise: float
    comparisons: dict[str, Comparison]

    @property
    def reference(self) -> Row:
        """The reference's row."""
        return self.row(self.study.reference)

    def row(self, name: str) -> Row:
        """The row of a variant."""
        return next(one for one in self.rows if one.variant.name == name)

    def groups(self) -> dict[str, list[Row]]:
        """The rows of each group."""
        names = dict.fromkeys(row.variant.group for row in self.rows)
        return {name: [row for row in self.rows if row.variant.group == name] for name in names}

    def learning_curve(self) -> list[Row]:
        """Rows that learn from some of the patients, and what they are compared with; fewest patients first."""
        some = [row for row in self.rows if "patients" in row.variant.settings and row.patients]
        others = [self.study.against(row.variant) for row in some]
        whole = {other.name: self.row(other.name) for other in others if other is not None}
        known = [row for row in (*some, *whole.values()) if row.patients]
        return sorted(known, key=lambda row: row.mean("learnt_from")) if some else []


def findings(study: StudyConfig, rows: Sequence[Row]) -> Findings:
    """Compare every row with the one that its variant names."""
    by_name = {row.variant.name: row for row in rows}
    spread = noise(rows, by_name[study.reference])
    comparisons = {}
    for row in rows:
        other = study.against(row.variant)
        if other is None or not row.patients or not by_name[other.name].patients:
            continue
        change = difference(row, by_name[other.name])
        own = Verdict("none", "another seed") if row.variant.repeat else verdict(change, spread)
        comparisons[row.variant.name] = Comparison(row, by_name[other.name], change, own)
    return Findings(study, tuple(rows), spread, comparisons)


def conclusions(found: Findings) -> list[str]:
    """Sentences, Markdown."""
    lines = [_of_group(found, name) for name in found.groups()]
    lines += [_of_size(found), _of_learning(found), _of_noise(found), _of_chance(found)]
    return [line for line in lines if line]


def title(row: Row, study: StudyConfig) -> str:
    """The variant's name, with what it is compared with where that is not the reference."""
    other = row.variant.against
    return f"{row.variant.name} (against {other})" if other and other != study.reference else row.variant.name


def change_text(change: Summary) -> str:
    """A change of Dice with its interval."""
    return f"{change.mean:+.4f} ({interval_text(change.mean_interval, '+.4f')})"


def _of_group(found: Findings, group: str) -> str:
    own = [one for one in found.comparisons.values() if one.row.variant.group == group and not one.row.variant.repeat]
    if not own:
        return ""
    better, worse, rest = ([one for one in own if one.verdict.kind == kind] for kind in ("better", "worse", "none"))
    parts = [_named(better, "better", found.study), _named(worse, "worse", found.study)]
    if rest:
        names = ", ".join(title(one.row, found.study) for one in rest)
        ends = [end for one in rest for end in one.change.mean_interval if not math.isnan(end)]
        reach = f" (their intervals reach from {min(ends):+.4f} to {max(ends):+.4f})" if ends else ""
        parts.append(f"no difference is shown for {names}{reach}")
    return f"**{group[:1].upper()}{group[1:]}**: {'; '.join(part for part in parts if part)}."


def _named(compared: Sequence[Comparison], word: str, study: StudyConfig) -> str:
    if not compared:
        return f"nothing is {word}"
    return f"{word}: " + ", ".join(f"{title(one.row, study)} {change_text(one.change)}" for one in compared)


def _of_size(found: Findings) -> str:
    """The smallest network that is not shown to be worse."""
    reference = found.reference.mean("parameters")
    small = [
        one
        for one in found.comparisons.values()
        if one.verdict.kind != "worse" and one.other is found.reference and one.row.mean("parameters") < reference
    ]
    if not small:
        return ""
    least = min(small, key=lambda one: one.row.mean("parameters"))
    parameters = least.row.mean("parameters")
    return (
        f"The smallest network that is not shown to be worse than {found.study.reference} is {least.row.variant.name}: "
        f"{parameters:,.0f} parameters, {100 * parameters / CLASSIC_PARAMETERS:.2f} % of the classic U-Net's; "
        f"Dice {change_text(least.change)}."
    )


def _of_learning(found: Findings) -> str:
    rows = found.learning_curve()
    if len(rows) < 2:
        return ""
    parts = [f"{row.dice().mean:.3f} with {row.mean('learnt_from'):.0f}" for row in rows]
    return f"Dice per patient by the number of patients that are learnt from: {', '.join(parts)}."


def _of_noise(found: Findings) -> str:
    if math.isnan(found.noise):
        return "No run was repeated with another seed, so how much runs differ by chance is not known."
    runs = 1 + len(changes_by_seed(found.rows, found.reference))
    return (
        f"The mean Dice of two runs that differ by their seed only may lie {found.noise:.4f} apart (twice the standard "
        f"deviation of such a difference, roughly, as it is known from {runs} runs); no smaller difference is called "
        "one."
    )


def _of_chance(found: Findings) -> str:
    count = sum(1 for one in found.comparisons.values() if not one.row.variant.repeat)
    if not count:
        return ""
    expected = count * (1 - CONFIDENCE)
    some = f"about {expected:.0f} of the intervals" if expected >= 1 else "less than one of the intervals"
    return (
        f"Comparisons made: {count}, each with an interval of {CONFIDENCE:.0%}. If there were no difference at all, "
        f"{some} would leave out zero by chance."
    )
