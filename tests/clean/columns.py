"""What the tests of cleaning share: a spec from a dict, and one column cleaned by it."""

from typing import Any

import polars as pl
from pydantic import TypeAdapter

from crm_migration.clean.column import Context
from crm_migration.clean.fields import CleanField, clean_field
from crm_migration.mapping.model import FieldSpec, SourceConfig

_SPECS: TypeAdapter[FieldSpec] = TypeAdapter(FieldSpec)


def spec(kind: str, **options: Any) -> FieldSpec:
    """A field of `kind` that reads column `value` unless `from` says otherwise."""
    return _SPECS.validate_python({"kind": kind, "from": "value", **options})


def context(country: str | None = None, timezone: str = "UTC", **more: Any) -> Context:
    return Context(SourceConfig(name="crm", connection="legacy", country=country, timezone=timezone), **more)


def table(values: list[str | None], **others: list[str | None]) -> pl.DataFrame:
    return pl.DataFrame({"value": values, **others}, schema_overrides=dict.fromkeys(["value", *others], pl.String))


def cleaned(field: FieldSpec, values: list[str | None], among: Context | None = None) -> CleanField:
    return clean_field(table(values), field, among or context())


def one(field: FieldSpec, value: str | None, among: Context | None = None) -> Any:
    """The clean value, or `(reason,)` where it cannot be read."""
    result = cleaned(field, [value], among)
    return (result.found[0],) if result.found[0] else result.values[0]
