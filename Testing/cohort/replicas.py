"""A large cohort made of few patients: `python -m Testing.cohort.replicas OUT --data DATA --cases 2000`.

Patients of nnU-Net raw data sets become cines of two frames (ED, ES), which are linked under many names; patients of
the Sunnybrook release become DICOM patients of other names, all of them mixed in two folders. Some inputs are broken.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import nibabel
import numpy as np
import pydicom
from pydicom.config import disable_value_validation
from pydicom.uid import generate_uid

from Testing.cohort.broken import break_inputs


def make_cohort(out: Path, data: Path, cases: int, dicom: int, broken: float) -> None:
    """Write a cohort of `cases`, of which `dicom` are DICOM and the share `broken` cannot be read."""
    bad = round(broken * cases)
    break_inputs(out / "broken", bad)
    copy_dicom(out / "dicom", sorted((data / "scd-dicom" / "SCD_IMAGES_01").iterdir()), dicom)
    beats = two_frame_cines(out / "originals", data / "Dataset103_ACDC")
    for number in range(cases - bad - dicom):
        path = out / f"site{number % 7}" / f"person{number:05d}.nii.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        os.link(beats[number % len(beats)], path)
    for path in beats:
        path.unlink()
    beats[0].parent.rmdir()


def two_frame_cines(folder: Path, data_set: Path) -> list[Path]:
    """ED and ES of every patient of a data set as a cine of two frames."""
    folder.mkdir(parents=True)
    by_patient: dict[str, list[Path]] = {}
    for path in sorted((data_set / "imagesTr").glob("*.nii.gz")):
        by_patient.setdefault(path.name.split("_")[0], []).append(path)
    written = []
    for patient, paths in by_patient.items():
        frames = [nibabel.load(path) for path in paths]
        pixels = np.stack([np.asarray(frame.dataobj).astype(np.int16) for frame in frames], axis=-1)
        written.append(folder / f"{patient}.nii.gz")
        cine = nibabel.Nifti1Image(pixels, frames[0].affine)
        cine.header.set_xyzt_units("mm", "msec")
        nibabel.save(cine, written[-1])
    return written


def copy_dicom(folder: Path, patients: list[Path], count: int) -> None:
    """Write `count` patients with names and UIDs of their own, their files mixed in two folders."""
    for number in range(count):
        below = folder / f"scanner{number % 2}"
        below.mkdir(parents=True, exist_ok=True)
        study, series = generate_uid(), generate_uid()
        files = [path for path in sorted(patients[number % len(patients)].rglob("*")) if path.is_file()]
        for index, file in enumerate(files):
            with disable_value_validation():  # one of Sunnybrook's UIDs has a component with a leading zero
                dataset = pydicom.dcmread(file)
                dataset.PatientID = f"scan-{number:03d}"
                dataset.StudyInstanceUID, dataset.SeriesInstanceUID = study, series
                dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
                dataset.save_as(below / f"{index:04d}-{number:03d}")


def main() -> None:
    """Make a cohort."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--dicom", type=int, default=20)
    parser.add_argument("--broken", type=float, default=0.05)
    arguments = parser.parse_args()
    make_cohort(arguments.out, arguments.data, arguments.cases, arguments.dicom, arguments.broken)


if __name__ == "__main__":
    main()
