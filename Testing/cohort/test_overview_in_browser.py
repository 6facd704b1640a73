"""The page is clicked through in a headless Chromium, with pictures beside it as a cohort has them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlparse

import pytest
from PIL import Image

from LVSegULib.cohort.outliers import mark_outliers
from LVSegULib.cohort.overview import write_overview
from Testing.cohort.table_rows import a_done_row, a_failed_row
from Testing.cohort.test_overview import NASTY, many_rows
from Testing.person_at_page import PersonAtPage
from Testing.visualization import chromium

if TYPE_CHECKING:
    from selenium.webdriver import Chrome
    from selenium.webdriver.remote.webelement import WebElement

pytestmark = pytest.mark.skipif(bool(chromium.missing()), reason=chromium.missing())

FRACTIONS = (50.0, 52.0, 54.0, 56.0, 57.0, 58.0, 60.0, 62.0, 64.0)
ODD_NAME = "a b#1?%41'\"ü+&"
"""What no case is called, as names are made safe, but what a page must find its files by all the same."""

ESCAPE, ENTER = chr(0xE00C), chr(0xE007)


class Person(PersonAtPage):
    """Someone at the page: clicks, presses keys, reads."""

    def search(self, text: str) -> None:
        self.find("#search").clear()
        self.find("#search").send_keys(text)

    def sort_by(self, label: str) -> None:
        next(option for option in self.all("#sort option") if option.text == label).click()

    @property
    def names(self) -> list[str]:
        """What the cards are called at one moment, those too that are not drawn yet and have no text to be seen."""
        script = "return [...document.querySelectorAll('.card h3')].map(heading => heading.textContent.trim())"
        names: list[str] = self.browser.execute_script(script)  # type: ignore[no-untyped-call]
        return names

    @property
    def is_case_open(self) -> bool:
        return self.find("#case").is_displayed()

    def until(self, is_so: Callable[[], object]) -> None:
        """Wait for what the browser does on its own, such as loading a picture."""
        for _ in range(100):
            if is_so():
                return
            time.sleep(0.05)
        raise AssertionError("nothing happened in 5 s")


def a_case(name: str, fraction: float, **figures: Any) -> dict[str, Any]:
    volumes = {"LVEDV_ml": 150.0, "LVESV_ml": 150 - 1.5 * fraction, "LVSV_ml": 1.5 * fraction}
    known = {"LVEF_percent": fraction, "quality": 0.95, "flagged_slices": 0, "seconds_total": 1.5}
    return a_done_row(name, **{**volumes, **known, **figures})


def a_cohort() -> list[dict[str, Any]]:
    """Nine usual cases, one that is far out, one whose LVEF is not known, and three failures of two kinds."""
    return [
        *(a_case(f"usual{number}", fraction) for number, fraction in enumerate(FRACTIONS)),
        a_case("weak", 10.0, flagged_slices=3, warnings="slice 2 is empty"),
        a_case("nothing", 0.0, LVEF_percent=None, LVEDV_ml=None, LVESV_ml=None, LVSV_ml=None, quality=0.94),
        a_failed_row("cut1", "is cut short by 10 bytes"),
        a_failed_row("cut2", "is cut short by 200 bytes"),
        a_failed_row("mask", "holds only the values 0, 1"),
    ]


def write_cohort(out: Path, rows: list[dict[str, Any]], **about: str) -> Path:
    """The page, and the pictures of the cases that are done."""
    mark_outliers(rows)
    for row in rows:
        if row["status"] == "done":
            folder = out / "cases" / row["name"]
            folder.mkdir(parents=True)
            Image.new("RGB", (266, 132), "teal").save(folder / f"{row['name']}.thumbnail.jpg")
            Image.new("RGB", (620, 500), "navy").save(folder / f"{row['name']}.png")
    write_overview(out / "overview.html", rows, about)
    return out / "overview.html"


Open = Callable[..., Person]


@pytest.fixture
def open_page(a_browser: Chrome, tmp_path: Path) -> Iterator[Open]:
    """Opens the page of a cohort; at the end, the browser's console must have stayed empty."""

    def opened(rows: list[dict[str, Any]], part: str = "", **about: str) -> Person:
        return Person(a_browser, write_cohort(tmp_path / "hearts", rows, **about), part)

    chromium.said(a_browser)
    yield opened
    assert chromium.said(a_browser) == []


