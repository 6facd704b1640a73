"""The page is clicked through in a headless Chromium; what is seen is read from its texts and its canvas's pixels."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from LVSegULib.evaluation.bootstrap import summarise
from LVSegULib.pictures.colours import DARK_TO_BRIGHT, NEGATIVE, POSITIVE, ZERO
from LVSegULib.visualization.effects import Effect
from LVSegULib.visualization.filters import Filter
from LVSegULib.visualization.network_view import NetworkView
from LVSegULib.visualization.page import NO_EXTRAS, PageExtras, write_page
from Testing.person_at_page import PersonAtPage
from Testing.visualization import chromium, networks, views
from Testing.visualization.test_page import NASTY

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

pytestmark = pytest.mark.skipif(bool(chromium.missing()), reason=chromium.missing())

EDGE = "encoder.0.0:1"
"""The edge filter of the hand-made network; the next layer reads it with weight 0."""

CONTOUR = (53, 224, 208)


class Person(PersonAtPage):
    """Someone at the page: clicks, presses keys, reads."""

    @property
    def title(self) -> str:
        return self.find("#filter-title").text

    def pixels(self, selector: str) -> NDArray[np.int64]:
        """The pixels of a canvas (rows, columns, RGB)."""
        script = "return document.querySelector(arguments[0]).toDataURL('image/png')"
        png = base64.b64decode(self.browser.execute_script(script, selector).partition(",")[2])
        return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(np.int64)

    def column(self, table: str, number: int) -> list[float]:
        cells = self.texts(f"{table} tbody td:nth-child({number})")
        return [float(text.split("\n")[0].replace("\u2212", "-")) for text in cells]


def choose(person: Person, name: str) -> None:
    """By its layer in the U, then by its map."""
    person.click(f'.layer[data-layer="{name.rpartition(":")[0]}"]')
    person.click(f'.map[data-filter="{name}"]')


@pytest.fixture(scope="module")
def the_view(tmp_path_factory: pytest.TempPathFactory) -> NetworkView:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("LVSegULib.evaluation.bootstrap.FEWEST_PATIENTS", 2)  # that two patients have intervals
        return views.a_view_of_a_disc(tmp_path_factory.mktemp("view") / "model")


Open = Callable[..., Person]


@pytest.fixture
def open_page(a_browser: Chrome, tmp_path: Path) -> Iterator[Open]:
    """Opens the page of a view; at the end, the browser's console must have stayed empty."""

    def opened(view: NetworkView, extras: PageExtras = NO_EXTRAS) -> Person:
        write_page(tmp_path / "page.html", view, extras)
        return Person(a_browser, tmp_path / "page.html")

    chromium.said(a_browser)
    yield opened
    assert chromium.said(a_browser) == []


@pytest.fixture
def a_person(open_page: Open, the_view: NetworkView) -> Person:
    return open_page(the_view)


def test_the_strongest_filter_is_shown_first(a_person: Person, the_view: NetworkView) -> None:
    assert a_person.title == the_view.effects[0].name
    assert a_person.find("h1").text == "hand-made"
    assert "Not for clinical use" in a_person.find("header").text
    assert f"{the_view.spec.parameters:,}" in a_person.find("#facts").text
    counts = {box.get_attribute("data-layer"): box.text.split("\n")[-1] for box in a_person.all(".layer")}
    assert list(counts) == [  # by rows of the U
        *("encoder.0.0", "encoder.0.1", "upsample.1", "decoder.1.0", "decoder.1.1", "head"),
        *("encoder.1.0", "encoder.1.1", "upsample.0", "decoder.0.0", "decoder.0.1", "encoder.2.0", "encoder.2.1"),
    ]
    assert (counts["encoder.0.0"], counts["encoder.1.0"], counts["head"]) == ("2 filters", "3 filters", "1 filter")
    assert len(a_person.all("#network path.skip")) == 2


def test_a_click_on_a_layer_shows_its_filters(a_person: Person) -> None:
    a_person.click('.layer[data-layer="encoder.1.0"]')
    assert a_person.find("#maps-title").text == "encoder.1.0: 3 filters"
    shown = [thumbnail.get_attribute("data-filter") for thumbnail in a_person.all(".map")]
    assert shown == ["encoder.1.0:0", "encoder.1.0:1", "encoder.1.0:2"]
    assert a_person.find('.layer[aria-pressed="true"]').get_attribute("data-layer") == "encoder.1.0"
    assert a_person.pixels(".map canvas").shape == (16, 16, 3)


