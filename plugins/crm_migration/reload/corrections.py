"""An edited workbook becomes the rows that a run loads: each is a rejected row of the run it names, or all is refused.

A cell that nobody has touched stands for the value that the source had, to the letter, whatever the spreadsheet made
of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

from crm_migration.clean.classification import left_out
from crm_migration.clean.reference import key_text
from crm_migration.drift.staged import Drift, read_drift
from crm_migration.errors import OperatorNeeded, SourceUnreadable, UploadRefused
from crm_migration.extract.corrected import REJECTED, STEP
from crm_migration.extract.document import AT, FAULT, FILE, MESSAGE, META, RAW, SHEET, UNIT
from crm_migration.job import Job, Reload
from crm_migration.ledger.rejected import known_keys, label_of, reloaded_run
from crm_migration.mapping.row_tests import CLASSIFIED_AS
from crm_migration.reload.returned import Returned, ReturnedRow
from crm_migration.reload.upload import workbook_file, wrong_run
from crm_migration.report.rejected_rows import RejectedOf, Repair
from crm_migration.report.workbook_layout import corrected, is_cut
from crm_migration.staging import RunFolder, TableWriter

MOST_TOLD = 20
PART = 20_000
_AGAIN = "take the workbook of the run as it is now"


def reload_of(job: Job) -> Reload:
    """Return what the run loads instead of its source."""
    if job.reload is None:
        raise AssertionError("an ordinary run has no workbook")
    return job.reload


def reloaded_no(job: Job) -> int:
    """Return the number of the run whose rejected rows the run loads; raises what `stage_corrections` raises."""
    return _of(job).run_no


def stage_corrections(job: Job) -> dict[str, int]:
    """Stage the corrected rows in place of what an extract would read, and return their number by entity.

    Rows that are closed already are left alone.

    Raises:
        UploadRefused: it is no workbook of rejected rows of that run, or holds rows that are none, changed keys,
            unknown columns or values that cannot be taken; with all of them. Or nothing is left to load.
        OperatorNeeded: the ledger does not know that run, it was rolled back, or loads corrected rows itself.
    """
    asked, of = reload_of(job), _of(job)
    job.decide(Drift(read_drift(of.folder).changes))
    of = _of(job)
    _refuse_run(of)
    with workbook_file(asked.file, job.staging, job.mapping.source.name) as document:
        returned = Returned(document, job.mapping)
        try:
            staged = {entity: _Corrections(job, of, returned, entity).stage() for entity in job.mapping.entities}
        except SourceUnreadable as unreadable:
            raise UploadRefused(str(unreadable)) from None
        _refuse_wrong(document.name, [problem for one in staged.values() for problem in one.problems])
    rows = {entity: one.rows for entity, one in staged.items()}
    if not any(rows.values()):
        closed = sum(one.closed for one in staged.values())
        raise UploadRefused(
            f"{document.name}: expected rejected rows of run {asked.run_id} that are open, found none"
            f"{f' ({closed} are closed already)' if closed else ''}; there is nothing to load"
        )
    return rows


def _of(job: Job) -> RejectedOf:
    folder = RunFolder(job.staging, job.mapping.source.name, reload_of(job).run_id)
    return RejectedOf(job.mapping, job.target.ledger, folder)


def _refuse_run(of: RejectedOf) -> None:
    run = of.ledger.find_run(of.folder.source, of.folder.run_id)
    if run is not None and run.status == "rolled_back":
        raise OperatorNeeded(
            f"run {of.folder.run_id}: expected a run that stands, found one that was rolled back; run the source again "
            "and repair the rows that that run rejects"
        )
    original = reloaded_run(of.ledger, of.run_no)
    if original is not None:
        raise OperatorNeeded(
            f"run {of.folder.run_id}: expected a run that read the source, found one that loaded corrected rows of run "
            f"{original}, which still lists those that it rejected; reload them for {original}"
        )


def _refuse_wrong(document: str, problems: list[str]) -> None:
    if problems:
        more = [f"and {len(problems) - MOST_TOLD} more"] if len(problems) > MOST_TOLD else []
        told = "\n".join([*problems[:MOST_TOLD], *more])
        raise UploadRefused(f"{document}: nothing was loaded.\n{told}")


@dataclass
class Staging:
    """What came of one entity's sheet: rows staged, rows closed before, and what is wrong."""

    rows: int = 0
    closed: int = 0
    problems: list[str] = field(default_factory=list)


