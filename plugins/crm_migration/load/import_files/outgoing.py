"""What a run hands over: the records that it has created and changed, as files, and what a person must delete.

The files of the sample and those of the rest are apart: a record is in one of the two, so that a person may import
the sample, look at it, and import the rest afterwards. What the wizard is known to have refused of the sample goes with
the rest once more. What was handed over is staged, for the wizard's results.
"""

import csv
import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import polars_hash as plh
import sqlalchemy as sa

from crm_migration.errors import OperatorNeeded
from crm_migration.load.fingerprint import canonical_from_target
from crm_migration.load.giving_way import STEP as JOINED_STEP
from crm_migration.load.import_files.attachments import Attachment, bare_cell, safe_cells, write_attachments
from crm_migration.load.import_files.describing import (
    as_entity,
    entities_of,
    external_id_of,
    fields_of,
    import_order,
    late_references,
)
from crm_migration.load.import_files.files_of_records import FilesOfRecords
from crm_migration.load.import_files.manifest import put
from crm_migration.load.import_files.placing import draft_of, drop_drafts, move_into_place
from crm_migration.load.import_files.readme import README
from crm_migration.load.import_files.writing import ACTION, Outgoing, write_import_files
from crm_migration.load.joined import REPOINTED_STEP
from crm_migration.load.replica.intents import REFUSED
from crm_migration.load.retire import IMAGES
from crm_migration.load.retired import still_there
from crm_migration.staging import RunFolder, TableWriter, has_table, open_table, safe_name

if TYPE_CHECKING:
    from crm_migration.load.import_files.target import ImportFilesTarget

logger = logging.getLogger(__name__)

RUN = "_run"
SAMPLE, FULL = "sample", "full"
UNLINKED = "unlinked"
"""The state of a record that the CRM has created, and whose second import with late references it has refused."""
TO_DELETE = "to_delete.csv"
ORDER = (
    "Import the files of the folder sample first, then those of full: each record is created by one of the two.\r\n"
    "Each folder has a README.txt with the order of its files. Where full has a list to_delete.csv, delete these\r\n"
    "records in the CRM afterwards. Where a folder has a list attachments.csv, it names the files of the folder\r\n"
    "attachments and the records that they belong to: attach them once the records are there.\r\n"
    "Keep the wizard's result files, and give them to: crm-migration results\r\n"
)
PIECE = 2_000
SELECTED: dict[str, type[pl.DataType]] = {"_golden": pl.String, "target_id": pl.String, ACTION: pl.String}
HANDED: dict[str, type[pl.DataType]] = {
    "object": pl.String,
    ACTION: pl.String,
    "external_id": pl.String,
    "digest": pl.UInt64,
}
"""A line a record and action; `digest` tells what of it was handed over."""


@dataclass(frozen=True)
class Handover:
    """Whose records are handed over: the run's staging and number, `sample` or `full`, and the fencing token."""

    folder: RunFolder
    run_no: int
    phase: str
    token: int


def step_of(phase: str) -> str:
    """Return the step under which it is staged what a phase has handed over."""
    return f"{phase}_handed_over"


def place_of(root: Path, source: str, run_id: str) -> Path:
    """Return the folder of a run's files."""
    return root / safe_name(source) / safe_name(run_id)


def handed_over(folder: RunFolder, phase: str) -> pl.DataFrame:
    """Return what a phase of a run has handed over (columns of HANDED), nothing where it has not."""
    if not has_table(folder, RUN, step_of(phase)):
        return pl.DataFrame(schema=HANDED)
    return open_table(folder, RUN, step_of(phase)).frame()


