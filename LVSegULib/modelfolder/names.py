"""What commands and the panel say of models without loading any, as to show their options."""

from __future__ import annotations

DEFAULT_MODEL = "lv"
"""The installed model that is taken where none is chosen."""
