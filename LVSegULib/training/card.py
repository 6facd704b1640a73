"""The card of a model that a training run leaves: what it is, what it saw, how it did."""

from __future__ import annotations

from LVSegULib.modelfolder.licence import full_name, restriction
from LVSegULib.modelfolder.spec import ModelSpec


def training_card(spec: ModelSpec) -> str:
    """A short Markdown card for the model of a training run."""
    labels = ", ".join(label.name for label in spec.labels)
    lines = [
        f"# {spec.name}",
        "",
        f"Segments {labels} in short-axis cine MR. Not for clinical use.",
        "",
        f"- {spec.parameters:,} parameters, {100 * spec.share_of_classic:.2f} % of the classic U-Net's 31,036,481",
        f"- input: {spec.grid.columns} x {spec.grid.rows} pixels of {spec.grid.spacing_mm:g} mm, centred",
        f"- trained for {spec.training['step']:,} steps in {spec.training['seconds'] / 60:.0f} minutes "
        f"({spec.training['place']}) on {len(spec.training['split']['train'])} patients",
        *(f"- started from {before['name']}" for before in [spec.training.get("started_from")] if before),
        f"- validation: {_validation(spec)}",
        *(
            f"- a pixel counts from a probability of {p:g} on; it is 0.5 now"
            for p in spec.training.get("thresholds", ())
        ),
        *_terms(spec),
        "",
        "Whole configuration and split: `training` in model.json.",
    ]
    return "\n".join(lines) + "\n"


def _terms(spec: ModelSpec) -> list[str]:
    """Under what licence the weights are, and whom to cite; nothing where nobody has said so."""
    restricted = " (research only)" if restriction(spec.licence) else ""
    licence = [f"- licence of the weights: {full_name(spec.licence)}{restricted}"] if spec.licence else []
    return [*licence, *(f"- cite: {citation}" for citation in spec.citations)]


def _validation(spec: ModelSpec) -> str:
    result = spec.figures.get("validation")
    if not result:
        has_some = spec.training["split"].get("validation")
        return "not of this model as it is" if has_some else "none, every patient was trained on"
    return (
        f"Dice {result['dice_mean']:.3f}, mean over {len(result['dice_by_patient'])} patients kept back from training"
    )
