"""What a wizard's results mean for the ledger: ids that the CRM has given, and records that it has not taken.

A record that was refused leaves replica and crosswalk as it was before the run, so that the next run hands it over
again, and is a rejected row with the wizard's reason. All files are one transaction.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import sqlalchemy as sa

from crm_migration.errors import ChangedSince, MappingFault, OperatorNeeded, StagingMissing
from crm_migration.ledger.lease import lease
from crm_migration.load.import_files.give_back import GiveBack
from crm_migration.load.import_files.outgoing import FULL, SAMPLE, UNLINKED, handed_over, records_of
from crm_migration.load.import_files.results import read_results, without_values
from crm_migration.load.import_files.which_files import Import, Said, imports_of
from crm_migration.load.import_files.writing import ACTION
from crm_migration.load.lines import CROSSWALK_COLUMNS
from crm_migration.load.replica.intents import CONFIRMED, REFUSED, Intent, Intents, Sending
from crm_migration.staging import RunFolder

if TYPE_CHECKING:
    from crm_migration.load.import_files.target import ImportFilesTarget

logger = logging.getLogger(__name__)
PIECE = 500


@dataclass(frozen=True)
class Ran:
    """The run whose files were imported: its staging, its number, and its entities, parents first."""

    folder: RunFolder
    run_no: int


def take_results(target: "ImportFilesTarget", ran: Ran, files: Sequence[Path], said: Said) -> dict[str, dict[str, int]]:
    """Take the results of a run's imports into the ledger; return records by object and outcome.

    Reading the same files again changes nothing.

    Raises:
        DataFault: a file cannot be read, or names external ids that were not sent, or one twice.
        TargetUnavailable: a run has been loading into the target all the time that may be waited.
        OperatorNeeded: the run is undone, its staging is gone, a file may be of several imports, or a record was taken
            that the CRM is known to have refused.
        ChangedSince: a later run has changed a record that was refused.
    """
    _refuse_undone(target, ran)
    sent = _sent(ran.folder)
    results = _read(target, files, sent, said)
    counts: dict[str, Counter[str]] = {}
    # A lease in the run's own name would stop a load of the run that is at work.
    holder = f"results {ran.folder.source}/{ran.folder.run_id}"
    with lease(target.ledger, holder, holder) as token:
        # Whoever held the lease until now may have undone the run.
        _refuse_undone(target, ran)
        with target.transaction() as connection:
            for one, result in results.items():
                _settle(connection, target, ran, (one, result))
                counts.setdefault(one.target_object, Counter()).update(result["outcome"].to_list())
            target.ledger.check_fence(connection, token)
    return {name: dict(outcomes) for name, outcomes in counts.items()}


def _refuse_undone(target: "ImportFilesTarget", ran: Ran) -> None:
    row = target.ledger.find_run(ran.folder.source, ran.folder.run_id)
    if row is None or row.status == "rolled_back":
        found = "one that the ledger does not know" if row is None else "one that was rolled back"
        raise OperatorNeeded(f"{ran.folder.source}/{ran.folder.run_id}: expected a run that was loaded, found {found}")


def _sent(folder: RunFolder) -> pl.DataFrame:
    phases = [handed_over(folder, phase).with_columns(pl.lit(phase).alias("phase")) for phase in (SAMPLE, FULL)]
    sent = pl.concat(phases)
    if sent.is_empty():
        raise StagingMissing(
            f"{folder.source}/{folder.run_id}: expected in staging what the run has handed over, found nothing; point "
            "CRM_MIGRATION_STAGING at the run's folder, or take a run that has written files"
        )
    return sent


def _read(
    target: "ImportFilesTarget", files: Sequence[Path], sent: pl.DataFrame, said: Said
) -> dict[Import, pl.DataFrame]:
    if not files:
        raise MappingFault("results: expected the wizard's result files, found none; name them")
    read: dict[Import, pl.DataFrame] = {}
    grouped: dict[tuple[str, str], list[Import]] = {}
    paths = imports_of(target, files, sent, said)
    for one in paths:
        grouped.setdefault((one.target_object, one.action), []).append(one)
    for (name, action), imports in grouped.items():
        phases = [one.phase for one in imports]
        mine = sent.filter(
            pl.col("object").eq(name) & pl.col(ACTION).eq(action) & pl.col("phase").is_in(phases)
        ).select("external_id", ACTION)
        # What the sample's import has refused was handed over in both.
        mine = mine.unique(maintain_order=True)
        given = list(dict.fromkeys(path for one in imports for path in paths[one]))
        read[imports[0]] = read_results(given, target.layout(name), mine)
    return read


def _settle(
    connection: sa.Connection, target: "ImportFilesTarget", ran: Ran, read: tuple[Import, pl.DataFrame]
) -> None:
    one, result = read
    lines = _masters(connection, target, one.target_object, result["external_id"])
    known = result.join(lines, left_on="external_id", right_on="line_id", how="inner", maintain_order="left")
    _refuse_taken_late(connection, target, ran, (one, result.join(known, on="external_id", how="anti")))
    refused = known.filter(pl.col("outcome") == "refused")
    # Of what this run itself has handed over once more, the refusal may be a second one.
    latest = pl.max_horizontal("inserted_run", "inserted_run" if one.action == "insert" else "changed_run")
    settled = pl.col("golden_id").is_in(_settled(connection, target, ran, refused)) & (latest > ran.run_no)
    refused = refused.filter(~settled)
    refused = _without_values(connection, target, one.target_object, refused)
    GiveBack(connection, target, ran.folder, ran.run_no).records(
        one.target_object, one.action, _unchanged(ran, refused)
    )
    _note(connection, target, ran, (one, known))


def _refuse_taken_late(
    connection: sa.Connection, target: "ImportFilesTarget", ran: Ran, read: tuple[Import, pl.DataFrame]
) -> None:
    """Refuse records that were taken after all: given back, they are to be created once more.

    Raises:
        OperatorNeeded: there are such records.
    """
    one, gone = read
    # A change that no file mentions is none of a record whose creation was refused.
    told = pl.lit(one.action == "insert") | pl.col("target_id").is_not_null()
    taken = gone.filter((pl.col("outcome") != "refused") & told)["external_id"].to_list()
    call, late = target.ledger.tables.api_call, 0
    for start in range(0, len(taken), PIECE):
        mine = sa.and_(call.c.run_no == ran.run_no, call.c.object == one.target_object, call.c.state == REFUSED)
        chosen = sa.select(sa.func.count()).where(mine, call.c.external_key.in_(taken[start : start + PIECE]))
        late += connection.scalar(chosen) or 0
    if late:
        raise OperatorNeeded(
            f"run {ran.folder.run_id}, {one.target_object}: expected that the records stay refused that an earlier "
            f"result says so of, found {late} that are loaded by now, or that no file mentions. They are handed over "
            "again to be created: delete in the CRM those that are there, and give all result files of the first "
            "import together, without those of a second one; nothing was changed"
        )


def _without_values(
    connection: sa.Connection, target: "ImportFilesTarget", target_object: str, refused: pl.DataFrame
) -> pl.DataFrame:
    """Hide in the wizard's reasons the values of records, also of fields that the result file leaves out."""
    rows = records_of(connection, target, target_object, refused["external_id"]).iter_rows(named=True)
    values = {row.pop("target_id"): row for row in rows}
    reasons = [
        without_values(reason, values.get(identity, {}))
        for identity, reason in refused.select("external_id", "reason").iter_rows()
    ]
    return refused.with_columns(pl.Series("reason", reasons, pl.String))


