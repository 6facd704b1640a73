"""Labelled cases come alike from every kind of data set."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from LVSegULib.errors import InputError
from LVSegULib.reading.labelled import open_labelled


def test_a_sunnybrook_release_gives_ed_and_es_with_all_their_slices(the_sample_patient: Path) -> None:
    (case,) = open_labelled(the_sample_patient, ["LV"])
    assert (case.patient, case.name) == ("SC-HF-I-01", "SCD0000101")
    cine, labels = case.read()
    assert cine.frames.shape == labels.shape == (2, 12, 256, 256)
    with_contour = np.count_nonzero(labels.any(axis=(2, 3)), axis=1)
    # icontour files of the release: nine with (number - 1) % 20 = 7, which is ES, and nine with 18, which is ED
    assert with_contour.tolist() == [9, 9]
    assert labels[1].sum() > labels[0].sum()


def test_a_release_without_myocardium_cannot_teach_it(the_sample_patient: Path) -> None:
    with pytest.raises(InputError, match="has no label MYO"):
        open_labelled(the_sample_patient, ["LV", "MYO"])


def test_an_empty_folder_is_no_data_set(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        open_labelled(tmp_path, ["LV"])
