"""Whether what a field yields fits the column of the target that it is written to."""

import re
from collections.abc import Iterator

from crm_migration.mapping.faults import Fault, Place, quoted, unknown_name
from crm_migration.mapping.live import TargetColumn
from crm_migration.mapping.model import (
    Choice,
    Constant,
    FieldSpec,
    Integer,
    Money,
    Number,
    TextBase,
)  # fmt: skip

FAMILIES = (
    ("array", r".*\[\]|array.*"),
    (
        "text",
        r"(n?var|n)?char.*|bpchar|character.*|(tiny|medium|long|n|ci)?text|n?clob|.*string|n?varchar2|name"
        # Of a CRM's own interface: texts, codes and ids, several of them in one text.
        r"|long_text|html_rich_text|phone_number|email|url|auto_number|select_(one|many)|(employee|department)(_many)?"
        r"|object_reference(_many)?|master_detail|record_type|tag",
    ),
    ("boolean", r"bool(ean)?|bit|true_or_false"),
    ("integer", r"(tiny|small|medium|big)?int(eger)?[248]?( unsigned)?|year"),
    ("decimal", r"(small)?money|numeric|decimal|dec|number|currency|percentile"),
    ("float", r"float[48]?|double( precision)?|real|binary_(float|double)"),
    ("datetime", r"timestamp.*|(small)?datetime.*|date_time"),
    ("date", r"date"),
    ("time", r"time|time with.*|timetz|interval.*"),
    ("uuid", r"uuid|uniqueidentifier"),
    ("json", r"jsonb?"),
    ("xml", r"xml.*"),
    ("geometry", r"geo.*|point|(multi)?(polygon|linestring|point)"),
    ("binary", r"bytea|(tiny|medium|long)?blob|(var)?binary|image|raw|file_attachment|signature"),
)
FITTING = {
    "text": {"text"},
    "date": {"date", "datetime", "text"},
    "datetime": {"datetime", "text"},
    "integer": {"integer", "decimal", "float", "text"},
    "decimal": {"decimal", "float", "text"},
    "money": {"decimal", "text"},
    "boolean": {"boolean", "integer"},
    "file": {"binary"},
}
BITS = {"tinyint": 8, "smallint": 16, "int2": 16, "mediumint": 24, "int": 32, "integer": 32, "int4": 32}
NATURAL_LENGTHS = {
    "country": 2,
    "currency": 3,
    "language": 35,
    "phone": 32,
    "email": 254,
    "date": 10,
    "datetime": 32,
    "integer": 20,
}
INTEGER = re.compile(r"[+-]?[0-9]+")
NUMERAL = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
TRUTH = ("true", "false", "t", "f", "1", "0")


def family(declared: str) -> str:
    """Return the family of a declared type, `other` for an enumeration or a type of the target's own."""
    bare = " ".join(re.sub(r"\([^)]*\)", " ", declared.lower()).split())
    return next((name for name, pattern in FAMILIES if re.fullmatch(pattern, bare)), "other")


def fit_faults(place: Place, spec: FieldSpec, column: TargetColumn) -> Iterator[Fault]:
    """Yield why the values of a field, no reference and no owner, cannot be written to a column."""
    into = family(column.type)
    if isinstance(spec, Constant | Choice):
        yield from _fixed_values(place, spec, column)
    elif into not in FITTING[_yields(spec)] and (into != "other" or spec.kind == "file"):
        hint = "; declare 'kind: choice' to write other values" if spec.kind == "boolean" and into == "text" else ""
        text = f"expected a kind that fits {described(column)}, found {quoted(spec.kind)}{hint}"
        yield Fault((*place, "kind"), text)
        return
    if into == "text":
        yield from _length(place, spec, column)
    if isinstance(spec, Number) and into == "decimal":
        yield from _precision(place, spec, column)
    if isinstance(spec, Integer) and into == "integer":
        yield from _bounds(place, spec, column)


def described(column: TargetColumn) -> str:
    """Return a column as it is called in a message: `email (varchar, at most 40 characters)`."""
    size = f", at most {column.length} characters" if column.length is not None else ""
    if column.precision is not None and family(column.type) == "decimal":
        size = f", {column.precision} digits with {column.scale or 0} decimals"
    return f"the column {column.name} ({column.type.lower()}{size})"


