"""Labelled cases of any data set, as training and evaluation take them: an image, its labels, whose they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from LVSegULib.errors import InputError
from LVSegULib.reading.nnunet import Case, RawDataset, open_raw_dataset

if TYPE_CHECKING:
    from LVSegULib.cine import Cine


@dataclass(frozen=True)
class LabelledCase:
    """A case of an nnU-Net raw folder that has a label map."""

    case: Case

    @property
    def name(self) -> str:
        """Name of the case."""
        return self.case.name

    @property
    def patient(self) -> str:
        """Whose heart it is; splits are made by it, also across data sets."""
        return self.case.patient

    def read(self) -> tuple[Cine, NDArray[np.uint8]]:
        """The cine and its labels (T, K, J, I) in LVSegU's own values.

        Raises:
            InputError: a file cannot be read.
        """
        cine, labels = self.case.read()
        if labels is None:
            raise InputError(f"{self.name} has no label map")
        return cine, labels


def open_labelled(folder: Path, label_keys: Sequence[str]) -> tuple[LabelledCase, ...]:
    """The labelled cases of the data set in `folder`; no image is read.

    Args:
        folder: an nnU-Net raw folder.
        label_keys: the labels that are needed ("LV", "MYO", "RV").

    Raises:
        InputError: not such a folder, no labelled case in it, or a label is not among its labels.
    """
    dataset = open_raw_dataset(folder)
    _check_labels(dataset, label_keys)
    cases = tuple(LabelledCase(case) for case in dataset.cases if case.label is not None)
    if not cases:
        raise InputError(f"{folder}: none of its {len(dataset.cases)} images has a label map in labelsTr")
    return cases


def _check_labels(dataset: RawDataset, label_keys: Sequence[str]) -> None:
    missing = [key for key in label_keys if key not in dataset.labels]
    if missing:
        raise InputError(
            f"{dataset.folder}: has no label {', '.join(missing)} (it has {', '.join(dataset.labels)}): leave the data "
            f"set out, or learn other labels"
        )
