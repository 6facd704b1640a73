import pytest

from Testing.slicer_core import presence


@pytest.fixture
def all_is_there(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name)
    monkeypatch.setattr(presence, "find_library", lambda name: f"lib{name}.so.1")
    monkeypatch.delenv(presence.DEMANDED, raising=False)
    return monkeypatch


def test_where_all_is_there_everything_is_collected(all_is_there: pytest.MonkeyPatch) -> None:
    all_is_there.setenv(presence.DEMANDED, "1")
    assert presence.missing() == ()
    assert presence.not_collected() == []


def test_without_a_package_nothing_is_collected(all_is_there: pytest.MonkeyPatch) -> None:
    all_is_there.setattr("importlib.util.find_spec", lambda name: None if name == "slicer" else name)
    assert presence.missing() == ("slicer (pip install '.[slicer]')",)
    assert presence.not_collected() == ["*"]


def test_without_a_library_nothing_is_collected(all_is_there: pytest.MonkeyPatch) -> None:
    all_is_there.setattr(presence, "find_library", lambda name: None if name == "EGL" else name)
    assert presence.missing() == ("libEGL (apt install libegl1)",)
    assert presence.not_collected() == ["*"]
    all_is_there.setattr("sys.platform", "win32")
    assert presence.not_collected() == []


def test_what_is_demanded_and_missing_is_a_failure(all_is_there: pytest.MonkeyPatch) -> None:
    all_is_there.setattr("importlib.util.find_spec", lambda name: None if name == "PyQt6" else name)
    all_is_there.setenv(presence.DEMANDED, "1")
    with pytest.raises(RuntimeError, match="demands what is not installed: PyQt6"):
        presence.not_collected()
