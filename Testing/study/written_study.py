"""A study whose jobs were written by hand, with figures that a reader can follow."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from LVSegULib.study.plan import Job

PIXELS = 1000


def judged_patient(dice: float, ef_error: float | None = 2.0) -> dict[str, Any]:
    """A patient with the Dice `dice` (three decimals): reference and prediction have a thousand voxels each."""
    return {"overlap": [round(dice * PIXELS), PIXELS, PIXELS], "slices": [dice, dice], "ef_error": ef_error}


def write_figures(out: Path, job: Job, dice: Mapping[str, float], **others: Any) -> None:
    """What a job leaves that judged these patients."""
    figures = {
        "variant": job.variant,
        "fold": job.fold,
        "machine": "here",
        "seconds": 90.0,
        "parameters": 1000,
        "learnt_from": len(job.split.train),
        "training_seconds": 60.0,
        "validations": [{"step": 20, "seconds": 30.0, "dice": 0.86}, {"step": 40, "seconds": 60.0, "dice": 0.91}],
        "judged": {job.judged[0]: {patient: judged_patient(value) for patient, value in dice.items()}},
    }
    write(out / job.folder / "figures.json", figures | others)


def write(path: Path, values: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values), encoding="utf-8")