@pytest.fixture(scope="module")
def the_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_cohort(tmp_path_factory.mktemp("cohort") / "hearts", a_cohort(), model="lv")


@pytest.fixture
def a_person(a_browser: Chrome, the_page: Path) -> Iterator[Person]:
    chromium.said(a_browser)
    yield Person(a_browser, the_page)
    assert chromium.said(a_browser) == []


def test_the_cohort_at_a_glance(a_person: Person) -> None:
    assert a_person.find("h1").text == "hearts"
    assert "Not for clinical use" in a_person.find("header").text
    tiles = {text.split("\n")[0]: text.split("\n")[1] for text in a_person.texts(".tile")}
    assert (tiles["Cases"], tiles["Done"], tiles["Failed"], tiles["Outliers"]) == ("14", "11", "3", "2")
    assert tiles["Median LVEF"] == "56 %"  # 56.5 to the even number
    assert a_person.texts("#histograms figcaption")[0].startswith("LVEDV")
    assert not a_person.find("#restriction").is_displayed()


def test_a_restricted_licence_is_told(open_page: Open) -> None:
    person = open_page(a_cohort(), restriction="CC BY-NC-SA 4.0: research only")
    assert person.find("#restriction").text == "CC BY-NC-SA 4.0: research only"


def test_outliers_come_first_with_their_reason_and_picture(a_person: Person) -> None:
    assert a_person.names[:2] == ["nothing", "weak"]
    assert len(a_person.names) == 11
    nothing, weak = a_person.texts(".card")[:2]
    assert "no LVEF, which most of the cohort have" in nothing
    assert "LVSV 15.0 mL, half of the cohort 79 to 89 mL; also LVEF 10.0 %, LVESV 135 mL" in weak
    assert "3 of 10 slices flagged" in weak
    assert "slice 2 is empty" in weak
    a_person.until(lambda: a_person.find(".card img").get_property("naturalWidth") == 266)


def test_cases_are_sorted_by_any_figure_and_those_without_it_come_last(a_person: Person) -> None:
    a_person.sort_by("LVEF")
    assert a_person.names == ["weak", *(f"usual{number}" for number in range(9)), "nothing"]
    a_person.click("#direction")
    assert a_person.names == [*(f"usual{number}" for number in reversed(range(9))), "weak", "nothing"]
    a_person.sort_by("Name")
    assert a_person.names == ["nothing", *(f"usual{number}" for number in range(9)), "weak"]


def test_a_bar_lets_its_cases_through(a_person: Person) -> None:
    bars = a_person.all("[data-column=LVEF_percent] .bar")
    assert sum(count_of(bar) for bar in bars) == 10
    lowest = bars[0]
    assert lowest.get_attribute("aria-label") == "LVEF below 32.5 %: 1 case"  # 3 x 7 below the lower quartile
    click_on(a_person, lowest)
    assert a_person.names == ["weak"]
    assert a_person.find("#count").text == "1 of 11 cases"
    assert lowest.get_attribute("aria-pressed") == "true"
    assert a_person.find("[data-column=LVEDV_ml] .bar").get_attribute("aria-label").endswith("1 of 10 cases")
    a_person.click(".chip")
    assert len(a_person.names) == 11
    assert lowest.get_attribute("aria-pressed") == "false"


def test_bars_are_reached_by_keys(a_person: Person) -> None:
    bars = a_person.all("[data-column=LVEF_percent] .bar")
    a_person.browser.execute_script("arguments[0].focus()", bars[0])
    a_person.press(*(len(bars) - 1) * [chromium.RIGHT], ENTER)
    assert a_person.names == ["usual8"]  # 62.5 to 65 %
    a_person.press(ENTER)
    assert len(a_person.names) == 11


def test_several_bars_are_chosen_with_shift(a_person: Person) -> None:
    script = "arguments[0].dispatchEvent(new MouseEvent('click', { bubbles: true, shiftKey: arguments[1] }))"
    bars = a_person.all("[data-column=LVEF_percent] .bar")
    a_person.browser.execute_script(script, bars[0], False)
    a_person.browser.execute_script(script, bars[-1], True)
    assert len(a_person.names) == 10  # all whose LVEF is known
    assert "nothing" not in a_person.names


