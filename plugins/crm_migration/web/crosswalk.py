"""From a key of the legacy system to the record in the target: what it was merged with, and what runs did with it."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from crm_migration.ledger.ledger import Ledger
from crm_migration.ledger.rejected import ledger_key
from crm_migration.web.rejected import values_of

MOST = 20
MEMBERS = 50


@dataclass(frozen=True)
class Event:
    """What a run did with a row: `inserted`, `changed`, `gone` or `rejected`, and why."""

    run_no: int
    what: str
    run_id: str = ""
    reason: str | None = None
    message: str | None = None


@dataclass(frozen=True)
class Member:
    """A row that is part of a golden record; `values` are those it brought, empty where they may not be seen."""

    identity: str
    merged_by: str | None
    values: tuple[tuple[str, str], ...] = ()
    hidden: bool = False


@dataclass(frozen=True)
class Line:
    """A line of the crosswalk."""

    stream: str
    key: str
    golden: str
    target_object: str
    target_id: str
    created: bool
    founder: bool
    retired: str | None
    runs: tuple[int, int | None, int | None]


@dataclass(frozen=True)
class Found:
    """A row of the source: its line in the crosswalk, if it has one, its golden record's rows, and its history."""

    entity: str
    key: str
    line: Line | None
    members: list[Member] = field(default_factory=list)
    more_members: bool = False
    history: list[Event] = field(default_factory=list)


def search(ledger: Ledger, source: str, text: str) -> list[tuple[str, str]]:
    """Return the rows of a source, as entity and key, whose key is `text`; where none is, those that begin with it."""
    streams = {
        number: name.removeprefix(f"{source}.")
        for name, number in ledger.streams().items()
        if name.startswith(f"{source}.")
    }
    for number, entity in streams.items():
        if text.startswith(f"{source}.{entity}:"):
            streams, text = {number: entity}, text.removeprefix(f"{source}.{entity}:")
            break
    found = [row for number, entity in streams.items() for row in _exact(ledger, number, entity, text)]
    if found:
        return found
    return [row for number, entity in streams.items() for row in _beginning(ledger, number, entity, text)][:MOST]


def _exact(ledger: Ledger, stream: int, entity: str, key: str) -> list[tuple[str, str]]:
    with ledger.engine.connect() as connection:
        for table in (ledger.tables.crosswalk, ledger.tables.rejected_row):
            chosen = sa.select(table.c.source_key).where(
                table.c.stream_no == stream, table.c.source_key == ledger_key(key)
            )
            if connection.scalar(chosen.limit(1)) is not None:
                return [(entity, key)]
    return []


def _beginning(ledger: Ledger, stream: int, entity: str, text: str) -> list[tuple[str, str]]:
    """Return rows whose key begins so, found by walking the key's index from there."""
    table = ledger.tables.crosswalk
    mine = sa.select(table.c.source_key).where(table.c.stream_no == stream, table.c.source_key >= text)
    with ledger.engine.connect() as connection:
        keys = list(connection.scalars(mine.order_by(table.c.source_key).limit(MOST)))
    return [(entity, key) for key in keys if key.startswith(text)]


def found(ledger: Ledger, source: str, row: tuple[str, str], readable: AbstractSet[str]) -> Found:
    """Return all that is known of a row (entity, key); values of rows of sources not `readable` stay hidden."""
    entity, key = row
    names = {number: name for name, number in ledger.streams().items()}
    stream = {name: number for number, name in names.items()}.get(f"{source}.{entity}", 0)
    with ledger.engine.connect() as connection:
        line = _line(connection, ledger, names, (stream, key))
        members, more = _members(connection, ledger, names, line) if line else ([], False)
        history = _history(connection, ledger, (source, stream, key), line)
    seen = [member if _source_of(member) in readable else Member(member.identity, None, (), True) for member in members]
    return Found(entity, key, line, seen, more, history)


def _source_of(member: Member) -> str:
    return member.identity.partition(":")[0].rpartition(".")[0]


def _line(connection: sa.Connection, ledger: Ledger, names: dict[int, str], row: tuple[int, str]) -> Line | None:
    table, stream = ledger.tables.crosswalk, ledger.tables.stream
    chosen = (
        sa.select(table, stream.c.object)
        .join(stream, stream.c.stream_no == table.c.stream_no)
        .where(table.c.stream_no == row[0], table.c.source_key == row[1])
    )
    told = connection.execute(chosen).mappings().first()
    if told is None:
        return None
    return Line(
        stream=names[row[0]],
        key=row[1],
        golden=told["golden_id"],
        target_object=told["object"],
        target_id=told["target_id"],
        created=bool(told["created"]),
        founder=told["fingerprint"] is not None,
        retired=told["retired"],
        runs=(told["inserted_run"], told["changed_run"], told["gone_run"]),
    )


def _members(connection: sa.Connection, ledger: Ledger, names: dict[int, str], line: Line) -> tuple[list[Member], bool]:
    """Return the rows of the record as the lineage has them; the row alone where nothing was merged into it."""
    table = ledger.tables.lineage
    columns = (table.c.stream_no, table.c.source_key, table.c.merged_by, table.c.record)
    chosen = sa.select(*columns).where(table.c.golden_id == line.golden)
    rows = list(connection.execute(chosen.order_by(table.c.stream_no, table.c.source_key).limit(MEMBERS + 1)))
    told = [Member(f"{names.get(row[0], '?')}:{row[1]}", row[2], _fields(row[3])) for row in rows[:MEMBERS]]
    return told or [Member(f"{line.stream}:{line.key}", None)], len(rows) > MEMBERS


def _fields(record: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in values_of(record) if value and not name.startswith("_"))


def _history(connection: sa.Connection, ledger: Ledger, row: tuple[str, int, str], line: Line | None) -> list[Event]:
    """Return what runs did with a row; a run of another source has its number only."""
    source, stream, key = row
    events = []
    if line is not None:
        kinds = ("inserted" if line.created else "joined", "changed", "gone")
        events = [Event(run, what) for run, what in zip(line.runs, kinds, strict=True) if run is not None]
    table, run = ledger.tables.rejected_row, ledger.tables.run
    mine = sa.and_(table.c.stream_no == stream, table.c.source_key == ledger_key(key))
    chosen = sa.select(table.c.run_no, table.c.reason, table.c.message).where(mine)
    for run_no, reason, message in connection.execute(chosen.order_by(table.c.run_no.desc()).limit(MEMBERS)):
        events.append(Event(run_no, "rejected", reason=reason, message=message))
    numbers = {event.run_no for event in events}
    named: dict[int, Any] = {}
    if numbers:
        known = sa.select(run.c.run_no, run.c.run_id).where(run.c.run_no.in_(numbers), run.c.source == source)
        named = {int(number): run_id for number, run_id in connection.execute(known)}
    ordered = sorted(events, key=lambda event: event.run_no)
    return [Event(e.run_no, e.what, named.get(e.run_no, ""), e.reason, e.message) for e in ordered]
