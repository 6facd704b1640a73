"""Pages of HTML that need nothing else: put together from templates, with data in them that cannot break out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def filled(template: Path, values: Mapping[str, str]) -> str:
    """A template with what stands for each {{name}}: a value, or the template of that name beside it.

    Values are not looked through for names. They are put in as they are: escape what is not HTML.
    """
    text = template.read_text(encoding="utf-8")
    return re.sub(
        r"\{\{([a-z_.]+)\}\}",
        lambda found: (
            values[found[1]] if found[1] in values else filled(template.with_name(found[1]), values).rstrip("\n")
        ),
        text,
    )


def safe_json(values: Any) -> str:
    """JSON that no text in it can end: the reader of HTML sees neither tags, nor comments, nor entities."""
    text = json.dumps(values, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", r"\u003c").replace(">", r"\u003e").replace("&", r"\u0026")
