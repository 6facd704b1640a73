"""A search that was stopped goes on from its file."""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path

import pytest
import safetensors
import torch
from safetensors.torch import save_file
from torch import Tensor

from LVSegULib.errors import InputError
from LVSegULib.pruning import checkpoint
from LVSegULib.pruning.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from LVSegULib.pruning.log import Row
from LVSegULib.pruning.state import State
from Testing.pruning.networks import UNEVEN, uneven_layers

ABOUT = {"model": "uneven"}


def a_checkpoint() -> Checkpoint:
    state = State.whole(UNEVEN, uneven_layers())
    return Checkpoint(state, State.whole(UNEVEN, uneven_layers(2)), (Row(0, 10, 1.5, 0.0, 0.9, 2.0),))


def tensors_of(found: Checkpoint) -> list[Tensor]:
    states = (found.state, found.best)
    layers = [tensor for state in states for layer in state.layers.values() for tensor in (layer.kernels, layer.bias)]
    return layers + [tensor for state in states for tensor in (*state.alive.values(), *state.mixes.values())]


def test_a_checkpoint_comes_back(tmp_path: Path) -> None:
    saved = a_checkpoint()
    save_checkpoint(tmp_path / "a.safetensors", saved, ABOUT)
    found = load_checkpoint(tmp_path / "a.safetensors", ABOUT, list(saved.state.layers))
    assert found.rows == saved.rows
    assert (found.state.config, found.best.config) == (UNEVEN, UNEVEN)
    for one, other in zip(tensors_of(found), tensors_of(saved), strict=True):
        assert torch.equal(one, other) and one.dtype == other.dtype


def test_a_checkpoint_of_another_search_is_refused(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "a.safetensors", a_checkpoint(), ABOUT)
    with pytest.raises(InputError, match="is of another search"):
        load_checkpoint(tmp_path / "a.safetensors", {"model": "other"}, [])


def test_no_tensor_keeps_the_file_open_so_that_windows_can_replace_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lent: list[Tensor] = []

    class Lending:
        """A file whose tensors lie in it, as those of safetensors do on Windows."""

        def __init__(self, path: Path, framework: str) -> None:
            self._opened = safetensors.safe_open(path, framework=framework)

        def __enter__(self) -> Lending:
            self._file = self._opened.__enter__()
            return self

        def __exit__(self, *trouble: object) -> None:
            self._opened.__exit__(*trouble)

        def metadata(self) -> dict[str, str]:
            return dict(self._file.metadata())

        def get_tensor(self, name: str) -> Tensor:
            lent.append(self._file.get_tensor(name))
            return lent[-1]

    saved = a_checkpoint()
    save_checkpoint(tmp_path / "a.safetensors", saved, ABOUT)
    monkeypatch.setattr(checkpoint, "safe_open", Lending)
    found = load_checkpoint(tmp_path / "a.safetensors", ABOUT, list(saved.state.layers))
    in_the_file = {tensor.untyped_storage().data_ptr() for tensor in lent}
    assert len(lent) == len(tensors_of(found))
    assert not in_the_file & {tensor.untyped_storage().data_ptr() for tensor in tensors_of(found)}


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "null",
        "[" * 100_000,
        '{"about": {"model": "uneven"}}',
        '{"about": {"model": "uneven"}, "state": []}',
        '{"about": {"model": "uneven"}, "state": {"encoder": [[1e400, 1]], "decoder": []}}',
        '{"about": {"model": "uneven"}, "state": {"encoder": [[1], [1]], "decoder": [[1]]}}',
        '{"about": {"model": "uneven"}, "state": {"encoder": [], "decoder": [], "input_channels": 1, '
        '"output_channels": 1}}',
    ],
)
def test_what_is_no_checkpoint_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.safetensors"
    save_file({"x": torch.zeros(1)}, path, metadata={"lvsegu": text})
    said = r"\(.+\), a damaged file or one of another version: remove its folder, and start without --resume"
    with pytest.raises(InputError, match=said):
        load_checkpoint(path, ABOUT, ["encoder.0.0"])


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """As after a hiccup of the disk: nobody is told to remove what took hours."""
    for path in (tmp_path, tmp_path / "none.safetensors"):
        with pytest.raises(InputError) as refused:
            load_checkpoint(path, ABOUT, [])
        assert str(refused.value).startswith(f"cannot read {path} (")
        assert str(refused.value).endswith("): check the disk and its permissions, and try again")


def test_a_file_that_may_not_be_read_is_not_said_to_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    save_checkpoint(tmp_path / "a.safetensors", a_checkpoint(), ABOUT)
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError, match=r"cannot read .*a\.safetensors \(Permission denied\): check the disk"):
        load_checkpoint(tmp_path / "a.safetensors", ABOUT, [])


def test_a_broken_checkpoint_is_named(tmp_path: Path) -> None:
    path, names = tmp_path / "a.safetensors", list(a_checkpoint().state.layers)
    save_checkpoint(path, a_checkpoint(), ABOUT)
    with pytest.raises(InputError, match=r"cannot resume from .*a\.safetensors"):
        load_checkpoint(path, ABOUT, [*names, "another"])
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(InputError, match=r"cannot resume from .*a\.safetensors"):
        load_checkpoint(path, ABOUT, names)
    save_checkpoint(path, replace(a_checkpoint(), rows=()), ABOUT)
    with pytest.raises(InputError, match="it holds no round"):
        load_checkpoint(path, ABOUT, names)
