"""What our rooms are held against: the same work done by the plainest tool there is."""

import sys
from pathlib import Path

import sqlalchemy as sa

from benchmarks import measure
from benchmarks.data import TABLES, export_golden, make_target
from benchmarks.measure import Measured
from benchmarks.servers import Server, program
from crm_migration.mapping.model import Mapping, Reference
from crm_migration.staging import RunFolder

ROUNDS = 3
OUTSIDE = Path(__file__).with_name("outside")


def connectorx(url: str) -> Measured:
    """Read both source tables as Arrow batches, writing nothing."""
    command = [sys.executable, str(OUTSIDE / "connectorx_read.py"), url, *TABLES]
    return _median([measure.run("connectorx", command) for _ in range(ROUNDS)])


def copy_golden(server: Server, mapping: Mapping, folder: RunFolder, work: Path) -> Measured:
    r"""`\copy` the staged golden records of a run into plain tables with a primary key, in the target's types."""
    measured = []
    files, rows = {}, 0
    for entity, spec in mapping.entities.items():
        files[entity] = work / f"{folder.run_id}-{entity}.csv"
        rows += export_golden(folder, entity, list(spec.fields), files[entity])
    for number in range(ROUNDS):
        name = f"copy_{folder.run_id}_{number}"
        _plain_tables(server, name, mapping)
        commands = [
            f"\\copy {entity} ({', '.join(mapping.entities[entity].fields)}) FROM '{file}' (FORMAT csv)"
            for entity, file in files.items()
        ]
        measured.append(_psql(server, name, commands, rows))
        server.drop(name)
    return _median(measured)


def _plain_tables(server: Server, name: str, mapping: Mapping) -> None:
    """Create one table per entity, with the target's types, a primary key and nothing else.

    References stay source keys, as the golden records hold them.
    """
    shape = sa.create_engine(server.database("target_steps"))
    metadata = sa.MetaData()
    for entity, spec in mapping.entities.items():
        real = sa.Table(spec.target.object, sa.MetaData(), schema="crm", autoload_with=shape, resolve_fks=False)
        texts = {field for field, one in spec.fields.items() if isinstance(one, Reference)}
        columns = [
            sa.Column(field, sa.Text() if field in texts else real.c[field].type, primary_key=field == "legacy_id")
            for field in spec.fields
        ]
        sa.Table(entity, metadata, *columns)
    shape.dispose()
    engine = sa.create_engine(server.create(name))
    metadata.create_all(engine)
    engine.dispose()


def copy_into_target(server: Server, legacy_url: str, mapping: Mapping, work: Path) -> Measured:
    r"""`\copy` the loaded records into the target's own tables, with all their indexes and foreign keys."""
    objects = [spec.target.object for spec in mapping.entities.values()]
    files = {name: work / f"loaded-{name}.csv" for name in objects}
    out = [f"\\copy crm.{name} TO '{file}' (FORMAT csv)" for name, file in files.items()]
    _psql(server, "target_steps", out, 0)
    rows = 0
    for file in files.values():
        with file.open("rb") as lines:
            rows += sum(1 for _ in lines)
    measured = []
    for number in range(ROUNDS):
        name = f"copy_shape_{number}"
        make_target(server.create(name), legacy_url)
        commands = [f"\\copy crm.{one} FROM '{file}' (FORMAT csv)" for one, file in files.items()]
        measured.append(_psql(server, name, commands, rows))
        server.drop(name)
    return _median(measured)


def _psql(server: Server, database: str, commands: list[str], rows: int) -> Measured:
    own = server.programs / "psql" if server.programs else None
    psql = str(own) if own and own.exists() else program("psql")
    if psql is None:
        return Measured("psql", 0, 0, 0, 0, error="psql is not installed")
    options = [option for command in commands for option in ("-c", command)]
    return measure.run(
        "psql \\copy", [psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", server.plain(database), *options], rows=rows
    )


def _median(measured: list[Measured]) -> Measured:
    """Return the run in the middle; one that failed before any that worked."""
    failed = [one for one in measured if one.error]
    return failed[0] if failed else sorted(measured, key=lambda one: one.seconds)[len(measured) // 2]
