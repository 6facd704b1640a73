"""Rows of a cohort's table as the manifest gives them, with the figures that a test is about."""

from __future__ import annotations

from typing import Any


def a_done_row(name: str, **figures: Any) -> dict[str, Any]:
    return {
        "name": name,
        "status": "done",
        "reason": "",
        "source": f"/data/{name}.nii.gz",
        "attempts": 1,
        "started": "2026-03-01T10:00:00.000+00:00",
        "finished": "2026-03-01T10:00:02.000+00:00",
        "model": "lv",
        "frames": 2,
        "slices": 5,
        **figures,
    }


def a_failed_row(name: str, what: str) -> dict[str, Any]:
    source = f"/data/{name}.nii.gz"
    return {"name": name, "status": "failed", "reason": f"{source}: {what}", "source": source, "attempts": 1}
