"""The card of a pruned model: what it was made of, and what that cost."""

from __future__ import annotations

from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.training.card import training_card


def pruning_card(spec: ModelSpec) -> str:
    """The training card of the model, with what the pruning did, in Markdown."""
    values = spec.training["pruning"]
    before, after, dice = values["from"], values["pruned"], values["unpruned"]["dice"]
    lines = [
        "",
        "## Pruning",
        "",
        f"Made of {before['name']} by removing filters and refitting what is left in closed form; nothing was trained. "
        f"The search ended because {values['reason']}.",
        "",
        f"- parameters {before['parameters']:,} to {after['parameters']:,} "
        f"({fewer(before['parameters'], after['parameters'])})",
        f"- multiply-adds per pixel {before['multiply_adds']:,.0f} to {after['multiply_adds']:,.0f} "
        f"({fewer(before['multiply_adds'], after['multiply_adds'])})",
        f"- {judged_by(spec)}, on the {len(values['split']['validation'])} patients that the search judged on: "
        f"{dice:.4f} to {after['dice']:.4f}",
    ]
    return training_card(spec) + "\n".join(lines) + "\n"


def judged_by(spec: ModelSpec) -> str:
    """What the search for this pruned model was judged by."""
    is_labelled = spec.training["pruning"]["is_labelled"]
    return "Dice per patient" if is_labelled else "agreement with the unpruned network"


def fewer(before: float, after: float) -> str:
    """How many fewer there are, "70 % fewer"."""
    return f"{100 * (1 - after / before):.0f} % fewer"
