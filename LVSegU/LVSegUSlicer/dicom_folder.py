"""A DICOM folder as the scanner wrote it, read by the library: one series per slice, other series mixed in."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import slicer
from slicer.i18n import tr as _

from LVSegULib.cine import Cine
from LVSegULib.reading import read_cine
from LVSegUSlicer.cine_to_scene import addCine
from LVSegUSlicer.hierarchy import putIntoStudy
from LVSegUSlicer.job import Report
from LVSegUSlicer.messages import explain
from LVSegUSlicer.polled_job import PolledJob
from LVSegUSlicer.transaction import SceneTransaction


class FolderReader:
    """Loads the short-axis cine of a folder, as `lvsegu segment` reads it; which one was taken goes to Slicer's log.

    In the background, for a folder may hold thousands of files or lie on another computer.

    Args:
        onProgress: told on the main thread how far it is.
        onDone: called once for each folder, on the main thread: with the vtkMRMLScalarVolumeNode that shows the
            selected frame, in a study named after the folder, and ""; or with None and what happened.
    """

    def __init__(self, onProgress: Report, onDone: Callable[[Any, str], None]) -> None:
        self._onProgress, self._onDone = onProgress, onDone
        self._job: PolledJob[Cine] | None = None

    @property
    def isRunning(self) -> bool:
        """Whether a folder is being read."""
        return self._job is not None

    def start(self, folder: Path) -> None:
        """Read a folder; one that is being read is given up."""
        self.abandon()

        def end(cine: Cine | None, error: str) -> None:
            self._end(folder, cine, error)

        step = _("Reading {name}").format(name=folder.name)

        def read(report: Report) -> Cine:
            return read_cine(folder, progress=lambda share: report(share, step))

        self._job = PolledJob(read, self._onProgress, end)

    def abandon(self) -> None:
        """Give up what is being read, with the next file, and call nobody."""
        if self._job is not None:
            self._job.abandon()
            self._job = None

    def _end(self, folder: Path, cine: Cine | None, error: str) -> None:
        self._job = None
        node = None
        try:
            node = None if cine is None else _addToScene(cine, folder)
        except BaseException as fault:  # whatever it is, who waits for the end is told
            error = explain(fault)
        self._onDone(node, error)


def _addToScene(cine: Cine, folder: Path) -> Any:
    for line in (cine.source, *cine.notes):
        logging.info("%s: %s", cine.name, line)
    with SceneTransaction(slicer.mrmlScene):
        node = addCine(cine)
        putIntoStudy(node, cine.name, folder.name)
    return node
