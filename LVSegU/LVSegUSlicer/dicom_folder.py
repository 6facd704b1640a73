"""A DICOM folder as the scanner wrote it, read by the library: one series per slice, other series mixed in."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import slicer

from LVSegULib.cine import Cine
from LVSegULib.reading import read_cine
from LVSegUSlicer.cine_to_scene import addCine
from LVSegUSlicer.hierarchy import putIntoStudy
from LVSegUSlicer.messages import explain
from LVSegUSlicer.polled_job import PolledJob
from LVSegUSlicer.transaction import SceneTransaction


def loadDicomFolder(folder: Path) -> Any:
    """Load the short-axis cine of a folder, as `lvsegu segment` reads it; which one was taken goes to Slicer's log.

    Returns:
        The vtkMRMLScalarVolumeNode that shows the selected frame, in a study named after the folder.

    Raises:
        InputError: the folder holds no short-axis cine, or a damaged one.
        GeometryError: positions, orientations or spacings contradict each other.
    """
    return _addToScene(read_cine(folder), folder)


class FolderReader:
    """Does the same in the background, for a folder may hold thousands of files or lie on another computer.

    Args:
        onDone: called once for each folder, on the main thread: with the node and "", or with None and what happened.
    """

    def __init__(self, onDone: Callable[[Any, str], None]) -> None:
        self._onDone = onDone
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

        self._job = PolledJob(lambda _report: read_cine(folder), lambda _share, _step: None, end)

    def abandon(self) -> None:
        """Give up what is being read and call nobody; its thread ends when the folder is read."""
        if self._job is not None:
            self._job.abandon()
            self._job = None

    def _end(self, folder: Path, cine: Cine | None, error: str) -> None:
        self._job = None
        node = None
        try:
            node = None if cine is None else _addToScene(cine, folder)
        except Exception as fault:  # whatever it is, who waits for the end is told
            error = explain(fault)
        self._onDone(node, error)


def _addToScene(cine: Cine, folder: Path) -> Any:
    for line in (cine.source, *cine.notes):
        logging.info("%s: %s", cine.name, line)
    with SceneTransaction(slicer.mrmlScene):
        node = addCine(cine)
        putIntoStudy(node, cine.name, folder.name)
    return node