def _yields(spec: FieldSpec) -> str:
    if isinstance(spec, Money):
        return "money"
    if isinstance(spec, Number):
        return "decimal"
    return spec.kind if spec.kind in FITTING else "text"


def _fixed_values(place: Place, spec: Constant | Choice, column: TargetColumn) -> Iterator[Fault]:
    """Judge values that the mapping itself spells out, each by the column's type."""
    written = {("value",): spec.value} if isinstance(spec, Constant) else _results(spec)
    into = family(column.type)
    for steps, value in written.items():
        if not value:
            continue
        fits = {
            "integer": bool(INTEGER.fullmatch(value)),
            "decimal": bool(NUMERAL.fullmatch(value)),
            "float": bool(NUMERAL.fullmatch(value)),
            "boolean": value.lower() in TRUTH,
        }.get(into, into not in ("array", "json", "xml", "geometry", "binary"))
        if not fits:
            yield Fault((*place, *steps), f"expected a value that fits {described(column)}, found {quoted(value)}")
        elif column.options and value not in column.options:
            yield unknown_name((*place, *steps), f"an option of {described(column)}", value, column.options)


def _results(spec: Choice) -> dict[tuple[str, ...], str]:
    return {("values", key): value for key, value in spec.values.items()}


def _length(place: Place, spec: FieldSpec, column: TargetColumn) -> Iterator[Fault]:
    holds = column.length
    limit = spec.max_length if isinstance(spec, TextBase) else None
    if holds is None or (limit is not None and limit <= holds):
        return
    where = (*place, "max_length")
    longest = _longest(spec)
    if limit is not None:
        yield Fault(where, f"expected at most {holds} for {described(column)}, found {limit}")
    elif isinstance(spec, TextBase) and (longest is None or longest > holds) and not isinstance(spec, Choice):
        yield Fault(where, f"expected 'max_length: {holds}' or less for {described(column)}, found none")
    elif longest is None or longest > holds:
        found = f"{longest} characters" if longest else "values of any length"
        yield Fault(place, f"expected values that fit {described(column)}, found {found}")


def _longest(spec: FieldSpec) -> int | None:
    """Return how many characters a field's values have at most, None if there is no telling."""
    if isinstance(spec, Constant):
        return len(spec.value)
    if isinstance(spec, TextBase) and spec.on_invalid == "keep":
        return None
    if isinstance(spec, Choice):
        return max(map(len, spec.values.values()))
    if isinstance(spec, Number):
        return spec.precision + len("-.")
    return NATURAL_LENGTHS.get(spec.kind)


def _precision(place: Place, spec: Number, column: TargetColumn) -> Iterator[Fault]:
    if column.precision is None:
        return
    scale = column.scale or 0
    if spec.scale > scale:
        found = _set_or_default(spec, "scale")
        yield Fault((*place, "scale"), f"expected at most {scale} for {described(column)}, found {found}")
    elif spec.precision - spec.scale > column.precision - scale:
        most = column.precision - scale + spec.scale
        text = f"expected at most {most} for {described(column)}, found {_set_or_default(spec, 'precision')}"
        yield Fault((*place, "precision"), text)


def _set_or_default(spec: Number, key: str) -> str:
    return f"{'' if key in spec.model_fields_set else 'the default of '}{getattr(spec, key)}"


def _bounds(place: Place, spec: Integer, column: TargetColumn) -> Iterator[Fault]:
    lowest, highest = _range(column.type)
    if spec.minimum is not None and spec.minimum < lowest:
        text = f"expected at least {lowest} for {described(column)}, found {spec.minimum}"
        yield Fault((*place, "minimum"), text)
    if spec.maximum is not None and spec.maximum > highest:
        text = f"expected at most {highest} for {described(column)}, found {spec.maximum}"
        yield Fault((*place, "maximum"), text)


def _range(declared: str) -> tuple[int, int]:
    """Return the least and greatest number of an integer type; a tinyint's sign differs between engines."""
    words = re.sub(r"\([^)]*\)", " ", declared.lower()).split()
    bits = BITS.get(words[0], 64)
    if "unsigned" in words:
        return 0, 2**bits - 1
    half: int = 2 ** (bits - 1)
    return -half, (255 if words[0] == "tinyint" else half - 1)
