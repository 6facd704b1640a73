"""What the module says can be translated: Qt's tools take the texts out of the source."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

MODULE = Path(__file__).parents[2] / "LVSegU"


@pytest.mark.parametrize("file", sorted(MODULE.rglob("*.py")), ids=lambda file: file.stem)
def test_every_text_is_a_literal(file: Path) -> None:
    calls = [node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    texts = [call.args for call in calls if isinstance(call.func, ast.Name) and call.func.id == "_"]
    others = [
        ast.unparse(args[0])
        for args in texts
        if not (isinstance(args[0], ast.Constant) and isinstance(args[0].value, str))
    ]
    assert others == []