def hand_over(target: "ImportFilesTarget", handover: Handover) -> int:
    """Write the files, stage what is in them, and return how many records there are.

    Raises:
        OperatorNeeded: a record cannot be written after all.
        FencedOut: a newer attempt of this run is at it.
    """
    place = place_of(target.root, handover.folder.source, handover.folder.run_id) / handover.phase
    draft = draft_of(place, handover.token)
    with TableWriter(handover.folder, RUN, step_of(handover.phase)) as writer:
        writer.write(pl.DataFrame(schema=HANDED))
        try:
            told = _write(_Records(target, handover, writer), draft)
            deletions = _write_deletions(target, handover, draft) if handover.phase == FULL else 0
            with target.transaction() as connection:
                target.ledger.check_fence(connection, handover.token)
                move_into_place(draft, place)
                put(place.parent / README, ORDER.encode())
                staged = writer.finish()
        finally:
            drop_drafts(place, handover.token)
    logger.info("%s: %s records handed over in %s files, and %s files of theirs", handover.phase, staged.rows, *told)
    if deletions:
        logger.warning("%s records are to be deleted in the CRM by hand: see %s", deletions, TO_DELETE)
    return staged.rows


def _write(source: "_Records", draft: Path) -> tuple[int, int]:
    """Write the records, and the files that belong to them; return how many import files and how many others."""
    target, phase = source.target, source.handover.phase
    outgoing = [
        Outgoing(name, fields_of(target.mapping, name), external_id_of(target.mapping, name), source.frames(name))
        for name in import_order(target.mapping)
    ]
    written = write_import_files(draft, outgoing if source.anything() else [], target.mapping.target.import_files)
    if written.refused.height:
        raise OperatorNeeded(
            f"{phase}: expected records that fit into the wizard's files, found {written.refused.height} that "
            f"do not ({written.refused['reason'][0]}); raise the limits in target.import_files, and clear the task"
        )
    beside = source.files()
    first = next(beside, None)
    attached = 0 if first is None else write_attachments(draft, chain([first], beside), draft).files
    return len(written.manifest.files), attached


def selected(connection: sa.Connection, target: "ImportFilesTarget", run_no: int, target_object: str) -> pl.DataFrame:
    """Return the records of an object that a run has created and changed (columns of SELECTED), by external id."""
    crosswalk, stream = target.ledger.tables.crosswalk, target.ledger.tables.stream
    mine = sa.or_(crosswalk.c.inserted_run == run_no, crosswalk.c.changed_run == run_no)
    chosen = (
        sa.select(crosswalk.c.golden_id, crosswalk.c.target_id, crosswalk.c.created, crosswalk.c.inserted_run)
        .join(stream, stream.c.stream_no == crosswalk.c.stream_no)
        .where(stream.c.object == target_object, crosswalk.c.fingerprint.is_not(None), still_there(crosswalk), mine)
    )
    lines = [
        (golden, identity, "insert" if created and inserted == run_no else "update")
        for golden, identity, created, inserted in connection.execute(chosen)
    ]
    return pl.DataFrame(lines, schema=SELECTED, orient="row").sort("target_id")


def records_of(
    connection: sa.Connection, target: "ImportFilesTarget", target_object: str, ids: pl.Series
) -> pl.DataFrame:
    """Return `target_id` and all fields of records as canonical text, by external id."""
    entity = as_entity(target.mapping, target_object)
    found = target.read_ids(connection, target_object, list(entity.fields), ids)
    return canonical_from_target(found, entity).sort("target_id")