def test_a_click_on_a_filter_shows_its_map_and_its_kernel(a_person: Person) -> None:
    choose(a_person, EDGE)
    assert a_person.title == EDGE
    kernel = a_person.pixels("#kernels canvas")
    assert kernel.shape == (3, 3, 3)
    assert {tuple(pixel) for pixel in kernel[:, 0]} == {NEGATIVE}
    assert {tuple(pixel) for pixel in kernel[:, 2]} == {POSITIVE}
    assert kernel[:, 1].min() > 240
    assert a_person.texts("#kernel-scale span") == ["\u22121", "0", "1"]
    seen = a_person.pixels(f'.map[data-filter="{EDGE}"] canvas')
    assert tuple(seen[16, 7]) == tuple(seen[16, 8]) == DARK_TO_BRIGHT[-1]  # beside the left border of the disc
    assert tuple(seen[16, 16]) == tuple(seen[16, 24]) == DARK_TO_BRIGHT[0]  # flat inside; a falling edge gives 0


def test_kernels_are_grouped_by_what_they_read(a_person: Person) -> None:
    choose(a_person, "decoder.1.0:1")
    assert a_person.texts("#kernels h3") == ["From encoder.0.1 (2 kernels)", "From upsample.1 (2 kernels)"]
    a_person.all("#kernels .kernel")[3].click()  # goes to the filter that it reads
    assert a_person.title == "upsample.1:1"
    choose(a_person, "head:0")
    assert a_person.title == "head:0 (LV blood pool)"
    assert "cannot be turned off" in a_person.find("#effect").text


def test_every_kernel_stands_where_it_is_read(open_page: Open) -> None:
    weights = networks.silent_weights(views.ONE_LEVEL)
    weights["decoder.0.0.weight"][(1, 3, *networks.CENTRE)] = 2  # the last channel: the second filter of upsample.0
    person = open_page(views.a_view_without_effects(weights=weights))
    choose(person, "decoder.0.0:1")
    groups = person.all("#kernels .kernels")
    labels = [[kernel.text for kernel in group.find_elements("css selector", ".kernel")] for group in groups]
    assert labels == [["0", "1"], ["0", "1"]]
    titles = [kernel.get_attribute("title") for kernel in person.all("#kernels .kernel")]
    assert titles[3] == "upsample.0:1\n0  0  0\n0  2  0\n0  0  0"
    assert "2" not in "".join(titles[:3])
    assert tuple(person.pixels("#kernels .kernels:last-child .kernel:last-child canvas")[1, 1]) == POSITIVE


def test_the_slider_mixes_map_and_slice(a_person: Person) -> None:
    choose(a_person, "encoder.0.0:0")  # passes the image on: 1 in the disc
    a_person.click("#contour")
    a_person.click("#opacity")
    a_person.press(chromium.HOME)
    slice_alone = a_person.pixels("#overlay")
    middle = len(slice_alone) // 2
    assert slice_alone[middle, middle].tolist() == [255, 255, 255]
    assert slice_alone[2, 2].tolist() == [0, 0, 0]
    a_person.press(chromium.END)
    assert a_person.find("#opacity-value").text == "100 %"
    map_alone = a_person.pixels("#overlay")
    assert tuple(map_alone[middle, middle]) == DARK_TO_BRIGHT[-1]
    assert tuple(map_alone[2, 2]) == DARK_TO_BRIGHT[0]
    a_person.press(*5 * [chromium.PAGE_DOWN])  # a tenth each
    assert a_person.find("#opacity-value").text == "50 %"
    np.testing.assert_allclose(a_person.pixels("#overlay"), (slice_alone + map_alone) / 2, atol=2)


def test_the_contour_can_be_taken_away(a_person: Person) -> None:
    with_contour = a_person.pixels("#overlay")
    a_person.click("#contour")
    without = a_person.pixels("#overlay")
    changed = np.argwhere(np.abs(with_contour - without).max(-1) > 60) + 0.5
    places = changed * 32 / len(without)  # in pixels of the slice
    np.testing.assert_allclose(places.mean(0), 16, atol=0.05)  # around the disc's middle
    distance = np.hypot(*(places - 16).T)
    assert 7.2 < distance.min() <= distance.max() < 8.7  # 8, give or take half a pixel and half a line
    lines = np.abs(with_contour - CONTOUR).max(-1) < 12
    assert lines.sum() > 2 * np.pi * 8 * len(without) / 32  # more than a pixel wide all around


