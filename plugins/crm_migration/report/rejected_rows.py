"""A run's rejected rows as a person repairs them: their values, where they stand, and what is wrong in which column."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from crm_migration.errors import OperatorNeeded
from crm_migration.extract.document import META, place
from crm_migration.ledger.ledger import Ledger
from crm_migration.ledger.rejected import RejectedRow, listed_keys, rejected_rows
from crm_migration.load.ledger_keys import ledger_keys
from crm_migration.mapping.model import Entity, Mapping
from crm_migration.mapping.row_tests import UNCLASSIFIED
from crm_migration.staging import RunFolder, Staged, has_table, open_table

UNREAD = "_raw"
_ADVICE = re.compile(r", (?:correct it at the source|remove the copies at the source or)\b.*$", re.DOTALL)
_PLACE = re.compile(r"(.+?, (?:line|row|record) [0-9]+): ", re.DOTALL)
Values = dict[str, str | None]


@dataclass(frozen=True)
class Repair:
    """One rejected row; `values` is None where nothing but the source has them, `text` what could not be read then.

    `faults` tells by column what is wrong there; `problem` all of it in one text.
    """

    key: str
    step: str
    reason: str
    place: str
    problem: str
    values: Values | None
    text: str | None = None
    faults: dict[str, str] = field(default_factory=dict)
    closed_run: int | None = None
    closed_how: str | None = None


@dataclass(frozen=True)
class RejectedOf:
    """The rejected rows of the run that is staged in `folder`."""

    mapping: Mapping
    ledger: Ledger
    folder: RunFolder

    @cached_property
    def run_no(self) -> int:
        """Return the run's number.

        Raises:
            OperatorNeeded: the ledger does not know the run.
        """
        found = self.ledger.find_run(self.folder.source, self.folder.run_id) if self.ledger.exists() else None
        if found is None:
            raise OperatorNeeded(
                f"{self.folder.source}/{self.folder.run_id}: expected a run that the ledger knows, found none of this "
                "id; look its id up in Airflow's grid or in the run's report"
            )
        return found.run_no

    def stream_no(self, entity: str) -> int:
        """Return the ledger's number of an entity's stream; 0 where no run has registered it."""
        return self.ledger.streams().get(f"{self.folder.source}.{entity}", 0)

    def rows(self, entity: str, *, only_open: bool = False) -> Iterator[Repair]:
        """Yield the rejected rows of one entity, by key."""
        faults, staged = Faults(self.mapping.entities[entity]), _Staged(self, entity)
        found = rejected_rows(self.ledger, self.run_no, self.stream_no(entity), only_open=only_open)
        for row in found:
            yield _repair(row, faults, staged)

    def faulty_columns(self, entity: str, *, only_open: bool = False) -> set[str]:
        """Return the columns in which anything is wrong in any rejected row of the entity."""
        faults = Faults(self.mapping.entities[entity])
        found = rejected_rows(self.ledger, self.run_no, self.stream_no(entity), only_open=only_open)
        return {column for row in found for column in faults.told(row)[1]}


def _repair(row: RejectedRow, faults: "Faults", staged: "_Staged") -> Repair:
    where, by_column = faults.told(row)
    values, standing = staged.of(row.source_key) if row.raw is None else (_values(row.raw), None)
    unread = values is not None and set(values) == {UNREAD}
    return Repair(
        key=row.source_key,
        step=row.step,
        reason=row.reason,
        place=where or standing or staged.origin,
        problem=row.message.removeprefix(f"{where}: "),
        values=None if unread else values,
        text=values[UNREAD] if values is not None and unread else None,
        faults=by_column,
        closed_run=row.closed_run,
        closed_how=row.closed_how,
    )


def _values(raw: str) -> Values:
    values: Values = json.loads(raw)
    return values


class Faults:
    """Finds, in the message of a row, what is said of each field, and which columns the field reads."""

    def __init__(self, entity: Entity) -> None:
        """Know the columns of each field, of the key, and of the rules for whose rows they are."""
        shared = entity.classification
        self._columns = {name: spec.columns for name, spec in entity.fields.items()}
        self._columns |= {"key": entity.key_columns, "when": shared.columns if shared else []}
        names = "|".join(re.escape(name) for name in sorted(self._columns, key=len, reverse=True))
        self._part = re.compile(rf"(?:^|(?<=; )|(?<=: ))({names}): (?=expected )")

    def told(self, row: RejectedRow) -> tuple[str, dict[str, str]]:
        """Return where the row stands, empty if the message does not say, and what is wrong, by column."""
        parts = list(self._part.finditer(row.message))
        if not parts or row.step != "clean":
            unread = _PLACE.match(row.message) if row.step == "clean" else None
            return unread[1] if unread else "", {column: _short(row.message) for column in self._of_load(row)}
        found: dict[str, str] = {}
        ends = [*(part.start() for part in parts[1:]), len(row.message)]
        for part, end in zip(parts, ends, strict=True):
            text = _short(row.message[part.end() : end].removesuffix("; "))
            for column in self._columns[part[1]]:
                found[column] = f"{found[column]}; {text}" if column in found else text
        return row.message[: parts[0].start()].removesuffix(": "), found

    def _of_load(self, row: RejectedRow) -> list[str]:
        if row.reason == UNCLASSIFIED:
            return self._columns["when"]
        fields = (row.field or "").split(", ")
        return [column for name in fields for column in self._columns.get(name, [])]


def _short(text: str) -> str:
    return _ADVICE.sub("", text)


class _Staged:
    """Rows that the load rejected, which the ledger holds without their values: as they were extracted."""

    def __init__(self, of: RejectedOf, entity: str) -> None:
        self._of, self._entity, self._spec = of, entity, of.mapping.entities[entity]
        self.origin = self._spec.origin

    def of(self, key: str) -> tuple[Values | None, str | None]:
        """Return the values of a row and where it stands; nothing where staging is gone or knows no such row."""
        raw, where = self._rows.get(key, (None, None))
        return _values(raw) if raw else None, where

    @cached_property
    def _rows(self) -> dict[str, tuple[str, str | None]]:
        if not all(has_table(self._of.folder, self._entity, step) for step in ("clean", "extract")):
            return {}
        clean, extract = (open_table(self._of.folder, self._entity, step) for step in ("clean", "extract"))
        if not extract.rows or not set(self._spec.source_columns) <= set(extract.columns):
            return {}
        keys = listed_keys(self._of.ledger, self._of.run_no, self._of.stream_no(self._entity), without_raw=True)
        listed = pl.DataFrame({"listed": keys}, schema={"listed": pl.String})
        found = [
            frame.with_columns(ledger_keys(pl.col("_key")).alias("listed")).join(listed, on="listed", how="semi")
            for frame in clean.frames(["_key", "_row"])
        ]
        return dict(self._read(extract, pl.concat(found))) if found else {}

    def _read(self, extract: Staged, wanted: pl.DataFrame) -> Iterator[tuple[str, tuple[str, str | None]]]:
        told = [column for column in META if column in extract.columns]
        where = place() if told else pl.lit(None, pl.String)
        for frame in extract.frames(["_row", *self._spec.source_columns, *told]):
            rows = frame.join(wanted, on="_row", how="inner").select(
                "listed", pl.struct(self._spec.source_columns).struct.json_encode(), where.alias("place")
            )
            for key, raw, standing in rows.iter_rows():
                yield key, (raw, standing)
