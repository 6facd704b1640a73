"""Segmenting while the application stays responsive: done, cancelled, failed; what is left in the scene, and said."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from LVSegULib.errors import EngineError, InputError, UsageError
from Testing.desktop.scene import a_beating_heart, add_cine, add_volume, node_ids
from Testing.desktop.user import wait_until
from Testing.LVSegU.segmenting import process

pytest.importorskip("onnxruntime")


@dataclass
class Watch:
    """Starts requests and keeps what the callbacks are told."""

    logic: Any
    shares: list[float] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    ends: list[tuple[Any, str]] = field(default_factory=list)
    on_progress: Callable[[float], None] = lambda _: None

    def start(self, node: Any, **options: Any) -> None:
        from LVSegUSlicer.logic import Request

        self.logic.start(Request(node, **{"engine": "onnxruntime", **options}), self._progress, self._done)

    def run(self, node: Any, **options: Any) -> tuple[Any, str]:
        """Start, wait for the end, and return what it was."""
        self.start(node, **options)
        return self.end()

    def end(self) -> tuple[Any, str]:
        wait_until(lambda: not self.logic.isRunning)
        (end,) = self.ends
        self.ends.clear()
        return end

    def _progress(self, share: float, step: str) -> None:
        assert threading.current_thread() is threading.main_thread()
        self.shares.append(share)
        self.steps.append(step)
        self.on_progress(share)

    def _done(self, results: Any, error: str) -> None:
        assert threading.current_thread() is threading.main_thread()
        assert not self.logic.isRunning
        self.ends.append((results, error))


@pytest.fixture
def watch(a_scene: Any, the_desktop: Any) -> Watch:
    """A logic on an empty scene, watched; like every scene of the application it has a subject hierarchy."""
    from LVSegUSlicer.logic import LVSegULogic

    the_desktop.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(a_scene)
    return Watch(LVSegULogic())


@pytest.fixture
def a_cine(watch: Watch) -> Any:
    """A phantom of 12 frames in the scene."""
    assert not watch.logic.isRunning
    return add_cine(a_beating_heart(frames=12, slices=6, size=96))


def state_of(scene: Any) -> dict[str, Any]:
    """The nodes of a scene, what they refer to, and what its browsers play and show."""
    nodes = [scene.GetNthNode(index) for index in range(scene.GetNumberOfNodes())]
    roles: dict[str, list[str]] = {node.GetID(): [] for node in nodes}
    for node in nodes:
        node.GetNodeReferenceRoles(roles[node.GetID()])
    references = {
        (node.GetID(), role, index): node.GetNthNodeReferenceID(role, index)
        for node in nodes
        for role in roles[node.GetID()]
        for index in range(node.GetNumberOfNodeReferences(role))
    }
    browsers = {
        node.GetID(): (node.GetSelectedItemNumber(), node.GetNumberOfSynchronizedSequenceNodes(True))
        for node in nodes
        if node.IsA("vtkMRMLSequenceBrowserNode")
    }
    return {"ids": sorted(roles), "references": references, "browsers": browsers}


def test_the_result_is_that_of_process(watch: Watch, a_cine: Any) -> None:
    from LVSegUSlicer.scene_labels import readLabels

    results, error = watch.run(a_cine)
    assert error == ""
    blocking = process(watch.logic, a_cine, engine="onnxruntime")
    assert results.measures == blocking.measures
    first, second = readLabels(results.segmentationNode).labels, readLabels(blocking.segmentationNode).labels
    np.testing.assert_array_equal(first, second)


def test_progress_goes_up_through_the_steps(watch: Watch, a_cine: Any) -> None:
    results, _error = watch.run(a_cine)
    assert results is not None
    assert watch.shares == sorted(watch.shares)
    assert watch.shares[-1] == 1.0
    assert 0 <= watch.shares[0] < 0.5
    assert watch.steps[-1] == "Showing the result"


def test_only_one_runs_at_a_time(watch: Watch, a_cine: Any) -> None:
    watch.start(a_cine)
    with pytest.raises(UsageError, match="running already"):
        watch.start(a_cine)
    assert watch.end()[1] == ""


def test_an_input_that_cannot_be_segmented_is_refused_at_once(watch: Watch) -> None:
    with pytest.raises(InputError, match="choose a short-axis cine"):
        watch.start(None)
    assert not watch.logic.isRunning
    assert watch.ends == []


@pytest.mark.parametrize("share", [0.0, 0.3, 0.66, 0.8, 0.95, 1.0])
def test_cancelling_at_any_share_leaves_the_scene_as_it_was(
    watch: Watch, a_cine: Any, a_scene: Any, share: float
) -> None:
    before = state_of(a_scene)
    watch.on_progress = lambda done: watch.logic.cancel() if done >= share else None
    results, error = watch.run(a_cine)
    assert (results, error) == (None, "Cancelled")
    assert state_of(a_scene) == before
    watch.on_progress = lambda _: None
    assert watch.run(a_cine)[1] == ""


def test_cancelling_before_the_first_report(watch: Watch, a_cine: Any, a_scene: Any) -> None:
    before = state_of(a_scene)
    watch.start(a_cine)
    watch.logic.cancel()
    watch.logic.cancel()
    assert watch.end() == (None, "Cancelled")
    assert state_of(a_scene) == before
    watch.logic.cancel()
    assert watch.ends == []


def test_a_shown_frame_stays_shown(watch: Watch, a_cine: Any) -> None:
    from LVSegUSlicer.sequences import sequenceOf

    browser, _sequence = sequenceOf(a_cine)
    browser.SetSelectedItemNumber(7)
    assert watch.run(a_cine)[1] == ""
    assert browser.GetSelectedItemNumber() == 7


@pytest.mark.parametrize("which", ["volume", "browser", "sequence"])
def test_removing_the_input_ends_it_with_a_message(watch: Watch, a_cine: Any, a_scene: Any, which: str) -> None:
    from LVSegUSlicer.sequences import sequenceOf

    browser, sequence = sequenceOf(a_cine)
    watch.start(a_cine)
    a_scene.RemoveNode({"volume": a_cine, "browser": browser, "sequence": sequence}[which])
    before = state_of(a_scene)
    results, error = watch.end()
    assert results is None
    assert "the input was removed" in error
    assert state_of(a_scene) == before
    assert watch.run(add_volume(a_beating_heart(size=96)[0]))[1] == ""


def test_removing_the_input_when_the_worker_is_done(watch: Watch, a_scene: Any) -> None:
    node = add_volume(a_beating_heart(size=96)[0])
    watch.on_progress = lambda share: a_scene.RemoveNode(node) if share > 0.6 and node.GetScene() else None
    results, error = watch.run(node)
    assert results is None
    assert error
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode") == 0
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLTableNode") == 0


def test_closing_the_scene_ends_it_quietly(watch: Watch, a_cine: Any, a_scene: Any) -> None:
    watch.start(a_cine)
    a_scene.Clear(0)
    before = state_of(a_scene)
    assert watch.end() == (None, "Cancelled")
    assert state_of(a_scene) == before
    assert watch.run(add_cine(a_beating_heart(size=96)))[1] == ""


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (EngineError("the engine stopped: use another"), "the engine stopped: use another"),
        (MemoryError(), "out of memory: close other programs"),
        (IndexError("broken"), "Fault in LVSegU: IndexError: broken"),
        (SystemExit(3), "Fault in LVSegU: SystemExit: 3"),
    ],
)
def test_an_engine_that_fails_while_running_says_so(
    watch: Watch, a_cine: Any, a_scene: Any, monkeypatch: pytest.MonkeyPatch, error: BaseException, message: str
) -> None:
    from LVSegULib.engines.onnx import OnnxEngine

    calls: list[int] = []

    def fail_later(self: Any, images: Any) -> Any:
        calls.append(len(images))
        if len(calls) == 5:
            raise error
        return works(self, images)

    works = OnnxEngine.logits
    before = state_of(a_scene)
    with monkeypatch.context() as patched:
        patched.setattr(OnnxEngine, "logits", fail_later)
        results, said = watch.run(a_cine)
    assert results is None
    assert message in said
    assert "\n" not in said
    assert state_of(a_scene) == before
    assert watch.run(a_cine)[1] == ""


def test_a_failure_while_the_scene_is_written_takes_it_back(
    watch: Watch, a_cine: Any, a_scene: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from LVSegUSlicer import results_store

    def fail(*_: Any) -> Any:
        raise EngineError("no room for a chart")

    before = state_of(a_scene)
    with monkeypatch.context() as patched:
        patched.setattr(results_store, "writeChart", fail)
        assert watch.run(a_cine) == (None, "no room for a chart")
        with pytest.raises(EngineError, match="no room for a chart"):
            process(watch.logic, a_cine)
    assert state_of(a_scene) == before


def test_a_fault_in_the_progress_callback_ends_it(watch: Watch, a_cine: Any, a_scene: Any) -> None:
    def break_down(_: float) -> None:
        raise ValueError("the panel is gone")

    before = state_of(a_scene)
    watch.on_progress = break_down
    results, error = watch.run(a_cine)
    assert results is None
    assert "the panel is gone" in error
    assert state_of(a_scene) == before


def test_a_fault_after_a_known_reason_is_not_reported(a_scene: Any, caplog: pytest.LogCaptureFixture) -> None:
    assert a_scene is not None
    from LVSegUSlicer.started_run import StartedRun

    def fail(_report: Any) -> None:
        raise IndexError("nothing there")

    ends: list[tuple[Any, str]] = []
    run: Any = SimpleNamespace(work=fail, write=lambda *_: None, checkInput=lambda: None)
    started = StartedRun(run, lambda *_: None, lambda *end: ends.append(end), lambda: None)
    started.cancel("the input was removed")
    wait_until(started.poll)
    assert ends == [(None, "the input was removed")]
    assert caplog.text == ""


@pytest.mark.parametrize("share", [0.3, 0.8, 1.0])
def test_the_scene_may_be_closed_in_a_callback(watch: Watch, a_cine: Any, a_scene: Any, share: float) -> None:
    """A panel handles the user's clicks while it shows the progress; another scene may be open when that returns."""
    assert a_cine is not None
    added: list[Any] = []

    def close(done: float) -> None:
        if done >= share and not added:
            a_scene.Clear(0)
            added.append(add_volume(a_beating_heart()[0], "of the next scene"))

    watch.on_progress = close
    assert watch.run(a_cine) == (None, "Cancelled")
    assert a_scene.IsNodePresent(added[0])
    for kind in ("Segmentation", "Table", "Sequence", "SequenceBrowser", "PlotChart"):
        assert a_scene.GetNumberOfNodesByClass(f"vtkMRML{kind}Node") == 0


