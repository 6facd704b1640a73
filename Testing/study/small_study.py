"""A study that takes seconds: networks of 4, 8 and 12 filters on phantom hearts, in two folds."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from LVSegULib.study.config import StudyConfig, read_study
from LVSegULib.study.data import open_data
from LVSegULib.study.plan import Plan, make_plan
from Testing.phantom_hearts import write_a_patient

HEAD = """
[study]
name = "Phantom hearts"
data = ["Dataset900_Phantom"]
judged = ["Dataset900_Phantom"]
folds = 2
run = [0, 1]

[base]
filters = [4, 8, 12]
spacing_mm = 2.5
size = 48
crop = 48
steps = 40
batch_size = 6
learning_rate = 0.01
warmup_steps = 5
average_steps = 10
validate_every = 20
precision = "fp32"
device = "cpu"
threads = 1

[base.augmentation]
rotation_degrees = 20
scale = 1.1
shift_mm = 4
noise = 0.02
low_resolution = 1.2
"""

REFERENCE = '[[variant]]\nname = "reference"\ngroup = "size"\n'
SMALL = '[[variant]]\nname = "small"\ngroup = "size"\nsettings = { filters = [2, 4, 6] }\n'


def write_study(path: Path, *variants: str, head: str = HEAD) -> Path:
    path.write_text("\n".join([head, *variants]), encoding="utf-8")
    return path


def a_study(folder: Path, *variants: str, head: str = HEAD) -> StudyConfig:
    return read_study(write_study(folder / "study.toml", *variants, head=head))


def a_plan(study: StudyConfig, *folders: Path) -> Plan:
    return make_plan(study, open_data(study, folders))


def write_hearts(folder: Path, *patients: str, labels: tuple[str, ...] = ("LV",)) -> Path:
    """An nnU-Net raw folder of phantom hearts of these patients, each at ED and ES."""
    (folder / "imagesTr").mkdir(parents=True)
    (folder / "labelsTr").mkdir()
    for patient in patients:
        write_a_patient(folder, patient, np.random.default_rng(len(patient)))
    values = {"background": 0} | {name: value for value, name in enumerate(labels, start=1)}
    description = {"channel_names": {"0": "cine MRI"}, "labels": values, "file_ending": ".nii.gz"}
    (folder / "dataset.json").write_text(json.dumps({**description, "numTraining": 1}), encoding="utf-8")
    return folder
