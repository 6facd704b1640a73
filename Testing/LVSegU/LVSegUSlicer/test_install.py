"""What is missing is installed after asking, by Slicer's own functions; what fails is said, nothing else changes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CalledProcessError
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from LVSegULib.errors import UsageError

NUMPY, PYDICOM = "2.4.6", "3.0.2"


class Environment:
    """Slicer's Python, as far as installing looks at it: some packages are missing, until `installs` brings them."""

    def __init__(self) -> None:
        self.versions = {"numpy": NUMPY, "pydicom": PYDICOM, "scipy": "1.17.1", "safetensors": "0.8.0"}
        self.asked: list[str] = []
        self.answer = True
        self.calls: list[Any] = []
        self.constraints = ""
        self.installs: Callable[[], None] = lambda: self.versions.update(onnxruntime="1.26.0")

    def confirm(self, question: str, **_: Any) -> bool:
        self.asked.append(question)
        return self.answer

    def run(self, call: Any, constraints: Path) -> None:
        """What any of the installers does."""
        self.calls.append(call)
        self.constraints = constraints.read_text(encoding="utf-8")
        self.installs()


@pytest.fixture
def environment(a_scene: Any, monkeypatch: pytest.MonkeyPatch) -> Environment:
    """A Slicer without ONNX Runtime and PyTorch, older than slicer.packaging and without the extension PyTorch."""
    assert a_scene is not None
    import slicer

    from LVSegUSlicer import constraints, install, install_texts, packages

    made = Environment()
    for module in (constraints, install):
        monkeypatch.setattr(module, "installedVersions", lambda: dict(made.versions))
    for module in (packages, install_texts):
        monkeypatch.setattr(module, "installedVersion", made.versions.get)
    monkeypatch.setattr(packages, "isImportable", lambda name: name in made.versions)
    monkeypatch.setattr(
        slicer.util, "pip_install", lambda words: made.run(("pip_install", words[:-2]), Path(words[-1])), raising=False
    )
    monkeypatch.setattr(slicer.util, "confirmOkCancelDisplay", made.confirm, raising=False)
    monkeypatch.delitem(sys.modules, "onnxruntime", raising=False)
    return made


def ensure(engine: str) -> None:
    from LVSegUSlicer.install import ensureEngine

    ensureEngine(engine)


def failure(engine: str) -> str:
    from LVSegUSlicer.install import InstallError

    with pytest.raises(InstallError) as caught:
        ensure(engine)
    return str(caught.value)


