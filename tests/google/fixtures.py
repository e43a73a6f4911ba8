"""The fixture that gives a test a Google of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.google.discovery import discovery_in
from tests.google.server import GoogleStandIn

DISCOVERY = Path(__file__).resolve().parents[3] / "shared" / "data" / "google" / "discovery"


@pytest.fixture
def google() -> Iterator[GoogleStandIn]:
    """A stand-in for Google, whose every answer must fit Google's own description where that is at hand."""
    with GoogleStandIn(discovery_in(DISCOVERY)) as standin:
        yield standin
    assert standin.unfit == []
