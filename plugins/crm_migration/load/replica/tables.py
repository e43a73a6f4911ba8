"""The tables of a replica, in the database of the ledger: what an object holds, and what the CRM is known to hold.

An object has two. `present` is what the load room works on, by SQL, as on any target. `confirmed` is the CRM's own
state as last seen or acknowledged. Where they differ, the CRM is yet to be told.
"""

import hashlib
import json
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field

import polars as pl
import sqlalchemy as sa

from crm_migration.errors import MappingFault, OperatorNeeded
from crm_migration.extract.dialect import read_text
from crm_migration.ledger.tables import exact_text, long_text
from crm_migration.load.bulk import drop_keys, key_table
from crm_migration.load.replica.columns import IDENTITY_LENGTH, ReplicaColumn, canonical_texts, columns_of, merged
from crm_migration.mapping.model import Mapping

SCHEMA = "crm_migration_replica"
LONGEST_NAME = 32
THERE, REMOVED, RETURNING = "there", "removed", "returning"
CHANGED, STATE, PURGE = "_changed", "_state", "_purge"
OWN = (CHANGED, STATE, PURGE)


@dataclass(frozen=True)
class ObjectTables:
    """One object: its tables, and its columns but for the id."""

    name: str
    identity: str
    present: sa.Table
    confirmed: sa.Table
    columns: dict[str, ReplicaColumn]

    @property
    def fields(self) -> list[str]:
        """Return the names of the columns but for the id."""
        return list(self.columns)

    def read(self, connection: sa.Connection, table: sa.Table, ids: pl.Series) -> pl.DataFrame:
        """Return the rows of one of the two tables whose id is in `ids`: every column as canonical text."""
        keys = key_table(connection, pl.DataFrame({"wanted": ids}))
        joined = table.join(keys, table.c[self.identity] == keys.c.wanted)
        found = pl.concat(read_text(connection, joined, [table.c[column.name] for column in table.columns]))
        drop_keys(connection, keys)
        return canonical_texts(found, self.columns)

    def differing(self) -> sa.ColumnElement[bool]:
        """Return the condition that a record's two rows differ in a field."""
        pairs = [self.present.c[name].is_distinct_from(self.confirmed.c[name]) for name in self.columns]
        return sa.or_(sa.false(), *pairs)


