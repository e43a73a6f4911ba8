"""Which expectations a mapping implies for an entity's table; plain data, written for Great Expectations."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from crm_migration.mapping.countries import COUNTRIES
from crm_migration.mapping.model import (
    Boolean,
    Choice,
    Constant,
    Country,
    Date,
    DateTime,
    Email,
    Entity,
    FieldSpec,
    Integer,
    Language,
    Phone,
    TextBase,
    Url,
)

NOT_NULL = "expect_column_values_to_not_be_null"
UNIQUE = "expect_column_values_to_be_unique"
IN_SET = "expect_column_values_to_be_in_set"
REGEX = "expect_column_values_to_match_regex"
BETWEEN = "expect_column_values_to_be_between"
LENGTHS = "expect_column_value_lengths_to_be_between"
LENGTH_PREFIX = "length of "

# Each must hold in PostgreSQL, MariaDB, MySQL and Python alike: no classes, no look-around, no flags.
EMAIL = r"^[^@ ]+@[^@ ]+[.][^@ .]+$"
E164 = r"^[+][1-9][0-9]{3,14}(;ext=[0-9]+)?$"
LANGUAGE = r"^[a-zA-Z]{2,8}([-_][a-zA-Z0-9]{1,8})*$"
URL = r"^[a-z][a-z0-9+.-]*://[^ ]+$"
ISO_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
ISO_MOMENT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?(Z|[+]00(:?00)?)?$"
FORMATS: dict[type, str] = {Email: EMAIL, Phone: E164, Language: LANGUAGE, Url: URL}
MOMENTS: dict[type, str] = {Date: ISO_DATE, DateTime: ISO_MOMENT}


@dataclass(frozen=True)
class Expected:
    """One expectation: its type by name, its arguments, and the field it is about.

    `of_rows`: it judges row by row, so it holds for a sample as for the whole.
    """

    type: str
    field: str | None
    kwargs: dict[str, Any]
    of_rows: bool = True


def expectations(entity: Entity, table: sa.Table, dialect: str) -> list[Expected]:
    """Return what the mapping says about the records of `entity` in `table`, its own expectations last."""
    implied = [Expected(UNIQUE, entity.target.external_id, {"column": entity.target.external_id})]
    for name, spec in entity.fields.items():
        if name == entity.target.external_id or getattr(spec, "required", False):
            implied.append(Expected(NOT_NULL, name, {"column": name}))
        implied += [Expected(kind, name, kwargs) for kind, kwargs in _of_values(name, spec, (table, dialect))]
    return implied + [_own(one.type, one.kwargs) for one in entity.expectations]


def _of_values(name: str, spec: FieldSpec, place: tuple[sa.Table, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    table, dialect = place
    if isinstance(spec, TextBase) and spec.max_length is not None:
        yield _length(name, spec.max_length, dialect)
    if getattr(spec, "on_invalid", None) == "keep":
        return
    kind = table.c[name].type
    values = _value_set(spec, kind)
    if values is not None:
        yield IN_SET, {"column": name, "value_set": values}
    pattern = FORMATS.get(type(spec))
    if pattern is None and (dialect == "sqlite" or isinstance(kind, sa.String)):
        pattern = MOMENTS.get(type(spec))
    if pattern is not None:
        yield REGEX, {"column": name, "regex": pattern}
    if isinstance(spec, Integer) and not (spec.minimum is None and spec.maximum is None):
        yield BETWEEN, {"column": name, "min_value": spec.minimum, "max_value": spec.maximum}


def _length(name: str, longest: int, dialect: str) -> tuple[str, dict[str, Any]]:
    """Return the expectation on a length; MySQL's LENGTH counts bytes, so there the batch offers one in characters."""
    bounds = {"min_value": 0, "max_value": longest}
    if dialect == "mysql":
        return BETWEEN, {"column": LENGTH_PREFIX + name, **bounds}
    return LENGTHS, {"column": name, **bounds}


def _value_set(spec: FieldSpec, kind: sa.types.TypeEngine[Any]) -> list[str] | list[int] | None:
    match spec:
        case Choice():
            return sorted(set(spec.values.values()))
        case Country():
            return sorted(COUNTRIES | set(spec.values.values()))
        case Constant():
            return [spec.value]
        case Boolean() if isinstance(kind, sa.Integer):
            return [0, 1]
        case _:
            return None


def _own(kind: str, kwargs: dict[str, Any]) -> Expected:
    column = kwargs.get("column")
    of_rows = kind.startswith(("expect_column_value", "expect_column_pair_values", "expect_multicolumn_values"))
    return Expected(kind, str(column) if column is not None else None, dict(kwargs), of_rows)
