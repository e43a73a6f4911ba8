"""The columns of a replica: which there are, how a database keeps them, and one text for each value.

The replica is typed by what the mapping says of a field, so that sums, ranges and orders mean what they should.
Every value has one canonical text, whether it comes from the CRM or from a table of the replica, so that two
texts differ only where the values do.
"""

from collections.abc import Mapping as Dictionary
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

import polars as pl
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from crm_migration.clean.types import polars_type
from crm_migration.ledger.tables import exact_text, long_text
from crm_migration.load.record_api import Record
from crm_migration.mapping.model import FieldSpec, Mapping, Owner, Reference

Kind = Literal["identity", "key", "text", "date", "moment", "number", "whole", "truth"]
IDENTITY_LENGTH = 100
KEY_LENGTH = 700
EXACT_DIGITS = 15
DAY_LENGTH = len("2026-01-31")
MOST_DIGITS = 65
SPARE_DECIMALS = 6
KINDS: dict[object, Kind] = {pl.Date: "date", pl.Datetime: "moment", pl.Int64: "whole", pl.Boolean: "truth"}


@dataclass(frozen=True)
class ReplicaColumn:
    """One column: its kind, and of a number how many digits the mapping gives it, and how many of them are decimals."""

    kind: Kind
    digits: int = 0
    decimals: int = 0

    def sql_type(self) -> sa.types.TypeEngine[Any]:
        """Return the type that keeps such values in every ledger database."""
        made: dict[str, sa.types.TypeEngine[Any]] = {
            "identity": exact_text(IDENTITY_LENGTH),
            "key": exact_text(KEY_LENGTH),
            "text": long_text(),
            "date": sa.Date(),
            "moment": sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"),
            "number": self._number(),
            "whole": sa.Numeric().with_variant(sa.BigInteger(), "mysql", "mariadb"),
            "truth": sa.Boolean(create_constraint=False),
        }
        return made[self.kind]

    def _number(self) -> sa.types.TypeEngine[Any]:
        # SQLite would keep a longer number as a float, and so another one.
        short = sa.Numeric() if self.digits <= EXACT_DIGITS else sa.Text()
        fixed = mysql.DECIMAL(MOST_DIGITS, min(30, self.decimals + SPARE_DECIMALS))
        return sa.Numeric().with_variant(short, "sqlite").with_variant(fixed, "mysql", "mariadb")

    def written(self) -> list[object]:
        """Return this column as JSON keeps it."""
        return [self.kind, self.digits, self.decimals]

    @classmethod
    def read(cls, written: list[object]) -> "ReplicaColumn":
        """Return the column that `written` has made a list of."""
        kind, digits, decimals = written
        return cls(kind, int(str(digits)), int(str(decimals)))  # type: ignore[arg-type]

    def text(self, column: pl.Expr) -> pl.Expr:
        """Return the canonical text of values of this column, given as the CRM or a database prints them."""
        if self.kind == "truth":
            return column.str.to_lowercase().replace({"true": "1", "false": "0", "t": "1", "f": "0"})
        if self.kind == "date":
            return column.str.slice(0, DAY_LENGTH)
        if self.kind == "moment":
            return _moment(column)
        if self.kind in ("number", "whole"):
            return _number(column)
        return column


def _moment(column: pl.Expr) -> pl.Expr:
    bare = column.str.replace("T", " ", literal=True).str.replace(r"(\+00(:00)?|Z)$", "")
    fraction = bare.str.extract(r"\.(\d{1,6})$", 1).fill_null("").str.pad_end(6, "0")
    whole = pl.when(bare.str.len_chars() == DAY_LENGTH).then(bare + " 00:00:00").otherwise(bare.str.slice(0, 19))
    return whole + "." + fraction


def _number(column: pl.Expr) -> pl.Expr:
    """Return numbers without zeros that say nothing, so that 10.50, 10.5 and 1.05e1 are one text."""
    plain = pl.when(column.str.contains("[eE]")).then(column.map_elements(_spelled_out, pl.String)).otherwise(column)
    short = (
        pl.when(plain.str.contains(".", literal=True))
        .then(plain.str.strip_chars_end("0").str.strip_chars_end("."))
        .otherwise(plain)
    )
    return pl.when(short.is_in(["-0", ""])).then(pl.lit("0")).otherwise(short)


def _spelled_out(text: str) -> str:
    try:
        return f"{Decimal(text):f}" if "e" in text.lower() else text
    except InvalidOperation:
        return text


def columns_of(mapping: Mapping, target_object: str) -> dict[str, ReplicaColumn]:
    """Return what the mapping's entities write to an object, by the names of its fields; its id is not among them."""
    found: dict[str, ReplicaColumn] = {}
    for entity in mapping.entities.values():
        if entity.target.object != target_object:
            continue
        found[entity.target.external_id] = ReplicaColumn("key")
        if entity.target.deleted_flag:
            found[entity.target.deleted_flag] = ReplicaColumn("truth")
        for name, spec in entity.fields.items():
            if name not in (entity.target.id, entity.target.external_id):
                column = _column(spec)
                found[name] = column if found.get(name, column) == column else ReplicaColumn("text")
    return found


def merged(known: Dictionary[str, ReplicaColumn], wanted: Dictionary[str, ReplicaColumn]) -> dict[str, ReplicaColumn]:
    """Return the columns of both; one that they take for different kinds is text."""
    both = dict(known) | dict(wanted)
    return {
        name: column if known.get(name, column) == wanted.get(name, column) else ReplicaColumn("text")
        for name, column in both.items()
    }


def _column(spec: FieldSpec) -> ReplicaColumn:
    if isinstance(spec, Reference | Owner):
        return ReplicaColumn("identity")
    kind = polars_type(spec)
    if isinstance(kind, pl.Decimal):
        return ReplicaColumn("number", int(kind.precision or 0), int(kind.scale or 0))
    return ReplicaColumn(KINDS.get(kind.base_type(), "text"))


def canonical_texts(frame: pl.DataFrame, columns: Dictionary[str, ReplicaColumn]) -> pl.DataFrame:
    """Return `frame` with those of its columns that are columns of the replica as canonical text."""
    return frame.with_columns(columns[name].text(pl.col(name)).alias(name) for name in frame.columns if name in columns)


def canonical_values(record: Record, columns: Dictionary[str, ReplicaColumn]) -> Record:
    """Return a record with its fields as `canonical_texts` has them."""
    frame = pl.DataFrame({name: [value] for name, value in record.items()}, schema=dict.fromkeys(record, pl.String))
    found: dict[str, str | None] = canonical_texts(frame, columns).row(0, named=True)
    return found
