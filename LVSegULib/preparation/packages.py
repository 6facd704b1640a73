"""Packages that only some ways of preparing an image need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from LVSegULib.errors import UsageError


def adaptive_equalisation() -> Callable[..., Any]:
    """scikit-image's contrast-limited adaptive histogram equalisation.

    Raises:
        UsageError: scikit-image is not installed.
    """
    try:
        from skimage.exposure import equalize_adapthist
    except ImportError as error:
        raise UsageError('"clahe" needs scikit-image: pip install "lvsegu[study]"') from error
    return equalize_adapthist  # type: ignore[no-any-return]