def test_the_search_looks_for_every_word(a_person: Person) -> None:
    a_person.search("USUAL 7")
    a_person.until(lambda: a_person.names == ["usual7"])
    a_person.search("is empty slice")
    a_person.until(lambda: a_person.names == ["weak"])
    a_person.search("no such case")
    a_person.until(lambda: "No case fits" in a_person.find("#list").text)


def test_views(a_person: Person) -> None:
    a_person.click("[data-view=outliers]")
    assert a_person.names == ["nothing", "weak"]
    a_person.click("[data-view=flagged]")
    assert a_person.names == ["weak"]
    a_person.click(".tile.done")
    assert len(a_person.names) == 11


def test_failures_are_grouped_by_their_reason(a_person: Person) -> None:
    a_person.click(".tile.failed")
    summaries = [text.split("\n") for text in a_person.texts(".kind summary")]
    assert [line[:2] for line in summaries] == [["2", "is cut short by … bytes"], ["1", "holds only the values 0, 1"]]
    a_person.click(".kind summary")
    a_person.until(lambda: a_person.texts(".kind li a") == ["cut1", "cut2"])
    a_person.click(".kind li:nth-child(2) a")
    assert a_person.find("#case-name").text == "cut2"
    assert a_person.find("#case .failure").text == "/data/cut2.nii.gz: is cut short by 200 bytes"
    assert a_person.all("#case img") == []
    a_person.press(ESCAPE)
    assert not a_person.is_case_open


def test_a_card_opens_its_case(a_person: Person) -> None:
    a_person.click(".card:nth-child(2)")
    assert a_person.find("#case-name").text == "weak"
    assert a_person.find("#case-place").text == "2 of 11"
    a_person.until(lambda: a_person.find("#case .sheet img").get_property("naturalWidth") == 620)
    figures = a_person.find("#case .details").text
    assert "LVEF\n10.0 %" in figures and "LVEDV\n150 mL" in figures and "/data/weak.nii.gz" in figures
    links = [unquote(urlparse(link.get_property("href")).path) for link in a_person.all("#case .files a")]
    assert [Path(link).name for link in links] == [
        *("weak.png", "weak.json", "weak.csv", "weak.seg.nrrd", "weak.nii.gz"),
    ]
    assert {Path(link).parent.name for link in links} == {"weak"}


def test_arrow_keys_go_from_case_to_case_and_escape_closes(a_person: Person) -> None:
    a_person.click(".card")
    a_person.press(chromium.LEFT)  # there is nothing before the first
    assert a_person.find("#case-name").text == "nothing"
    a_person.press(chromium.RIGHT)
    assert a_person.find("#case-name").text == "weak"
    a_person.click("#next")
    third = a_person.find("#case-name").text
    assert third == a_person.names[2]
    a_person.press(ESCAPE)
    a_person.until(lambda: not a_person.is_case_open and "#" not in a_person.browser.current_url)
    assert a_person.browser.switch_to.active_element.find_element("css selector", "h3").text == third


def test_arrow_keys_go_from_card_to_card(a_person: Person) -> None:
    a_person.browser.execute_script("document.querySelector('.card').focus()")
    a_person.press(chromium.RIGHT, chromium.RIGHT, chromium.LEFT, ENTER)
    assert a_person.find("#case-name").text == "weak"


def test_the_way_back_closes_the_case(a_person: Person) -> None:
    a_person.click(".card")
    assert a_person.browser.current_url.endswith("#nothing")
    a_person.browser.back()
    a_person.until(lambda: not a_person.is_case_open)


def test_an_address_can_name_a_case(a_browser: Chrome, the_page: Path) -> None:
    person = Person(a_browser, the_page, "#usual3")
    assert person.find("#case-name").text == "usual3"
    person.press(ESCAPE)
    person.until(lambda: not person.is_case_open and "#" not in a_browser.current_url)
    for wrong in ("#%", "#nobody", ""):
        assert not Person(a_browser, the_page, wrong).is_case_open


def test_pointing_at_a_point_tells_its_case_and_a_click_opens_it(a_person: Person) -> None:
    from selenium.webdriver import ActionChains

    script = "const p = points.find((p) => texts.name(p.at) === 'weak'); return [p.x, p.y]"
    x, y = a_person.browser.execute_script(script)
    canvas = a_person.find("#points")
    assert y > 0.75 * canvas.size["height"]  # the lowest
    at = (x - canvas.rect["width"] / 2, y - canvas.rect["height"] / 2)
    ActionChains(a_person.browser).move_to_element_with_offset(canvas, *at).perform()
    assert a_person.find("#tip").text == "weak\nLVEF 10.0 %, LVEDV 150 mL"
    ActionChains(a_person.browser).click().perform()
    assert a_person.find("#case-name").text == "weak"


