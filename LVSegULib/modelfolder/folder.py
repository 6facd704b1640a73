"""Model folders: find them, check them, read their weights, write them. Nothing is ever unpickled."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from LVSegULib.atomic import HALF_WRITTEN, folder_written_whole
from LVSegULib.counted_files import is_of_the_system
from LVSegULib.errors import ModelError, OutputError, UsageError, reason
from LVSegULib.modelfolder.names import DEFAULT_MODEL
from LVSegULib.modelfolder.onnx_bytes import reads_other_files
from LVSegULib.modelfolder.spec import ModelSpec, check_grid, spec_from_json
from LVSegULib.modelfolder.weights import Weights, check_weights

SHIPPED = Path(__file__).parent.parent / "models"

LAST = "last"
"""The folder in that of a training run that holds the model of the last step."""

SPEC, WEIGHTS, CARD = "model.json", "weights.safetensors", "CARD.md"

ONNX, BLOCKS = "model.onnx", "blocks.onnx"
"""The network as a graph that names its layers, and, where that is faster, laid out in blocks as well."""

OWN_FILES = (SPEC, WEIGHTS, CARD, ONNX, BLOCKS, "worst.png", "quality.png", "pruning.csv", "pruning.png")
"""All that commands write into a model folder."""

_LOCKS = tuple(f".{of}.lock" for of in ("training", "pruning", "comparison", "rebuild", "adding", "cohort"))
"""What a command that was started in a model folder by mistake leaves there."""

NO_PICTURES: Mapping[str, bytes] = {}


@dataclass(frozen=True)
class ModelFolder:
    """A model on disk: `path`, and the `spec` read from its `model.json`."""

    path: Path
    spec: ModelSpec

    def checked(self, name: str) -> Path:
        """The path of a file of weights, after its hash has been compared.

        Raises:
            ModelError: the file is missing, or is not the one that `model.json` describes.
        """
        path = self.path / name
        expected = self.spec.sha256.get(name)
        if expected is None or not path.is_file():
            raise ModelError(f"{self.path}: {name} is missing: copy the model folder again")
        if _sha256(path) != expected:
            raise ModelError(
                f"{self.path}: {name} is not the file that model.json describes (its SHA-256 differs): copy the "
                f"model folder again"
            )
        return path

    def graph(self, name: str) -> bytes:
        """The content of an ONNX file, after its hash has been compared.

        Raises:
            ModelError: as with `checked`; or it takes numbers from other files, which that hash says nothing of.
        """
        graph = self.checked(name).read_bytes()
        if reads_other_files(graph):
            raise ModelError(f"{self.path}: {name} takes weights from other files: export it with its weights inside")
        return graph

    @property
    def fastest_graph(self) -> str:
        """The name of the graph that ONNX Runtime runs fastest: `BLOCKS` if the model has one, else `ONNX`."""
        return BLOCKS if BLOCKS in self.spec.sha256 else ONNX

    def weights(self) -> Weights:
        """The weights by PyTorch's names, float32.

        Raises:
            ModelError: the file is missing, altered, or does not fit the network.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        path = self.checked(WEIGHTS)
        try:
            weights = dict(load_file(path))
        except (SafetensorError, OSError, KeyError, TypeError) as error:  # the last two: of types that numpy lacks
            raise ModelError(f"{path} cannot be read, is it damaged? Copy the model folder again") from error
        check_weights(weights, self.spec.network, str(path))
        return weights


def open_model(path: Path) -> ModelFolder:
    """The model in the folder `path`; weights are checked when they are used.

    Raises:
        ModelError: no `model.json`, or one that cannot be read.
    """
    if not (path / SPEC).is_file():
        inside = f": give {path / LAST}" if (path / LAST / SPEC).is_file() else ""
        raise ModelError(f"{path} is not a model folder: it has no {SPEC}{inside}")
    try:
        text = (path / SPEC).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{path / SPEC} cannot be read ({reason(error)}): copy the model folder again") from error
    return ModelFolder(path, spec_from_json(text, str(path)))


def installed_models() -> tuple[ModelFolder, ...]:
    """The models that come with LVSegU, by name."""
    return tuple(open_model(path.parent) for path in sorted(SHIPPED.glob(f"*/{SPEC}")))


