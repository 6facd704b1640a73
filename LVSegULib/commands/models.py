"""`lvsegu models`: the installed models, a line each; the default one first."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing to choose."""


def run(arguments: argparse.Namespace) -> int:  # noqa: ARG001
    """Print the table of installed models."""
    from LVSegULib.modelfolder import folder
    from LVSegULib.modelfolder.figures import dice_shown
    from LVSegULib.modelfolder.licence import commercial_use_in_a_word

    models = folder.default_first(folder.installed_models())
    if not models:
        print(f"no models are installed in {folder.SHIPPED}")
        return 0
    rows = [("NAME", "PARAMETERS", "OF 31 M", "LABELS", "LICENCE", "COMMERCIAL USE", "DICE")]
    for model in models:
        spec = model.spec
        labels = ", ".join(label.name for label in spec.labels)
        share = f"{100 * spec.share_of_classic:.2f} %"
        use = (spec.licence or "-", commercial_use_in_a_word(spec.licence))
        rows.append((spec.name, f"{spec.parameters:,}", share, labels, *use, dice_shown(spec.figures)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return 0
