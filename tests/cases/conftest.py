"""An empty database on each server in turn, which the tests of a module share."""

from collections.abc import Iterator

import pytest

from tests import servers


@pytest.fixture(scope="module", params=["postgres", "mariadb"])
def server_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """SQLAlchemy URL of an empty database on PostgreSQL, then on MariaDB, dropped after the module's tests."""
    with servers.fresh_database(request.getfixturevalue(f"{request.param}_server")) as url:
        yield url