def default_first(models: Sequence[ModelFolder]) -> list[ModelFolder]:
    """The same models with the default one at the head; the others stay in their order."""
    return sorted(models, key=lambda model: model.path.name != DEFAULT_MODEL)


def find_model(name: str) -> ModelFolder:
    """A model by the name of an installed one, or by its folder.

    Raises:
        UsageError: neither a name nor a folder.
        ModelError: the folder is no model, or a broken one.
    """
    if (SHIPPED / name / SPEC).is_file():
        return open_model(SHIPPED / name)
    if Path(name).is_dir():
        return open_model(Path(name))
    known = ", ".join(model.spec.name for model in installed_models()) or "none"
    raise UsageError(f'there is no model "{name}": installed are {known}; or give the path of a model folder')


def check_place(path: Path, *, replace: bool = False) -> None:
    """Refuse to write a model where it would replace another that is to stay, or anything else.

    Args:
        path: the new model folder.
        replace: whether a model that is there may go.

    Raises:
        OutputError: `path` is a file, a folder with something else in it, or a model and `replace` is false.
    """
    _refuse_other_than_model(path)
    if not (path / SPEC).is_file():
        return
    if foreign := min((entry.name for entry in path.iterdir() if not _may_go(entry.name)), default=""):
        raise OutputError(
            f"{path} holds {foreign} beside a model, which would be lost: move it, or choose another --out"
        )
    if not replace:
        raise OutputError(f"{path} holds a model already: choose another --out, or pass --replace to replace it")


def _may_go(name: str) -> bool:
    """Whether a file of a model folder is the model's own, or nobody's."""
    left = HALF_WRITTEN.fullmatch(name)
    return name in _LOCKS or is_of_the_system(name) or (left["name"] if left else name) in OWN_FILES


def _refuse_other_than_model(path: Path) -> None:
    if path.is_dir() and ((path / SPEC).is_file() or not any(path.iterdir())):
        return
    if path.exists():
        raise OutputError(f"{path} is there already and is no model folder: choose another folder")


def refuse_itself(path: Path, model: ModelFolder) -> None:
    """Refuse to write what is made of `model` over it.

    Raises:
        UsageError: `path` is the model's own folder.
    """
    if path.resolve() == model.path.resolve():
        raise UsageError(f"{path} is the model itself: choose another --out")


def save_model(
    path: Path, spec: ModelSpec, weights: Weights, card: str, pictures: Mapping[str, bytes] = NO_PICTURES
) -> ModelFolder:
    """Write a model folder as a whole: safetensors, ONNX, `model.json` with their hashes, the card and its pictures.

    A network that gains by it gets a second ONNX graph, in blocks (`onnx_blocks`).

    A model folder that is already there is replaced at the very end; a failure leaves it as it was.

    Raises:
        OutputError: `path` cannot be written, or is there and is no model folder.
        ModelError: the weights do not fit the network, or the grid is one that it cannot halve.
    """
    _refuse_other_than_model(path)
    check_grid(spec, spec.name)
    with folder_written_whole(path) as beside:
        spec = _write_weights(beside, spec, weights)
        (beside / CARD).write_text(card, encoding="utf-8", newline="\n")
        for name, picture in pictures.items():
            (beside / name).write_bytes(picture)
        (beside / SPEC).write_text(spec.to_json() + "\n", encoding="utf-8", newline="\n")
    return ModelFolder(path, spec)


def _write_weights(folder: Path, spec: ModelSpec, weights: Weights) -> ModelSpec:
    from safetensors.numpy import save

    from LVSegULib.modelfolder.onnx_blocks import build_blocks_onnx, gains_by_blocks
    from LVSegULib.modelfolder.onnx_graph import build_onnx

    check_weights(weights, spec.network, spec.name)
    plain = {name: np.ascontiguousarray(values, dtype=np.float32) for name, values in weights.items()}
    (folder / WEIGHTS).write_bytes(save(plain))
    graphs = {ONNX: build_onnx(spec.network, plain)}
    if gains_by_blocks(spec.network):
        graphs[BLOCKS] = build_blocks_onnx(spec.network, plain)
    for name, graph in graphs.items():
        (folder / name).write_bytes(graph.SerializeToString(deterministic=True))
    return dataclasses.replace(spec, sha256={name: _sha256(folder / name) for name in (WEIGHTS, *graphs)})


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
