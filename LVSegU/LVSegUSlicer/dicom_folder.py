"""A DICOM folder as the scanner wrote it, read by the library: one series per slice, other series mixed in."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import slicer

from LVSegULib.reading import read_cine
from LVSegUSlicer.cine_to_scene import addCine
from LVSegUSlicer.hierarchy import putIntoStudy
from LVSegUSlicer.transaction import SceneTransaction


def loadDicomFolder(folder: Path) -> Any:
    """Load the short-axis cine of a folder, as `lvsegu segment` reads it; which one was taken goes to Slicer's log.

    Returns:
        The vtkMRMLScalarVolumeNode that shows the selected frame, in a study named after the folder.

    Raises:
        InputError: the folder holds no short-axis cine, or a damaged one.
        GeometryError: positions, orientations or spacings contradict each other.
    """
    cine = read_cine(folder)
    for line in (cine.source, *cine.notes):
        logging.info("%s: %s", cine.name, line)
    with SceneTransaction(slicer.mrmlScene):
        node = addCine(cine)
        putIntoStudy(node, cine.name, folder.name)
    return node
