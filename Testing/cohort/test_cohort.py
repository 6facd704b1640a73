"""A cohort from its folder to its table: done once, gone on with, refused, and stopped."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from LVSegULib.cohort.case import Case
from LVSegULib.cohort.cluster import Workers
from LVSegULib.cohort.cohort import LOCK, OTHERS, Settings, Totals, Watch, segment_cohort
from LVSegULib.cohort.manifest import Ending
from LVSegULib.errors import Cancelled, EngineError, InputError, OutputError, UsageError
from LVSegULib.lock import locked
from Testing.bright_pixels import write_phantom
from Testing.cohort.small_cohort import touch, write_cohort
from Testing.conftest import LATIN_1, has_names_of_bytes


class Ended(list[str]):
    """The names of the cases that came to their end."""

    def __call__(self, case: Case, _ending: Ending) -> None:
        self.append(case.name)


def segment(folder: Path, out: Path, model: Path, *, retry_failed: bool = False) -> tuple[list[str], Totals]:
    ended = Ended()
    settings = Settings(str(model), "onnxruntime", retry_failed=retry_failed)
    totals = segment_cohort(folder, out, Workers(), settings, Watch(ended=ended))
    return sorted(ended), totals


def table(out: Path) -> dict[str, dict[str, str]]:
    with (out / "cohort.csv").open(encoding="utf-8", newline="") as file:
        return {row["name"]: row for row in csv.DictReader(file)}


def test_only_what_is_new_changed_lost_or_asked_for_is_done_again(tmp_path: Path, bright_model: Path) -> None:
    folder, out = write_cohort(tmp_path / "in"), tmp_path / "out"
    (folder / "dora.nii.gz").write_bytes(b"no image")
    ended, totals = segment(folder, out, bright_model)
    assert ended == ["anna", "bert", "cleo", "dora"]
    assert totals.status == Counter(done=3, failed=1)
    assert table(out)["dora"]["reason"].startswith(str(folder / "dora.nii.gz"))
    assert {path.name for path in out.iterdir()} >= {"cohort.csv", "cohort.parquet", "overview.html"}

    ended, totals = segment(folder, out, bright_model)
    assert ended == []
    assert totals.status == Counter(done=3, failed=1)

    write_phantom(folder / "emil.nii.gz")
    write_phantom(folder / "anna.nii.gz", (10, 8, 9))
    touch(folder / "anna.nii.gz")
    (out / "cases/bert/bert.png").unlink()
    assert segment(folder, out, bright_model)[0] == ["anna", "bert", "emil"]
    assert segment(folder, out, bright_model, retry_failed=True)[0] == ["dora"]
    rows = table(out)
    assert {name: row["attempts"] for name, row in rows.items()} == dict(zip(rows, "22121", strict=True))


def test_a_case_whose_input_is_gone_leaves_the_table_and_the_page(tmp_path: Path, bright_model: Path) -> None:
    folder, out = write_cohort(tmp_path / "in"), tmp_path / "out"
    segment(folder, out, bright_model)
    (folder / "bert.nii.gz").unlink()
    ended, totals = segment(folder, out, bright_model)
    assert (ended, totals.gone, totals.status) == ([], 1, Counter(done=2))
    assert sorted(table(out)) == ["anna", "cleo"]
    assert "bert" not in (out / "overview.html").read_text(encoding="utf-8")
    assert (out / "cases/bert/bert.seg.nrrd").is_file()


def test_a_table_that_could_not_be_written_is_written_by_the_next_run(
    tmp_path: Path, bright_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, out = write_cohort(tmp_path / "in", ["anna"]), tmp_path / "out"
    segment(folder, out, bright_model)
    write_phantom(folder / "bert.nii.gz")

    def refuse(path: Path, _rows: object) -> None:
        raise OutputError(f"cannot write {path}: No space left on device")

    with monkeypatch.context() as full_disk:
        full_disk.setattr("LVSegULib.cohort.cohort.write_csv", refuse)
        with pytest.raises(OutputError, match="No space left"):
            segment(folder, out, bright_model)
    assert sorted(table(out)) == ["anna"]
    assert segment(folder, out, bright_model)[0] == []
    assert sorted(table(out)) == ["anna", "bert"]


def test_a_manifest_that_is_lost_is_made_again_of_the_receipts(tmp_path: Path, bright_model: Path) -> None:
    folder, out = write_cohort(tmp_path / "in", ["anna"]), tmp_path / "out"
    segment(folder, out, bright_model)
    before = table(out)
    receipt = (out / "cases/anna/receipt.json").read_bytes()
    (out / "manifest.sqlite").unlink()
    segment(folder, out, bright_model)
    assert (out / "cases/anna/receipt.json").read_bytes() == receipt
    assert table(out) == before


def test_a_second_run_in_the_same_folder_is_refused(tmp_path: Path, bright_model: Path) -> None:
    folder, out = write_cohort(tmp_path / "in", ["anna"]), tmp_path / "out"
    message = r"another run of this cohort is at work in .*out: wait for it, or stop it"
    with locked(out, LOCK, OTHERS), pytest.raises(UsageError, match=message):
        segment(folder, out, bright_model)


def test_who_stops_it_gets_the_table_of_what_is_done(tmp_path: Path, bright_model: Path) -> None:
    folder, out = write_cohort(tmp_path / "in"), tmp_path / "out"

    def stop(_case: Case, _ending: Ending) -> None:
        raise KeyboardInterrupt

    settings = Settings(str(bright_model), "onnxruntime")
    with pytest.raises(Cancelled, match="stopped with 2 of 3 cases to do: the same command goes on"):
        segment_cohort(folder, out, Workers(), settings, Watch(ended=stop))
    assert len(table(out)) == 1
    assert not list(out.glob("cases/*/.*"))
    assert len(segment(folder, out, bright_model)[0]) == 2


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        (Settings("nowhere"), UsageError, 'there is no model "nowhere"'),
        (Settings("lv", "abacus"), UsageError, 'there is no engine "abacus"'),
    ],
)
def test_what_cannot_work_is_refused_at_once(
    tmp_path: Path, settings: Settings, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        segment_cohort(write_cohort(tmp_path / "in", ["anna"]), tmp_path / "out", Workers(), settings, Watch())


def test_a_scheduler_that_does_not_answer_is_said(
    tmp_path: Path, bright_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("LVSegULib.cohort.cluster.CONNECT_SECONDS", 1)
    workers = Workers(scheduler="tcp://127.0.0.1:9")
    with pytest.raises(EngineError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9: start one"):
        segment_cohort(
            write_cohort(tmp_path / "in", ["anna"]), tmp_path / "out", workers, Settings(str(bright_model)), Watch()
        )


def test_nothing_to_segment_is_said(tmp_path: Path, bright_model: Path) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(InputError, match="holds nothing to segment"):
        segment(tmp_path / "in", tmp_path / "out", bright_model)


def test_an_output_that_is_a_file_is_said(tmp_path: Path, bright_model: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(OutputError, match="choose another folder"):
        segment(write_cohort(tmp_path / "in", ["anna"]), tmp_path / "out", bright_model)


@has_names_of_bytes
def test_a_name_that_is_no_utf8_costs_nobody(tmp_path: Path, bright_model: Path) -> None:
    folder = write_cohort(tmp_path / "in", ["anna", "bert", "cleo"])
    (folder / "bert.nii.gz").rename(folder / f"{LATIN_1}.nii.gz")
    (folder / "cleo.nii.gz").rename(folder / f"{LATIN_1}.NII.GZ").write_bytes(b"no image")
    _, totals = segment(folder, tmp_path / "out", bright_model)
    assert totals.status == Counter(done=2, failed=1)
    rows = table(tmp_path / "out")
    assert sorted(row["source"] for row in rows.values()) == [
        f"{folder}/M\\xfcller.NII.GZ",
        f"{folder}/M\\xfcller.nii.gz",
        f"{folder}/anna.nii.gz",
    ]


def test_inputs_are_never_overwritten(tmp_path: Path, bright_model: Path) -> None:
    path = write_cohort(tmp_path / "out/cases/anna", ["anna"]) / "anna.nii.gz"
    before = path.read_bytes()
    with pytest.raises(OutputError, match="is not of a cohort"):
        segment(tmp_path / "out/cases", tmp_path / "out", bright_model)
    (tmp_path / "out/cases/anna/receipt.json").touch()
    with pytest.raises(UsageError, match="where the results go"):
        segment(tmp_path / "out/cases", tmp_path / "out", bright_model)
    assert path.read_bytes() == before
