"""Whether a field could read its own default."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from crm_migration.mapping.countries import is_country
from crm_migration.mapping.faults import did_you_mean, listed, quoted
from crm_migration.mapping.model import (
    Boolean,
    Choice,
    Country,
    Date,
    DateTime,
    Email,
    FieldBase,
    Integer,
    Number,
    Phone,
    TextBase,
    Url,
)  # fmt: skip
from crm_migration.mapping.moments import read_moment

CODE_LENGTH = 2
MOST_WORDS, SOME_WORDS = 12, 4
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
PHONE = re.compile(r"\+?[\d\s()./\-]{4,}(;ext=\d+)?")
AMOUNT = re.compile(r"[^\d.,+\-]*([+-]?[\d.]+)[^\d.,]*")


def default_fault(spec: FieldBase, default: str) -> str | None:
    """Return why a field cannot read its default, as `expected …, found …`, or None."""
    expected = _unreadable(spec, default.strip())
    if expected is None and isinstance(spec, TextBase) and _too_long(spec, default):
        expected = f"at most max_length {spec.max_length} characters"
    hint = did_you_mean(default, spec.values) if isinstance(spec, Choice) else ""
    return f"expected {expected}, found {quoted(default)}{hint}" if expected else None


def _too_long(spec: TextBase, default: str) -> bool:
    return spec.max_length is not None and spec.on_too_long == "invalid" and len(default) > spec.max_length


def _unreadable(spec: FieldBase, default: str) -> str | None:
    for kind, reader in READERS.items():
        if isinstance(spec, kind):
            expected: str | None = reader(spec, default)
            return expected
    return None


def _email(_spec: Email, default: str) -> str | None:
    return None if EMAIL.fullmatch(default) else "an e-mail address"


def _url(_spec: Url, default: str) -> str | None:
    return None if default and not re.search(r"\s", default) else "a web address"


def _phone(_spec: Phone, default: str) -> str | None:
    return None if PHONE.fullmatch(default) else "a telephone number"


def _moment(spec: Date | DateTime, default: str) -> str | None:
    read = read_moment(default, spec.formats)
    return None if read is not None else f"a {spec.kind} in one of the formats {listed(spec.formats)}"


def _integer(spec: Integer, default: str) -> str | None:
    digits = default.replace(spec.thousands, "") if spec.thousands else default
    if not re.fullmatch(r"[+-]?[0-9]{1,18}(\.0*)?", digits):
        return "a whole number"
    if spec.minimum is not None and int(digits.partition(".")[0]) < spec.minimum:
        return f"a number of at least {spec.minimum}"
    if spec.maximum is not None and int(digits.partition(".")[0]) > spec.maximum:
        return f"a number of at most {spec.maximum}"
    return None


def _number(spec: Number, default: str) -> str | None:
    plain = default.replace(spec.thousands, "") if spec.thousands else default
    if spec.decimal_mark == ",":
        plain = plain.replace(".", "x").replace(",", ".")
    match = (AMOUNT if getattr(spec, "kind", "") == "money" else re.compile(r"([+-]?[0-9.]+)")).fullmatch(plain)
    try:
        amount = Decimal(match[1]) if match else None
    except InvalidOperation:
        amount = None
    if amount is None:
        return f"a number with {quoted(spec.decimal_mark)} before its decimals"
    whole, _, decimals = f"{abs(amount):f}".partition(".")
    too_fine = len(decimals.rstrip("0")) > spec.scale and spec.rounding == "refuse"
    if len(whole.lstrip("0")) > spec.precision - spec.scale or too_fine:
        return f"a number of {spec.precision} digits, {spec.scale} of them decimals"
    return None


def _boolean(spec: Boolean, default: str) -> str | None:
    known = [*spec.true, *spec.false]
    if default.lower() in map(str.lower, known):
        return None
    if len(known) > MOST_WORDS:
        some = [*spec.true[:SOME_WORDS], *spec.false[:SOME_WORDS]]
        return f"a word that 'true' or 'false' lists, such as {listed(some)}"
    return f"one of {listed(known)}"


def _choice(spec: Choice, default: str) -> str | None:
    if default in spec.values or (spec.ignore_case and default.lower() in map(str.lower, spec.values)):
        return None
    return "one of the keys of 'values'"


def _country(spec: Country, default: str) -> str | None:
    known = is_country(default.upper()) or len(default) != CODE_LENGTH or default.lower() in map(str.lower, spec.values)
    return None if known else "an ISO 3166 country"


READERS: dict[Any, Any] = {
    Email: _email,
    Url: _url,
    Phone: _phone,
    Date: _moment,
    DateTime: _moment,
    Integer: _integer,
    Number: _number,
    Boolean: _boolean,
    Choice: _choice,
    Country: _country,
}
