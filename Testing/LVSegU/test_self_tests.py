"""The self tests for the real application also pass here, with the stand-in for the desktop."""

import unittest
from pathlib import Path

import pytest

from Testing.desktop.start import OpenModule

SELF_TESTS = Path(__file__).parents[1] / "Python"


def run(suite: unittest.TestSuite) -> unittest.TestResult:
    result = unittest.TestResult()
    suite.run(result)
    return result


@pytest.mark.parametrize("name", sorted(path.stem for path in SELF_TESTS.glob("*.py")))
def test_a_self_test_passes(the_panel: OpenModule, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert the_panel is not None
    monkeypatch.syspath_prepend(str(SELF_TESTS))
    result = run(unittest.defaultTestLoader.loadTestsFromName(name))
    assert [trace for _, trace in result.errors + result.failures] == []
    assert result.testsRun > 0


def test_the_self_test_of_the_module_passes(the_panel: OpenModule) -> None:
    """The one of Slicer's button "Reload and Test"."""
    pytest.importorskip("onnxruntime")
    the_panel.module.LVSegUTest().runTest()


def test_the_self_test_says_why_it_cannot_be_run(the_panel: OpenModule, monkeypatch: pytest.MonkeyPatch) -> None:
    """ "Reload and Test" would show the exception of a test that is left out as a failure."""
    shown: list[str] = []
    monkeypatch.setattr(the_panel.module, "readyEngines", tuple)
    monkeypatch.setattr(the_panel.module.LVSegUTest, "delayDisplay", lambda _test, text: shown.append(text))
    the_panel.module.LVSegUTest().runTest()
    (text,) = shown
    assert text.startswith("Not tested: neither ONNX Runtime nor PyTorch is installed")
