"""Builds sources over small databases for the tests of this room."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import polars as pl
import sqlalchemy as sa

from crm_migration.extract.database import DatabaseSource
from tests.contract.source import mapping, whole


def run(url: str, *statements: str) -> None:
    """Execute `statements` as they stand and commit."""
    with connected(url) as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
        connection.commit()


@contextmanager
def connected(url: str) -> Iterator[sa.Connection]:
    """Yield a connection of an engine that ends with the block."""
    engine = sa.create_engine(url)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def over(url: str, columns: Iterable[str] = ("name",), zone: str = "UTC", **entity: object) -> DatabaseSource:
    """Return a source over `url` that reads `id` and `columns`, of table `things` unless `entity` says otherwise."""
    fields = {f"f{at}": {"kind": "text", "from": column} for at, column in enumerate(columns)}
    return DatabaseSource(url, mapping(zone, **{"watermark": None, "fields": fields} | entity))


def row(source: DatabaseSource, at: int = 0) -> dict[str, str | None]:
    """Return one row that the source reads, without its id."""
    return rows(source).drop("id").row(at, named=True)


def rows(source: DatabaseSource) -> pl.DataFrame:
    """Return all rows that the source reads, sorted by id."""
    return whole(source)
