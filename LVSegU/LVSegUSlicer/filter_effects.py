"""What turning off each filter does to an input, measured in the background."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slicer.i18n import tr as _

from LVSegULib.cine import Cine
from LVSegULib.modelfolder.folder import ModelFolder
from LVSegULib.visualization.filters import removable_filters
from LVSegUSlicer.job import Report
from LVSegUSlicer.worker import openedInspector

if TYPE_CHECKING:
    from LVSegULib.visualization.effects import Effect

STARTED = 0.05
"""Share of the work that is done when end-diastole and end-systole are found."""


@dataclass(frozen=True)
class EffectsWork:
    """What the thread needs to know.

    Attributes:
        cine: the images.
        model: the network.
        engine: "onnxruntime", "torch" or "auto".
        threads: processor threads; None leaves it to the engine.
        finding: words for the first step; translated beforehand, as Qt belongs to the main thread.
        measuring: words for the second step.
    """

    cine: Cine
    model: ModelFolder
    engine: str
    threads: int | None
    finding: str
    measuring: str


def measureEffects(work: EffectsWork, report: Report) -> list[Effect]:
    """The effect of each filter that can be turned off, the strongest first; whatever `report` raises stops it.

    Raises:
        LVSegUError: the network finds no heart, or the model or the engine is at fault.
    """
    from LVSegULib.visualization.effects import Ablation, removal_effects
    from LVSegULib.visualization.subjects import subject_of_cine

    report(0.0, work.finding)
    inspector = openedInspector(work.model, work.engine, work.threads)
    ablation = Ablation(inspector, [subject_of_cine(work.cine, inspector)])
    report(STARTED, work.measuring)
    return removal_effects(
        ablation,
        removable_filters(work.model.spec.network),
        lambda share: report(STARTED + (1 - STARTED) * share, work.measuring),
    )


def effectRows(effects: list[Effect]) -> list[tuple[str, str, str, str]]:
    """Filter, divergence, change of the volume at ED in mL, and change of the ejection fraction in points."""
    return [
        (effect.name, f"{effect.divergence:.4f}", _change(effect.ed_ml.mean), _change(effect.lvef.mean))
        for effect in effects
    ]


def effectTitles() -> list[str]:
    """Titles of the columns of `effectRows`."""
    return [_("Turned off"), _("Divergence"), _("ED (mL)"), _("LVEF (points)")]


def _change(value: float) -> str:
    return f"{round(value, 1) + 0.0:+.1f}" if math.isfinite(value) else "-"  # no "-0.0"
