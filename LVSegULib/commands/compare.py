"""`lvsegu compare`: ways of pruning against each other, at the same sizes, on patients that took no part."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from LVSegULib.commands.packages import need_torch

if TYPE_CHECKING:
    from LVSegULib.comparison.figures import Figures

logger = logging.getLogger(__name__)

TABLE, PICTURE = "comparison.md", "comparison.png"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the folds' models, the data, the sizes and the folder."""
    from LVSegULib.comparison.config import ComparisonConfig

    default = ComparisonConfig((), ())
    parser.add_argument("models", nargs="+", metavar="MODEL", help="model folders: the folds of one cross-validation")
    parser.add_argument(
        "--data", action="append", required=True, metavar="DIR", help="labelled data set to calibrate on; repeatable"
    )
    parser.add_argument(
        "--judged",
        action="append",
        metavar="DIR",
        help="data set to evaluate on, each patient with the model that kept it back (default: every --data)",
    )
    parser.add_argument(
        "--scratch",
        action="append",
        default=[],
        metavar="MODEL",
        help="network of the same size trained from scratch, one of each fold in the models' order",
    )
    parser.add_argument(
        "--shares",
        nargs="+",
        type=float,
        default=default.shares,
        metavar="SHARE",
        help=f"shares of the parameters that are left, largest first (default: {' '.join(map(str, default.shares))})",
    )
    for name, of in (
        ("slices", "slices to calibrate on"),
        ("refit_slices", "slices of the last refit, 0 leaves it out"),
        ("seed", "everything random follows from it"),
    ):
        option = f"--{name.replace('_', '-')}"
        parser.add_argument(option, type=int, default=getattr(default, name), help=f"{of} (default: %(default)s)")
    parser.add_argument("--step", type=float, default=default.step, help="saved by a round (default: %(default)s)")
    parser.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="networks, figures, table, picture")


def run(arguments: argparse.Namespace) -> int:
    """Compare, print the table, and write it with the picture; returns 0."""
    need_torch("pruning")
    from LVSegULib.atomic import write_text
    from LVSegULib.comparison.config import ComparisonConfig
    from LVSegULib.comparison.run import compare_pruning
    from LVSegULib.modelfolder.folder import find_model
    from LVSegULib.pictures.comparison import draw_comparison

    config = ComparisonConfig(
        data=tuple(arguments.data),
        judged=tuple(arguments.judged or arguments.data),
        shares=tuple(arguments.shares),
        slices=arguments.slices,
        refit_slices=arguments.refit_slices,
        seed=arguments.seed,
        step=arguments.step,
    )
    models, scratch = ([find_model(name) for name in names] for names in (arguments.models, arguments.scratch))
    rows = compare_pruning(models, scratch, config, arguments.out, logger.info)
    text = table(rows)
    write_text(arguments.out / TABLE, text)
    draw_comparison(arguments.out / PICTURE, rows)
    print(text, end="")
    return 0


def table(rows: Sequence[Figures]) -> str:
    """The figures as a Markdown table; mean (95 % confidence interval over patients)."""
    from LVSegULib.writing.markdown import markdown_table

    heads = (
        f"of {rows[0].patients} patients",
        "parameters",
        "multiply-adds per pixel",
        "ms per slice",
        "Dice per patient",
        "change of Dice",
        "LVEF error, points",
    )
    lines = (
        (
            row.method,
            f"{row.parameters:,.0f}",
            f"{row.multiply_adds:,.0f}",
            f"{row.milliseconds:.2f}",
            _with(row.dice, row.dice_interval, ".3f"),
            _with(row.change, row.change_interval, "+.4f"),
            _ef_error(row),
        )
        for row in rows
    )
    return markdown_table(heads, lines) + "\n"


def _ef_error(row: Figures) -> str:
    if not row.ef_patients:
        return "no LVEF"
    missing = "" if row.ef_patients == row.patients else f", of {row.ef_patients} patients"
    return _with(row.ef_error, row.ef_error_interval, ".1f") + missing


def _with(value: float, interval: tuple[float, float], form: str) -> str:
    from LVSegULib.evaluation.bootstrap import interval_text

    return f"{value:{form}} ({interval_text(interval, form)})"
