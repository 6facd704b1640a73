"""Someone at a page in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selenium.webdriver import Chrome
    from selenium.webdriver.remote.webelement import WebElement


class PersonAtPage:
    """Someone at the page: clicks, presses keys, reads."""

    def __init__(self, browser: Chrome, page: Path, part: str = "") -> None:
        self.browser = browser
        browser.get("about:blank")  # an address that differs after its # only would not load the page again
        browser.get(page.as_uri() + part)

    def find(self, selector: str) -> WebElement:
        return self.browser.find_element("css selector", selector)

    def all(self, selector: str) -> list[WebElement]:
        return self.browser.find_elements("css selector", selector)

    def texts(self, selector: str) -> list[str]:
        return [element.text for element in self.all(selector)]

    def click(self, selector: str) -> None:
        self.find(selector).click()

    def press(self, *keys: str) -> None:
        self.browser.switch_to.active_element.send_keys(*keys)