def test_effects_are_sorted_by_a_click(a_person: Person, the_view: NetworkView) -> None:
    assert a_person.column("#effects", 2) == sorted(a_person.column("#effects", 2), reverse=True)
    assert len(a_person.all("#effects tbody tr")) == len(the_view.effects) == 33
    dice = "#effects thead th:nth-child(3)"
    a_person.click(f"{dice} button")
    assert a_person.find(dice).get_attribute("aria-sort") == "ascending"
    falls = a_person.column("#effects", 3)
    assert falls == sorted(falls)
    assert falls[0] < falls[-1]
    a_person.click(f"{dice} button")
    assert a_person.column("#effects", 3) == falls[::-1]
    a_person.click("#effects thead th:nth-child(1) button")
    names = a_person.texts("#effects tbody td:first-child")
    assert names[:5] == ["encoder.0.0:0", "encoder.0.0:1", "encoder.0.1:0", "encoder.0.1:1", "encoder.1.0:0"]
    assert names[-1] == "decoder.1.1:1"
    assert [head for head in a_person.all("#effects th") if head.get_attribute("aria-sort")] == [
        a_person.find("#effects thead th:nth-child(1)")
    ]


def test_numbers_come_with_their_intervals(a_person: Person, the_view: NetworkView) -> None:
    assert the_view.effects[0].ed_ml.mean == -112  # all that was found is gone
    interval = "\u2212128.00 to \u221296.00"
    assert interval in a_person.find("#effects tbody tr").text
    assert interval in a_person.find("#effect").text
    assert "2 patients" in a_person.find("#effects-about").text
    assert "against the expert" in a_person.find("#effects-about").text


def test_it_is_said_of_how_many_hearts_the_lvef_is(open_page: Open, the_view: NetworkView) -> None:
    first, *others = the_view.effects
    partly = replace(first, lvef=summarise([2.0, math.nan], ["one", "two"]))
    person = open_page(replace(the_view, effects=(partly, *others)))
    assert "of 1 of 2 hearts" in person.find("#effects tbody tr").text
    assert "of 1 of 2 hearts" in person.find("#effect").text
    assert "hearts" not in person.find("#effects tbody tr:last-child").text


def test_a_row_chooses_its_filter(a_person: Person) -> None:
    a_person.click(f'#effects tr[data-filter="{EDGE}"] td:nth-child(2)')
    assert a_person.title == EDGE
    assert a_person.find('#effects tr[aria-selected="true"]').get_attribute("data-filter") == EDGE
    assert a_person.find('.map[aria-pressed="true"]').get_attribute("data-filter") == EDGE
    a_person.click('#effects tr[data-filter="encoder.1.1:2"] button')
    assert a_person.title == "encoder.1.1:2"


def test_arrow_keys_go_through_filters(a_person: Person) -> None:
    left, up, right, down = chromium.LEFT, chromium.UP, chromium.RIGHT, chromium.DOWN
    choose(a_person, "encoder.0.0:0")
    a_person.press(right)
    assert a_person.title == "encoder.0.0:1"
    a_person.press(right)  # on into the next layer
    assert a_person.title == "encoder.0.1:0"
    assert a_person.browser.switch_to.active_element.get_attribute("data-filter") == "encoder.0.1:0"
    a_person.press(left, left)
    assert a_person.title == "encoder.0.0:0"
    a_person.press(left, up, down)  # nothing before the first, and one row only
    assert a_person.title == "encoder.0.0:0"
    a_person.click("#next")
    assert a_person.title == "encoder.0.0:1"
    a_person.click("#opacity")
    a_person.press(right)  # moves the slider
    assert a_person.title == "encoder.0.0:1"


def test_the_arrow_down_goes_to_the_row_below(open_page: Open) -> None:
    person = open_page(views.a_view_without_effects(random=1))
    person.browser.execute_script("document.querySelector('#maps').style.gridTemplateColumns = '1fr'")
    choose(person, "encoder.0.0:0")
    person.press(chromium.DOWN)
    assert person.title == "encoder.0.0:1"


