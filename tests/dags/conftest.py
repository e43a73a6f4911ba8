"""An Airflow home of the tests' own, set before anything imports Airflow; no database is needed to parse DAGs."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.dags.project import settings


@pytest.fixture(scope="session")
def airflow_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("airflow")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings(home).items():
            patch.setenv(name, value)
        yield home


@pytest.fixture(scope="session")
def parse(airflow_home: Path) -> Callable[[Path], Any]:
    """Return a function that parses a folder of DAG files."""
    from airflow.dag_processing.dagbag import DagBag

    return lambda folder: DagBag(folder, load_op_links=False)