class _Records:
    """The records of one handover, object by object; what is taken of them is staged."""

    def __init__(self, target: "ImportFilesTarget", handover: Handover, staged: TableWriter) -> None:
        self.target, self.handover, self._staged = target, handover, staged
        self._sample = _taken(target, handover)
        with target.transaction() as connection:
            self._chosen = {name: self._choose(connection, name) for name in import_order(target.mapping)}

    def anything(self) -> bool:
        """Return whether there is any record, those aside that went with the sample."""
        return any(not frame.is_empty() for name in self._chosen for frame in self._pieces(name))

    def frames(self, target_object: str) -> Iterator[pl.DataFrame]:
        """Yield the records of an object with their action; those with late references twice."""
        late = late_references(self.target.mapping, target_object)
        for rows in self._pieces(target_object):
            created = pl.col(ACTION) == "insert"
            waits = pl.any_horizontal(pl.lit(value=False), *(pl.col(name).is_not_null() for name in late))
            first = rows.with_columns(pl.when(~created).then(name).alias(name) for name in late)
            again = rows.filter(created & waits).with_columns(pl.lit("update").alias(ACTION))
            for frame in (first, again):
                self._stage(target_object, frame)
                yield frame

    def files(self) -> Iterator[Attachment]:
        """Yield the files of the records; those of the sample went with it, since they stay the same within a run."""
        found = FilesOfRecords(self.target, self.handover.folder)
        for target_object in found.objects():
            mine = self._sample.filter(pl.col("object") == target_object)["external_id"]
            for rows in self._pieces(target_object):
                yield from found.of(target_object, rows.filter(~pl.col("target_id").is_in(mine.implode())))

    def _choose(self, connection: sa.Connection, target_object: str) -> pl.DataFrame:
        found = selected(connection, self.target, self.handover.run_no, target_object)
        if self.handover.phase == SAMPLE:
            return found.filter(pl.col("_golden").is_in(self._sampled(target_object).implode()))
        others = self._repointed(target_object).filter(~pl.col("target_id").is_in(found["target_id"].implode()))
        return pl.concat([found, others]).sort("target_id")

    def _sampled(self, target_object: str) -> pl.Series:
        golden = [pl.Series("_golden", [], pl.String)]
        for name, _ in entities_of(self.target.mapping, target_object):
            golden.append(open_table(self.handover.folder, name, "sample").frame(["_golden"])["_golden"])
        return pl.concat(golden)

    def _repointed(self, target_object: str) -> pl.DataFrame:
        """Return records that now refer to the one that another has been joined with; no golden id is known of them."""
        ids: set[str] = set()
        for name, _ in entities_of(self.target.mapping):
            if has_table(self.handover.folder, name, REPOINTED_STEP):
                lines = open_table(self.handover.folder, name, REPOINTED_STEP).frame()
                ids |= set(lines.filter(pl.col("child") == target_object)["by_id"])
        rows = {"_golden": [""] * len(ids), "target_id": sorted(ids), ACTION: ["update"] * len(ids)}
        return pl.DataFrame(rows, schema=SELECTED)

    def _pieces(self, target_object: str) -> Iterator[pl.DataFrame]:
        for piece in self._chosen[target_object].iter_slices(PIECE):
            with self.target.transaction() as connection:
                rows = records_of(connection, self.target, target_object, piece["target_id"])
            joined = rows.join(piece, on="target_id", how="inner", maintain_order="left")
            joined = _with_digest(joined, list(fields_of(self.target.mapping, target_object)))
            yield self._without_sample(target_object, joined)

    def _without_sample(self, target_object: str, rows: pl.DataFrame) -> pl.DataFrame:
        """Return the records that the sample has not brought, and as updates those that have changed since."""
        if self.handover.phase == SAMPLE:
            return rows
        mine = self._sample.filter(pl.col("object") == target_object).unique("external_id")
        mine = mine.select(pl.col("external_id").alias("target_id"), pl.col("digest").alias("_was"), "_unlinked")
        both = rows.join(mine, on="target_id", how="left", maintain_order="left")
        both = both.filter(pl.col("_was").is_null() | (pl.col("_was") != pl.col("digest")) | pl.col("_unlinked"))
        action = pl.when(pl.col("_was").is_null()).then(ACTION).otherwise(pl.lit("update"))
        return both.with_columns(action.alias(ACTION)).drop("_was", "_unlinked")

    def _stage(self, target_object: str, rows: pl.DataFrame) -> None:
        if not rows.is_empty():
            named = rows.select(
                pl.lit(target_object).alias("object"),
                ACTION,
                pl.col("target_id").alias("external_id"),
                "digest",
            )
            self._staged.write(named)