class _Corrections:
    """One entity's rows, matched with those that the ledger lists."""

    def __init__(self, job: Job, of: RejectedOf, returned: Returned, entity: str) -> None:
        self._job, self._of, self._returned, self._name = job, of, returned, entity
        self._entity = job.mapping.entities[entity]
        self._done = Staging()
        self._pending: list[tuple[object, ...]] = []
        self._columns = self._entity.source_columns
        # The job's own `run_no` is asked for once, and this run may not be registered yet.
        own = of.ledger.find_run(of.folder.source, job.run_id)
        self._own_no = None if own is None else own.run_no

    def stage(self) -> Staging:
        """Write the staged table; it is not to be used where there are problems."""
        returned = self._read()
        with TableWriter(self._job.folder, self._name, STEP) as writer:
            writer.write(self._frame([]))
            for row in self._of.rows(self._name) if returned else ():
                found = returned.pop(row.key, None)
                if found is not None:
                    self._take(row, found)
                if len(self._pending) >= PART:
                    self._flush(writer)
            self._flush(writer)
        self._done.problems += [
            f"{_place(row)}: expected a row that run {self._of.folder.run_id} rejected, found {row.key!r}; {_AGAIN}"
            for row in returned.values()
        ]
        return self._done

    def _read(self) -> dict[str, ReturnedRow]:
        found: dict[str, ReturnedRow] = {}
        if self._name not in self._returned.sheets:
            return found
        for row in self._returned.rows(self._name):
            if row.run != self._of.folder.run_id:
                raise wrong_run(self._returned.document.name, row.sheet, row.at, self._of.folder.run_id)
            if row.key in found:
                self._done.problems.append(
                    f"{_place(row)}: expected each row once, found {row.key!r} again; delete one of the two"
                )
            found[row.key] = row
        return found

    def _take(self, row: Repair, found: ReturnedRow) -> None:
        if row.closed_run is not None and row.closed_run != self._own_no:
            self._done.closed += 1
            return
        problem, values = self._corrected(row, found)
        if problem:
            self._done.problems.append(f"{_place(found)} ({row.key}): {problem}")
            return
        self._pending.append((row.key, *(values[column] for column in self._columns), found.sheet, found.at))

    def _corrected(self, row: Repair, found: ReturnedRow) -> tuple[str, Mapping[str, str | None]]:
        """Return the row's values as they are to be loaded, or what is wrong with them."""
        if row.values is None:
            return "expected a row that can be repaired here, found one that only the source can repair; delete it", {}
        unread = [column for column in self._columns if column not in row.values]
        if unread:
            return f"the mapping reads {unread[0]!r}, which the run did not; run the source again", {}
        values: dict[str, str | None] = {}
        for column in self._columns:
            before = row.values[column]
            values[column], changed = (
                corrected(found.cells[column], before) if column in found.cells else (before, False)
            )
            if changed and column in self._entity.key_columns and label_of(row.key) is None:
                return f"expected the key column {column!r} as it was, found it changed; {_AGAIN}", {}
            if changed and is_cut(before):
                return f"column {column!r} was too long for a cell and is changed; correct it at the source", {}
        return "", values

    def _flush(self, writer: TableWriter) -> None:
        frame = self._frame(self._pending)
        self._pending = []
        self._done.rows += frame.height
        if frame.height:
            self._done.problems += self._of_others(frame)
            self._done.problems += self._given_keys(frame)
            writer.write(frame)

    def _frame(self, rows: list[tuple[object, ...]]) -> pl.DataFrame:
        schema = {REJECTED: pl.String, **dict.fromkeys(self._columns, pl.String), SHEET: pl.String, AT: pl.Int64}
        frame = pl.DataFrame(rows, schema=schema, orient="row")
        none = [pl.lit(None, pl.String).alias(name) for name in (FAULT, MESSAGE, RAW)]
        document = self._returned.document.name
        told = [pl.lit(document).alias(FILE), pl.lit("row").alias(UNIT), *none]
        return frame.with_columns(told).select(REJECTED, *self._columns, *META)

    def _of_others(self, frame: pl.DataFrame) -> Iterator[str]:
        """Yield the rows that the mapping's rules now give to another entity, whose columns the workbook lacks."""
        names = left_out(frame, self._entity)
        others = frame.select(SHEET, AT, names.alias("of")).filter(pl.col("of").str.starts_with(CLASSIFIED_AS))
        for sheet, at, of in others.iter_rows():
            yield (
                f"sheet {sheet}, row {at}: expected a row of {self._name!r}, found one that is now of "
                f"{of.removeprefix(CLASSIFIED_AS)!r}; correct it at the source"
            )

    def _given_keys(self, frame: pl.DataFrame) -> Iterator[str]:
        """Yield the rows without a key of their own that were given one here, where that cannot go well."""
        key = key_text([frame[column] for column in self._entity.key_columns]).alias("key")
        given = [
            (f"sheet {sheet}, row {at}", key)
            for sheet, at, listed, key in frame.select(SHEET, AT, REJECTED, key).iter_rows()
            if key and label_of(listed) not in (None, key)
        ]
        if self._job.loaded.mapping.entities[self._name].target.on_source_delete != "keep":
            for place, _ in given:
                yield (
                    f"{place}: expected a row with a key at the source, found one that got its key here; the next run "
                    "would take its record for one whose row is gone: give it its key at the source"
                )
            return
        stream, keys = self._of.stream_no(self._name), [key for _, key in given]
        taken = known_keys(self._of.ledger, stream, keys, self._own_no)
        for place, key in given:
            if key in taken:
                yield f"{place}: expected a key that no loaded row has, found one that is taken; give it one of its own"


def _place(row: ReturnedRow) -> str:
    return f"sheet {row.sheet}, row {row.at}"
