"""The page holds the cohort's figures, is safe whatever names it shows, asks for nothing, and is small."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from LVSegULib.cohort.outliers import mark_outliers
from LVSegULib.cohort.overview import write_overview
from LVSegULib.errors import OutputError
from Testing.cohort.table_rows import a_done_row, a_failed_row
from Testing.read_page import Read

SCRIPTS = 7
NASTY = '</script ><script>alert("&amp; & co")</script><!-- <script {{data}} {{overview_values.html}}'


def written(folder: Path, rows: list[dict[str, Any]], **about: str) -> str:
    write_overview(folder / "overview.html", rows, about)
    return (folder / "overview.html").read_text(encoding="utf-8")


def unpacked(packed: dict[str, Any], count: int) -> list[Any]:
    if "values" in packed:
        values = packed["values"]
    elif "distinct" in packed:
        values = [packed["distinct"][which] for which in packed["which"]]
    else:
        values = [packed["all"]] * count
    return [packed["prefix"] + value for value in values] if "prefix" in packed else values


def test_the_page_holds_every_case(tmp_path: Path) -> None:
    rows = [
        a_done_row("far", LVEF_percent=12.3456, outlier=7.4, outlier_reason="LVEF 12 %, half of the cohort 52 to 61 %"),
        a_done_row("usual", LVEF_percent=57.0, outlier=0.1, outlier_reason=""),
        a_failed_row("broken", "is empty"),
    ]
    values = Read(written(tmp_path / "mice", rows, model="lv", lvsegu="1.2")).values
    texts = {key: unpacked(packed, 3) for key, packed in values["texts"].items()}
    assert texts["name"] == ["far", "broken", "usual"]
    assert texts["status"] == ["done", "failed", "done"]
    assert texts["outlier_reason"][0] == "LVEF 12 %, half of the cohort 52 to 61 %"
    assert texts["reason"] == ["", "/data/broken.nii.gz: is empty", ""]
    columns = {column["key"]: column for column in values["columns"]}
    assert unpacked(columns["LVEF_percent"], 3) == [12.35, None, 57]
    assert columns["LVEF_percent"]["range"][2] == pytest.approx((12.3456 + 57) / 2)
    assert values["kinds"] == [{"text": "is empty", "count": 1}]
    assert (values["title"], values["about"]) == ("mice", {"model": "lv", "lvsegu": "1.2"})
    assert values["times"] == "2026-03-01 10:00 to 10:00 UTC"


def test_names_and_reasons_cannot_break_out_of_the_page(tmp_path: Path) -> None:
    rows = [
        a_done_row(NASTY, outlier=9.0, warnings=NASTY, outlier_reason=NASTY, worker=NASTY),
        a_failed_row("b", NASTY),
    ]
    found = Read(written(tmp_path, rows, model=NASTY, restriction=NASTY))
    assert len(found.scripts) == SCRIPTS + 1
    (data,) = (code for attributes, code in found.scripts if "id" in attributes)
    assert not set("<>&") & set(data)
    assert unpacked(found.values["texts"]["name"], 2)[0] == found.values["about"]["restriction"] == NASTY
    assert found.values["kinds"][0]["text"] == " ".join(NASTY.split())
    assert "alert" not in "".join(code for attributes, code in found.scripts if "id" not in attributes)


def test_the_name_of_the_folder_cannot_break_out_of_the_title(tmp_path: Path) -> None:
    folder = tmp_path / "<b>&amp; co"
    found = Read(written(folder, []))
    assert found.title == "<b>&amp; co: cohort"
    assert found.values["title"] == "<b>&amp; co"


def test_the_page_asks_for_nothing(tmp_path: Path) -> None:
    text = written(tmp_path, [a_done_row("a")])
    assert Read(text).addresses == ["data:,"]
    without_namespace = text.replace("http://www.w3.org/2000/svg", "")
    for forbidden in ("http:", "https:", "eval(", "Function(", "@import", "url(", "import(", "fetch(", "innerHTML"):
        assert forbidden not in without_namespace
    assert "default-src 'none'" in text
    assert "{{" not in text
    assert "Not for clinical use" in text


def test_the_page_is_the_same_for_the_same_cohort(tmp_path: Path) -> None:
    rows = [a_done_row("a", LVEF_percent=50.0), a_failed_row("b", "is empty")]
    assert written(tmp_path, rows, model="lv") == written(tmp_path, rows, model="lv")


def test_a_cohort_without_cases_has_a_page(tmp_path: Path) -> None:
    values = Read(written(tmp_path, [])).values
    assert (values["count"], values["columns"], values["times"]) == (0, [], "")


def many_rows(count: int) -> list[dict[str, Any]]:
    random = np.random.default_rng(5)
    volumes, fractions = 140 * random.lognormal(0, 0.2, count), random.normal(57, 8, count)
    rows = [
        a_done_row(
            f"patient{number:05d}",
            LVEDV_ml=float(ed),
            LVESV_ml=float(ed * (1 - ef / 100)),
            LVSV_ml=float(ed * ef / 100),
            LVEF_percent=float(ef),
            quality=round(float(random.uniform(0.9, 1)), 4),
            seconds_total=round(float(random.uniform(1, 2)), 4),
            input_sha256=f"{number:064x}",
        )
        for number, (ed, ef) in enumerate(zip(volumes, fractions, strict=True))
    ]
    mark_outliers(rows)
    return rows


def test_a_case_takes_little_room(tmp_path: Path) -> None:
    sizes = [len(written(tmp_path, many_rows(count))) for count in (100, 2100)]
    assert (sizes[1] - sizes[0]) / 2000 < 150  # bytes; 20,000 cases are less than 3 MB


def test_every_part_of_the_page_is_shipped() -> None:
    root = Path(__file__).parents[2]
    parts = {path.name for path in (root / "LVSegULib" / "cohort").glob("*.html")}
    text = (root / "LVSegULib" / "cohort" / "overview.html").read_text(encoding="utf-8")
    assert parts == {"overview.html", *re.findall(r"\{\{(overview_\w+\.html)\}\}", text)}
    assert '"cohort/*.html"' in (root / "pyproject.toml").read_text(encoding="utf-8")


def test_a_folder_in_the_way_is_an_error_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "overview.html").mkdir()
    with pytest.raises(OutputError, match=r"cannot write .*overview\.html"):
        write_overview(tmp_path / "overview.html", [], {})
    assert [path.name for path in tmp_path.iterdir()] == ["overview.html"]
