"""The errors a user can cause, each with the exit code that the command line gives for it."""

from __future__ import annotations

from LVSegULib.shown import without_breaks

EXTRAS = {
    "train": ("torch", "onnx", "matplotlib", "tqdm", "tomli"),
    "filters": ("torch", "captum", "matplotlib"),
    "cohort": ("dask", "distributed", "pyarrow", "tqdm"),
}
"""What `pip install "lvsegu[EXTRA]"` brings, by the names that are imported."""


class LVSegUError(Exception):
    """Anything wrong that one clear line can explain: what was given, what was expected, what to do next."""

    exit_code = 3


class UsageError(LVSegUError):
    """The command or the configuration asks for something that does not exist or does not fit together."""

    exit_code = 2


class InputError(LVSegUError):
    """An input file or folder cannot be read as what it should be."""


class GeometryError(InputError):
    """Positions, orientations or spacings are missing, impossible or do not agree with each other."""


class ModelError(LVSegUError):
    """A model folder is incomplete, altered, or newer than this version of LVSegU."""


class EngineError(LVSegUError):
    """No engine is installed that can run the model, or the engine failed while running."""


class MissingPackage(EngineError):
    """A package that only some of the work needs is not installed."""


class OutputError(LVSegUError):
    """A result cannot be written: read-only folder, full disk, or a file in the way."""


class Cancelled(LVSegUError):
    """The user stopped the work; nothing half-written is left."""

    exit_code = 130


class SomeFailed(LVSegUError):
    """Some of several inputs failed; the others are done."""

    exit_code = 4


class AllFailed(SomeFailed):
    """Each of several inputs failed, and what was wrong with it has been said."""

    exit_code = 3


def reason(error: Exception) -> str:
    """Why a file could not be taken, without Python's words: a reason of the system, or the name of what is missing."""
    if isinstance(error, OSError):
        return error.strerror or str(error)
    if isinstance(error, UnicodeError):
        return "it is not UTF-8"
    if isinstance(error, KeyError) and error.args:
        return f"it has no {error.args[0]}"
    return "it is laid out differently" if isinstance(error, TypeError | IndexError | StopIteration) else str(error)


def missing_package(error: BaseException) -> MissingPackage | None:
    """The error that says what to install, if a package of one of the `EXTRAS` could not be imported; else None."""
    if not isinstance(error, ModuleNotFoundError):
        return None
    extra = next((extra for extra, packages in EXTRAS.items() if error.name in packages), "")
    return MissingPackage(f'{error.name} is not installed: pip install "lvsegu[{extra}]"') if extra else None


def is_fault(error: BaseException) -> bool:
    """Whether only a change of LVSegU can help."""
    of_users = LVSegUError, KeyboardInterrupt, MemoryError, OSError
    return not isinstance(error, of_users) and missing_package(error) is None


def describe(error: BaseException, if_fault: str = "run it again with --debug and report what is shown") -> str:
    """One line for people that says what went wrong and what to do, which is `if_fault` for a fault in LVSegU."""
    return without_breaks(_described(error, if_fault))


def _described(error: BaseException, if_fault: str) -> str:
    if is_fault(error):
        first_line = next(iter(str(error).splitlines()), "")
        return f"fault: {type(error).__name__}: {first_line}: {if_fault}"
    if isinstance(error, KeyboardInterrupt):
        return "cancelled"
    if isinstance(error, MemoryError):
        return "out of memory: close other programs, or give fewer or smaller images"
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}"
    return str(missing_package(error) or error)
