"""The page holds the numbers of the view, is safe whatever names it shows, asks for nothing, and is small."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from LVSegULib.benchmark.classic import random_weights
from LVSegULib.errors import OutputError
from LVSegULib.evaluation.bootstrap import summarise
from LVSegULib.labels import CAVITY, MYOCARDIUM
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.network.config import UNetConfig
from LVSegULib.preparation.grid import Grid
from LVSegULib.visualization import page
from LVSegULib.visualization.effects import Effect
from LVSegULib.visualization.filters import Filter, removable_filters
from LVSegULib.visualization.network_view import NetworkView
from LVSegULib.visualization.page import PageExtras, write_page
from LVSegULib.visualization.page_values import cavity_margin, page_values, to_levels
from Testing.read_page import Read
from Testing.visualization import networks, views

SCRIPTS = 5
NASTY = '</script ><script>alert("&amp; & co")</script><!-- <script {{data}} {{page.html}}'


def an_effect(*filters: Filter, dice: tuple[float, ...] = (-0.25,)) -> Effect:
    names = [f"patient{number}" for number in range(len(dice))]
    unknown = summarise([float("nan")], ["patient0"])
    return Effect(filters, 0.5, summarise(dice, names), summarise([-3.0] * len(dice), names), unknown)


def bytes_of(text: str, kind: str) -> NDArray[Any]:
    return np.frombuffer(base64.b64decode(text), kind)


def written(folder: Path, view: NetworkView, extras: PageExtras = page.NO_EXTRAS) -> str:
    write_page(folder / "page.html", view, extras)
    return (folder / "page.html").read_text(encoding="utf-8")


def layer(values: Any, name: str) -> Any:
    return next(layer for layer in values["layers"] if layer["name"] == name)


def test_the_page_holds_image_and_maps(tmp_path: Path) -> None:
    view = views.a_view_without_effects()
    view.image[0] = 0, 0.2, 0.5, 1
    view.layers["encoder.0.1"].maps[1, 0] = 0, 1, 2, 4
    view.layers["upsample.0"].maps[0, 3] = -2, 0, 1, 2
    values = Read(written(tmp_path, view)).values
    image = bytes_of(values["image"], "u1").reshape(4, 4)
    assert image[0].tolist() == [0, 51, 128, 255]  # 255 times the value, 127.5 to the even 128
    assert not image[1:].any()
    passed = layer(values, "encoder.0.1")
    assert (passed["filters"], passed["rows"], passed["columns"], passed["level"]) == (2, 4, 4, 0)
    assert (passed["signed"], passed["high"]) == (False, [0, 4])
    assert bytes_of(passed["maps"], "u1").reshape(2, 4, 4)[1, 0].tolist() == [0, 64, 128, 255]  # 63.75, 127.5
    assert not bytes_of(passed["maps"], "u1").reshape(2, 4, 4)[0].any()
    raised = layer(values, "upsample.0")  # has no ReLU: -2 to 2 is 0 to 255
    assert (raised["signed"], raised["high"][0]) == (True, 2)
    assert bytes_of(raised["maps"], "u1").reshape(-1, 4, 4)[0, 3].tolist() == [0, 128, 191, 255]
    assert layer(values, "encoder.1.0")["rows"] == 2


def test_the_page_holds_kernels_as_shares_of_the_layers_largest_weight(tmp_path: Path) -> None:
    weights = networks.silent_weights(views.ONE_LEVEL)
    weights["encoder.0.0.weight"][1, 0] = 3 * np.array(networks.EDGE)
    weights["encoder.0.0.weight"][(0, 0, *networks.CENTRE)] = 0.75
    weights["encoder.0.4.bias"][1] = 0.1  # the batch norm of the second convolution
    weights["upsample.0.weight"][0, 1, 0] = 2e5, -1e5  # more than a float16 can hold; input first in PyTorch
    values = Read(written(tmp_path, views.a_view_without_effects(weights=weights))).values
    first = layer(values, "encoder.0.0")
    kernels = bytes_of(first["kernels"], "<f2").reshape(2, 1, 3, 3)
    assert first["scale"] == 3
    assert kernels[1, 0].tolist() == [list(row) for row in networks.EDGE]
    assert kernels[0, 0, 1, 1] == 0.25
    assert first["groups"] == [{"source": "image", "start": 0, "count": 1}]
    assert layer(values, "encoder.0.1")["scale"] == 0
    assert layer(values, "encoder.0.1")["bias"] == [0, 0.1]
    raised = layer(values, "upsample.0")
    assert (raised["scale"], raised["kernel_rows"], raised["kernel_columns"]) == (2e5, 2, 2)
    assert bytes_of(raised["kernels"], "<f2").reshape(2, 1, 2, 2)[1, 0].tolist() == [[1, -0.5], [0, 0]]
    joined = layer(values, "decoder.0.0")["groups"]
    assert joined == [
        {"source": "encoder.0.1", "start": 0, "count": 2},
        {"source": "upsample.0", "start": 2, "count": 2},
    ]


def test_the_page_holds_effects_with_their_intervals(tmp_path: Path) -> None:
    one, other = Filter("encoder.0.0", 0), Filter("encoder.0.1", 1)
    alone, both = an_effect(one), an_effect(one, other, dice=(-0.5,) * 5)
    view = replace(views.a_view_without_effects(), effects=(alone,), pairs=(both,), patients=2, is_labelled=True)
    values = Read(written(tmp_path, view)).values
    assert values["effects"] == [
        {
            "filter": "encoder.0.0:0",
            "divergence": 0.5,
            "dice": -0.25,
            "dice_low": None,  # of one patient there is no interval
            "dice_high": None,
            "ed_ml": -3,
            "ed_ml_low": None,
            "ed_ml_high": None,
            "lvef": None,
            "lvef_low": None,
            "lvef_high": None,
            "patients": 1,
            "hearts": 1,
            "lvef_hearts": 0,
        }
    ]
    (pair,) = values["pairs"]
    assert pair["filters"] == ["encoder.0.0:0", "encoder.0.1:1"]
    assert (pair["dice"], pair["dice_low"], pair["dice_high"]) == (-0.5, -0.5, -0.5)
    assert (values["patients"], values["is_labelled"]) == (2, True)


def test_the_header_says_what_is_shown(tmp_path: Path) -> None:
    view = replace(views.a_view_without_effects(), frame=3, slice=7)
    view.cavity[1:3, 1:3] = True
    values = Read(written(tmp_path, view)).values
    assert (values["name"], values["cine"], values["frame"], values["slice"]) == ("by hand", "disc", 3, 7)
    assert values["cavity_cm2"] == pytest.approx(4 * 1.5 * 1.5 / 100)
    assert values["filters"] == 2 + 2 + 1 + 1 + 2 + 2 + 2
    assert values["parameters"] == view.spec.parameters
    assert values["share_of_classic"] == pytest.approx(view.spec.parameters / 31_036_481)


def test_the_margin_is_above_zero_where_the_cavity_wins() -> None:
    config = replace(views.ONE_LEVEL, output_channels=2)
    spec = ModelSpec("two", config, (MYOCARDIUM, CAVITY), Grid(1.5, 4, 4))
    myocardium, cavity = [-1.0, 2.0, 5.0, -1.0], [3.0, 3.0, 3.0, -2.0]
    margin = cavity_margin(np.array([[myocardium], [cavity]], np.float32), spec)
    assert margin is not None
    assert margin.tolist() == [[3, 1, -2, -2]]  # to the background's 0, to 2, to 5, to 0


def test_without_cavity_there_is_no_contour() -> None:
    spec = ModelSpec("wall", views.ONE_LEVEL, (MYOCARDIUM,), Grid(1.5, 4, 4))
    assert cavity_margin(np.ones((1, 4, 4), np.float32), spec) is None
    assert page_values(replace(views.a_view_without_effects(), spec=spec))["margin"] is None


def test_what_is_zero_everywhere_stays_zero() -> None:
    assert to_levels(np.zeros(3, np.float32), 0.0).tolist() == [0, 0, 0]


def test_a_name_cannot_break_out_of_the_page(tmp_path: Path) -> None:
    view = views.a_view_without_effects()
    view = replace(view, spec=replace(view.spec, name=NASTY), cine=replace(view.cine, name=NASTY))
    text = written(tmp_path, view, PageExtras(panels=[(NASTY, b"png")]))
    found = Read(text)
    assert len(found.scripts) == SCRIPTS + 1
    (values,) = (code for attributes, code in found.scripts if "id" in attributes)
    assert not set("<>&") & set(values)
    assert found.values["name"] == found.values["cine"] == found.values["panels"][0][0] == NASTY
    assert found.title == f"{NASTY}: filters"
    assert "alert" not in "".join(code for attributes, code in found.scripts if "id" not in attributes)


def test_the_page_asks_for_nothing(tmp_path: Path) -> None:
    text = written(tmp_path, views.a_view_without_effects())
    assert Read(text).addresses == ["data:,"]
    for forbidden in ("http:", "https:", "eval(", "Function(", "@import", "url(", "import(", "fetch("):
        assert forbidden not in text
    assert "default-src 'none'" in text
    assert "{{" not in text
    assert "Not for clinical use" in text


def test_extras_come_along(tmp_path: Path) -> None:
    extras = PageExtras({Filter("encoder.0.1", 1): [("prefers", b"one")]}, [("attribution", b"two")])
    values = Read(written(tmp_path, views.a_view_without_effects(), extras)).values
    assert values["pictures"] == {"encoder.0.1:1": [["prefers", base64.b64encode(b"one").decode()]]}
    assert values["panels"] == [["attribution", base64.b64encode(b"two").decode()]]


def test_the_page_of_a_network_of_600_filters_is_small(tmp_path: Path) -> None:
    config = UNetConfig.from_levels([4, 8, 16, 48, 110])
    filters = removable_filters(config)
    assert len(filters) == 600
    view = views.a_view_without_effects(config, random_weights(config), side=128, random=1)
    view = replace(view, effects=tuple(an_effect(one, dice=(-0.123456789, -0.2)) for one in filters))
    text = written(tmp_path, view)
    assert len(text) < 3_000_000


def test_a_folder_in_the_way_is_an_error_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "page.html").mkdir()
    with pytest.raises(OutputError, match=r"cannot write .*page\.html"):
        write_page(tmp_path / "page.html", views.a_view_without_effects())
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]