@dataclass
class ReplicaTables:
    """All tables of the replica of one CRM."""

    engine: sa.Engine
    identity: str
    made: dict[str, ObjectTables] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Name the table in which the replica's own state stands."""
        self.schema = SCHEMA if self.engine.dialect.name == "postgresql" else None
        self.prefix = "" if self.schema else f"{SCHEMA}_"
        self.objects = sa.Table(
            f"{self.prefix}_objects",
            sa.MetaData(schema=self.schema),
            sa.Column("object", exact_text(200), primary_key=True),
            sa.Column("columns", long_text(), nullable=False, comment="JSON: name to kind, digits, decimals"),
            sa.Column("until", sa.Text, comment="the latest change that was read; none: read everything"),
        )

    def of(self, mapping: Mapping, target_object: str) -> ObjectTables:
        """Return the tables of an object, made or widened for what the mapping writes.

        Raises:
            MappingFault: an entity takes another field for the record's id than the CRM does.
            OperatorNeeded: a column is of another kind now, and the CRM has not been told all that the replica holds.
        """
        self._check_identity(mapping, target_object)
        wanted = columns_of(mapping, target_object)
        made = self.made.get(target_object)
        if made is None or merged(made.columns, wanted) != made.columns:
            made = self._ensure(target_object, wanted)
            self.made[target_object] = made
        return made

    def _check_identity(self, mapping: Mapping, target_object: str) -> None:
        for name, entity in mapping.entities.items():
            if entity.target.object == target_object and entity.target.id != self.identity:
                raise MappingFault(
                    f"entities.{name}.target.id: expected {self.identity!r}, which identifies the records of "
                    f"{mapping.target.name}, found {entity.target.id!r}; correct the mapping"
                )

    def _ensure(self, target_object: str, wanted: Dictionary[str, ReplicaColumn]) -> ObjectTables:
        with self.engine.begin() as connection:
            self._begin(connection)
            known = self._known(connection, target_object)
            columns = merged(known or {}, wanted)
            tables = self._describe(target_object, columns)
            if known is None:
                self._create(connection, tables)
            elif columns != known:
                self._change(connection, self._describe(target_object, known), tables)
        return tables

    def _begin(self, connection: sa.Connection) -> None:
        if self.schema:
            connection.execute(sa.schema.CreateSchema(self.schema, if_not_exists=True))
        self.objects.create(connection, checkfirst=True)

    def _known(self, connection: sa.Connection, target_object: str) -> dict[str, ReplicaColumn] | None:
        chosen = sa.select(self.objects.c.columns).where(self.objects.c.object == target_object)
        text = connection.scalar(chosen)
        return {name: ReplicaColumn.read(one) for name, one in json.loads(text).items()} if text else None

    def _describe(self, target_object: str, columns: dict[str, ReplicaColumn]) -> ObjectTables:
        name = f"{self.prefix}{_short(target_object)}"
        metadata = sa.MetaData(schema=self.schema)
        own = [
            sa.Column(CHANGED, sa.Text),
            sa.Column(STATE, sa.String(10), nullable=False, server_default=THERE),
            sa.Column(PURGE, sa.Boolean(create_constraint=False), nullable=False, server_default=sa.false()),
        ]
        present = sa.Table(name, metadata, *self._columns(columns))
        confirmed = sa.Table(f"{name}__confirmed", metadata, *self._columns(columns), *own)
        return ObjectTables(target_object, self.identity, present, confirmed, columns)

    def _columns(self, columns: Dictionary[str, ReplicaColumn]) -> list[sa.Column[object]]:
        key: list[sa.Column[object]] = [sa.Column(self.identity, exact_text(IDENTITY_LENGTH), primary_key=True)]
        return key + [sa.Column(name, column.sql_type()) for name, column in columns.items()]

    def _create(self, connection: sa.Connection, tables: ObjectTables) -> None:
        for table in (tables.present, tables.confirmed):
            table.create(connection, checkfirst=True)
            for name, column in tables.columns.items():
                if column.kind == "key":
                    sa.Index(f"ix_{table.name}_{name}"[:60], table.c[name]).create(connection, checkfirst=True)
        self._remember(connection, tables)

    def _remember(self, connection: sa.Connection, tables: ObjectTables) -> None:
        """Keep the columns; what is known of the CRM does not cover them all, so it will be read anew."""
        connection.execute(self.objects.delete().where(self.objects.c.object == tables.name))
        written = json.dumps({name: column.written() for name, column in tables.columns.items()})
        connection.execute(self.objects.insert().values(object=tables.name, columns=written, until=None))

    def _change(self, connection: sa.Connection, before: ObjectTables, after: ObjectTables) -> None:
        if any(after.columns[name] != column for name, column in before.columns.items()):
            if connection.scalar(sa.select(pending(before).limit(1).exists())):
                raise OperatorNeeded(
                    f"{after.name}: a field is mapped to another kind now, while changes of an earlier run have not "
                    "reached the CRM; finish or roll back that run with the mapping it had"
                )
            before.present.drop(connection)
            before.confirmed.drop(connection)
            self._create(connection, after)
            return
        for table in (after.present, after.confirmed):
            for name in after.columns.keys() - before.columns.keys():
                column = sa.schema.CreateColumn(table.c[name]).compile(dialect=connection.dialect)
                named = connection.dialect.identifier_preparer.format_table(table)
                connection.exec_driver_sql(f"ALTER TABLE {named} ADD COLUMN {column}")
        self._remember(connection, after)

    def until(self, target_object: str) -> str | None:
        """Return the latest change of an object that was read, None where all of it must be read."""
        with self.engine.connect() as connection:
            chosen = sa.select(self.objects.c.until).where(self.objects.c.object == target_object)
            found = connection.scalar(chosen)
        return None if found is None else str(found)

    def remember_until(self, target_object: str, until: str | None) -> None:
        """Keep up to where the changes of an object have been read."""
        with self.engine.begin() as connection:
            mine = self.objects.c.object == target_object
            connection.execute(self.objects.update().where(mine).values(until=until))


def pending(tables: ObjectTables) -> sa.Select[tuple[str]]:
    """Return the ids of records that the replica holds otherwise than the CRM does, or not alone of the two."""
    present, confirmed, key = tables.present, tables.confirmed, tables.identity
    there = confirmed.c[STATE] == THERE
    same = present.c[key] == confirmed.c[key]
    changed = sa.select(present.c[key]).join(confirmed, same, isouter=True)
    changed = changed.where(sa.or_(confirmed.c[key].is_(None), ~there, tables.differing()))
    gone = sa.select(confirmed.c[key]).join(present, same, isouter=True)
    gone = gone.where(sa.or_(sa.and_(there, present.c[key].is_(None)), confirmed.c[PURGE]))
    both = sa.union_all(changed, gone).subquery()
    return sa.select(both.c[key])


def _short(name: str) -> str:
    if len(name) <= LONGEST_NAME:
        return name
    return f"{name[: LONGEST_NAME - 9]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"
