"""Fixtures for the tests of the stand-in itself."""

from Testing.desktop.fixtures import the_desktop

__all__ = ["the_desktop"]
