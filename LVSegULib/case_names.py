"""What the name of a case says: whose it is, and of which phase."""

from __future__ import annotations

import re

CASE_NAME = re.compile(r"(?P<patient>.+)[-_](?:(?P<phase>ED|ES)|(?P<frame>(?:phase|frame)\d+))", re.IGNORECASE)
"""How a case is named: whose it is, and the phase or frame, where the name says it; in large or small letters."""


def patient_of(name: str) -> str:
    """Whose the case `name` is: "anna" for "anna_ED" and "anna_frame07", and for "anna"."""
    match = CASE_NAME.fullmatch(name)
    return match["patient"] if match else name
