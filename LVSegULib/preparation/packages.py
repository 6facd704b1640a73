"""Packages that only some ways of preparing an image need."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from types import ModuleType
from typing import Any

from LVSegULib.errors import UsageError


def bias_field_correction() -> ModuleType:
    """SimpleITK, whose N4 takes a smooth bias field out.

    Raises:
        UsageError: SimpleITK is not installed.
    """
    try:
        return importlib.import_module("SimpleITK")
    except ImportError as error:
        raise UsageError('"n4" needs SimpleITK: pip install "lvsegu[study]"') from error


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
