"""One page of a whole network that needs nothing else: for a browser without network, and to be handed on."""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from LVSegULib.atomic import write_text
from LVSegULib.templates import filled, safe_json
from LVSegULib.visualization.filters import Filter
from LVSegULib.visualization.network_view import NetworkView
from LVSegULib.visualization.page_values import page_values

TEMPLATE = "page.html"
"""Beside this file, with the parts that it names."""

Captioned = tuple[str, bytes]
"""A caption, and a picture as PNG."""


@dataclass(frozen=True)
class PageExtras:
    """Pictures for a page that are made elsewhere, each with its caption.

    Attributes:
        pictures: shown with a filter, such as what it prefers.
        panels: shown at the end of the page, such as attribution.
    """

    pictures: Mapping[Filter, Sequence[Captioned]] = field(default_factory=dict)
    panels: Sequence[Captioned] = ()


NO_EXTRAS = PageExtras()


def write_page(path: Path, view: NetworkView, extras: PageExtras = NO_EXTRAS) -> None:
    """Write the page of a network: its layers, maps, kernels and effects in one HTML file.

    Args:
        path: file to write.
        view: what is shown.
        extras: further pictures.

    Raises:
        OutputError: `path` cannot be written.
    """
    values = page_values(view) | {
        "pictures": {str(one): _pictures(pictures) for one, pictures in extras.pictures.items()},
        "panels": _pictures(extras.panels),
    }
    text = filled(
        Path(__file__).with_name(TEMPLATE),
        {"title": html.escape(f"{view.spec.name}: filters"), "data": safe_json(values)},
    )
    write_text(path, text)


def _pictures(pictures: Sequence[Captioned]) -> list[tuple[str, str]]:
    return [(caption, base64.b64encode(png).decode("ascii")) for caption, png in pictures]
