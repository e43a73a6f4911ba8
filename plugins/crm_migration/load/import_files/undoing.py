"""The way back of a run whose files may have been imported: they are put aside, and others undo them in the CRM."""

import json
import logging
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import sqlalchemy as sa

from crm_migration.load.import_files.attachments import INDEX
from crm_migration.load.import_files.describing import external_id_of, fields_of, import_order
from crm_migration.load.import_files.manifest import MANIFEST, put, read_manifest, write_manifest
from crm_migration.load.import_files.outgoing import (
    FULL,
    PIECE,
    SAMPLE,
    TO_DELETE,
    place_of,
    read_list,
    records_of,
    selected,
    write_list,
)
from crm_migration.load.import_files.readme import README
from crm_migration.load.import_files.writing import ACTION, Outgoing, write_import_files
from crm_migration.load.replica.intents import CONFIRMED
from crm_migration.staging import safe_name

if TYPE_CHECKING:
    from crm_migration.load.import_files.target import ImportFilesTarget

logger = logging.getLogger(__name__)

PENDING, ASIDE, UNDO, UNDO_README = ".undo.json", "rolled_back", "undo", "UNDO.txt"
ROLLED_BACK = "rolled_back"


@dataclass(frozen=True)
class Pending:
    """What a run that is being undone had handed over: external ids by object."""

    source: str
    run_id: str
    created: dict[str, list[str]]
    updated: dict[str, list[str]]
    deleted: dict[str, list[str]]
    imported: bool


def note_undo(connection: sa.Connection, target: "ImportFilesTarget", run_no: int) -> None:
    """Note beside the files of a run, as long as it is not undone, what is in them."""
    run = target.ledger.tables.run
    chosen = sa.select(run.c.source, run.c.run_id, run.c.status).where(run.c.run_no == run_no)
    source, run_id, status = connection.execute(chosen).one()
    place = place_of(target.root, source, run_id)
    if status == ROLLED_BACK or not place.is_dir():
        return
    created: dict[str, list[str]] = {}
    updated: dict[str, list[str]] = {}
    for name in import_order(target.mapping):
        found = selected(connection, target, run_no, name)
        for into, action in ((created, "insert"), (updated, "update")):
            if ids := found.filter(pl.col(ACTION) == action)["target_id"].to_list():
                into[name] = ids
    noted = Pending(
        source, run_id, created, updated, read_list(place / FULL / TO_DELETE), _imported(connection, target, run_no)
    )
    put(place / PENDING, json.dumps(asdict(noted), ensure_ascii=False).encode())


def _imported(connection: sa.Connection, target: "ImportFilesTarget", run_no: int) -> bool:
    call = target.ledger.tables.api_call
    known = sa.select(call.c.run_no).where(call.c.run_no == run_no, call.c.state == CONFIRMED).limit(1)
    return connection.scalar(known) is not None


def is_pending(target: "ImportFilesTarget") -> bool:
    """Return whether the files of a run that was undone have not been put aside."""
    return any(True for _ in _pending(target))


def finish_undo(target: "ImportFilesTarget") -> None:
    """Put the files of runs that were undone aside, and write those by which a person undoes them in the CRM."""
    for place, noted in list(_pending(target)):
        _put_aside(place)
        _write_undo(target, place / UNDO, noted)
        row = target.ledger.find_run(noted.source, noted.run_id)
        call = target.ledger.tables.api_call
        with target.transaction() as connection:
            connection.execute(call.delete().where(call.c.run_no == (row.run_no if row else 0)))
        (place / PENDING).unlink()


def _pending(target: "ImportFilesTarget") -> Iterator[tuple[Path, Pending]]:
    for path in sorted((target.root / safe_name(target.mapping.source.name)).glob(f"*/{PENDING}")):
        noted = Pending(**json.loads(path.read_text(encoding="utf-8")))
        row = target.ledger.find_run(noted.source, noted.run_id)
        if row is not None and row.status == ROLLED_BACK:
            yield path.parent, noted


def _put_aside(place: Path) -> None:
    (place / README).unlink(missing_ok=True)
    for phase in (SAMPLE, FULL):
        if (place / phase / MANIFEST).is_file():
            write_manifest(place / phase, replace(read_manifest(place / phase), state=ROLLED_BACK))
        if (place / phase).is_dir():
            (place / ASIDE).mkdir(exist_ok=True)
            (place / phase).rename(_free(place / ASIDE / phase))


def _free(path: Path) -> Path:
    """Return the path, or where a rollback of the same run has used it before, the first with a number that is free."""
    tried, number = path, 1
    while tried.exists():
        number += 1
        tried = path.with_name(f"{path.name}.{number}")
    return tried


def _write_undo(target: "ImportFilesTarget", folder: Path, noted: Pending) -> None:
    reverse = import_order(target.mapping)[::-1]
    write_list(target, folder / TO_DELETE, {name: noted.created[name] for name in reverse if name in noted.created})
    outgoing = [
        Outgoing(
            name, fields_of(target.mapping, name), external_id_of(target.mapping, name), _before(target, name, noted)
        )
        for name in import_order(target.mapping)
        if name in noted.updated or name in noted.deleted
    ]
    written = write_import_files(folder, outgoing, target.mapping.target.import_files)
    attached = any(True for _ in (folder.parent / ASIDE).glob(f"*/{INDEX}"))
    known = "Their import is known from the wizard's results." if noted.imported else "No result of an import is known."
    lines = [
        f"The run {noted.run_id} was rolled back. {known}",
        "If its files have been imported, all of them or some:",
        f"1. Delete in the CRM the records that {TO_DELETE} lists, in its order (no such file: none).",
        f"2. Import the {len(written.manifest.files)} files of this folder, which hold what the records were before.",
        *(["3. Detach the files that the lists attachments.csv of rolled_back name."] if attached else []),
        "If they have not, nothing is to be done.",
    ]
    put(folder / UNDO_README, ("\r\n".join(lines) + "\r\n").encode())
    deleted = sum(map(len, noted.created.values()))
    readme = f"{UNDO}/{UNDO_README}"
    told = "run %s: if its files were imported, %s records are to be deleted in the CRM and %s files imported: see %s"
    logger.warning(told, noted.run_id, deleted, len(written.manifest.files), readme)


def _before(target: "ImportFilesTarget", target_object: str, noted: Pending) -> Iterator[pl.DataFrame]:
    actions = {"update": noted.updated.get(target_object, []), "insert": noted.deleted.get(target_object, [])}
    for action, ids in actions.items():
        for piece in pl.Series("ids", sorted(ids), pl.String).to_frame().iter_slices(PIECE):
            with target.transaction() as connection:
                rows = records_of(connection, target, target_object, piece["ids"])
            yield rows.with_columns(pl.lit(action).alias(ACTION))
