"""Errors, and what must not be overlooked, as the user sees them."""

from __future__ import annotations

import html
import logging
import traceback

import slicer
from slicer.i18n import tr as _

from LVSegULib.errors import Cancelled, LVSegUError
from LVSegUSlicer.job import CANCELLED


def explain(error: BaseException) -> str:
    """One line for the user, or CANCELLED; of a fault in LVSegU the traceback goes to Slicer's log."""
    if isinstance(error, Cancelled):
        return CANCELLED
    if isinstance(error, LVSegUError):
        return str(error)
    logging.error("".join(traceback.format_exception(error)))
    return _("Fault in LVSegU: {error}. Please report it with Slicer's log (Help, Report a bug).").format(
        error=f"{type(error).__name__}: {error}"
    )


def inUsersWords(error: str) -> str:
    """What an end without result is called, in the user's language."""
    return str(_("Cancelled")) if error == CANCELLED else error


def attention(name: str) -> str:
    """Style of the label `name` when it must not be overlooked; it reads alike in Slicer's light and dark styles."""
    return f"#{name} {{ color: white; background-color: #a34e00; border-radius: 3px; padding: 2px 6px; }}"


def asToolTip(text: str) -> str:
    """A tool tip that shows `text` letter for letter, also where it looks like HTML: it may come out of a scene."""
    return f'<p style="white-space: pre-wrap">{html.escape(text)}</p>' if "<" in text else text


def showError(text: str) -> None:
    """Show an error in a dialog, and write it to Slicer's log."""
    slicer.util.errorDisplay(text, windowTitle=_("LVSegU"))
