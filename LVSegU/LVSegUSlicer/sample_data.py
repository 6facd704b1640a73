"""The sample patient: one press of a button, or an entry of the module Sample Data, without a network."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import slicer
from slicer.i18n import tr as _

from LVSegULib.errors import InputError
from LVSegULib.reading import read_cine
from LVSegULib.reading.sample import unpack_sample
from LVSegUSlicer.cine_to_scene import addCine
from LVSegUSlicer.hierarchy import putIntoStudy
from LVSegUSlicer.messages import explain, showError

CATEGORY, NAME = "LVSegU", "Cine"
ARCHIVE = "SCD0000101-cine-dicom.tar.bz2"
PATIENT, STUDY = "SCD0000101", "Sunnybrook Cardiac Data"


def samplePlaces() -> tuple[Path, ...]:
    """Where the packed patient may lie: in the extension as it is installed, and in a checkout."""
    module = Path(__file__).resolve().parents[1]
    return module / "Resources" / "SampleData" / ARCHIVE, module.parent / "Resources" / "SampleData" / ARCHIVE


def loadSamplePatient() -> Any:
    """Load the sample patient's cine into the scene.

    Returns:
        The vtkMRMLScalarVolumeNode that shows the selected frame of 20; 12 slices.

    Raises:
        InputError: the archive is missing or damaged.
    """
    archive = next((place for place in samplePlaces() if place.is_file()), None)
    if archive is None:
        raise InputError(
            _("{name}: the sample patient is missing from this installation: install the extension again").format(
                name=ARCHIVE
            )
        )
    with tempfile.TemporaryDirectory(prefix="LVSegU-") as folder:
        cine = read_cine(unpack_sample(archive, Path(folder)))
    node = addCine(cine)
    putIntoStudy(node, PATIENT, STUDY)
    return node


def registerSampleData() -> None:
    """Offer the patient in the module Sample Data; without that module nothing happens."""
    try:
        from SampleData import SampleDataLogic
    except ImportError:
        return
    icon = Path(__file__).resolve().parents[1] / "Resources" / "Icons" / "LVSegU.png"
    SampleDataLogic.registerCustomSampleDataSource(
        category=CATEGORY,
        sampleName=NAME,
        thumbnailFileName=str(icon),
        uris=[],  # nothing to download: an empty name would stand for the whole folder of downloads
        fileNames=[],
        nodeNames=[],
        customDownloader=onSampleData,  # by its name: Slicer takes a new lambda for another sample and lists both
    )


def onSampleData(_source: Any = None) -> Any:
    """Load the patient and show it, at a press of its button in the module Sample Data.

    Returns:
        The node as from `loadSamplePatient`; None if it cannot be loaded, which a dialog says.
    """
    from LVSegUSlicer.input_view import showInViews  # the panel's: `loadSamplePatient` works without the desktop

    try:
        with slicer.util.WaitCursor():
            node = loadSamplePatient()
    except Exception as error:  # Slicer would only print it
        showError(explain(error))
        return None
    showInViews(node)
    return node