def test_names_are_shown_as_they_are(open_page: Open) -> None:
    rows = [a_case("a", 50.0, warnings=NASTY, worker=NASTY), a_failed_row("b", NASTY)]
    rows[0]["source"] = rows[1]["name"] = NASTY
    person = open_page(rows, model=NASTY, restriction=NASTY)
    assert person.find("#restriction").text == NASTY
    assert NASTY in person.find(".card").text
    person.click(".card")
    assert NASTY in person.find("#case .origin").text
    person.press(ESCAPE)
    person.until(lambda: not person.is_case_open and "#" not in person.browser.current_url)
    person.click("[data-view=failed]")
    person.until(lambda: person.texts(".kind li a") == [NASTY])


def test_files_of_an_odd_name_are_found(open_page: Open) -> None:
    person = open_page([a_case(ODD_NAME, 50.0)])
    person.until(lambda: person.find(".card img").get_property("naturalWidth") == 266)
    person.click(".card")
    person.until(lambda: person.find("#case .sheet img").get_property("naturalWidth") == 620)
    address = person.browser.current_url
    person.browser.get("about:blank")
    person.browser.get(address)
    assert person.find("#case-name").text == ODD_NAME


def test_a_cohort_of_failures_shows_them(open_page: Open) -> None:
    person = open_page([a_failed_row("a", "is empty")])
    assert person.texts(".kind li a") == ["a"]
    assert not person.find("#plots").is_displayed()


def test_volumes_of_mice_have_their_digits(open_page: Open) -> None:
    volumes = {"LVEDV_ml": 0.0432, "LVESV_ml": 0.02, "LVSV_ml": 0.0232}
    person = open_page([a_case(name, 53.7, **volumes) for name in ("tom", "tim")])
    tiles = {text.split("\n")[0]: text.split("\n")[1] for text in person.texts(".tile")}
    assert tiles["Median LVEDV"] == "0.0432 mL"
    person.find(".card").click()
    assert "0.0432 mL" in person.find("#case").text and "0.02 mL" in person.find("#case").text


def test_single_volumes_have_no_scatter(open_page: Open) -> None:
    person = open_page([a_done_row(f"p{number}", quality=0.9) for number in range(3)])
    assert len(person.names) == 3
    assert not person.find("#scatter").is_displayed()
    assert person.texts("#histograms figcaption")[0].startswith("Quality")


def test_twenty_thousand_cases_can_be_worked_with(a_browser: Chrome, tmp_path: Path) -> None:
    write_overview(tmp_path / "overview.html", many_rows(20_000), {})
    person = Person(a_browser, tmp_path / "overview.html")
    assert person.find("#count").text == "20,000 cases"
    assert 60 <= len(person.all(".card")) < 1000
    person.search("patient012")
    person.until(lambda: person.find("#count").text == "100 of 20,000 cases")
    a_browser.execute_script("scrollTo(0, document.body.scrollHeight)")
    person.until(lambda: len(person.all(".card")) == 100)
    chromium.said(a_browser)  # that no pictures are there


@pytest.mark.parametrize("width", [400, 1280])
def test_nothing_is_wider_than_the_screen(width: int, a_person: Person) -> None:
    size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width == 400}
    a_person.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        assert a_person.browser.execute_script("return innerWidth") == width
        assert a_person.browser.execute_script("return document.documentElement.scrollWidth") <= width
        a_person.click(".card")
        assert a_person.find("#case").rect["width"] <= width
        body = "const body = document.querySelector('#case-body'); return body.scrollWidth <= body.clientWidth"
        assert a_person.browser.execute_script(body)
    finally:
        a_person.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def count_of(bar: WebElement) -> int:
    return int((bar.get_attribute("aria-label") or "").rpartition(": ")[2].split()[0])


def click_on(person: Person, bar: WebElement) -> None:
    from selenium.webdriver import ActionChains

    ActionChains(person.browser).click(bar.find_element("css selector", ".whole")).perform()
