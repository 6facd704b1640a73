"""The card of a pruned model: what it was made of, and what that cost."""

from __future__ import annotations

from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.training.card import training_card


def pruning_card(spec: ModelSpec) -> str:
    """The training card of the model, with what the pruning did, in Markdown."""
    values = spec.training["pruning"]
    before, after, dice = values["from"], values["pruned"], values["unpruned"]["dice"]
    fewer = 100 * (1 - after["parameters"] / before["parameters"])
    fewer_multiply_adds = 100 * (1 - after["multiply_adds"] / before["multiply_adds"])
    what = "Dice per patient" if values["is_labelled"] else "agreement with the unpruned network"
    lines = [
        "",
        "## Pruning",
        "",
        f"Made of {before['name']} by removing filters and refitting what is left in closed form; nothing was trained. "
        f"The search ended because {values['reason']}.",
        "",
        f"- parameters {before['parameters']:,} to {after['parameters']:,} ({fewer:.0f} % fewer)",
        f"- multiply-adds per pixel {before['multiply_adds']:,.0f} to {after['multiply_adds']:,.0f} "
        f"({fewer_multiply_adds:.0f} % fewer)",
        f"- {what}, on the {len(values['split']['validation'])} patients that the search judged on: "
        f"{dice:.4f} to {after['dice']:.4f}",
    ]
    return training_card(spec) + "\n".join(lines) + "\n"