def _taken(target: "ImportFilesTarget", handover: Handover) -> pl.DataFrame:
    """Return what went with the sample, without records whose creation or change the wizard is known to have refused.

    `_unlinked` tells of a record that it was created, and that its second import was refused.
    """
    call, on = target.ledger.tables.api_call, ["object", "external_id"]
    chosen = sa.select(call.c.object, call.c.external_key, call.c.state).where(
        call.c.run_no == handover.run_no, call.c.state.in_((REFUSED, UNLINKED))
    )
    with target.transaction() as connection:
        rows = [tuple(row) for row in connection.execute(chosen)]
    known = pl.DataFrame(rows, schema=dict.fromkeys([*on, "state"], pl.String), orient="row")
    sample = handed_over(handover.folder, SAMPLE).select(*on, "digest").join(known, on=on, how="left")
    unlinked = (pl.col("state") == UNLINKED).fill_null(value=False)
    kept = pl.col("state").is_null() | unlinked
    return sample.filter(kept).select(*on, "digest", unlinked.alias("_unlinked"))


def _with_digest(rows: pl.DataFrame, fields: list[str]) -> pl.DataFrame:
    texts = rows.select(pl.struct(fields).struct.json_encode().alias("text"))
    return rows.with_columns(texts.select(plh.col("text").nchash.xxhash64().alias("digest")).to_series())


def _write_deletions(target: "ImportFilesTarget", handover: Handover, place: Path) -> int:
    """Name the records that the run has taken out; a file of none is none."""
    gone = {name: _gone(target, handover.folder, name) for name in import_order(target.mapping)[::-1]}
    gone = {name: ids for name, ids in gone.items() if ids}
    write_list(target, place / TO_DELETE, gone)
    return sum(map(len, gone.values()))


def _gone(target: "ImportFilesTarget", folder: RunFolder, target_object: str) -> list[str]:
    """Return the external ids of records that were there before the run, were to go, and went."""
    found = [pl.Series("target_id", [], pl.String)]
    for name, _ in entities_of(target.mapping, target_object):
        if has_table(folder, name, IMAGES):
            found += [frame["target_id"] for frame in open_table(folder, name, IMAGES).frames(["target_id"])]
        if has_table(folder, name, JOINED_STEP):
            found.append(open_table(folder, name, JOINED_STEP).frame()["target_id"])
    ids = pl.concat(found).unique()
    with target.transaction() as connection:
        present = target.read_ids(connection, target_object, [], ids)["target_id"]
    return sorted(set(ids) - set(present))


def write_list(target: "ImportFilesTarget", path: Path, records: dict[str, list[str]]) -> None:
    """Write a list of records by object: their external ids, and the CRM's own ids where a result has told them."""
    if not records:
        path.unlink(missing_ok=True)
        return
    text = io.StringIO(newline="")
    table = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    table.writerow(("object", "external_id", "crm_id"))
    for name, ids in records.items():
        known = crm_ids(target, name, ids)
        for identity in ids:
            table.writerow(safe_cells(name, identity, known.get(identity, "")))
    path.parent.mkdir(parents=True, exist_ok=True)
    put(path, text.getvalue().encode("utf-8-sig", "backslashreplace"))


def read_list(path: Path) -> dict[str, list[str]]:
    """Return the external ids by object of a list that `write_list` has written; none where there is no list."""
    found: dict[str, list[str]] = {}
    if path.is_file():
        with path.open(encoding="utf-8-sig", newline="") as handle:
            for row in csv.DictReader(handle):
                found.setdefault(bare_cell(row["object"]), []).append(bare_cell(row["external_id"]))
    return found


def crm_ids(target: "ImportFilesTarget", target_object: str, ids: list[str]) -> dict[str, str]:
    """Return the CRM's own ids by external id, where a result file has told them."""
    call, found = target.ledger.tables.api_call, dict[str, str]()
    with target.engine.connect() as connection:
        for start in range(0, len(ids), PIECE // 4):
            some = call.c.external_key.in_(ids[start : start + PIECE // 4])
            chosen = sa.select(call.c.external_key, call.c.target_id).where(call.c.object == target_object, some)
            found |= {key: identity for key, identity in connection.execute(chosen) if identity}
    return found
