"""A CRM's SQL database as a target: what it holds, how rows get in, and why it refuses some."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import polars as pl
import sqlalchemy as sa

from crm_migration.errors import MappingFault
from crm_migration.extract.dialect import engine_for, read_text
from crm_migration.ledger import Ledger
from crm_migration.load.bulk import insert_rows
from crm_migration.load.by_keys import rows_by_keys
from crm_migration.load.file_columns import file_columns, file_name, lend_sqlite
from crm_migration.load.numbered import insert_numbered
from crm_migration.load.refusal import DRIVER_ERRORS, RowsRefused, classify
from crm_migration.mapping.live import TargetColumn, TargetTable
from crm_migration.mapping.model import Mapping

if TYPE_CHECKING:
    from crm_migration.load.decide import LoadJob
    from crm_migration.load.replica.deliver import Undelivered
    from crm_migration.load.replica.intents import Unclaimed
    from crm_migration.load.write import Batch, Refusal
    from crm_migration.staging import RunFolder

__all__ = ["BATCH_ROWS", "TARGETS", "RowsRefused", "SqlTarget", "classify"]

BATCH_ROWS = 50_000
FILE_ROWS = 500
FIND_CHUNK = 1_000
LOCK_SECONDS, IDLE_SECONDS = 60, 600
"""How long to wait for a row that another holds; how long one of ours may hold rows and do nothing, being frozen."""
BUSY_MILLISECONDS = 30_000


TARGETS = ("postgresql", "mysql", "sqlite")


class SqlTarget:
    """The target database of one mapping, with the ledger that lives in it.

    The methods from `refresh` on have nothing to do here: a target that is no database (`load.replica`) speaks to its
    CRM there.
    """

    batch_rows = BATCH_ROWS
    hands_over = False
    """Whether what a run has written goes to the CRM as files, by `hand_over`."""

    def __init__(self, url: str, mapping: Mapping) -> None:
        """Prepare an engine; nothing is connected before the first call.

        Raises:
            MappingFault: the connection is to a database that can only be a source.
        """
        self.mapping = mapping
        self.engine = engine_for(url, load_data=True)
        self.dialect = self.engine.dialect.name
        if self.dialect not in TARGETS:
            raise MappingFault(
                f"{mapping.target.name}: expected a {', '.join(TARGETS)} database as target, found {self.dialect!r}; "
                "name another connection in the mapping"
            )
        self.ledger = Ledger(self.engine)
        self._tables: dict[str, sa.Table] = {}
        self._prepare_sessions()

    def close(self) -> None:
        """Close the pooled connections."""
        self.engine.dispose()

    def _prepare_sessions(self) -> None:
        """Have every session refuse what does not fit, and speak UTC."""
        settings = {
            "postgresql": [
                "SET TIME ZONE 'UTC'",
                "SET datestyle TO 'ISO'",
                "SET jit TO off",
                f"SET lock_timeout = '{LOCK_SECONDS}s'",
                f"SET idle_in_transaction_session_timeout = '{IDLE_SECONDS}s'",
            ],
            "mysql": [
                "SET time_zone = '+00:00'",
                f"SET innodb_lock_wait_timeout = {LOCK_SECONDS}",
                "SET sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,NO_ZERO_DATE,NO_ZERO_IN_DATE'",
            ],
            "sqlite": ["PRAGMA foreign_keys = ON", f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}"],
        }[self.dialect]

        @sa.event.listens_for(self.engine, "connect")
        def _set(connection: object, _record: object) -> None:
            if self.dialect == "sqlite":
                lend_sqlite(connection)
            cursor = connection.cursor()  # type: ignore[attr-defined]
            for statement in settings:
                cursor.execute(statement)
            cursor.close()
            if self.dialect == "postgresql":
                connection.commit()  # type: ignore[attr-defined]

    def table(self, target_object: str) -> sa.Table:
        """Return the reflected table of `target_object`.

        Raises:
            MappingFault: there is no such table.
        """
        if target_object not in self._tables:
            try:
                self._tables[target_object] = sa.Table(
                    target_object,
                    sa.MetaData(),
                    schema=self.mapping.target.db_schema,
                    autoload_with=self.engine,
                    resolve_fks=False,
                )
            except sa.exc.NoSuchTableError as missing:
                raise MappingFault(
                    f"{self.mapping.target.name}: no table {target_object!r} in schema "
                    f"{self.mapping.target.db_schema or 'default'}; create it or correct 'target.object'"
                ) from missing
        return self._tables[target_object]

    def printed(self, target_object: str, column: str) -> sa.ColumnElement[Any]:
        """Return a column as it is read back: of a file the name that its content gives it, not the bytes."""
        found = self.table(target_object).c[column]
        if column not in self.file_columns(target_object):
            return found
        return file_name(found, self.dialect).label(column)

    def rows_at_a_time(self, target_object: str) -> int:
        """Return how many records a batch of `target_object` holds: few where they bring files."""
        return FILE_ROWS if self.file_columns(target_object) else self.batch_rows

    def file_columns(self, target_object: str) -> list[str]:
        """Return the columns of `target_object` that hold files, not their names."""
        return file_columns(self.mapping, target_object)

    def describe(self, target_object: str) -> TargetTable:
        """Return columns, types, keys and constraints of `target_object`."""
        table = self.table(target_object)
        unique = self._unique_columns(table)
        key = [column.name for column in table.primary_key.columns]
        columns = {column.name: _column(column, unique) for column in table.columns}
        return TargetTable(name=target_object, columns=columns, primary_key=tuple(key))

    def _unique_columns(self, table: sa.Table) -> set[str]:
        inspector = sa.inspect(self.engine)
        sets: list[Sequence[str | None]] = [
            c["column_names"] for c in inspector.get_unique_constraints(table.name, schema=table.schema)
        ]
        sets += [i["column_names"] for i in inspector.get_indexes(table.name, schema=table.schema) if i["unique"]]
        sets.append([column.name for column in table.primary_key.columns])
        return {str(names[0]) for names in sets if len(names) == 1}

    def objects(self) -> list[str]:
        """Return the names of the tables that a mapping could write to."""
        names = sa.inspect(self.engine).get_table_names(schema=self.mapping.target.db_schema)
        return sorted(name for name in names if not name.startswith("crm_migration_"))

    def count(self, target_object: str) -> int:
        """Return the number of rows in `target_object`."""
        with self.engine.connect() as connection:
            return int(connection.scalar(sa.select(sa.func.count()).select_from(self.table(target_object))) or 0)

    def lookup(self, target_object: str, by: str, chosen: str) -> dict[str, str]:
        """Return `chosen` by the lower-cased value of `by`, for every row that has one."""
        table = self.table(target_object)
        with self.engine.connect() as connection:
            rows = connection.execute(sa.select(table.c[by], table.c[chosen]).where(table.c[by].is_not(None)))
            return {str(key).lower(): str(value) for key, value in rows}

    def read(
        self,
        target_object: str,
        columns: Sequence[str],
        where: sa.ColumnElement[bool] | None = None,
        ordered: bool = False,
    ) -> Iterator[pl.DataFrame]:
        """Yield `columns` of the chosen rows as exact text, batch by batch; `ordered` by primary key."""
        table = self.table(target_object)
        order = list(table.primary_key.columns) if ordered else None
        printed = [self.printed(target_object, name) for name in columns]
        yield from read_text(self.engine, table, printed, where=where, order=order)

    def read_ids(
        self, connection: sa.Connection, target_object: str, columns: Sequence[str], ids: pl.Series
    ) -> pl.DataFrame:
        """Return `columns` and `target_id` of the rows whose primary key is in `ids`, as exact text."""
        table = self.table(target_object)
        key = table.c[self.primary_key(target_object)]
        printed = [self.printed(target_object, name) for name in columns]
        with rows_by_keys(connection, table, key.name, ids) as (rows, mine):
            found = list(read_text(connection, rows, [key.label("target_id"), *printed], where=mine))
        schema = {"target_id": pl.String, **dict.fromkeys(columns, pl.String)}
        return pl.concat(found) if found else pl.DataFrame(schema=schema)

    def primary_key(self, target_object: str) -> str:
        """Return the column that identifies a record of `target_object`, as the mapping names it."""
        for entity in self.mapping.entities.values():
            if entity.target.object == target_object:
                return entity.target.id
        return str(next(iter(self.table(target_object).primary_key.columns)).name)

    def find(self, connection: sa.Connection, target_object: str, field: str, values: pl.Series) -> pl.DataFrame:
        """Return `external_id` and `target_id` (text) of rows whose `field` is in `values`."""
        table = self.table(target_object)
        key = table.c[self.primary_key(target_object)]
        pairs: list[tuple[str, str]] = []
        listed = values.drop_nulls().unique().to_list()
        for start in range(0, len(listed), FIND_CHUNK):
            some = sa.select(table.c[field], key).where(table.c[field].in_(listed[start : start + FIND_CHUNK]))
            pairs += [(str(value), str(identity)) for value, identity in connection.execute(some)]
        schema = {"external_id": pl.String, "target_id": pl.String}
        return pl.DataFrame(pairs, schema=schema, orient="row")

    def reserve_ids(self, connection: sa.Connection, target_object: str, count: int) -> list[str] | None:
        """Return `count` fresh primary keys where the target can hand them out beforehand, else None."""
        if self.dialect != "postgresql" or count == 0:
            return None
        table = self.table(target_object)
        preparer = connection.dialect.identifier_preparer
        sequence = connection.scalar(
            sa.func.pg_get_serial_sequence(preparer.format_table(table), self.primary_key(target_object)).select()
        )
        if sequence is None:
            return None
        drawn = sa.func.array_agg(sa.func.nextval(sa.cast(sequence, sa.Text)))
        values = connection.scalar(sa.select(drawn).select_from(sa.func.generate_series(1, count)))
        return [str(value) for value in values or []]

    def insert(self, connection: sa.Connection, target_object: str, rows: pl.DataFrame, external_id: str) -> list[str]:
        """Insert `rows` (canonical text, columns named as the target's) and return their primary keys in order."""
        key = self.primary_key(target_object)
        if key in rows.columns:
            insert_rows(connection, self.table(target_object), rows)
            return [str(value) for value in rows[key]]
        reserved = self.reserve_ids(connection, target_object, rows.height)
        if reserved is not None:
            insert_rows(connection, self.table(target_object), rows.with_columns(pl.Series(key, reserved)))
            return reserved
        numbered = insert_numbered(
            connection, _texts(self.table(target_object)), self.table(target_object).c[key], rows
        )
        return numbered if numbered is not None else self._found(connection, target_object, external_id, rows)

    def _found(self, connection: sa.Connection, target_object: str, field: str, rows: pl.DataFrame) -> list[str]:
        """Return the primary keys that the target has given these rows, by their external ids."""
        found = dict(self.find(connection, target_object, field, rows[field]).iter_rows())
        if any(value not in found for value in rows[field]):
            raise RowsRefused(f"the target changes what is written to {field}, so that the record is not found again")
        return [found[value] for value in rows[field]]

    def refresh(self) -> None:
        """See what people have changed in the target; a database is asked each time."""

    def begin(self, token: int, run_no: int) -> None:
        """Before a step that writes: finish what an attempt before has left, and see what people have changed."""

    def prepared(self, _job: "LoadJob", batch: "Batch", _token: int) -> "tuple[Batch, list[Refusal]]":
        """Return what is to be written of a batch, and what the target has refused of it already."""
        return batch, []

    def delivered(self, _job: "LoadJob", _batch: "Batch", _written: pl.DataFrame, _token: int) -> "list[Refusal]":
        """Finish a batch that was written; return what the target refused of it after all."""
        return []

    def deliver(self, _token: int, _run_no: int = 0) -> dict[str, pl.Series]:
        """Finish what a step has written; return the ids of records that the target refused to change, by object."""
        return {}

    def undelivered(self) -> "Sequence[Undelivered]":
        """Return what the last `deliver` could not bring to the target."""
        return ()

    def unclaimed(self, _run_no: int) -> "Sequence[Unclaimed]":
        """Return records that runs before have created, and that are not in the ledger."""
        return ()

    def touched(self, _target_object: str, _created: sa.Select[Any]) -> pl.Series:
        """Return those ids of created records that somebody has changed in columns that no load writes."""
        return pl.Series("target_id", [], pl.String)

    def returnable(self, _connection: sa.Connection, _target_object: str, former: pl.Series) -> pl.Series:
        """Return those ids of deleted records that may be used again."""
        return former

    def changing(self, connection: sa.Connection, lines: pl.DataFrame) -> None:
        """Hear of lines of the crosswalk (`stream_no`, `source_key`) whose record is about to change."""

    def undo_of(self, folder: "RunFolder") -> None:
        """Hear where the run that is about to be undone has staged its records."""

    def undoing(self, run_no: int, token: int) -> None:
        """Before a run is undone."""

    def purging(self, connection: sa.Connection, target_object: str, created: sa.Select[Any]) -> None:
        """Hear of records that a rollback is about to take out because their run had made them."""

    def undone(self, token: int) -> None:
        """After a run was undone."""

    def plan_calls(self, _job: "LoadJob", _folder: "RunFolder", _order: list[str]) -> str | None:
        """Return what a run will cost, where that matters before it begins."""
        return None

    def hand_over(self, _job: "LoadJob", _folder: "RunFolder", _phase: str, _token: int) -> int:
        """Write what a run, or its sample, has done as files for a person to import; return how many records."""
        return 0

    def is_behind(self) -> bool:
        """Return whether something that was written has yet to reach the target."""
        return False

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """Yield a connection whose work commits at the end of the block, or not at all.

        Raises:
            RowsRefused: a value or a constraint was refused.
            TargetUnavailable: the connection was lost, or the target is shutting down or busy.
        """
        try:
            with self.engine.begin() as connection:
                yield connection
        except DRIVER_ERRORS as error:
            raise classify(error, self.mapping.target.name) from None


def _texts(table: sa.Table) -> sa.Table:
    """Return `table` with every column as text, so that canonical texts are bound as they are."""
    columns = [sa.Column(column.name, sa.Text) for column in table.columns]
    return sa.Table(table.name, sa.MetaData(), *columns, schema=table.schema)


def _column(column: sa.Column[object], unique: set[str]) -> TargetColumn:
    kind = column.type
    foreign = next(iter(column.foreign_keys), None)
    return TargetColumn(
        name=column.name,
        type=str(kind.as_generic(allow_nulltype=True)).lower(),
        length=getattr(kind, "length", None),
        precision=getattr(kind, "precision", None),
        scale=getattr(kind, "scale", None),
        nullable=bool(column.nullable),
        has_default=column.server_default is not None or column.identity is not None or column.autoincrement is True,
        generated=column.computed is not None,
        unique=column.name in unique,
        foreign_key=_foreign(foreign),
    )


def _foreign(key: sa.ForeignKey | None) -> tuple[str, str] | None:
    if key is None:
        return None
    parts = key.target_fullname.split(".")
    return parts[-2], parts[-1]
