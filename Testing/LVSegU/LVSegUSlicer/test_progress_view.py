"""The progress bar, the time left, and Apply that turns into Cancel."""

from typing import Any

import pytest

from Testing.desktop.start import OpenModule


@pytest.fixture
def a_clock() -> dict[str, float]:
    return {"now": 100.0}


@pytest.fixture
def a_progress_view(the_panel: OpenModule, a_clock: dict[str, float]) -> Any:
    from LVSegUSlicer.progress_view import ProgressView

    return ProgressView(the_panel.panel.ui, clock=lambda: a_clock["now"])


@pytest.mark.parametrize(
    ("fraction", "elapsed_s", "words"),
    [
        (0.25, 1.0, "about 3 s left"),  # three quarters are left, at 1 s a quarter
        (0.5, 0.9, ""),  # too early
        (0.0, 10.0, ""),
        (1.0, 10.0, ""),
        (0.999, 2.0, "about 1 s left"),
        (0.1, 20.0, "about 3 min left"),  # 180 s
    ],
)
def test_time_left(the_desktop: Any, fraction: float, elapsed_s: float, words: str) -> None:  # noqa: ARG001
    from LVSegUSlicer.progress_view import timeLeft

    assert timeLeft(fraction, elapsed_s) == words


def test_apply_turns_into_cancel_and_back(the_panel: OpenModule, a_progress_view: Any) -> None:
    ui = the_panel.panel.ui
    a_progress_view.start()
    assert (ui.applyButton.text, ui.applyButton.enabled) == ("Cancel", True)
    a_progress_view.allow("the input was removed")
    assert ui.applyButton.enabled, "the work can be cancelled whatever becomes of the input"
    a_progress_view.cancelling()
    assert not ui.applyButton.enabled
    a_progress_view.finish("Cancelled", isDone=False)
    a_progress_view.allow("")
    assert (ui.applyButton.text, ui.applyButton.enabled, ui.progressBar.value) == ("Apply", True, 0)
    assert ui.statusLabel.text == "Cancelled"


def test_the_bar_and_the_status_follow_the_work(
    the_panel: OpenModule, a_progress_view: Any, a_clock: dict[str, float]
) -> None:
    ui = the_panel.panel.ui
    a_progress_view.start()
    a_clock["now"] += 2.0
    a_progress_view.show(0.25, "Segmenting")
    assert (ui.progressBar.value, ui.statusLabel.text) == (25, "Segmenting, about 6 s left")
    a_progress_view.finish("Done", isDone=True)
    assert ui.progressBar.value == 100
