"""Draw the contours of a data set anew with a model, so that another network can learn to draw by the model's rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from LVSegULib import __version__
from LVSegULib.atomic import folder_written_whole
from LVSegULib.cine import Cine
from LVSegULib.dataset.case import NewCase, in_own_type
from LVSegULib.dataset.painting import Painted
from LVSegULib.dataset.raw_folder import RawFolder
from LVSegULib.errors import InputError, LVSegUError, OutputError
from LVSegULib.json_text import read_json
from LVSegULib.labels import Label
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.progress import Report, silent
from LVSegULib.reading.images import read_image
from LVSegULib.reading.nnunet import DESCRIPTION, Case

DRAWN_BY = "drawn_by"
"""The entry of such a data set's `dataset.json` that says by whom it was drawn."""

CITATIONS = "citations"
"""The entry of that one for the sources that the model cites; left out where it has none."""

Draw = Callable[[Cine], NDArray[np.uint8]]
"""Segments a cine: label values (T, K, J, I) of `LVSegULib.labels`."""


@dataclass
class Relabelled:
    """What became of the cases.

    Attributes:
        written: names of those that were drawn and written.
        empty: of those, and of the frames of a cine, in which no heart was found. They are left out: that none is there
            would be taught otherwise.
        failures: why others could not be drawn, by name.
    """

    written: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    failures: dict[str, LVSegUError] = field(default_factory=dict)


def relabel(
    cases: Sequence[Case],
    draw: Draw,
    labels: Sequence[Label],
    out: Path,
    by: dict[str, Any],
    progress: Report = silent,
) -> Relabelled:
    """Write the images of `cases` with labels of a model's, as an nnU-Net raw folder; their own labels are not read.

    Args:
        cases: of a data set.
        draw: the model.
        labels: what it draws.
        out: the new data set, written as a whole; one that was made in this way is replaced.
        by: which model it is, as `described` says it.
        progress: called with the share of the cases done.

    Raises:
        InputError: no case could be drawn.
        OutputError: `out` is something else, or cannot be written.
    """
    check_place(out)
    found = Relabelled()
    with folder_written_whole(out) as beside:
        folder = RawFolder(beside, about={DRAWN_BY: by})
        for done, case in enumerate(cases, start=1):
            try:
                _add(case, draw, labels, folder, found)
            except OutputError:
                raise
            except LVSegUError as error:
                found.failures[case.name] = error
            progress(done / len(cases))
        if not found.written:
            reason = next(iter(found.failures.values()), "no heart was found in any image")
            raise InputError(f"nothing was drawn: {reason}")
    return found


def described(model: ModelSpec) -> dict[str, Any]:
    """What a data set, and a model that learns from it, tell of the model that drew it."""
    training = model.training
    return {
        "name": model.name,
        "licence": model.licence,
        **({CITATIONS: list(model.citations)} if model.citations else {}),
        "sha256": dict(model.sha256),
        "trained_on": sorted(model.trained_on),
        **({"minutes": round(training["seconds"] / 60, 1)} if "seconds" in training else {}),
        "lvsegu": __version__,
    }


def drawn_by(folder: Path) -> dict[str, Any]:
    """What `described` told of the model that drew the data set in `folder`; empty where people drew it."""
    try:
        return dict(read_json(folder / DESCRIPTION)[DRAWN_BY])
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def citations_of(teacher: dict[str, Any]) -> tuple[str, ...]:
    """The sources that a model cites, from what `drawn_by` gives; none where they are not texts."""
    found = teacher.get(CITATIONS)
    return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list) else ()


def check_place(out: Path) -> None:
    """Refuse to write where something would be lost that a model has not drawn.

    Raises:
        OutputError: `out` is there, and not empty or drawn by a model.
    """
    if not out.exists() or (out.is_dir() and (drawn_by(out) or not any(out.iterdir()))):
        return
    raise OutputError(f"{out} is there already and was not drawn by a model: choose another folder")


def _add(case: Case, draw: Draw, labels: Sequence[Label], folder: RawFolder, found: Relabelled) -> None:
    """Write the frames of an image in which the model finds a heart, and note those in which it finds none."""
    cine = read_image(case.image)
    drawn = draw(cine)
    if not drawn.any():
        found.empty.append(case.name)
        return
    taken = {label.key: "drawn by the model" for label in labels}
    names = [case.name] if len(drawn) == 1 else [f"{case.patient}_frame{frame:02d}" for frame in range(len(drawn))]
    frames = list(zip(names, cine.frames, drawn, strict=True))
    with_heart = [
        NewCase(name, in_own_type(image), cine.ijk_to_ras, Painted(frame, taken, ()))
        for name, image, frame in frames
        if frame.any()
    ]
    folder.add(with_heart)
    found.written += [new.name for new in with_heart]
    found.empty += [name for name, _, frame in frames if not frame.any()]
