"""A headless Chromium that tests drive as a person would, and what is missing where there is none."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
DEMANDED = "LVSEGU_REQUIRE_CHROMIUM"
"""Set to 1, it makes their absence a failure, as in continuous integration."""

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",  # a page that asks for anything gets nothing
    "--window-size=1280,900",
)

END, HOME, LEFT, UP, RIGHT, DOWN, PAGE_DOWN = (chr(0xE000 + code) for code in (16, 17, 18, 19, 20, 21, 15))
"""Keys by their code points, https://www.w3.org/TR/webdriver/#keyboard-actions; known without selenium."""


def missing() -> str:
    """What is not installed, with the way to install it; empty if nothing is.

    Raises:
        RuntimeError: something is missing where it is demanded.
    """
    absent = [] if importlib.util.find_spec("selenium") else ["selenium (pip install selenium)"]
    absent += [] if _browser() else ["Chromium (apt install chromium)"]
    absent += [] if shutil.which("chromedriver") else ["its driver (apt install chromium-driver)"]
    if absent and os.environ.get(DEMANDED) == "1":
        raise RuntimeError(f"{DEMANDED}=1 demands what is not installed: {', '.join(absent)}")
    return f"pages are not clicked through, not installed: {', '.join(absent)}" if absent else ""


@contextmanager
def chromium(profile: Path) -> Iterator[Chrome]:
    """A browser with a fresh `profile` that keeps what its console says."""
    from selenium.webdriver import Chrome, ChromeOptions
    from selenium.webdriver.chrome.service import Service

    options = ChromeOptions()
    options.binary_location = _browser()
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        yield browser
    finally:
        browser.quit()


@pytest.fixture(scope="module")
def a_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """A browser for all tests of a file."""
    with chromium(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


def said(browser: Chrome) -> list[Any]:
    """What the console has said since it was asked last."""
    log: list[Any] = browser.get_log("browser")  # type: ignore[no-untyped-call]
    return log


def _browser() -> str:
    return next((found for name in BROWSERS if (found := shutil.which(name))), "")
