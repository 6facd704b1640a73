"""`lvsegu filters`: every filter of a network, as a poster, a page to click through, and tables."""

from __future__ import annotations

import argparse
import logging
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from LVSegULib.commands.messages import warn_of_training_patients
from LVSegULib.commands.options import add_split_arguments, add_threads_argument, check_split
from LVSegULib.commands.packages import need_captum
from LVSegULib.commands.progress import Progress
from LVSegULib.installed import is_installed
from LVSegULib.shown import counted

if TYPE_CHECKING:
    from LVSegULib.cine import Cine
    from LVSegULib.evaluation.cases import EvaluationCase
    from LVSegULib.visualization.effects import Effect
    from LVSegULib.visualization.filters import Filter
    from LVSegULib.visualization.inspector import Inspector
    from LVSegULib.visualization.network_view import NetworkView
    from LVSegULib.visualization.subjects import Subject

logger = logging.getLogger(__name__)

POSTER, PAGE = "poster", "filters.html"
SHOWN = 10
"""Filters that the terminal lists."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the model, the input, whom effects are measured on, and where everything goes."""
    parser.add_argument("model", metavar="MODEL", help="installed model or model folder")
    parser.add_argument(
        "--input", type=Path, metavar="CINE", help="cine whose slice is shown (default: the sample patient)"
    )
    parser.add_argument("--frame", type=int, help="frame that is shown, from 0 (default: end-diastole)")
    parser.add_argument("--slice", type=int, help="slice that is shown, from 0 (default: halfway from base to apex)")
    parser.add_argument(
        "--data",
        action="append",
        type=Path,
        default=[],
        metavar="DIR",
        help="labelled data set to measure what filters do on; repeatable (default: the shown cine, against what the "
        "whole network finds)",
    )
    add_split_arguments(parser)
    parser.add_argument(
        "--off",
        nargs="+",
        default=[],
        metavar="LAYER:NUMBER",
        help="only print what turning these filters off together does (encoder.0.1:3)",
    )
    parser.add_argument(
        "--all",
        action="store_true",
        help="also what each filter prefers, where decisions come from, and how the network breaks: takes minutes and "
        'PyTorch with captum (pip install "lvsegu[filters]")',
    )
    parser.add_argument("--engine", default="auto", help="auto, onnxruntime or torch (default: auto)")
    add_threads_argument(parser)
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="poster, page and tables; needed without --off")


def run(arguments: argparse.Namespace) -> int:
    """Look into the network and write what is seen; returns 0.

    Raises:
        UsageError: a layer, filter, frame or slice does not exist, or --out is missing.
        InputError: the input cannot be read, or there is no heart in it.
    """
    from LVSegULib.errors import UsageError
    from LVSegULib.modelfolder.folder import find_model
    from LVSegULib.visualization.filters import check_filters, filter_named
    from LVSegULib.visualization.inspector import open_inspector

    model = find_model(arguments.model)
    off = [filter_named(text) for text in arguments.off]
    check_filters(model.spec.network, off)
    if arguments.out is None and not off:
        raise UsageError("say where the poster goes: --out FOLDER")
    if arguments.all:
        need_captum()
    inspector = open_inspector(model, arguments.engine, arguments.threads)
    cine = _read_input(arguments.input)
    subjects = _subjects(arguments, cine, inspector)
    if off:
        print(_off_text(inspector, subjects, off))
        return 0
    view = _view(arguments, cine, inspector, subjects)
    files = _write(arguments, view, inspector, subjects)
    print(summary(view))
    print("Written:", *(f"  {path}" for path in files), sep="\n")
    return 0


def _read_input(source: Path | None) -> Cine:
    from LVSegULib.reading import read_cine
    from LVSegULib.reading.sample import sample_archive, unpack_sample

    if source is not None:
        return read_cine(source)
    with tempfile.TemporaryDirectory(prefix="lvsegu-sample-") as scratch:
        return read_cine(unpack_sample(sample_archive("--input CINE"), Path(scratch)))


def _subjects(arguments: argparse.Namespace, cine: Cine, inspector: Inspector) -> tuple[Subject, ...]:
    """Whom effects are measured on."""
    from LVSegULib.errors import UsageError
    from LVSegULib.visualization.subjects import subject_of_cine, subjects_of_cases

    check_split(arguments)
    if not arguments.data:
        if arguments.split is not None:
            raise UsageError("--split chooses patients of a data set: give --data as well")
        return (subject_of_cine(cine, inspector),)
    datasets = _labelled_cases(arguments)
    patients = {case.patient for cases in datasets for case in cases}
    so = ": what its filters do to new ones may differ"
    warn_of_training_patients(logger, inspector.model.spec, patients, so)
    with Progress("reading") as report:
        return subjects_of_cases(datasets, inspector, report)


