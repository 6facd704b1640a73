"""Paths with letters beyond ASCII work on Windows too."""

from __future__ import annotations

from pathlib import Path

import LVSegULib

OF_ITK = ("ReadImage(", "WriteImage(", "ImageFileReader", "ImageFileWriter", "ImageSeriesReader")


def test_no_path_is_given_to_itk() -> None:
    """It takes a path's bytes for those of the system's code page, and so opens another file on Windows, or none."""
    sources = Path(LVSegULib.__file__).parent.rglob("*.py")
    found = [path.name for path in sources if any(name in path.read_text(encoding="utf-8") for name in OF_ITK)]
    assert found == []
