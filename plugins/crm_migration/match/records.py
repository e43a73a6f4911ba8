"""A row's fields as one JSON text, the form in which the ledger keeps the members of merged records."""

import polars as pl

from crm_migration.errors import OperatorNeeded

_AS_JOINED = "_as_joined"


def to_json(fields: list[str]) -> pl.Expr:
    """Return the row's fields as a JSON object; decimals, dates and moments as exact text."""
    return pl.struct(fields).struct.json_encode().alias("record")


def as_joined_json(fields: list[str]) -> pl.Expr:
    """Return the fields as `to_json` does, marked as what a foreign row was when one of this stream joined it."""
    return pl.struct(*fields, pl.lit(value=True).alias(_AS_JOINED)).struct.json_encode().alias("record")


def is_as_joined(record: pl.Expr) -> pl.Expr:
    """Return whether a record was written by `as_joined_json`."""
    return record.str.ends_with(f'"{_AS_JOINED}":true}}')


def from_json(lineage: pl.DataFrame, fields: dict[str, pl.DataType]) -> pl.DataFrame:
    """Return `lineage` with its `record` opened into `fields`.

    A field that the record does not have, or in a form that the mapping's present type cannot take, is null.

    Raises:
        OperatorNeeded: a record is not a JSON object.
    """
    text = pl.Struct(dict.fromkeys(fields, pl.String()))
    try:
        opened = lineage["record"].str.json_decode(text).struct.unnest()
    except pl.exceptions.ComputeError as fault:
        raise OperatorNeeded(
            "ledger: lineage: expected every record to be a JSON object, found another text among "
            f"{lineage.height} records; restore the ledger's lineage table from its backup"
        ) from fault
    typed = opened.select(_typed(pl.col(name), kind).alias(name) for name, kind in fields.items())
    return pl.concat([lineage.drop("record"), typed], how="horizontal")


def _typed(text: pl.Expr, kind: pl.DataType) -> pl.Expr:
    if kind == pl.String:
        return text
    if kind == pl.Boolean:
        return pl.when(text.is_in(["true", "false"])).then(text == "true")
    if kind == pl.Date:
        return text.str.to_date("%Y-%m-%d", strict=False)
    if isinstance(kind, pl.Datetime):
        return text.str.to_datetime("%+", time_unit="us", time_zone="UTC", strict=False)
    return text.cast(kind, strict=False)
