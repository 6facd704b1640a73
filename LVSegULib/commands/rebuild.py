"""`lvsegu rebuild`: make models of their recipes, from the data sets to the figures that documents quote."""

from __future__ import annotations

import argparse
import fnmatch
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from LVSegULib.commands.messages import stop_like_ctrl_c
from LVSegULib.commands.packages import need_torch

if TYPE_CHECKING:
    from LVSegULib.rebuild.recipe import Recipe
    from LVSegULib.rebuild.run import Progress, State
    from LVSegULib.rebuild.steps import Places, Step


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the recipes, the data, where everything goes, and how much of it is done."""
    parser.add_argument("recipes", type=Path, metavar="RECIPES", help="folder of the recipes, docs/models")
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder that holds the data sets")
    parser.add_argument("--out", type=Path, metavar="RUNS", help="folder of everything that is made on the way")
    parser.add_argument(
        "--model",
        action="append",
        default=[],
        metavar="NAME",
        help="only this recipe, and what it needs of others; repeatable",
    )
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="steps side by side (default: %(default)s)")
    parser.add_argument(
        "--until", metavar="STEP", help="only the steps of this name (publish, lv/train-*), and those that they need"
    )
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="STEP",
        help="only these further steps (bench, lv/cine*), with the models that are published, as after a change of "
        "machine; repeatable",
    )
    parser.add_argument("--models", type=Path, metavar="DIR", help="where models go (default: the installed ones)")
    parser.add_argument(
        "--documents", action="store_true", help="do no step: only write the figures into README.md and docs"
    )


def run(arguments: argparse.Namespace) -> int:
    """Do what is not up to date, then write the figures into the documents; returns 0.

    Raises:
        UsageError: a recipe, a step or an option is wrong.
        InputError: a data set is missing.
        Cancelled: it was interrupted.
        SomeFailed: a step failed.
    """
    from LVSegULib.errors import UsageError

    if arguments.documents:
        _write_documents(arguments.recipes)
        return 0
    if arguments.data is None or arguments.out is None or arguments.workers < 1:
        raise UsageError(
            "say where the data sets are, where to work, and with how many: --data DIR --out RUNS --workers N"
        )
    need_torch("training")
    places = _places(arguments)
    recipes, steps, every = _plan(arguments, places)
    _run(steps, every, places, arguments.workers)
    if arguments.only:
        _finish_only(recipes, steps, places)
    elif not arguments.until:
        _finish(recipes, places)
    return 0


def _places(arguments: argparse.Namespace) -> Places:
    from LVSegULib.modelfolder import folder
    from LVSegULib.rebuild.steps import Places

    return Places(arguments.data, arguments.out, arguments.models or folder.SHIPPED, arguments.recipes)


def _plan(arguments: argparse.Namespace, places: Places) -> tuple[list[Recipe], list[Step], list[Step]]:
    """The recipes, the steps that are to be done, and all steps of all recipes."""
    from LVSegULib.errors import UsageError
    from LVSegULib.rebuild.plan import plan
    from LVSegULib.rebuild.recipe import read_recipes
    from LVSegULib.rebuild.steps import check_inputs, with_needs

    recipes = read_recipes(arguments.recipes, arguments.model)
    every = [step for recipe in read_recipes(arguments.recipes) for step in plan(recipe)]
    own = {recipe.name for recipe in recipes}
    names = [step.name for step in every if step.name.partition("/")[0] in own]
    if arguments.until and arguments.only:
        raise UsageError("--until brings all that a step needs, --only nothing else: give one of them")
    if arguments.only:
        further = [f"{recipe.name}/{one.name}" for recipe in recipes for one in recipe.further]
        chosen = {name for pattern in arguments.only for name in _matching(further, pattern)}
        steps = [step for step in every if step.name in chosen]
    else:
        steps = with_needs(every, _matching(names, arguments.until) if arguments.until else names)
    check_inputs(steps, places)
    return recipes, steps, every


def _matching(names: Sequence[str], pattern: str) -> list[str]:
    """The steps whose name, with or without that of the model, fits `pattern`."""
    from LVSegULib.errors import UsageError

    chosen = [name for name in names if fnmatch.fnmatch(name, pattern)]
    chosen = chosen or [name for name in names if fnmatch.fnmatch(name.partition("/")[2], pattern)]
    if not chosen:
        raise UsageError(f'there is no step "{pattern}": there are {", ".join(names)}')
    return chosen


def _run(steps: Sequence[Step], every: Sequence[Step], places: Places, workers: int) -> None:
    from LVSegULib.errors import Cancelled, SomeFailed
    from LVSegULib.lock import locked
    from LVSegULib.rebuild.run import LOCK, OTHERS, Rebuild, State
    from LVSegULib.rebuild.table import totals
    from LVSegULib.rebuild.work import log_path

    stop_like_ctrl_c("SIGINT", "SIGHUP")
    display = _Display()
    with locked(places.runs, LOCK, OTHERS) as lock:
        try:
            found = Rebuild(steps, places, workers, lock, display.show, plan=every).run()
        except KeyboardInterrupt as stopped:
            raise Cancelled(
                "stopped; nothing is lost: the same command goes on, training and pruning from their last checkpoints"
            ) from stopped
        finally:
            display.close()
    print(totals(found))
    failed = [one for one in found if one.state is State.FAILED]
    if failed:
        reasons = "; ".join(f"{one.step.name}: {one.note} (see {log_path(one.step, places)})" for one in failed)
        raise SomeFailed(f"{len(failed)} of {len(found)} steps failed, the same command tries them again: {reasons}")


def _finish(recipes: Sequence[Recipe], places: Places) -> None:
    """Gather the figures, write them into the documents, and put the pictures where documents show them."""
    from LVSegULib.rebuild.figures import write_figures, write_pictures

    root = _root(places.recipes)
    print(f"Written: {write_figures(places.recipes, recipes, places)}")
    for path in write_pictures(root, recipes, places):
        print(f"  {path}")
    _write_documents(places.recipes)


def _finish_only(recipes: Sequence[Recipe], steps: Sequence[Step], places: Places) -> None:
    """Renew the figures and pictures of some further steps, and write the figures into the documents."""
    from LVSegULib.rebuild.figures import renew_figures, write_pictures
    from LVSegULib.rebuild.steps import is_in

    print(f"Written: {renew_figures(places.recipes, recipes, places, {step.name for step in steps})}")
    outputs = [output for step in steps for output in step.outputs]
    for recipe in recipes:
        own = {to: word for to, word in recipe.pictures.items() if any(is_in(word, output) for output in outputs)}
        for path in write_pictures(_root(places.recipes), [replace(recipe, pictures=own)], places):
            print(f"  {path}")
    _write_documents(places.recipes)


def _write_documents(recipes: Path) -> None:
    from LVSegULib.rebuild.documents import write_documents
    from LVSegULib.rebuild.figures import FIGURES, read_figures

    for path in write_documents(_root(recipes), read_figures(recipes / FIGURES)):
        print(f"  {path}")


def _root(recipes: Path) -> Path:
    """The repository that the recipes are in, as docs/models."""
    return recipes.resolve().parents[1]


class _Display:
    """The table of steps, written over again and again on a terminal; elsewhere a line whenever a step changes."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr.isatty() and sys.platform != "win32"  # classic consoles print the codes
        self._lines = 0
        self._shown: dict[str, State] = {}

    def show(self, steps: Sequence[Progress]) -> None:
        """Show all steps as they stand."""
        from LVSegULib.rebuild.run import State
        from LVSegULib.rebuild.table import line_of, table

        if self._is_terminal:
            text = table(steps, shutil.get_terminal_size().columns - 1)
            back = f"\x1b[{self._lines}A" if self._lines else ""
            print(back + "\n".join(f"{line}\x1b[K" for line in text.splitlines()), file=sys.stderr, flush=True)
            self._lines = len(steps)
            return
        width = max(len(one.step.name) for one in steps)
        for one in steps:
            if self._shown.get(one.step.name, State.WAITING) is not one.state:
                self._shown[one.step.name] = one.state
                print(line_of(one, width), file=sys.stderr, flush=True)

    def close(self) -> None:
        """End the table."""
        self._lines = 0
