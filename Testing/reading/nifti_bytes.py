"""Change single numbers of a NIfTI file."""

from __future__ import annotations

import struct
from pathlib import Path


def changed(path: Path, kind: str, offset: int, *numbers: float) -> Path:
    """The file with other numbers in its header; offsets are those of nifti1.h."""
    content = bytearray(path.read_bytes())
    struct.pack_into(f"<{kind}", content, offset, *numbers)
    path.write_bytes(content)
    return path
