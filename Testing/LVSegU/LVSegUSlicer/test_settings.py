"""What belongs to the computer is kept in Slicer's settings, whatever else stands there."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def settings(the_desktop: Any) -> Any:
    from LVSegUSlicer import settings

    the_desktop.app.settings().clear()
    return settings


def test_what_is_chosen_comes_back(settings: Any, tmp_path: Path) -> None:
    settings.setEngine("torch")
    settings.setThreads(1)
    settings.setLastFolder(str(tmp_path))
    assert (settings.engine(), settings.threads(), settings.lastFolder()) == ("torch", 1, str(tmp_path))


def test_without_settings_everything_is_automatic(settings: Any) -> None:
    assert (settings.engine(), settings.threads(), settings.lastFolder()) == ("auto", None, str(Path.home()))


@pytest.mark.parametrize(("key", "value"), [("Engine", "cuda"), ("Threads", "many"), ("LastFolder", "/not/there")])
def test_a_setting_that_makes_no_sense_counts_as_none(settings: Any, the_desktop: Any, key: str, value: str) -> None:
    the_desktop.app.settings().setValue(f"LVSegU/{key}", value)
    assert (settings.engine(), settings.threads(), settings.lastFolder()) == ("auto", None, str(Path.home()))


def test_a_model_that_was_chosen_is_remembered_once(settings: Any, the_desktop: Any) -> None:
    for folder in ("/a", "/b", Path("/a")):
        settings.addOwnModel(folder)
    assert settings.ownModels() == ["/b", str(Path("/a"))]
    for value in ("[", "3", "[3]"):
        the_desktop.app.settings().setValue("LVSegU/Models", value)
        assert settings.ownModels() == []


def test_there_are_no_more_threads_than_processors(settings: Any) -> None:
    settings.setThreads(10**6)
    assert settings.threads() == settings.mostThreads()


def test_threads_can_be_automatic_again(settings: Any) -> None:
    settings.setThreads(1)
    settings.setThreads(None)
    assert settings.threads() is None
