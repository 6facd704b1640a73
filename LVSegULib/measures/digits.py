"""Measures as people read them: of a person with one decimal, of a mouse with three digits."""

from __future__ import annotations


def digits(value: float) -> str:
    """One decimal; below 1, as a mouse's volumes in mL are, three digits."""
    return f"{value:.3g}" if 0 < abs(value) < 0.9995 else f"{value:.1f}"


def short_digits(value: float) -> str:
    """The same where there is little room: from 20 on no decimal."""
    return f"{value:.0f}" if abs(value) >= 20 else digits(value)
