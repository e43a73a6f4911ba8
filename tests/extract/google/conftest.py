"""Shares the stand-in for Google."""

from tests.google.fixtures import google

__all__ = ["google"]
