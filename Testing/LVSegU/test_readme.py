"""The lines for Slicer's Python console in the README and in docs/slicer.md work as they stand there."""

import re
from pathlib import Path
from typing import Any

import pytest

README = Path(__file__).parents[2] / "README.md"
MANUAL = README.parent / "docs" / "slicer.md"


def test_the_lines_for_the_console_work(a_scene: Any, capsys: pytest.CaptureFixture[str]) -> None:
    import slicer

    from LVSegUSlicer.sample_data import loadSamplePatient

    section = README.read_text(encoding="utf-8").partition("## In 3D Slicer")[2].partition("\n## ")[0]
    (lines,) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    assert len(lines.splitlines()) == 5
    loadSamplePatient()
    names: dict[str, Any] = {"slicer": slicer}  # as in the console
    exec(lines, names)
    volumes = [float(word) for word in capsys.readouterr().out.split()[-3:]]
    assert volumes[0] > volumes[1] > 0
    assert volumes[2] == pytest.approx(100 * (volumes[0] - volumes[1]) / volumes[0])
    browser = a_scene.GetFirstNodeByClass("vtkMRMLSequenceBrowserNode")
    assert browser.GetSelectedItemNumber() == names["results"].measures.es_frame


def test_the_lines_for_scripts_work(a_scene: Any) -> None:
    import slicer

    from LVSegUSlicer.sample_data import loadSamplePatient

    assert a_scene is not None
    section = MANUAL.read_text(encoding="utf-8").partition("## In scripts")[2].partition("\n## ")[0]
    (lines,) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    loadSamplePatient()
    names: dict[str, Any] = {"slicer": slicer}  # as in the console
    exec(lines, names)
    assert names["results"].measures.RVEDV > 0, "the model with a right ventricle"