def _masters(
    connection: sa.Connection, target: "ImportFilesTarget", target_object: str, ids: pl.Series
) -> pl.DataFrame:
    """Return the crosswalk's founding lines of records, by external id (`line_id`)."""
    crosswalk, stream = target.ledger.tables.crosswalk, target.ledger.tables.stream
    of_object = sa.select(stream.c.stream_no).where(stream.c.object == target_object)
    listed, rows = ids.to_list(), []
    for start in range(0, len(listed), PIECE):
        mine = crosswalk.c.target_id.in_(listed[start : start + PIECE])
        chosen = sa.select(crosswalk).where(
            mine, crosswalk.c.stream_no.in_(of_object), crosswalk.c.fingerprint.is_not(None)
        )
        rows += [tuple(row) for row in connection.execute(chosen)]
    return pl.DataFrame(rows, schema=CROSSWALK_COLUMNS, orient="row").rename({"target_id": "line_id"})


def _settled(connection: sa.Connection, target: "ImportFilesTarget", ran: Ran, refused: pl.DataFrame) -> list[str]:
    """Return the golden ids of records whose refusal was read before and that are not handed over since."""
    call, found, golden = target.ledger.tables.api_call, list[str](), refused["golden_id"].to_list()
    for start in range(0, len(golden), PIECE):
        mine = sa.and_(call.c.run_no == ran.run_no, call.c.state.in_((REFUSED, UNLINKED)))
        chosen = sa.select(call.c.golden_id).where(mine, call.c.golden_id.in_(golden[start : start + PIECE]))
        found += [str(one) for one in connection.scalars(chosen)]
    return found


