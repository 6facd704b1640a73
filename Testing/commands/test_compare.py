"""`lvsegu compare` reads its options and says a mistake in one line."""

from __future__ import annotations

import pytest

from LVSegULib.commands.main import main


def test_the_default_sizes_are_shown_as_they_are_given(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "--help"]) == 0
    assert "(default: 0.8 0.6 0.45 0.3 0.2)" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        (("compare", "nothing", "--data", "x", "--out", "y"), 'there is no model "nothing"', 2),
        (("compare", "lv", "--data", "x", "--out", "y", "--shares", "0.2", "0.4"), "from the largest to the small", 2),
        (("compare", "lv", "--out", "y"), "--data", 2),
    ],
)
def test_a_mistake_is_one_line_and_its_code(
    words: tuple[str, ...], said: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == code
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