@pytest.mark.parametrize("share", [0.3, 0.8])
def test_a_run_may_be_abandoned_in_a_callback(watch: Watch, a_cine: Any, a_scene: Any, share: float) -> None:
    before = state_of(a_scene)
    watch.on_progress = lambda done: watch.logic.abandon() if done >= share else None
    watch.start(a_cine)
    wait_until(lambda: not watch.logic.isRunning)
    wait_until(lambda: state_of(a_scene) == before)
    assert watch.ends == []


def test_an_abandoned_run_tells_nobody(watch: Watch, a_cine: Any, a_scene: Any) -> None:
    before = state_of(a_scene)
    watch.start(a_cine)
    watch.logic.abandon()
    assert not watch.logic.isRunning
    assert watch.run(add_volume(a_beating_heart(size=96)[0]))[1] == ""
    assert watch.ends == []
    a_scene.RemoveNode(a_scene.GetFirstNodeByName("sax LV"))
    assert set(before["ids"]) <= node_ids()


def test_the_engine_is_opened_once_for_the_same_model_and_threads(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    from LVSegUSlicer import worker

    opened: list[tuple[str, int | None]] = []
    opens = worker.open_engine

    def count(model: Any, name: str, threads: int | None) -> Any:
        opened.append((name, threads))
        return opens(model, name, threads)

    monkeypatch.setattr(worker, "open_engine", count)
    monkeypatch.setattr(worker, "_engines", worker._Last(worker.open_engine))
    node = add_volume(a_beating_heart(size=96)[0])
    for threads in (None, None, 1, 1):
        assert watch.run(node, threads=threads)[1] == ""
    assert opened == [("onnxruntime", None), ("onnxruntime", 1)]


def test_automatic_never_opens_an_engine_that_the_panel_does_not_offer(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    from LVSegUSlicer import packages, worker

    def open_none(_model: Any, name: str, _threads: int | None) -> Any:
        opened.append(name)
        raise EngineError("one name is enough")

    opened: list[str] = []
    monkeypatch.setattr(packages, "isImportable", lambda name: name in ("openvino", "torch"))
    monkeypatch.setattr(packages, "installedVersion", {"openvino": "2026.4.1", "torch": "2.13.0"}.get)
    monkeypatch.setattr(worker, "_engines", worker._Last(open_none))
    watch.run(add_volume(a_beating_heart(size=96)[0]), engine="auto")
    assert opened == ["torch"]