def _unchanged(ran: Ran, refused: pl.DataFrame) -> pl.DataFrame:
    """Return the refused records, which only this run may have touched last."""
    latest = pl.max_horizontal("inserted_run", "changed_run")
    later = refused.filter(latest > ran.run_no).height
    if later:
        raise ChangedSince(
            f"run {ran.folder.run_id}: expected refused records that no later run has changed, found {later}; read the "
            "results of the later run, or roll it back; nothing was changed"
        )
    return refused


def _note(connection: sa.Connection, target: "ImportFilesTarget", ran: Ran, read: tuple[Import, pl.DataFrame]) -> None:
    """Note what became of records, and the CRM's id of those of which the wizard tells it."""
    one, known = read
    intents = Intents(target.ledger, target.engine)
    names = target.ledger.streams_on(connection)
    whose = pl.col("golden_id").str.split_exact(":", 1).struct.field("field_0")
    known = known.with_columns(whose.replace_strict(names, return_dtype=pl.Int64).alias("founder"))
    for (stream,), some in known.group_by("founder", maintain_order=True):
        number = int(str(stream))
        named = _with_known(connection, target, number, some).with_columns(_state(ran, one).alias("_state"))
        for (state,), rows in named.group_by("_state", maintain_order=True):
            keys = rows.select("golden_id", "external_id").iter_rows()
            sending = Sending(ran.run_no, number, one.target_object, "")
            intents.begin(connection, sending, [Intent(golden, key) for golden, key in keys])
            intents.note(connection, number, dict(rows.select("golden_id", "crm_id").iter_rows()), str(state))


def _state(ran: Ran, one: Import) -> pl.Expr:
    """Return what is noted of a record: a refused second import is told apart, and known until it succeeds."""
    refused = pl.col("outcome") == "refused"
    own = pl.col("created") & (pl.col("inserted_run") == ran.run_no)
    second = refused & own if one.action == "update" else ~refused & (pl.col("_before") == f"{ran.run_no}:{UNLINKED}")
    state = pl.when(second).then(pl.lit(UNLINKED)).when(refused).then(pl.lit(REFUSED))
    return state.otherwise(pl.lit(CONFIRMED))


def _with_known(
    connection: sa.Connection, target: "ImportFilesTarget", stream_no: int, rows: pl.DataFrame
) -> pl.DataFrame:
    """Add `crm_id`, the CRM's id as far as it is known, and `_before`, the run and state that were noted."""
    call, known, golden = (
        target.ledger.tables.api_call,
        list[tuple[str, str | None, str]](),
        rows["golden_id"].to_list(),
    )
    for start in range(0, len(golden), PIECE):
        mine = sa.and_(call.c.stream_no == stream_no, call.c.golden_id.in_(golden[start : start + PIECE]))
        chosen = sa.select(call.c.golden_id, call.c.target_id, call.c.run_no, call.c.state).where(mine)
        known += [(key, identity, f"{run}:{state}") for key, identity, run, state in connection.execute(chosen)]
    before = pl.DataFrame(known, schema=dict.fromkeys(["golden_id", "_id", "_before"], pl.String), orient="row")
    joined = rows.join(before, on="golden_id", how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce("target_id", "_id").alias("crm_id"))
