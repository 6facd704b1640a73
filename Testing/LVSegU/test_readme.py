"""The lines for Slicer's Python console in the README work as they stand there."""

import re
from pathlib import Path
from typing import Any

import pytest

README = Path(__file__).parents[2] / "README.md"


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
