"""Where a run takes place is chosen in the open."""

from __future__ import annotations

import re

import pytest
import torch

from LVSegULib.errors import UsageError
from LVSegULib.training.device import Place, choose_device, placed


def test_a_device_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(UsageError, match='"cuda" is not available here'):
        choose_device("cuda")
    with pytest.raises(UsageError, match='"abacus" is not available'):
        choose_device("abacus")


def test_auto_takes_the_best_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert choose_device("auto").type == "cpu"
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert choose_device("auto").type == "mps"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert choose_device("auto").type == "cuda"


@pytest.mark.parametrize(
    ("version", "device"), [("2.4.1", "cpu"), ("2.6.0+cpu", "cpu"), ("2.7.0", "mps"), ("2.13.0", "mps"), ("3.0", "mps")]
)
def test_apples_graphics_are_taken_where_pytorch_can_train_there(
    monkeypatch: pytest.MonkeyPatch, version: str, device: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    monkeypatch.setattr(torch, "__version__", version)
    assert choose_device("auto").type == device
    if device == "mps":
        assert choose_device("mps").type == "mps"
        return
    with pytest.raises(UsageError, match=f'"mps" needs PyTorch 2.7 or later to train, here is {re.escape(version)}: '):
        choose_device("mps")


@pytest.mark.parametrize(("precision", "bf16"), [("bf16", True), ("fp32", False)])
def test_precision_can_be_forced(precision: str, bf16: bool) -> None:
    with placed("cpu", precision, 0) as place:
        assert place == Place(torch.device("cpu"), bf16)
        assert place.is_first
