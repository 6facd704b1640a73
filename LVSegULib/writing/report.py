"""The report of one segmented input as plain data: what was measured, from what, with what, how long."""

from __future__ import annotations

import functools
import importlib.metadata
import platform
from collections.abc import Mapping, Sequence
from typing import Any

from LVSegULib import __version__
from LVSegULib.cine import Cine
from LVSegULib.labels import BY_VALUE
from LVSegULib.measures.volumes import Measures
from LVSegULib.modelfolder.licence import allows_commercial_use
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.quality.score import Quality

PACKAGES = ("numpy", "scipy", "SimpleITK", "pydicom", "pillow", "onnxruntime", "torch")
"""Packages whose version can change a result."""


def build_report(
    cine: Cine,
    measures: Measures,
    volumes_ml: Mapping[int, Sequence[float]],
    model: ModelSpec,
    run: Mapping[str, Any],
    quality: Quality | None = None,
) -> dict[str, Any]:
    """What `NAME.json` holds; frames count from 0, a number that makes no sense is None and has its reason.

    The model's `commercial_use` is None where the words of its licence do not tell.

    Args:
        cine: the input.
        measures: its measures.
        volumes_ml: volume of each frame (T,) in mL, by label value.
        model: the model that segmented it.
        run: what the caller knows of the run: engine, settings, seconds, files.
        quality: how far the cavity can be trusted; nothing is said of it without.
    """
    return {
        "name": cine.name,
        "not_for_clinical_use": True,
        "measures": measures.to_json(),
        **({} if quality is None else {"quality": quality.to_json()}),
        "volumes_ml": {BY_VALUE[value].column: list(v) for value, v in volumes_ml.items()},
        "input": {
            "source": cine.source,
            "frames": cine.frame_count,
            "slices": cine.slice_count,
            "rows": cine.frames.shape[2],
            "columns": cine.frames.shape[3],
            "spacing_mm": dict(zip("KJI", cine.spacing_mm, strict=True)),
            "ijk_to_ras": cine.ijk_to_ras.tolist(),
            "notes": list(cine.notes),
        },
        "model": {
            "name": model.name,
            "parameters": model.parameters,
            "share_of_classic_unet": model.share_of_classic,
            "labels": {label.name: label.value for label in model.labels},
            "licence": model.licence,
            "commercial_use": allows_commercial_use(model.licence),
            "sha256": dict(model.sha256),
        },
        **run,
        "versions": dict(versions()),
    }


@functools.cache
def versions() -> dict[str, str]:
    """Versions of LVSegU, Python and the packages that compute, without importing them."""
    found = {"lvsegu": __version__, "python": platform.python_version(), "platform": platform.platform()}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
