"""What the licence of a model's weights allows, as far as its words tell; said wherever a model is chosen."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NOT_COMMERCIAL = re.compile(
    r"\bNC\b|non-?commercial|\b(no|without) commercial (?!restrict|limit)|\bnot (\w+ ){0,4}commercial|"
    r"commercial \w+ (is |are )?(not (?!restricted|limited)|forbidden|prohibited|excluded)|research|academic",
    re.IGNORECASE,
)
_SHARE_ALIKE = re.compile(r"\bSA\b|share-?alike", re.IGNORECASE)
_COMMERCIAL = re.compile(r"\b(MIT|BSD|Apache|CC0|CC[- ]BY|public domain)\b", re.IGNORECASE)
_CREATIVE_COMMONS = re.compile(r"CC[ -](?P<conditions>BY(-NC)?(-SA|-ND)?)[ -](?P<version>\d\.\d)", re.IGNORECASE)
_CONDITIONS = {"BY": "Attribution", "NC": "NonCommercial", "SA": "ShareAlike", "ND": "NoDerivatives"}


def allows_commercial_use(licence: str) -> bool | None:
    """Whether weights under `licence` may be used commercially; None where its words do not tell.

    Args:
        licence: its name ("CC BY-NC-SA 4.0"), or a sentence.
    """
    if _NOT_COMMERCIAL.search(licence):
        return False
    return True if _COMMERCIAL.search(licence) else None


def commercial_use_in_a_word(licence: str) -> str:
    """The same for a table: "yes", "no" or "ask"."""
    return {True: "yes", False: "no", None: "ask"}[allows_commercial_use(licence)]


def restriction(licence: str) -> str:
    """What must be said with every use: "CC BY-NC-SA 4.0: research only"; "" where use is not restricted."""
    return f"{licence}: research only" if allows_commercial_use(licence) is False else ""


def inherited(licences: Iterable[str]) -> str:
    """The licence of what is made of works under these: each that may not be left out, once; "" if none binds.

    Restricted ones and those that ask for the same licence bind; so do those whose words do not tell.
    """
    binding = (one.strip() for one in licences if allows_commercial_use(one) is not True or _SHARE_ALIKE.search(one))
    return "; ".join(dict.fromkeys(one for one in binding if one))


def full_name(licence: str) -> str:
    """The name of a Creative Commons licence in full; any other licence as it is given."""
    found = _CREATIVE_COMMONS.fullmatch(licence.strip())
    if found is None:
        return licence
    conditions = "-".join(_CONDITIONS[part.upper()] for part in found["conditions"].split("-"))
    place = " International" if found["version"] == "4.0" else ""
    return f"Creative Commons {conditions} {found['version']}{place}"
