"""Rules for values: formats, defaults, value lists and limits must agree with each other."""

import re
from collections.abc import Callable, Iterator

from crm_migration.mapping.against_source import read_columns
from crm_migration.mapping.countries import is_country
from crm_migration.mapping.defaults import default_fault
from crm_migration.mapping.faults import Fault, Place, quoted
from crm_migration.mapping.model import (
    Boolean,
    Choice,
    Constant,
    Country,
    Date,
    DateTime,
    FieldBase,
    FieldSpec,
    Integer,
    Number,
)  # fmt: skip
from crm_migration.mapping.moments import ambiguity, format_fault, zone_fault
from crm_migration.mapping.scope import Scope

MOST_FORMATS = 20
OWN_COLUMNS = re.compile(r"_row|_file|_sheet|_unit|_at|_fault|_message|_raw|\*|\^.*\$", re.DOTALL)
"""Names of columns that staged tables have themselves, and those that stand for several columns."""


def value_faults(scope: Scope) -> Iterator[Fault]:
    """Yield the faults of the values that one entity declares."""
    yield from _columns(scope.at("key"), scope.entity.key_columns)
    yield from _own_columns(scope)
    for index, rule in enumerate(scope.entity.filters):
        for test in ("equals", "not_equals"):
            if getattr(rule, test) == []:
                yield Fault(scope.at("filters", index, test), "expected one or more values, found an empty list")
    for index, expectation in enumerate(scope.entity.expectations):
        if not expectation.type.startswith("expect_"):
            expected = "a name such as 'expect_column_values_to_be_unique'"
            text = f"expected {expected}, found {quoted(expectation.type)}"
            yield Fault(scope.at("expectations", index, "type"), text)
    for name, spec in scope.entity.fields.items():
        yield from _field(scope.at("fields", name), spec)


def _own_columns(scope: Scope) -> Iterator[Fault]:
    for place, column in read_columns(scope):
        if OWN_COLUMNS.fullmatch(column):
            expected = "a column by a name that staged tables can hold (give it another in a view or query)"
            yield Fault(place, f"expected {expected}, found {quoted(column)}")


def _field(place: Place, spec: FieldSpec) -> Iterator[Fault]:
    if isinstance(spec, Constant):
        return
    yield from _columns((*place, "from"), spec.columns)
    found = False
    for kind, rule in RULES:
        for fault in rule(place, spec) if isinstance(spec, kind) else ():
            found = True
            yield fault
    if not found and spec.default is not None and (text := default_fault(spec, spec.default)):
        yield Fault((*place, "default"), text, depends=_all_keys(place, spec))


def _all_keys(place: Place, spec: FieldBase) -> tuple[Place, ...]:
    return tuple((*place, key) for key in type(spec).model_fields)


def _columns(place: Place, columns: list[str]) -> Iterator[Fault]:
    if not columns:
        yield Fault(place, "expected one or more columns, found an empty list")
    seen: set[str] = set()
    for index, column in enumerate(columns):
        where = (*place, index) if len(columns) > 1 else place
        if not column.strip():
            yield Fault(where, f"expected the name of a column, found {quoted(column)}")
        elif column in seen:
            yield Fault(where, f"expected each column once, found {quoted(column)} again")
        seen.add(column)


def _dates(place: Place, spec: Date | DateTime) -> Iterator[Fault]:
    where = (*place, "formats")
    if len(spec.formats) > MOST_FORMATS:
        yield Fault(where, f"expected at most {MOST_FORMATS} formats, found {len(spec.formats)}")
        return
    readable: list[str] = []
    for index, pattern in enumerate(spec.formats):
        if text := format_fault(pattern):
            yield Fault((*where, index), text)
            continue
        for earlier in readable:
            if example := ambiguity(earlier, pattern):
                clash = f"{quoted(pattern)}, which reads {quoted(example)} as another day or time"
                yield Fault((*where, index), f"expected formats that agree with {quoted(earlier)}, found {clash}")
                break
        readable.append(pattern)


def _zone(place: Place, spec: DateTime) -> Iterator[Fault]:
    if spec.timezone is not None and (text := zone_fault(spec.timezone)):
        yield Fault((*place, "timezone"), text)


def _integer(place: Place, spec: Integer) -> Iterator[Fault]:
    if spec.minimum is not None and spec.maximum is not None and spec.minimum > spec.maximum:
        text = f"expected at most the maximum of {spec.maximum}, found {spec.minimum}"
        yield Fault((*place, "minimum"), text)
    yield from _thousands(place, spec.thousands, "")


def _number(place: Place, spec: Number) -> Iterator[Fault]:
    if spec.scale > spec.precision:
        text = f"expected at most the precision of {spec.precision}, found {spec.scale}"
        yield Fault((*place, "scale"), text, depends=((*place, "precision"),))
    yield from _thousands(place, spec.thousands, spec.decimal_mark)


def _thousands(place: Place, mark: str, decimal_mark: str) -> Iterator[Fault]:
    where = (*place, "thousands")
    if mark and mark == decimal_mark:
        text = f"expected another mark than the decimal mark, found {quoted(mark)}"
        yield Fault(where, text, depends=((*place, "decimal_mark"),))
    elif len(mark) > 1 or mark.isalnum() or mark in ("+", "-"):
        yield Fault(where, f"expected one mark such as ',' or '.', found {quoted(mark)}")


def _boolean(place: Place, spec: Boolean) -> Iterator[Fault]:
    true = {value.lower() for value in spec.true}
    for key, values in (("true", spec.true), ("false", spec.false)):
        if not values:
            yield Fault((*place, key), "expected one or more values, found an empty list")
    for index, value in enumerate(spec.false):
        if value.lower() in true:
            text = f"expected other values than those of 'true', found {quoted(value)} in both"
            yield Fault((*place, "false", index), text, depends=((*place, "true"),))


def _choice(place: Place, spec: Choice) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for key, value in spec.values.items():
        if seen.setdefault(key.strip(), value) != value:
            earlier = quoted(seen[key.strip()])
            text = f"expected one result for each value, found {quoted(key)} with {earlier} before"
            yield Fault((*place, "values", key), text)
        if spec.max_length is not None and len(value) > spec.max_length:
            text = f"expected at most max_length {spec.max_length} characters, found {len(value)}"
            yield Fault((*place, "values", key), text, depends=((*place, "max_length"),))


def _country(place: Place, spec: Country) -> Iterator[Fault]:
    for key, value in spec.values.items():
        if not is_country(value):
            text = f"expected an ISO 3166 country of two capital letters, found {quoted(value)}"
            yield Fault((*place, "values", key), text)


RULES: tuple[tuple[type[FieldBase] | tuple[type[FieldBase], ...], Callable[[Place, FieldSpec], Iterator[Fault]]], ...]
RULES = (  # type: ignore[assignment]
    ((Date, DateTime), _dates),
    (DateTime, _zone),
    (Integer, _integer),
    (Number, _number),
    (Boolean, _boolean),
    (Choice, _choice),
    (Country, _country),
)
