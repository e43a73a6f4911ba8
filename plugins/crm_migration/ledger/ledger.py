"""Reading and writing the control tables, apart from what a load batch commits itself."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from crm_migration.errors import FencedOut
from crm_migration.ledger.clock import renew
from crm_migration.ledger.closings import as_listed, closings_of, hand_on, let_go, take_over
from crm_migration.ledger.tables import SCHEMA, ledger_tables

LOAD_SCOPE = "load"
LOCK_SECONDS = 60
TURN_SCOPE = "turn"
CLOCKS = timedelta(days=1)
WAITING = ("missing_parent", "survivor_rejected")
_EARLIEST = datetime.min.replace(tzinfo=UTC)


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class RunRow:
    """One line of the ledger's `run` table."""

    run_no: int
    source: str
    run_id: str
    status: str
    content_sha256: dict[str, str] | None


class Ledger:
    """The control tables of one target."""

    def __init__(self, engine: sa.Engine) -> None:
        """Bind to the target's database; `migrate` creates or upgrades the tables."""
        self.engine = engine
        self.tables = ledger_tables(engine.dialect.name)

    def migrate(self) -> None:
        """Bring the control tables to this version's shape; safe to repeat."""
        configuration = Config()
        configuration.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
        schema = self.tables.metadata.schema
        version_table = "alembic_version" if schema else f"{SCHEMA}_alembic_version"
        with self.engine.connect() as connection, _alone(connection):
            if schema and schema not in sa.inspect(connection).get_schema_names():
                connection.execute(sa.schema.CreateSchema(schema, if_not_exists=True))
            configuration.attributes.update(connection=connection, tables=self.tables, version_table=version_table)
            command.upgrade(configuration, "head")
            # Before the lock is let go: whoever waits for it must see which version is there.
            connection.commit()

    def exists(self) -> bool:
        """Return whether the control tables have been created."""
        table = self.tables.run
        return bool(sa.inspect(self.engine).has_table(table.name, schema=table.schema))

    def begin_run(self, source: str, run_id: str, values: Mapping[str, Any]) -> int:
        """Register the run, or take it up again after a cleared task, and return its number."""
        run = self.tables.run
        same = sa.and_(run.c.source == source, run.c.run_id == run_id)
        with self.engine.begin() as connection:
            found = connection.scalar(sa.select(run.c.run_no).where(same))
            if found is not None:
                connection.execute(run.update().where(same).values(status="running", finished_at=None, **values))
                return int(found)
            inserted = connection.execute(
                run.insert().values(source=source, run_id=run_id, status="running", started_at=now(), **values)
            )
            return int(next(iter(inserted.inserted_primary_key or (0,))))

    def find_run(self, source: str, run_id: str) -> RunRow | None:
        """Return the run, or None where the ledger does not know it."""
        run = self.tables.run
        chosen = sa.select(run.c.run_no, run.c.source, run.c.run_id, run.c.status, run.c.content_sha256)
        with self.engine.connect() as connection:
            row = connection.execute(chosen.where(run.c.source == source, run.c.run_id == run_id)).first()
        if row is None:
            return None
        return RunRow(row[0], row[1], row[2], row[3], json.loads(row[4]) if row[4] else None)

    def update_run(self, run_no: int, **values: Any) -> None:
        """Set columns of the run's line."""
        run = self.tables.run
        with self.engine.begin() as connection:
            connection.execute(run.update().where(run.c.run_no == run_no).values(**values))

    def stream_no(self, source: str, entity: str, target_object: str) -> int:
        """Return the number of the stream, registering it at its first use."""
        stream, name = self.tables.stream, f"{source}.{entity}"
        found = self.streams().get(name)
        if found is None:
            # Another process may register the stream in the same moment.
            with suppress(sa.exc.IntegrityError), self.engine.begin() as connection:
                connection.execute(stream.insert().values(source=source, entity=entity, object=target_object))
            found = self.streams()[name]
        return found

    def streams(self) -> dict[str, int]:
        """Return stream numbers by `source.entity`."""
        with self.engine.connect() as connection:
            return self.streams_on(connection)

    def streams_on(self, connection: sa.Connection) -> dict[str, int]:
        """Return stream numbers by `source.entity`, read on a connection in use."""
        stream = self.tables.stream
        rows = connection.execute(sa.select(stream.c.source, stream.c.entity, stream.c.stream_no))
        return {f"{source}.{entity}": number for source, entity, number in rows}

    def layouts(self) -> dict[int, list[str]]:
        """Return the lists of fields that fingerprints were made of, by their hash."""
        table = self.tables.layout
        with self.engine.connect() as connection:
            rows = connection.execute(sa.select(table.c.layout, table.c.fields))
            return {int(layout): json.loads(fields) for layout, fields in rows}

    def remember_layout(self, layout: int, fields: list[str]) -> None:
        """Keep a list of fields under its hash, so that later mappings can read the fingerprints made of it."""
        table = self.tables.layout
        with self.engine.begin() as connection:
            found = connection.scalar(sa.select(table.c.layout).where(table.c.layout == layout))
            if found is None:
                connection.execute(table.insert().values(layout=layout, fields=json.dumps(fields)))

    def has_batches(self, run_no: int) -> bool:
        """Return whether the run has committed anything to the target."""
        batch = self.tables.load_batch
        with self.engine.connect() as connection:
            return connection.scalar(sa.select(batch.c.batch_no).where(batch.c.run_no == run_no).limit(1)) is not None

    def has_backup(self, run_no: int, stream_no: int) -> bool:
        """Return whether before-images of the stream were taken in the run, and hold any row."""
        table = self.tables.backup
        mine = sa.select(table.c.rows).where(table.c.run_no == run_no, table.c.stream_no == stream_no)
        with self.engine.connect() as connection:
            return bool(connection.scalar(mine))

    def check_fence(self, connection: sa.Connection, token: int) -> None:
        """Hold the fence's line until the commit.

        Raises:
            FencedOut: a newer attempt has drawn a token since.
        """
        fence = self.tables.fence
        chosen = sa.select(fence.c.token, fence.c.holder).where(fence.c.scope == LOAD_SCOPE).with_for_update()
        row = connection.execute(chosen).first()
        if row is None or row[0] != token:
            holder = row[1] if row else "nobody"
            raise FencedOut(
                f"this attempt holds fencing token {token}, but {holder} has taken over; nothing was written. "
                "Let the newer attempt finish"
            )
        renew(connection, fence, (LOAD_SCOPE, token))

    def take_turn(self, run: str, active: Callable[[str], bool]) -> bool:
        """Give `run` the target's turn, unless another run that is still `active` has it; return whether it has it.

        Runs of all sources that load this target take turns. A run that is over leaves its turn to whoever asks next;
        one that takes it up again asks again.
        """
        fence = self.tables.fence
        mine = fence.c.scope == TURN_SCOPE
        with self.engine.connect() as connection:
            holder = connection.scalar(sa.select(fence.c.holder).where(mine))
        if holder is None:
            # Another run may ask for the target's first turn in the same moment.
            with suppress(sa.exc.IntegrityError), self.engine.begin() as connection:
                connection.execute(fence.insert().values(scope=TURN_SCOPE, token=1, holder=run))
                return True
            return False
        if holder == run:
            return True
        if active(holder):
            return False
        with self.engine.begin() as connection:
            unchanged = sa.and_(mine, fence.c.holder == holder)
            taken = connection.execute(fence.update().where(unchanged).values(token=fence.c.token + 1, holder=run))
            return taken.rowcount == 1

    def write_rejected(self, run_no: int, stream_no: int, rows: Iterable[dict[str, Any]]) -> None:
        """Replace this run's rejected rows of one stream; those that are closed stay so.

        Rows of earlier runs that are open and listed again are closed by it, so that each is open once.
        """
        table = self.tables.rejected_row
        mine = sa.and_(table.c.run_no == run_no, table.c.stream_no == stream_no)
        with self.engine.begin() as connection:
            closed, place = closings_of(connection, table, mine), {"run_no": run_no, "stream_no": stream_no}
            first = as_listed(connection, self.tables, run_no)
            lines = [{**place, **row, **closed.get(row["source_key"], first)} for row in rows]
            connection.execute(table.delete().where(mine))
            for start in range(0, len(lines), 5000):
                connection.execute(table.insert(), lines[start : start + 5000])
            if first["closed_run"] is None:
                let_go(connection, table, run_no, stream_no)
                take_over(connection, table, run_no, stream_no)
                hand_on(connection, self.tables, run_no)

    def waiting_keys(self, source: str, entity: str, fields: list[str]) -> list[str]:
        """Return the source keys of rows that were rejected for want of a parent in `fields` and not loaded since.

        A row whose record was rejected for it waits too: it was merged into that record, or the record is there
        already and its change waits.
        """
        rejected, crosswalk, stream = self.tables.rejected_row, self.tables.crosswalk, self.tables.stream
        if not fields or not self.exists():
            return []
        loaded = sa.exists().where(
            crosswalk.c.stream_no == rejected.c.stream_no,
            crosswalk.c.source_key == rejected.c.source_key,
            sa.func.coalesce(crosswalk.c.changed_run, crosswalk.c.inserted_run) >= rejected.c.run_no,
        )
        chosen = (
            sa.select(rejected.c.source_key)
            .join(stream, stream.c.stream_no == rejected.c.stream_no)
            .where(stream.c.source == source, stream.c.entity == entity)
            .where(rejected.c.reason.in_(WAITING), rejected.c.field.in_(fields), ~loaded)
            .distinct()
        )
        with self.engine.connect() as connection:
            return sorted(connection.scalars(chosen))

    def write_reconciliation(self, run_no: int, phase: str, rows: list[dict[str, Any]]) -> None:
        """Replace this run's reconciliation lines of one phase (`sample` or `full`)."""
        table = self.tables.reconciliation
        with self.engine.begin() as connection:
            connection.execute(table.delete().where(table.c.run_no == run_no, table.c.phase == phase))
            first = 1 + int(
                connection.scalar(sa.select(sa.func.max(table.c.line_no)).where(table.c.run_no == run_no)) or 0
            )
            if rows:
                connection.execute(
                    table.insert(),
                    [
                        {"run_no": run_no, "line_no": first + number, "phase": phase, **row}
                        for number, row in enumerate(rows)
                    ],
                )

    def write_watermark(self, run_no: int, stream_no: int, window: tuple[datetime | None, datetime | None]) -> None:
        """Record the window that this run loaded of one stream."""
        table = self.tables.watermark
        mine = sa.and_(table.c.run_no == run_no, table.c.stream_no == stream_no)
        with self.engine.begin() as connection:
            connection.execute(table.delete().where(mine))
            start, end = (bound.astimezone(UTC) if bound else None for bound in window)
            connection.execute(
                table.insert().values(run_no=run_no, stream_no=stream_no, window_start=start, window_end=end)
            )

    def forget_watermark(self, run_no: int, stream_no: int) -> None:
        """Forget the window that an earlier attempt of this run has recorded of one stream, if any."""
        table = self.tables.watermark
        with self.engine.begin() as connection:
            connection.execute(table.delete().where(table.c.run_no == run_no, table.c.stream_no == stream_no))

    def source_schema(self, source: str, run_id: str) -> dict[str, list[tuple[str, str]]]:
        """Return, by entity, the columns and their kinds that the last loaded run remembered.

        Runs that were rolled back remember nothing, nor does the run itself, so that it may be repeated.
        """
        table, stream, run = self.tables.source_schema, self.tables.stream, self.tables.run
        if not sa.inspect(self.engine).has_table(table.name, schema=table.schema):
            return {}
        standing = sa.and_(run.c.source == source, run.c.run_id != run_id, run.c.status != "rolled_back")
        latest = (
            sa.select(table.c.stream_no, sa.func.max(table.c.run_no).label("run_no"))
            .join(run, run.c.run_no == table.c.run_no)
            .where(standing)
            .group_by(table.c.stream_no)
            .subquery()
        )
        same = sa.and_(table.c.stream_no == latest.c.stream_no, table.c.run_no == latest.c.run_no)
        chosen = sa.select(stream.c.entity, table.c.columns).join(latest, same)
        with self.engine.connect() as connection:
            rows = list(connection.execute(chosen.join(stream, stream.c.stream_no == table.c.stream_no)))
        return {str(entity): [(name, kind) for name, kind in json.loads(columns)] for entity, columns in rows}

    def write_source_schema(self, run_no: int, stream_no: int, columns: list[tuple[str, str]]) -> None:
        """Remember the columns, in order, and their kinds that this run found at the source of one stream."""
        table = self.tables.source_schema
        mine = sa.and_(table.c.run_no == run_no, table.c.stream_no == stream_no)
        text = json.dumps(columns, ensure_ascii=False)
        with self.engine.begin() as connection:
            connection.execute(table.delete().where(mine))
            connection.execute(table.insert().values(run_no=run_no, stream_no=stream_no, columns=text))

    def document_versions(self, source: str, entity: str, mapping_sha256: str) -> dict[str, str]:
        """Return, by identity, the versions of documents that a run with the same mapping has loaded whole."""
        document, stream, run = self.tables.source_document, self.tables.stream, self.tables.run
        if not self.exists():
            return {}
        chosen = (
            sa.select(document.c.identity, document.c.version)
            .join(stream, stream.c.stream_no == document.c.stream_no)
            .join(run, run.c.run_no == document.c.run_no)
            .where(stream.c.source == source, stream.c.entity == entity)
            .where(document.c.mapping_sha256 == mapping_sha256, run.c.status == "green")
        )
        with self.engine.connect() as connection:
            return {str(identity): str(version) for identity, version in connection.execute(chosen)}

    def write_documents(self, run_no: int, stream_no: int, mapping_sha256: str, versions: Mapping[str, str]) -> None:
        """Remember which versions of documents this run has loaded; what is known of others stays."""
        table = self.tables.source_document
        lines = [
            {
                "stream_no": stream_no,
                "identity": identity,
                "version": version,
                "mapping_sha256": mapping_sha256,
                "run_no": run_no,
            }
            for identity, version in versions.items()
        ]
        with self.engine.begin() as connection:
            for line in lines:
                mine = sa.and_(table.c.stream_no == stream_no, table.c.identity == line["identity"])
                connection.execute(table.delete().where(mine))
            if lines:
                connection.execute(table.insert(), lines)

    def forget_documents(self, stream_no: int, identities: Iterable[str]) -> None:
        """Forget that any run has loaded these documents, so that the next one reads them again."""
        table = self.tables.source_document
        with self.engine.begin() as connection:
            for identity in identities:
                mine = sa.and_(table.c.stream_no == stream_no, table.c.identity == identity)
                connection.execute(table.delete().where(mine))

    def loaded_until(self, source: str, run_id: str) -> dict[str, datetime]:
        """Return, by entity, up to where windows that other runs of the source have loaded leave no gap.

        Runs that are not green do not count. What was loaded without an end counts up to the start of its run, less
        a day, since the source's clock is another one.
        """
        table, stream, run = self.tables.watermark, self.tables.stream, self.tables.run
        if not self.exists():
            return {}
        chosen = (
            sa.select(stream.c.entity, table.c.window_start, table.c.window_end, run.c.started_at)
            .join(stream, stream.c.stream_no == table.c.stream_no)
            .join(run, run.c.run_no == table.c.run_no)
            .where(run.c.source == source, run.c.status == "green", run.c.run_id != run_id)
        )
        with self.engine.connect() as connection:
            rows = [(entity, *map(_with_zone, moments)) for entity, *moments in connection.execute(chosen)]
        reach: dict[str, datetime] = {}
        for entity, start, end, begun in sorted(rows, key=lambda row: row[1] or _EARLIEST):
            if start is None or (entity in reach and start <= reach[entity]):
                reach[entity] = max(reach.get(entity, _EARLIEST), end or begun - CLOCKS)
        return reach


def _with_zone(moment: datetime | None) -> datetime | None:
    """Return a moment of the ledger with its zone, which MariaDB and SQLite do not keep."""
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


@contextmanager
def _alone(connection: sa.Connection) -> Iterator[None]:
    """Have whoever else would migrate the same target wait for the end of the block and of its transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(SCHEMA))))
        yield
    elif connection.dialect.name in ("mysql", "mariadb"):
        connection.execute(sa.select(sa.func.get_lock(SCHEMA, LOCK_SECONDS)))
        try:
            yield
        finally:
            connection.execute(sa.select(sa.func.release_lock(SCHEMA)))
    else:
        # The driver opens no transaction for a change of a table by itself.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield
