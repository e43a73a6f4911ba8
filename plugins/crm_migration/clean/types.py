"""The column type that each kind of field has once it is clean."""

import polars as pl

from crm_migration.mapping.model import Boolean, Constant, Date, DateTime, FieldBase, Integer, Number


def polars_type(spec: FieldBase | Constant) -> pl.DataType:
    """Return the type of the clean column of `spec`; what is not a date, a number or a boolean is text."""
    match spec:
        case Date():
            return pl.Date()
        case DateTime():
            return pl.Datetime("us", "UTC")
        case Integer():
            return pl.Int64()
        case Number():
            return pl.Decimal(spec.precision, spec.scale)
        case Boolean():
            return pl.Boolean()
        case _:
            return pl.String()