def packaging(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slicer 5.11 and later bring slicer.packaging."""
    module = ModuleType("slicer.packaging")

    def pip_ensure(requirements: list[Any], constraints: Path, **options: Any) -> None:
        environment.run(("pip_ensure", [(it.name, str(it.specifier)) for it in requirements], options), constraints)

    monkeypatch.setattr(module, "pip_ensure", pip_ensure, raising=False)
    monkeypatch.setitem(sys.modules, "slicer.packaging", module)


def torch_extension(environment: Environment, monkeypatch: pytest.MonkeyPatch, torch: Any) -> None:
    """Slicer's extension PyTorch is installed; it gives `torch`."""
    module = ModuleType("PyTorchUtils")

    def install_torch(**options: Any) -> Any:
        path = os.environ["PIP_CONSTRAINT"].split()[-1].removeprefix("file://")
        environment.run(("installTorch", options), Path(path))
        return torch

    logic = SimpleNamespace(installTorch=install_torch)
    monkeypatch.setattr(module, "PyTorchUtilsLogic", lambda: logic, raising=False)
    monkeypatch.setitem(sys.modules, "PyTorchUtils", module)


@pytest.mark.parametrize("engine", ["auto", "onnxruntime"])
def test_nobody_is_asked_where_nothing_is_missing(environment: Environment, engine: str) -> None:
    environment.installs()
    ensure(engine)
    assert (environment.asked, environment.calls) == ([], [])


def test_one_engine_is_enough(environment: Environment) -> None:
    environment.versions["torch"] = "2.13.0"
    ensure("auto")
    assert environment.calls == []


@pytest.mark.parametrize(
    ("versions", "chosen"),
    [
        ({}, "onnxruntime"),
        ({"onnxruntime": "1.26.0", "torch": "2.13.0"}, "onnxruntime"),
        ({"torch": "2.13.0"}, "torch"),
        ({"torch": "2.2.2"}, "onnxruntime"),
        ({"onnxruntime": "1.2.0", "torch": "2.13.0"}, "torch"),
        ({"openvino": "2026.4.1"}, "onnxruntime"),
    ],
    ids=str,
)
def test_automatic_is_the_first_offered_engine_whose_version_fits(
    environment: Environment, versions: dict[str, str], chosen: str
) -> None:
    from LVSegUSlicer.packages import chosenEngine

    environment.versions.update(versions)
    assert chosenEngine("auto") == chosen
    assert chosenEngine("torch") == "torch"


def test_automatic_leaves_an_old_pytorch_alone(environment: Environment) -> None:
    environment.versions["torch"] = "2.2.2"  # the newest for a Mac with an Intel processor
    ensure("auto")
    (question,) = environment.asked
    assert "ONNX Runtime (onnxruntime>=1.18), about 30 MB" in question
    assert "PyTorch" not in question
    assert environment.calls == [("pip_install", ["onnxruntime>=1.18"])]
    assert environment.versions["torch"] == "2.2.2"


def test_an_old_pytorch_is_replaced_where_it_is_asked_for(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch_extension(environment, monkeypatch, None)
    environment.versions["torch"] = "2.2.2"
    environment.answer = False
    failure("torch")
    assert "PyTorch (torch>=2.4), about 200 MB; replaces version 2.2.2" in environment.asked[0]


def test_the_user_is_asked_with_names_and_megabytes(environment: Environment) -> None:
    del environment.versions["safetensors"]
    environment.answer = False
    message = failure("auto")
    (question,) = environment.asked
    assert "safetensors (safetensors>=0.4.3), about 1 MB" in question
    assert "ONNX Runtime (onnxruntime>=1.18), about 30 MB" in question
    assert "about 31 MB and install them" in question
    assert "PyTorch" not in question
    assert environment.calls == []
    assert message.startswith("safetensors, ONNX Runtime is needed and was not installed; nothing was changed.")
    assert 'slicer.util.pip_install("safetensors>=0.4.3 onnxruntime>=1.18")' in message


def test_an_older_slicer_installs_with_slicer_util(environment: Environment) -> None:
    ensure("auto")
    assert environment.calls == [("pip_install", ["onnxruntime>=1.18"])]


def test_slicer_packaging_is_used_where_there_is_one(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    packaging(environment, monkeypatch)
    ensure("auto")
    options = {"prompt_install": False, "requester": "LVSegU"}
    assert environment.calls == [("pip_ensure", [("onnxruntime", ">=1.18")], options)]


def test_what_slicer_brings_is_held_by_constraints(environment: Environment) -> None:
    environment.versions["onnxruntime"] = "1.2.0"  # too old: it may change, the others may not
    environment.installs = lambda: environment.versions.update(onnxruntime="1.26.0")
    ensure("onnxruntime")
    assert "replaces version 1.2.0" in environment.asked[0]
    assert f"numpy=={NUMPY}\n" in environment.constraints
    assert f"pydicom=={PYDICOM}\n" in environment.constraints
    assert "onnxruntime" not in environment.constraints


def test_a_failed_download_says_so_and_can_be_tried_again(environment: Environment) -> None:
    works = environment.installs

    def fails() -> None:
        raise CalledProcessError(1, "pip")

    environment.installs = fails
    message = failure("auto")
    assert message.startswith("ONNX Runtime could not be installed: pip ended with code 1")
    assert "Nothing was changed. Press Apply to try again" in message
    environment.installs = works
    ensure("auto")
    assert "onnxruntime" in environment.versions


def test_a_package_that_was_replaced_all_the_same_is_named(environment: Environment) -> None:
    environment.installs = lambda: environment.versions.update(onnxruntime="1.26.0", numpy="1.26.4")
    message = failure("auto")
    assert f"The installation changed what it should not: numpy 1.26.4 instead of {NUMPY}." in message
    assert f'slicer.util.pip_install("numpy=={NUMPY}")' in message


def test_an_installer_that_does_nothing_is_noticed(environment: Environment) -> None:
    environment.installs = lambda: None
    message = failure("auto")
    assert message.startswith("ONNX Runtime is still missing after the installation. Nothing was changed.")


def test_a_library_that_cannot_be_loaded_is_noticed(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks() -> None:
        environment.versions["onnxruntime"] = "1.26.0"
        monkeypatch.setitem(sys.modules, "onnxruntime", None)  # so that importing it raises

    environment.installs = breaks
    message = failure("auto")
    assert message.startswith("ONNX Runtime was installed, but cannot be loaded (ModuleNotFoundError")
    assert "Microsoft Visual C++ Redistributable" in message


def test_a_replaced_library_that_is_in_use_needs_a_restart(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment.versions["onnxruntime"] = "1.2.0"
    monkeypatch.setitem(sys.modules, "onnxruntime", ModuleType("onnxruntime"))
    message = failure("onnxruntime")
    assert message == "ONNX Runtime was replaced by a newer version: restart Slicer to use it"


def test_apply_pressed_while_pip_runs_starts_no_second_one(environment: Environment) -> None:
    messages: list[str] = []
    works = environment.installs

    def presses_apply_again() -> None:
        messages.append(failure("auto"))
        works()

    environment.installs = presses_apply_again
    ensure("auto")
    assert messages == ["Python packages are being installed: wait until that is done"]
    assert len(environment.calls) == 1


def test_pytorch_needs_its_extension(environment: Environment) -> None:
    assert "Slicer's extension PyTorch, which installs it, is missing" in failure("torch")
    assert environment.asked == []


def test_the_extension_installs_pytorch_with_constraints(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch = ModuleType("torch")
    torch_extension(environment, monkeypatch, torch)
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.delitem(sys.modules, "torch")
    monkeypatch.delenv("PIP_CONSTRAINT", raising=False)

    def installs() -> None:
        environment.versions["torch"] = "2.13.0"
        monkeypatch.setitem(sys.modules, "torch", torch)

    environment.installs = installs
    ensure("torch")
    assert environment.calls == [("installTorch", {"askConfirmation": False, "torchVersionRequirement": ">=2.4"})]
    assert f"numpy=={NUMPY}\n" in environment.constraints
    assert "several thousand MB" in environment.asked[0]
    assert "PIP_CONSTRAINT" not in os.environ


def test_a_refusal_of_the_extension_is_told(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    torch_extension(environment, monkeypatch, None)
    environment.installs = lambda: None
    message = failure("torch")
    assert message.startswith("PyTorch could not be installed: PyTorchUtils did not install it. Nothing was changed.")
    assert "PyTorchUtilsLogic().installTorch(" in message


@pytest.mark.usefixtures("environment")
def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(UsageError, match='there is no engine "abacus"'):
        ensure("abacus")
