"""Every field of a configuration is an option with the words of its docstring."""

from __future__ import annotations

import argparse
import dataclasses
import inspect

import pytest

from LVSegULib.commands.fields import add_fields
from LVSegULib.pruning.config import PruningConfig
from LVSegULib.training.augmentation_config import AugmentationConfig
from LVSegULib.training.config import TrainingConfig

DOCSTRINGS = {"as written": str, "without its indentation, as Python keeps it from 3.13 on": inspect.cleandoc}


@pytest.mark.parametrize("owner", [TrainingConfig, AugmentationConfig, PruningConfig])
@pytest.mark.parametrize("kept", DOCSTRINGS)
def test_every_option_has_its_words(owner: type, kept: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owner, "__doc__", DOCSTRINGS[kept](owner.__doc__))
    group = argparse.ArgumentParser().add_argument_group()
    add_fields(group, owner, skip=("augmentation",))
    texts = {action.dest: str(action.help).partition(" (default:")[0] for action in group._group_actions}
    assert len(texts) == len({field.name for field in dataclasses.fields(owner)} - {"augmentation"})
    assert all(len(text.split()) >= 3 for text in texts.values()), texts


def test_without_docstrings_there_are_options_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PruningConfig, "__doc__", None)
    parser = argparse.ArgumentParser()
    add_fields(parser.add_argument_group(), PruningConfig)
    assert "--tolerance" in parser.format_help()
