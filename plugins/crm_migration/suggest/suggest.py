"""The room's entry: a proposed mapping for a live source and a live target."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from crm_migration.errors import MappingFault
from crm_migration.extract.dialect import engine_for
from crm_migration.extract.faults import classified
from crm_migration.load.target import SqlTarget
from crm_migration.mapping import model
from crm_migration.mapping.live import TargetTable
from crm_migration.suggest.plan import Planner
from crm_migration.suggest.render import Head, render
from crm_migration.suggest.tables import SourceTables
from crm_migration.suggest.vocabulary import Vocabulary, listed_values

LEDGER_TABLES = ("crm_migration_", "alembic_version")
MOST_KNOWN = 50
LONGEST_CODE = 60


@dataclass(frozen=True)
class SuggestSettings:
    """What the caller chose: names and connections that the mapping will carry, and what to propose it for.

    `objects` and `tables` restrict the target and the source; empty, everything is looked at.
    """

    source_name: str
    source_connection: str
    target_connection: str
    source_kind: str = "database"
    source_schema: str | None = None
    folder: str | None = None
    spreadsheet: str | None = None
    target_name: str | None = None
    target_schema: str | None = None
    objects: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    origin: str = ""


@dataclass(frozen=True)
class Target:
    """The target as `suggest` sees it: its tables, and the values that its fields are known to take."""

    tables: Mapping[str, TargetTable]
    vocabulary: Vocabulary = field(default_factory=Vocabulary)


def suggest(source: SourceTables, target: Target, settings: SuggestSettings) -> str:
    """Return the YAML text of a mapping, with comments; it passes `check` as it stands.

    Raises:
        MappingFault: a connection must be edited, or nothing in the source fits the target.
        SourceUnavailable: the source did not answer.
        SourceUnreadable: a file of the source is refused as a whole.
    """
    tables = [table for table in source.tables() if not settings.tables or table.name in settings.tables]
    plan = Planner(source, target.tables, target.vocabulary, tables).plan(settings.objects)
    if not plan.entities:
        reasons = "".join(f"\n- {reason}" for reason in (*source.refused, *plan.left_out))
        raise MappingFault(
            f"{settings.origin or settings.source_connection}: expected something that fits an object of the target, "
            f"found nothing; name one object and one table, or write the mapping by hand{reasons}"
        )
    head = {
        "name": settings.source_name,
        "kind": settings.source_kind,
        "connection": settings.source_connection,
        "schema": settings.source_schema,
        "folder": settings.folder,
        "spreadsheet": settings.spreadsheet,
        "timezone": "UTC",
    }
    into = {
        "name": settings.target_name or settings.target_connection,
        "connection": settings.target_connection,
        "schema": settings.target_schema,
    }
    above = Head(_given(head), _given(into), settings.origin or settings.source_connection)
    return render(plan, above, source, tables)


def _given(part: Mapping[str, str | None]) -> dict[str, str]:
    return {key: value for key, value in part.items() if value is not None}


def describe_target(url: str, schema: str | None = None) -> Target:
    """Return the tables of a target's database, and the values its short text fields take or hold.

    Raises:
        MappingFault: the database cannot be read with this connection.
        TargetUnavailable: it did not answer.
    """
    _check_file(url)
    config = model.TargetConfig(name="target", connection="target", db_schema=schema)
    # Only the target's section is read: there is no mapping yet.
    described = SqlTarget(url, model.Mapping.model_construct(target=config))  # type: ignore[call-arg]
    try:
        with classified("target"):
            names = [name for name in described.objects() if not name.startswith(LEDGER_TABLES)]
            tables = {name: described.describe(name) for name in names}
            return Target(tables, Vocabulary(_known_values(url, schema, tables)))
    finally:
        described.close()


def _check_file(url: str) -> None:
    """Refuse an SQLite file that is not there: connecting would create it."""
    parsed = engine_for(url).url
    if parsed.get_backend_name() == "sqlite" and not (parsed.database and Path(parsed.database).is_file()):
        raise MappingFault(f"target: expected an SQLite file at {parsed.database or 'no path'}; edit the connection")


def _known_values(url: str, schema: str | None, tables: Mapping[str, TargetTable]) -> dict[tuple[str, str], list[str]]:
    engine = engine_for(url)
    known: dict[tuple[str, str], list[str]] = {}
    try:
        for name, table in tables.items():
            found = {**_held(engine, schema, table), **_constrained(engine, schema, name)}
            known |= {(name, column): values for column, values in found.items() if values}
    finally:
        engine.dispose()
    return known


def _constrained(engine: sa.Engine, schema: str | None, name: str) -> dict[str, list[str]]:
    inspector = sa.inspect(engine)
    found: dict[str, list[str]] = {}
    for column in inspector.get_columns(name, schema):
        if isinstance(column["type"], sa.Enum):
            found[column["name"]] = list(column["type"].enums)
    for constraint in inspector.get_check_constraints(name, schema):
        listed = listed_values(str(constraint["sqltext"]))
        for column in inspector.get_columns(name, schema):
            if listed and column["name"] in str(constraint["sqltext"]):
                found.setdefault(column["name"], listed)
    return found


def _held(engine: sa.Engine, schema: str | None, table: TargetTable) -> dict[str, list[str]]:
    """Return the values of short texts that a table holds few of: the codes in use."""
    found = {}
    for column in table.columns.values():
        if not column.length or column.length > LONGEST_CODE or column.unique:
            continue
        named: sa.ColumnElement[str] = sa.column(sa.quoted_name(column.name, quote=True))
        origin = sa.table(sa.quoted_name(table.name, quote=True), schema=schema)
        some = sa.select(named).select_from(origin).where(named.is_not(None)).distinct().limit(MOST_KNOWN + 1)
        with engine.connect() as connection:
            values = sorted(str(value) for value in connection.scalars(some))
        if len(values) <= MOST_KNOWN:
            found[column.name] = values
    return found
