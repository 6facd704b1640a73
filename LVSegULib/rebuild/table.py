"""The steps of a rebuild as a table for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from LVSegULib.rebuild.run import Progress, State


def time_text(seconds: float) -> str:
    """Hours, minutes and seconds, as short as can be: 0:07, 12:34, 1:02:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def line_of(progress: Progress, width: int) -> str:
    """One step: its name, how it stands, its time, and the last that it said."""
    spent = time_text(progress.seconds) if progress.seconds else ""
    return f"{progress.step.name:<{width}}  {progress.state.value:<10}  {spent:>8}  {progress.note}".rstrip()


def table(steps: Sequence[Progress], columns: int) -> str:
    """All steps, a line each, none longer than `columns`."""
    width = max(len(one.step.name) for one in steps)
    return "\n".join(line_of(one, width)[:columns] for one in steps)


def totals(steps: Sequence[Progress]) -> str:
    """How many steps stand how: "3 done, 12 up to date"."""
    counts = {state: sum(one.state is state for one in steps) for state in State}
    return ", ".join(f"{count} {state.value}" for state, count in counts.items() if count)
