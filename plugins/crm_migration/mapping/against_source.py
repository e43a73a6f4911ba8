"""Rules that compare an entity with its table in the source as it is now."""

import html
import unicodedata
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

from crm_migration.mapping.faults import Fault, Place, did_you_mean, quoted, unknown_name
from crm_migration.mapping.fit import family
from crm_migration.mapping.model import Choice, Constant
from crm_migration.mapping.scope import Scope

NO_KEYS = ("float", "json", "xml", "geometry", "array")
MOST_NAMED = 10


def source_faults(scope: Scope, columns: Mapping[str, str] | None, tables: AbstractSet[str]) -> Iterator[Fault]:
    """Yield the faults of what an entity reads; `columns` are its table's, None if there is no such table."""
    if not columns:
        # That a file or a sheet cannot be read has been said, with the reason, by the source itself.
        if scope.entity.table is not None or scope.entity.query is not None:
            yield _no_table(scope, tables)
        return
    for place, column in read_columns(scope):
        if column not in columns:
            yield unknown_name(place, f"a column of {_origin(scope)}", column, columns)
    for index, column in enumerate(scope.entity.key_columns):
        declared = columns.get(column)
        if declared is not None and family(declared) in NO_KEYS:
            place = scope.at("key", index) if isinstance(scope.entity.key, list) else scope.at("key")
            found = f"{quoted(column)} of type {quoted(declared, '')}"
            text = f"expected a key column that can be compared as text, found {found}"
            yield Fault(place, text)


def choice_faults(scope: Scope, values: Mapping[str, AbstractSet[str]]) -> Iterator[Fault]:
    """Yield the choice fields for whose source values the mapping has no entry; `values` by field.

    A field that writes `on_invalid` out says itself what becomes of values without an entry; what a function makes of
    the source's values is only known once they are cleaned.
    """
    for name, found in values.items():
        spec = scope.field(name)
        if not isinstance(spec, Choice) or "on_invalid" in spec.model_fields_set or spec.function is not None:
            continue
        unmapped = values_without_entry(spec, found)
        if unmapped:
            named = ", ".join(quoted(value) for value in unmapped[:MOST_NAMED])
            more = f" and {len(unmapped) - MOST_NAMED} more" if len(unmapped) > MOST_NAMED else ""
            expected = "an entry for every value of the source, or 'on_invalid'"
            text = f"expected {expected}, found none for {named}{more}"
            yield Fault(scope.at("fields", name, "values"), text, at_key=True)


def values_without_entry(spec: Choice, found: AbstractSet[str]) -> list[str]:
    """Return the source values that a value map lacks, sorted; blanks are no values."""
    known = {_folded(key, spec) for key in spec.values}
    return sorted(value for value in found if value.strip() and _folded(value, spec) not in known)


def _folded(value: str, spec: Choice) -> str:
    """Return a value as it is compared."""
    return tidied(value).lower() if spec.ignore_case else tidied(value)


def tidied(value: str) -> str:
    """Return a value without odd blanks and entities: the clean room's tidying, which is not of this room, in short."""
    return " ".join(unicodedata.normalize("NFC", html.unescape(value)).split())


def _no_table(scope: Scope, tables: AbstractSet[str]) -> Fault:
    if scope.entity.table is None:
        return Fault(scope.at("query"), "expected a query that yields columns, found none")
    name = scope.entity.table
    return Fault(scope.at("table"), f"expected a table of the source, found {quoted(name)}{did_you_mean(name, tables)}")


def _origin(scope: Scope) -> str:
    return "the query" if scope.entity.query is not None else scope.entity.table or f"the {scope.entity.origin}"


def read_columns(scope: Scope) -> Iterator[tuple[Place, str]]:
    """Yield every column that an entity reads with the place that names it."""
    entity = scope.entity
    yield from _one_or_more(scope.at("key"), entity.key)
    if entity.watermark is not None:
        yield scope.at("watermark"), entity.watermark
    for index, rule in enumerate(entity.filters):
        yield scope.at("filters", index, "column"), rule.column
    for index, tests in enumerate(entity.when or ()):
        yield from ((scope.at("when", index, column), column) for column in tests)
    for name, spec in entity.fields.items():
        if isinstance(spec, Constant):
            continue
        yield from _one_or_more(scope.at("fields", name, "from"), spec.source)
        for extra in ("country_from", "type_from"):
            if column := getattr(spec, extra, None):
                yield scope.at("fields", name, extra), column


def _one_or_more(place: Place, columns: str | list[str]) -> Iterator[tuple[Place, str]]:
    if isinstance(columns, str):
        yield place, columns
    else:
        yield from (((*place, index), column) for index, column in enumerate(columns))