def _labelled_cases(arguments: argparse.Namespace) -> list[list[EvaluationCase]]:
    """The cases of each data set, of the patients that the split chooses; a data set given twice counts once."""
    from LVSegULib.evaluation.datasets import open_evaluation_set
    from LVSegULib.evaluation.split import validation_cases

    opened = [open_evaluation_set(folder) for folder in arguments.data]
    datasets = [list(cases) for cases in {dataset.folder: dataset.cases for dataset in opened}.values()]
    if arguments.split is None:
        return datasets
    every = [case for cases in datasets for case in cases]
    chosen = {case.patient for case in validation_cases(every, arguments.split, arguments.fold)}
    return [[case for case in cases if case.patient in chosen] for cases in datasets]


def _view(
    arguments: argparse.Namespace, cine: Cine, inspector: Inspector, subjects: tuple[Subject, ...]
) -> NetworkView:
    from LVSegULib.visualization.network_view import telling_place, view_network

    place = arguments.frame, arguments.slice
    if None in place:
        found = telling_place(cine, inspector)
        place = found[0] if place[0] is None else place[0], found[1] if place[1] is None else place[1]
    with Progress("filters") as report:
        return view_network(inspector, cine, place, subjects, is_labelled=bool(arguments.data), report=report)


def _write(
    arguments: argparse.Namespace, view: NetworkView, inspector: Inspector, subjects: tuple[Subject, ...]
) -> list[Path]:
    """Write everything into the folder; the files."""
    from LVSegULib.pictures.poster import write_poster
    from LVSegULib.visualization.page import NO_EXTRAS, write_page
    from LVSegULib.visualization.tables import write_tables

    extras, further = NO_EXTRAS, list[Path]()
    if arguments.all:
        from LVSegULib.visualization.extras import write_extras

        with Progress("preferences, attribution, robustness") as report:
            extras, further = write_extras(view, inspector, subjects, arguments.out, report)
    posters: list[Path] = []
    if is_installed("matplotlib"):
        posters = write_poster(arguments.out / POSTER, view)
    else:
        logger.warning("no poster: it needs matplotlib, which is not installed: pip install matplotlib")
    write_page(arguments.out / PAGE, view, extras)
    return [*posters, arguments.out / PAGE, *write_tables(arguments.out, view), *further]


def summary(view: NetworkView) -> str:
    """What people read on the terminal: the filters that matter most, and how many do nothing."""
    idle = sum(effect.divergence == 0 for effect in view.effects)
    against = "the experts" if view.is_labelled else "what the whole network finds"
    text = (
        f"{view.spec.name}: {len(view.effects)} filters turned off one by one, "
        f"on {counted(view.patients, 'patient')}; Dice against {against}. {idle} change nothing at all."
    )
    return f"{text}\n{table_of(view.effects[:SHOWN])}"


def _off_text(inspector: Inspector, subjects: tuple[Subject, ...], off: Sequence[Filter]) -> str:
    from LVSegULib.visualization.effects import Ablation

    return table_of([Ablation(inspector, subjects).effect(off)])


def table_of(effects: Sequence[Effect]) -> str:
    """What the terminal says of some effects, below their headings."""
    width = max(len(effect.name) for effect in effects)
    head = f"{'off':<{width}} {'divergence':>10}   {'Dice per patient':<28} {'mL at ED':<26} LVEF, points"
    return "\n".join([head, *(_row_of(effect, width) for effect in effects)])


def _row_of(effect: Effect, width: int) -> str:
    from LVSegULib.visualization.effects import effect_values

    values = effect_values(effect)

    def shown(name: str, form: str) -> str:
        mean, low, high = values[name], values[f"{name}_low"], values[f"{name}_high"]
        if mean != mean:
            return "-"
        return f"{mean:{form}}" + ("" if low != low else f" ({low:{form}} to {high:{form}})")

    return (
        f"{effect.name:<{width}} {effect.divergence:>10.4f}   {shown('dice', '+.4f'):<28} {shown('ed_ml', '+.1f'):<26} "
        f"{shown('lvef', '+.1f')}{_of_how_many(values)}"
    ).rstrip()


def _of_how_many(values: Mapping[str, Any]) -> str:
    """Of how many hearts the LVEF is, where others became empty."""
    found, hearts = values["lvef_hearts"], values["hearts"]
    return f" of {found} of {hearts} hearts" if 0 < found < hearts else ""
