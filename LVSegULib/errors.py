"""The errors a user can cause, each with the exit code that the command line gives for it."""

from __future__ import annotations


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


class OutputError(LVSegUError):
    """A result cannot be written: read-only folder, full disk, or a file in the way."""


class Cancelled(LVSegUError):
    """The user stopped the work; nothing half-written is left."""

    exit_code = 130


class SomeFailed(LVSegUError):
    """Some of several inputs failed; the others are done."""

    exit_code = 4
