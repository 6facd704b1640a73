"""Documents quote figures between two comments, and nothing between them is typed by hand."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from LVSegULib.errors import UsageError
from LVSegULib.modelfolder.folder import installed_models
from LVSegULib.rebuild.document_tables import TABLES
from LVSegULib.rebuild.documents import BLOCK, documents, filled, write_documents
from LVSegULib.rebuild.figures import FIGURES, read_figures
from LVSegULib.rebuild.recipe import read_recipes
from Testing.rebuild.test_recipe import RECIPES, ROOT


def a_figure(value: float, n: int = 21) -> dict[str, Any]:
    return {"value": value, "low": value - 0.01, "high": value + 0.01, "n": n}


JUDGED = {
    "title": "Set A, 21 adults",
    "dice_pooled": a_figure(0.94),
    "dice_per_patient": a_figure(0.93),
    "dice_per_volume": a_figure(0.92),
    "dice_ED": a_figure(0.95),
    "ef_absolute_error": a_figure(4.04),
    "labels": {"MYO": {"dice_per_volume": a_figure(0.85), "dice_ED": a_figure(0.86), "dice_ES": a_figure(0.84)}},
}
CHANGE = {"dice_per_patient": a_figure(-0.0006), "ef_absolute_error": a_figure(0.04)}
A_ROW = {
    "network": "m",
    "way": "fast",
    "ms_per_slice": 1.25,
    "fastest_ms": 1.2,
    "slowest_ms": 1.5,
    "slices_per_second": 800.0,
    "times_faster_than_classic": 63.4,
    "times_faster_than_nnunet": None,
    "differing": 0.0002,
    "peak_memory_mb": 107.0,
}
LIMIT = {"threads": 2, "multiply_adds_per_second": 157e9, "bytes_per_second": 29e9}
A_MODEL = {
    "parameters": 251061,
    "evaluations": {
        "A": JUDGED | {"unpruned": JUDGED | {"dice_pooled": a_figure(0.95)}, "change": CHANGE},
        "B": {"title": "challenge"},
    },
    "bench": {"values": {"rows": [A_ROW], "limit": LIMIT}},
    "cine": {"seconds": 1.84, "values": {"seconds": {"read": 0.32, "total": 1.5}}},
    "cines": {"values": {"seconds": {"read": 0.3, "total": 1.14}}},
    "quality": {
        "patients": 20,
        "slices": 1552,
        "bad_slices": 30,
        "area_under_roc": {"value": 0.96, "low": 0.94, "high": 0.98},
        "bad_found": {"value": 0.9, "low": 0.85, "high": 0.95},
        "false_alarms": {"value": 0.08, "low": 0.07, "high": 0.1},
    },
    "compare": {"values": "| a |\n|---|\n| 1 |"},
}
SOME = {"m": A_MODEL}


def block(name: str, text: str = "?") -> str:
    return f"<!-- figures: {name} -->{text}<!-- /figures -->"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("m/parameters:,", "251,061"),
        ("m/evaluations/A/dice_pooled/value:.3f", "0.940"),
        ("m/bench/values/rows/m fast/slices_per_second:.0f", "800"),
        ("m/compare/values", "\n\n| a |\n|---|\n| 1 |\n\n"),
    ],
)
def test_a_block_holds_a_value(name: str, text: str) -> None:
    assert filled(f"It has {block(name)} of them.", SOME, "x.md") == f"It has {block(name, text)} of them."


def lines_of(kind: str) -> list[str]:
    return filled(block(f"{kind} m", "old\nlines"), SOME, "x.md").splitlines()


def test_the_table_of_regions() -> None:
    assert lines_of("regions") == [
        "<!-- figures: regions m -->",
        "",
        "| Set A, 21 adults | Dice per volume | ED | ES |",
        "|---|---|---|---|",
        "| LV blood pool | 0.920 (0.910 to 0.930) | 0.950 (0.940 to 0.960) | - |",
        "| LV myocardium | 0.850 (0.840 to 0.860) | 0.860 (0.850 to 0.870) | 0.840 (0.830 to 0.850) |",
        "",
        "<!-- /figures -->",
    ]


def test_the_table_of_dice() -> None:
    assert lines_of("dice") == [
        "<!-- figures: dice m -->",
        "",
        "| | Set A, 21 adults |",
        "|---|---|",
        "| Dice, pooled | 0.940 (0.930 to 0.950) |",
        "| Dice per patient | 0.930 (0.920 to 0.940) |",
        "| Dice per slice | - |",
        "| error of LVEF, points | 4.0 (4.0 to 4.0) |",
        "",
        "<!-- /figures -->",
    ]


def test_the_table_of_flags() -> None:
    assert lines_of("quality")[2:7] == [
        "| 20 patients, 1,552 slices, 30 of them bad | |",
        "|---|---|",
        "| bad slices found | 90.0 % (85.0 to 95.0) |",
        "| false alarms, of the other slices | 8.0 % (7.0 to 10.0) |",
        "| area under the ROC curve | 0.960 (0.940 to 0.980) |",
    ]


def test_the_table_of_pruning_has_both() -> None:
    lines = lines_of("pruning")
    assert lines[2] == "| | Set A, 21 adults, before | after |"
    assert lines[4] == "| Dice, pooled | 0.950 (0.940 to 0.960) | 0.940 (0.930 to 0.950) |"
    assert lines[-4:-2] == [
        "| Dice per patient, change in each patient | | -0.0006 (-0.0106 to 0.0094) |",
        "| error of LVEF, points, change in each patient | | 0.04 (0.03 to 0.05) |",
    ]
    whole = {"m": {"evaluations": {"A": JUDGED}}}
    assert "This model is not pruned." in filled(block("pruning m"), whole, "x.md")


def test_the_tables_of_speed() -> None:
    lines = lines_of("speed")
    assert lines[4] == "| m | fast | 1.25 | 1.20 | 1.50 | 800.0 | 63.4 | - | 200 | 107 |"
    assert "2 threads; at best 157 G multiply-adds/s and 29 GB/s." in lines
    assert lines_of("cine")[4:6] == ["| from start to files | 1.8 s | 1.1 s |", "| of which read | 0.32 s | 0.30 s |"]


@pytest.mark.parametrize("name", ["n/parameters:,", "m/filters", "m/parameters:q", "m/evaluations", "dice n", "m"])
def test_what_is_not_there_is_said(name: str) -> None:
    with pytest.raises(UsageError, match=f'x.md quotes "{name}", which the figures do not have'):
        filled(block(name), SOME, "x.md")


def test_documents_are_written_only_where_they_change(tmp_path: Path) -> None:
    (tmp_path / "docs" / "deep").mkdir(parents=True)
    readme, deep, plain = (tmp_path / name for name in ("README.md", "docs/deep/a.md", "docs/b.md"))
    readme.write_text(f"x {block('m/parameters')} y", encoding="utf-8")
    deep.write_text(f"x {block('m/parameters', '251061')} y", encoding="utf-8")
    plain.write_text("no figure", encoding="utf-8")
    assert write_documents(tmp_path, SOME) == [readme]
    assert readme.read_text(encoding="utf-8") == f"x {block('m/parameters', '251061')} y"
    assert write_documents(tmp_path, SOME) == []


def test_one_wrong_block_leaves_every_document_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "README.md").write_text(block("m/parameters"), encoding="utf-8")
    (tmp_path / "docs" / "a.md").write_text(block("m/nothing"), encoding="utf-8")
    with pytest.raises(UsageError, match="m/nothing"):
        write_documents(tmp_path, SOME)
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == block("m/parameters")


def numbers_in(values: Any) -> set[float]:
    """Every number in the figures, those within their texts too."""
    if isinstance(values, dict):
        return set().union(*(numbers_in(value) for value in values.values()), set())
    if isinstance(values, list):
        return set().union(*(numbers_in(value) for value in values), set())
    if isinstance(values, str):
        return {float(found.replace(",", "")) for found in re.findall(r"\d[\d,]*\.?\d*", values)}
    return {float(values)} if isinstance(values, (int, float)) else set()


FIGURES_NOW = read_figures(RECIPES / FIGURES)
QUOTING = [path for path in documents(ROOT) if BLOCK.search(path.read_text(encoding="utf-8"))]
names = pytest.mark.parametrize("path", QUOTING, ids=lambda path: path.relative_to(ROOT).as_posix())


@names
def test_the_committed_documents_say_what_the_committed_figures_make(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert filled(text, FIGURES_NOW, path.name) == text, "run `make figures`"


def test_the_committed_figures_are_those_of_the_shipped_models() -> None:
    shipped = {model.path.name: model.spec for model in installed_models()}
    for recipe in (one for one in read_recipes(RECIPES) if one.train and one.name in shipped):
        spec, found = shipped[recipe.name], FIGURES_NOW[recipe.name]
        assert found["parameters"] == spec.parameters
        assert spec.figures
        assert found["quality"] == spec.quality["figures"], "run `make models`"
        for data, values in spec.figures.items():
            assert found["evaluations"][data] | values == found["evaluations"][data], "run `make models`"


@names
def test_every_quoted_number_is_a_figure(path: Path) -> None:
    """Told by the numbers alone, without the code that wrote them: each is a figure, rounded, maybe in other units."""
    known = numbers_in(FIGURES_NOW)
    for match in BLOCK.finditer(path.read_text(encoding="utf-8")):
        quoted = match[0].removeprefix(f"<!-- figures: {match['name']} -->").removesuffix("<!-- /figures -->")
        for number in re.findall(r"(?<![\w.-])-?\d[\d,]*\.?\d*", quoted):
            digits = len(number.partition(".")[2])
            wanted = float(number.replace(",", ""))
            near = 0.5 * 10**-digits + 1e-9
            assert any(abs(abs(one) * scale - abs(wanted)) <= near for one in known for scale in (1, 100, 1e6, 1e-9)), (
                f"{number} of {match['name']}"
            )


@names
def test_a_single_value_never_begins_a_line(path: Path) -> None:
    """Markdown takes a line that begins with a comment for HTML, and shows its stars and backticks as they are."""
    text = path.read_text(encoding="utf-8")
    for match in BLOCK.finditer(text):
        line = text[: match.start()].rpartition("\n")[2]
        is_single = "\n" not in match[0]
        assert not is_single or line.startswith("    ") or line.strip(" -*"), match["name"]


def test_the_readme_quotes_its_figures_from_blocks_only() -> None:
    text = BLOCK.sub("", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert re.findall(r"\b0\.[89]\d\d\b|\b\d{2,3},\d{3}\b", text) == []


def test_every_kind_of_table_is_used() -> None:
    used = {match["name"].partition(" ")[0] for path in QUOTING for match in BLOCK.finditer(path.read_text("utf-8"))}
    assert set(TABLES) <= used