def test_pairs_stand_beside_each_ones_own(a_person: Person, the_view: NetworkView) -> None:
    pair = the_view.pairs[0]
    row = a_person.find("#pairs tbody tr")
    assert row.text.split("\n")[:2] == [str(one) for one in pair.filters]
    own = [effect for one in pair.filters if isinstance(effect := the_view.effect_of(one), Effect)]
    cells = a_person.texts("#pairs tbody tr:first-child td:nth-child(4)")
    expected = [pair.ed_ml.mean, *(effect.ed_ml.mean for effect in own)]
    both, each = (f"{expected[0]:+.2f}", f"{expected[1]:+.2f}, {expected[2]:+.2f}")
    assert cells == [f"{both}\n{each}".replace("-", "\u2212")]
    a_person.click("#pairs tbody tr td button:nth-of-type(2)")
    assert a_person.title == str(pair.filters[1])


def test_one_scale_for_the_layer_dims_the_weaker_maps(open_page: Open) -> None:
    view = views.a_view_without_effects()
    view.layers["encoder.0.0"].maps[:, 0, 0] = 1, 4
    person = open_page(view)
    assert tuple(person.pixels(".map canvas")[0, 0]) == DARK_TO_BRIGHT[-1]
    person.click("#shared")
    quarter = person.pixels(".map canvas")[0, 0]  # the second of five stops
    np.testing.assert_allclose(quarter, DARK_TO_BRIGHT[1], atol=2)


def test_a_signed_map_keeps_its_zero_on_the_layers_scale(open_page: Open) -> None:
    view = views.a_view_without_effects()
    view.layers["upsample.0"].maps[:, 0, :2] = (1, -1), (4, -4)
    person = open_page(view)
    person.click('.layer[data-layer="upsample.0"]')
    assert [tuple(pixel) for pixel in person.pixels(".map canvas")[0, :2]] == [POSITIVE, NEGATIVE]
    person.click("#shared")
    seen = person.pixels(".map canvas")[0]
    towards_red, towards_blue = ((3 * np.array(ZERO) + colour) / 4 for colour in (POSITIVE, NEGATIVE))
    np.testing.assert_allclose(seen[:3], [towards_red, towards_blue, ZERO], atol=2)


def test_names_are_shown_as_they_are(open_page: Open, the_view: NetworkView) -> None:
    view = replace(the_view, spec=replace(the_view.spec, name=NASTY), cine=replace(the_view.cine, name=NASTY))
    person = open_page(view)
    assert person.find("h1").text == NASTY
    assert NASTY in person.find("#facts").text
    assert person.browser.title == f"{NASTY}: filters"


def test_further_pictures_are_shown_with_their_filter_and_at_the_end(open_page: Open, the_view: NetworkView) -> None:
    png = io.BytesIO()
    Image.new("RGB", (30, 20), "teal").save(png, "PNG")
    extras = PageExtras({Filter("encoder.0.0", 1): [("prefers", png.getvalue())]}, [("attribution", png.getvalue())])
    person = open_page(the_view, extras)
    assert person.texts("#panels figcaption") == ["attribution"]
    assert person.find("#panels img").get_property("naturalWidth") == 30
    assert person.all("#pictures img") == []
    choose(person, EDGE)
    assert person.texts("#pictures figcaption") == ["prefers"]
    assert person.find("#pictures img").get_property("naturalHeight") == 20


def test_an_address_can_name_a_filter(a_person: Person) -> None:
    choose(a_person, "encoder.1.0:2")
    assert a_person.browser.current_url.endswith("#encoder.1.0:2")
    a_person.browser.refresh()
    assert a_person.title == "encoder.1.0:2"
    for address in ("#%", "#encoder.9.9:1", "#encoder.1.0:3"):
        a_person.browser.execute_script("location.hash = arguments[0]", address)
    assert a_person.title == "encoder.1.0:2"


def test_a_view_without_effects_has_maps_and_kernels(open_page: Open) -> None:
    person = open_page(views.a_view_without_effects(random=1))
    assert person.title == "encoder.0.0:0"
    assert not person.find("#pairs-section").is_displayed()
    assert "no cavity on this slice" in person.find("#contour-label").text


@pytest.mark.parametrize("width", [400, 1280])
def test_nothing_is_wider_than_the_screen(width: int, open_page: Open, the_view: NetworkView) -> None:
    person = open_page(the_view)
    size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width == 400}
    person.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        assert person.browser.execute_script("return innerWidth") == width
        assert person.browser.execute_script("return document.documentElement.scrollWidth") <= width
    finally:
        person.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
