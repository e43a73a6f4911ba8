"""How a proposed field is written: its kind and options, from the target's type, the field's name and the values."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from crm_migration.clean.country import country_codes
from crm_migration.extract.kinds import FALSE_WORDS, TRUE_WORDS, ColumnKind
from crm_migration.mapping.fit import family
from crm_migration.mapping.live import TargetColumn
from crm_migration.suggest.fields import Fit, meaning
from crm_migration.suggest.known_names import ADDRESS_PARTS, CHOICE_WORDS, MONEY_WORDS
from crm_migration.suggest.naming import words
from crm_migration.suggest.vocabulary import proposed

Options = dict[str, Any]
Values = Callable[[Fit], Sequence[str] | None]
MOST_CHOICES, MOST_VALUES, MOST_NAMED = 50, 400, 10
DEFAULT_TRUE, DEFAULT_FALSE = ("1", "true", "t", "yes", "y", "on"), ("0", "false", "f", "no", "n", "off")
DEFAULT_PRECISION, DEFAULT_SCALE = 14, 2
STAND_INS = {
    "integer": "0",
    "decimal": "0",
    "float": "0",
    "boolean": "false",
    "date": "1970-01-01",
    "datetime": "1970-01-01T00:00:00+00:00",
}
PERSON_NAMES = frozenset({"firstname", "lastname"})


@dataclass
class Proposal:
    """One field as it will be written; `notes` are what a person should know or check."""

    name: str
    options: Options
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Around:
    """What the kinds of an entity's fields depend on beside the column itself.

    `values` gives the whole list of a column's values, `known` those that a field of the target takes; `countries`
    are the source columns that hold the row's country, by the words of the address they belong to.
    """

    values: Values
    known: Callable[[str], Sequence[str]]
    countries: Mapping[str, str]


def plain_field(around: Around, column: TargetColumn, fit: Fit) -> Proposal:
    """Return a field that holds a value: everything but references, owners and constants."""
    made = Proposal(column.name, {"from": fit.offer.name})
    into = family(column.type)
    build = _BY_TYPE.get(into, _textual)
    build(around, column, fit, made)
    kind = fit.offer.column.kind
    if not column.nullable:
        require(made, kind)
    if kind.kind != "empty" and kind.fitting < 1:
        made.notes.append(f"CHECK: {1 - kind.fitting:.1%} of the values seen do not look like a {kind.kind}")
    if kind.kind == "empty":
        made.notes.append("no values seen")
    return made


def require(made: Proposal, kind: ColumnKind) -> None:
    """Write that a value must be there, as the target demands."""
    made.options["required"] = True
    if kind.null_share and "default" not in made.options:
        made.notes.append(f"CHECK: {kind.null_share:.1%} of the rows have no value and would be rejected")


def stand_in(column: TargetColumn, value: str | None = None) -> Proposal:
    """Return a constant for a field that must have a value and that no column feeds."""
    if value is not None:
        return Proposal(column.name, {"kind": "constant", "value": value[: column.length]})
    found = STAND_INS.get(family(column.type), "unknown"[: column.length])
    note = "CHECK: the target demands a value and nothing in the source looks like it"
    return Proposal(column.name, {"kind": "constant", "value": found}, [note])


def _boolean(_around: Around, column: TargetColumn, fit: Fit, made: Proposal) -> None:
    made.options["kind"] = "boolean"
    seen = {value.lower() for value in fit.offer.column.kind.values or ()}
    for key, usual, all_words in (("true", DEFAULT_TRUE, TRUE_WORDS), ("false", DEFAULT_FALSE, FALSE_WORDS)):
        if more := sorted((seen & all_words) - set(usual)):
            made.options[key] = [*usual, *more]
    if not column.nullable:
        made.options["default"] = "0"


def _date(_around: Around, _column: TargetColumn, fit: Fit, made: Proposal) -> None:
    made.options["kind"] = "date"
    kind = fit.offer.column.kind
    if kind.formats and kind.formats != ("%Y-%m-%d",):
        made.options["formats"] = list(kind.formats)
    _doubt_days(kind, made)


def _datetime(_around: Around, _column: TargetColumn, fit: Fit, made: Proposal) -> None:
    made.options["kind"] = "datetime"
    kind = fit.offer.column.kind
    if kind.formats and not set(kind.formats) <= {"iso", "%Y-%m-%d"}:
        made.options["formats"] = ["iso" if pattern == "%Y-%m-%d" else pattern for pattern in kind.formats]
    _doubt_days(kind, made)


def _doubt_days(kind: ColumnKind, made: Proposal) -> None:
    if kind.ambiguous:
        made.notes.append("CHECK: every value could be read with day and month swapped")


def _integer(_around: Around, column: TargetColumn, fit: Fit, made: Proposal) -> None:
    made.options["kind"] = "integer"
    if fit.offer.column.kind.thousands:
        made.options["thousands"] = fit.offer.column.kind.thousands
    if "probability" in words(column.name):
        made.options |= {"minimum": 0, "maximum": 100}


def _decimal(_around: Around, column: TargetColumn, fit: Fit, made: Proposal) -> None:
    kind = fit.offer.column.kind
    money = kind.kind == "money" or set(words(column.name)) & MONEY_WORDS
    made.options["kind"] = "money" if money and family(column.type) == "decimal" else "decimal"
    scale = max(DEFAULT_SCALE, kind.scale) if column.precision is None else column.scale or 0
    precision = column.precision or max(DEFAULT_PRECISION, scale + 12)
    for key, value, usual in (("precision", min(precision, 38), DEFAULT_PRECISION), ("scale", scale, DEFAULT_SCALE)):
        if value != usual:
            made.options[key] = value
    for key, mark, usual_mark in (("decimal_mark", kind.decimal_mark, "."), ("thousands", kind.thousands, "")):
        if mark != usual_mark:
            made.options[key] = mark
    if kind.scale > scale:
        made.options["rounding"] = "half_even"
        made.notes.append(f"CHECK: up to {kind.scale} decimals are rounded to {scale}")
    if kind.ambiguous:
        made.notes.append("CHECK: the mark could be that of decimals or of thousands")


def _textual(around: Around, column: TargetColumn, fit: Fit, made: Proposal) -> None:
    said = set(words(column.name))
    wanted = meaning(column.name)
    if wanted is not None:
        made.options["kind"] = wanted
        {"phone": _phone, "country": _country}.get(wanted, _nothing_else)(around, fit, made)
    elif part := said & ADDRESS_PARTS:
        made.options |= {"kind": "address", "part": min(part).replace("postalcode", "postal_code")}
    elif not _choice(around, column, fit, made):
        made.options["kind"] = "name" if said & PERSON_NAMES else "text"
        if column.length is None or fit.offer.column.kind.multiline:
            made.options["multiline"] = True
    _length(column, fit, made)
    if made.options["kind"] == "text":
        made.options = {key: value for key, value in made.options.items() if key != "multiline" or value}
    if made.options["kind"] == "name":
        made.options.pop("multiline", None)


def _nothing_else(_around: Around, _fit: Fit, _made: Proposal) -> None:
    """Most kinds of text need no more than their name."""


def _phone(around: Around, fit: Fit, made: Proposal) -> None:
    beside = set(fit.offer.column.words)
    country = next((name for of, name in around.countries.items() if of in beside), None)
    country = country or next(iter(around.countries.values()), None)
    if country:
        made.options["country_from"] = country
    else:
        made.notes.append("numbers without a country code are read as dialled in source.country")


def _country(around: Around, fit: Fit, made: Proposal) -> None:
    """Name the spellings that no table of countries has, so that a person can add them to `values`."""
    spellings = pl.Series(list(around.values(fit) or ()), dtype=pl.String)
    strange = spellings.filter(country_codes(spellings, {}).is_null()).to_list()
    if strange:
        named = ", ".join(strange[:MOST_NAMED]) + (" and more" if len(strange) > MOST_NAMED else "")
        made.notes.append(f"CHECK: no known country, add it as `values`, or the row is rejected: {named}")


def _choice(around: Around, column: TargetColumn, fit: Fit, made: Proposal) -> bool:
    """Propose a value list where the field is one of codes and the source has few; say whether it was done."""
    if not set(words(column.name)) & CHOICE_WORDS and family(column.type) != "other":
        return False
    values = around.values(fit)
    if not values or len(values) > MOST_CHOICES or any(not value.isprintable() for value in values):
        return False
    known = around.known(column.name)
    table = {value: proposed(value, known, column.length) for value in values}
    made.options |= {"kind": "choice", "values": {value: meant for value, (meant, _) in table.items()}}
    strange = [meant for meant, sure in table.values() if not sure]
    if strange:
        some = ", ".join(list(known)[:10])
        made.notes.append(f"CHECK: the target knows {some}; not among them: {', '.join(strange)}")
    return True


def _length(column: TargetColumn, fit: Fit, made: Proposal) -> None:
    kind = made.options["kind"]
    if column.length is None or kind in ("choice", "country"):
        return
    made.options["max_length"] = column.length
    longest = fit.offer.column.kind.max_length
    if longest > column.length and kind not in ("phone", "language"):
        made.notes.append(f"CHECK: values of up to {longest} characters are rejected, or use on_too_long: truncate")
    if kind == "phone" and longest <= column.length:
        made.options["on_invalid"] = "keep"


_BY_TYPE: dict[str, Callable[[Around, TargetColumn, Fit, Proposal], None]] = {
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
    "integer": _integer,
    "decimal": _decimal,
    "float": _decimal,
}
