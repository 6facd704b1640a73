"""Write the volumes over the beat as a table: one row per frame, for a spreadsheet or pandas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from LVSegULib.atomic import write_csv
from LVSegULib.labels import BY_VALUE
from LVSegULib.measures.volumes import Measures


def write_table(
    path: Path,
    volumes_ml: Mapping[int, Sequence[float]],
    measures: Measures,
    flagged_slices: Sequence[int] | None = None,
) -> None:
    """Write frame, time_ms, a volume in mL for each label, and the phase (ED, ES or empty).

    Args:
        path: file to write, ending in `.csv`.
        volumes_ml: volume of each frame (T,) in mL, by label value.
        measures: gives the times (an empty column where they are not known) and the frames of ED and ES.
        flagged_slices: how many slices of each frame (T,) are flagged, for a column at the end; None for no column.

    Raises:
        OutputError: the file cannot be written.
    """
    times = measures.time_ms or ("",) * len(measures.volumes_ml)
    flagged = {} if flagged_slices is None else {"flagged_slices": flagged_slices}
    rows = []
    for frame, time_ms in enumerate(times):
        volumes = [f"{of_label[frame]:.3f}" for of_label in volumes_ml.values()]
        shown_time = time_ms if isinstance(time_ms, str) else f"{time_ms:.2f}"
        counted = [of_column[frame] for of_column in flagged.values()]
        rows.append([frame, shown_time, *volumes, _phase(measures, frame), *counted])
    columns = ["frame", "time_ms", *(BY_VALUE[value].volume_key for value in volumes_ml), "phase", *flagged]
    write_csv(path, columns, rows)


def _phase(measures: Measures, frame: int) -> str:
    return {measures.es_frame: "ES", measures.ed_frame: "ED"}.get(frame, "")
