"""`lvsegu dataset add`: collect one's own volumes and segmentations into a data set to train and evaluate on."""

from __future__ import annotations

import argparse
import logging
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from LVSegULib.commands.messages import report_failure
from LVSegULib.dataset.pair_list import FURTHER
from LVSegULib.errors import AllFailed, InputError, LVSegUError, OutputError, SomeFailed, UsageError
from LVSegULib.lock import Busy, locked

if TYPE_CHECKING:
    from LVSegULib.dataset.pair import Pair
    from LVSegULib.dataset.raw_folder import RawFolder
    from LVSegULib.dataset.regions import Assignment

_log = logging.getLogger(__name__)

LOCK = ".adding.lock"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what is added to which data set, and how segments and frames are told."""
    parser.usage = (
        "lvsegu dataset add FOLDER VOLUME SEGMENTATION [OPTIONS]\n"
        "       lvsegu dataset add FOLDER FOLDER_OF_PAIRS [OPTIONS]\n"
        "       lvsegu dataset add FOLDER --pairs LIST.csv [OPTIONS]"
    )
    parser.add_argument("action", type=_action, metavar="add", help="add patients to a data set, made if it is missing")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="the data set: an nnU-Net raw folder")
    parser.add_argument(
        "sources",
        type=Path,
        nargs="*",
        metavar="SOURCE",
        help="a volume (file or DICOM folder) and its segmentation, or a folder with NAME.nrrd beside NAME.seg.nrrd",
    )
    parser.add_argument(
        "--pairs",
        type=Path,
        metavar="CSV",
        help="a list with the columns volume, segmentation and, where wanted, patient, phase, frame, series",
    )
    parser.add_argument("--patient", metavar="NAME", help="whose heart it is (default: the volume's name)")
    parser.add_argument("--phase", metavar="ED|ES", help="the phase that was drawn")
    parser.add_argument(
        "--frame",
        action="append",
        metavar="N",
        help="the frame of a cine that was drawn on, from 0; with segments of both phases ED=N and, once more, ES=N",
    )
    parser.add_argument("--series", help="DICOM series to take: its number, UID or part of its description")
    parser.add_argument(
        "--segment",
        action="append",
        default=[],
        metavar="NAME=LABEL",
        help="take this segment (its name, SNOMED CT code, or value in a label map) as LV, MYO or RV, and only such",
    )
    parser.add_argument("--replace", action="store_true", help="replace cases of the same name")


def _action(word: str) -> str:
    """What is to be done.

    Raises:
        UsageError: it is not "add".
    """
    if word == "add":
        return word
    if word in ("remove", "delete"):
        what = "to take a case out, delete its files in imagesTr and labelsTr of the data set"
    else:
        what = "what there is is lvsegu dataset add FOLDER VOLUME SEGMENTATION"
    raise UsageError(f"there is no lvsegu dataset {word}: {what}")


def run(arguments: argparse.Namespace) -> int:
    """Add every pair; one that fails does not stop the others.

    Raises:
        AllFailed: all of several pairs failed.
        SomeFailed: some of several pairs failed.
        LVSegUError: the options, the data set or the only pair is at fault.
    """
    from LVSegULib.dataset.raw_folder import RawFolder
    from LVSegULib.dataset.regions import assignment_from

    assignments = [assignment_from(text) for text in arguments.segment]
    pairs = _pairs(arguments)
    RawFolder(arguments.folder)  # refuses what is something else
    with _Target(arguments.folder, replace=arguments.replace) as target:
        failed = _add_all(pairs, target, assignments, debug=getattr(arguments, "debug", False))
        if failed == len(pairs):
            raise AllFailed(f"all {failed} pairs failed")
        print(target.folder.describe())
    if failed:
        raise SomeFailed(f"{failed} of {len(pairs)} pairs failed, the others are in {arguments.folder}")
    return 0


class _Target(ExitStack):
    """The data set; opened and locked when the first case is ready, so that nothing is made where there is none."""

    def __init__(self, path: Path, *, replace: bool) -> None:
        super().__init__()
        self._path, self._replace = path, replace

    @cached_property
    def folder(self) -> RawFolder:
        """The open data set.

        Raises:
            Busy: another command adds to it.
        """
        from LVSegULib.dataset.raw_folder import RawFolder

        self.enter_context(locked(self._path, LOCK, "another lvsegu dataset add"))
        folder = RawFolder(self._path, replace=self._replace)
        folder.tidy()
        return folder


def _add_all(pairs: list[Pair | LVSegUError], target: _Target, assignments: list[Assignment], *, debug: bool) -> int:
    """Add the pairs; the number of those that failed, each of which is named."""
    failed = 0
    for pair in pairs:
        try:
            _add(pair, target, assignments)
        except (OutputError, Busy):
            raise
        except Exception as error:
            # One bad pair must not cost the user the others, whatever is wrong with it.
            if len(pairs) == 1:
                raise
            failed += 1
            where = "" if isinstance(pair, LVSegUError) else str(pair.segmentation)  # the error names its line
            report_failure(_log, where, error, debug=debug)
    return failed


def _pairs(arguments: argparse.Namespace) -> list[Pair | LVSegUError]:
    from LVSegULib.dataset.pair_list import read_pair_list
    from LVSegULib.dataset.pairs_of_folder import find_pairs

    sources: list[Path] = arguments.sources
    if (arguments.pairs is not None) == bool(sources) or len(sources) > 2:
        raise UsageError(
            "give a volume and its segmentation, or a folder of pairs, or --pairs LIST.csv: see lvsegu dataset --help"
        )
    if len(sources) == 2:
        return [_one_pair(arguments)]
    if given := [name for name in FURTHER if getattr(arguments, name) is not None]:
        raise UsageError(f"--{given[0]} is about one pair: for several, write a list with the column {given[0]}")
    if arguments.pairs is not None:
        return read_pair_list(arguments.pairs)
    if not sources[0].exists():
        raise InputError(f"{sources[0]}: does not exist: check the path")
    if not sources[0].is_dir():
        raise UsageError(f"{sources[0]} is no folder of pairs: give a volume and, after it, its segmentation")
    return find_pairs(sources[0])


def _one_pair(arguments: argparse.Namespace) -> Pair:
    from LVSegULib.dataset.pair import Pair, frames_from, phase_from

    return Pair(
        volume=arguments.sources[0],
        segmentation=arguments.sources[1],
        patient=arguments.patient or "",
        phase=phase_from(arguments.phase) if arguments.phase else None,
        frames=frames_from(" ".join(arguments.frame or [])),
        series=arguments.series,
    )


def _add(pair: Pair | LVSegUError, target: _Target, assignments: list[Assignment]) -> None:
    from LVSegULib.dataset.case import make_cases
    from LVSegULib.labels import BY_KEY

    if isinstance(pair, LVSegUError):
        raise pair
    made = make_cases(pair, assignments)
    folder = target.folder
    for before, case in zip(made, folder.add(made), strict=True):
        if case.name != before.name:
            _log.warning("%s: added as %s, as the others of this patient are written", before.name, case.name)
        taken = case.painted.taken
        print(f"{case.name}: {'; '.join(taken[key] for key in folder.labels)}", flush=True)
        if left_out := [BY_KEY[key].word for key in taken if key not in folder.labels]:
            _log.warning("%s: %s left out, the data set has no such label", case.name, " and ".join(left_out))
        for note in case.painted.notes:
            _log.warning("%s: %s", case.name, note)
