"""A green load is green, and every way of being wrong is found."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.validate.line import Line, failed, picked


@pytest.fixture
def line(any_database_url: str, tmp_path: Path) -> Iterator[Line]:
    made = Line(tmp_path, any_database_url)
    made.run("one")
    yield made
    made.close()


def test_a_load_as_meant_is_green(line: Line) -> None:
    staged = line.validate("one")
    print(staged.frame().to_pandas().to_string())
    assert failed(staged) == {}
