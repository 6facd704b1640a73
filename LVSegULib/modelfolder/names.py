"""Names that commands and the panel say before they load a model, and all that takes, to show their options."""

from __future__ import annotations

DEFAULT_MODEL = "lv"
"""The installed model that is taken where none is chosen."""
