"""`lvsegu bench` prints a row for each engine and network, with the ratio to the classic U-Net on the same engine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from LVSegULib.benchmark import bench, limit
from LVSegULib.benchmark.bench import Contender, Timing
from LVSegULib.benchmark.limit import Limit
from LVSegULib.commands.main import main


def a_timing(contender: Contender, *_: object) -> Timing:
    milliseconds = 200.0 if contender.label == "classic U-Net" else 4.0
    return Timing(contender, milliseconds, milliseconds - 1, milliseconds + 1, 123.0, 0.0002)


@pytest.fixture
def a_benchmark_that_takes_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limit, "measure_limit", lambda threads: Limit(threads or 2, 1e11, 1e10))
    monkeypatch.setattr(bench, "bench", lambda contenders, *_, **__: [a_timing(one) for one in contenders])


@pytest.mark.usefixtures("a_benchmark_that_takes_no_time")
def test_table_and_json(
    a_model_that_finds_bright_pixels: Path, the_sample_patient: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [
        "bench",
        "--model",
        str(a_model_that_finds_bright_pixels),
        "--input",
        str(the_sample_patient),
        "--size",
        "64",
    ]
    assert main(words) == 0
    shown = capsys.readouterr().out
    assert "classic U-Net  onnxruntime           200.00" in shown
    assert "      50.0 " in shown  # 200 ms against 4 ms
    assert "2 threads" in shown and "at best 100 G multiply-adds/s and 10 GB/s" in shown
    assert " 200 " in shown  # pixels of a million
    assert main([*words, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    ratios = {(row["network"], row["way"]): row["times_faster_than_classic"] for row in rows}
    assert ratios["classic U-Net", "torch"] == 1.0
    assert {ratios[network, way] for network, way in ratios if way == "onnxruntime"} >= {50.0, 1.0}
    assert {ratios[network, way] for network, way in ratios if "int8" in way} == {None}


@pytest.mark.parametrize("words", [["--size", "63"], ["--rounds", "0"]])
def test_impossible_numbers_are_usage_errors(
    a_model_that_finds_bright_pixels: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", "--model", str(a_model_that_finds_bright_pixels), *words]) == 2
    assert "--size a multiple of 2" in capsys.readouterr().err
