"""One field over a whole part: read and tidied, cleaned by its kind, then the rules for bad values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import polars as pl

from crm_migration.clean.address import clean_address
from crm_migration.clean.choices import CHOICE_TIDY, clean_boolean, clean_choice, clean_constant, clean_owner
from crm_migration.clean.column import Cleaned, Column, Context, coded
from crm_migration.clean.company import clean_company
from crm_migration.clean.country import clean_country
from crm_migration.clean.currency import clean_currency
from crm_migration.clean.dates import ZERO_DATE, clean_date, clean_datetime
from crm_migration.clean.email import clean_email
from crm_migration.clean.files import clean_file
from crm_migration.clean.functions import apply_function
from crm_migration.clean.html_text import clean_free_text, without_html
from crm_migration.clean.language import clean_language
from crm_migration.clean.money import clean_money
from crm_migration.clean.name import clean_name
from crm_migration.clean.numbers import clean_integer, clean_number
from crm_migration.clean.phone import clean_phone
from crm_migration.clean.reference import clean_reference, key_text
from crm_migration.clean.text import BLANKS, Tidy, cut, nul_reason, tidied
from crm_migration.clean.types import polars_type
from crm_migration.clean.url import clean_url
from crm_migration.mapping.fields import Company, File
from crm_migration.mapping.model import (
    Address,
    Constant,
    Date,
    DateTime,
    FieldBase,
    FieldSpec,
    Name,
    OnInvalid,
    Owner,
    Reference,
    Text,
    TextBase,
)

_FUNCTIONS: dict[str, Callable[..., Cleaned]] = {
    "text": clean_free_text,
    "name": clean_name,
    "company": clean_company,
    "email": clean_email,
    "phone": clean_phone,
    "date": clean_date,
    "datetime": clean_datetime,
    "integer": clean_integer,
    "decimal": clean_number,
    "money": clean_money,
    "currency": clean_currency,
    "boolean": clean_boolean,
    "choice": clean_choice,
    "country": clean_country,
    "language": clean_language,
    "url": clean_url,
    "address": clean_address,
    "reference": clean_reference,
    "owner": clean_owner,
    "file": clean_file,
    "constant": clean_constant,
}
_TIDY = {
    "name": Tidy(entities=True, joiners=True),
    "company": Tidy(entities=True, joiners=True),
    "address": Tidy(entities=True, joiners=True),
    "email": Tidy(entities=True),
    "choice": CHOICE_TIDY,
    "country": Tidy(entities=True),
}
_NEVER_KEPT = {"nul", "length"}
TRUNCATED = "truncated"
KEPT = "kept_"
"""Before the reason for which a value is invalid that `on_invalid: keep` leaves as it was given."""

Flags: TypeAlias = Mapping[str, pl.Series]


@dataclass(frozen=True)
class CleanField:
    """One field's clean values, and per row what became of the value.

    `found` is the reason code of each value that could not be read, whatever the mapping does about it;
    `refused` that of each row the field rejects; `failed` marks values that stop the run. `before` and
    `changed` tell where the source had a value, and where the clean one is another. `flags` mark, by their code,
    values that are kept and that a person may want to look at. `source` is the text as the source has it, `given`
    the text that was judged: tidied, what the mapping's function made of it, with the default.
    """

    values: pl.Series
    found: pl.Series
    refused: pl.Series
    failed: pl.Series
    before: pl.Series
    changed: pl.Series
    flags: Flags
    source: pl.Series
    given: pl.Series


def clean_field(frame: pl.DataFrame, spec: FieldSpec, context: Context) -> CleanField:
    """Return the clean column of `spec` for a frame of source rows, all columns text.

    What is blank takes the spec's default, which is read like a source value. Where `on_invalid` is `keep`
    the text stays as the source has it, tidied; a NUL or a text too long for the target is refused even then.
    """
    column = _read(frame, spec)
    given = _with_default(column, spec)
    read = _FUNCTIONS[spec.kind](given, spec, context)
    cleaned = _checked(read, given.text, spec)
    values, refused, failed = _by_policy(cleaned, given.text, spec)
    if isinstance(spec, FieldBase) and spec.required:
        missing = values.is_null() & refused.is_null() & ~failed
        refused = refused.set(missing, "required") if missing.any() else refused
    source = _source(frame, spec)
    before = _before(column, spec, source) if spec.columns else values.is_not_null()
    changed = _changed(spec, values, before, source)
    flags = _flags(read, Cleaned(values, cleaned.reasons), spec)
    values = values.cast(polars_type(spec))
    return CleanField(values, cleaned.reasons, refused, failed, before, changed, flags, source, given.text)


def _read(frame: pl.DataFrame, spec: FieldSpec) -> Column:
    beside = getattr(spec, "country_from", None) or getattr(spec, "type_from", None)
    return Column(_text(frame, spec), frame[beside] if beside else None)


def _text(frame: pl.DataFrame, spec: FieldSpec) -> pl.Series:
    columns = [frame[column] for column in spec.columns]
    if not columns:
        return pl.repeat(None, frame.height, dtype=pl.String, eager=True)
    if isinstance(spec, FieldBase) and spec.function is not None:
        return _by_function(frame, spec, spec.function)
    if isinstance(spec, Reference):
        return key_text(columns)
    if isinstance(spec, File):
        # A path is taken as it is: blanks and letters in other forms are part of names.
        return _filled(_source(frame, spec))
    how = _tidiness(spec)
    parts = [tidied(column, how) for column in columns]
    return parts[0] if len(parts) == 1 else tidied(_joined(parts, spec), how)


def _by_function(frame: pl.DataFrame, spec: FieldSpec, function: str) -> pl.Series:
    if isinstance(spec, Reference):
        return key_text([apply_function(function, key_text([frame[column] for column in spec.columns]))])
    made = apply_function(function, _source(frame, spec))
    return _filled(made) if isinstance(spec, File) else tidied(made, _tidiness(spec))


def _filled(text: pl.Series) -> pl.Series:
    return text.set((text.str.strip_chars(BLANKS).str.len_bytes() == 0).fill_null(value=False), None)


def _source(frame: pl.DataFrame, spec: FieldSpec) -> pl.Series:
    """Return the text of the field's columns as the source has it, joined where there are several."""
    columns = [frame[column] for column in spec.columns]
    if not columns:
        return pl.repeat(None, frame.height, dtype=pl.String, eager=True)
    return columns[0] if len(columns) == 1 else _joined(columns, spec)


def _before(column: Column, spec: FieldSpec, source: pl.Series) -> pl.Series:
    """Return where the source has a value; a function may make one of nothing, and nothing of one."""
    if isinstance(spec, FieldBase) and spec.function is not None:
        return (source.str.strip_chars(BLANKS).str.len_bytes() > 0).fill_null(value=False)
    return column.text.is_not_null()


def _joined(parts: list[pl.Series], spec: FieldSpec) -> pl.Series:
    separator = getattr(spec, "separator", " ")
    return pl.select(pl.concat_str(parts, separator=separator, ignore_nulls=True)).to_series()


def _tidiness(spec: FieldSpec) -> Tidy:
    if isinstance(spec, Text):
        multiline = spec.multiline or "\n" in spec.separator
        return Tidy(entities=spec.html in ("entities", "escaped_text"), multiline=multiline, joiners=True)
    return _TIDY.get(spec.kind, Tidy())


def _with_default(column: Column, spec: FieldSpec) -> Column:
    default = spec.default if isinstance(spec, FieldBase) else None
    if default is None:
        return column
    text = tidied(pl.Series([default]), _tidiness(spec))[0]
    return Column(column.text if text is None else column.text.fill_null(text), column.beside)


def _checked(cleaned: Cleaned, text: pl.Series, spec: FieldSpec) -> Cleaned:
    """Add the checks that all kinds share: no NUL, and for texts the length."""
    nul = nul_reason(text)
    reasons = nul.fill_null(cleaned.reasons) if nul.null_count() < len(nul) else cleaned.reasons
    values = cleaned.values.set(reasons.is_not_null(), None)
    if not isinstance(spec, TextBase) or spec.max_length is None:
        return Cleaned(values, reasons)
    if spec.on_too_long == "truncate" and isinstance(spec, Text | Name | Company | Address):
        values = cut(values, spec.max_length)
        if isinstance(spec, Text) and spec.html == "text":
            # An entity that stands for a bracket may have been cut in two.
            values = without_html(values, spec)
        return Cleaned(values, reasons)
    candidates = values.fill_null(text.set(reasons.is_null(), None)) if spec.on_invalid == "keep" else values
    long = coded(candidates.str.len_chars() > spec.max_length, "length")
    return Cleaned(values.set(long.is_not_null(), None), long.fill_null(reasons))


def _by_policy(cleaned: Cleaned, text: pl.Series, spec: FieldSpec) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Return the values, the reasons that reject a row, and which rows stop the run."""
    values, refused = cleaned.values, cleaned.reasons
    failed = pl.repeat(value=False, n=len(values), dtype=pl.Boolean, eager=True)
    for reason in cleaned.reasons.drop_nulls().unique():
        mask = (cleaned.reasons == reason).fill_null(value=False)
        policy = _policy(spec, reason)
        if policy == "keep":
            values = text.zip_with(mask, values)
        if policy == "fail":
            failed = failed | mask
        refused = refused.set(mask, reported(spec, reason) if policy == "reject" else None)
    return values, refused, failed


def _flags(read: Cleaned, kept: Cleaned, spec: FieldSpec) -> Flags:
    """Return the kind's own flags, and those that all kinds share: kept although invalid, and cut off."""
    flags = {code: mask & kept.values.is_not_null() for code, mask in read.flags.items()}
    for reason in kept.reasons.drop_nulls().unique():
        if _policy(spec, reason) == "keep":
            flags[KEPT + reason] = (kept.reasons == reason).fill_null(value=False)
    if isinstance(spec, TextBase) and spec.max_length is not None and spec.on_too_long == "truncate":
        flags[TRUNCATED] = (read.values.str.len_chars() > spec.max_length).fill_null(value=False)
    return {code: mask for code, mask in flags.items() if mask.any()}


def _policy(spec: FieldSpec, reason: str) -> OnInvalid:
    if isinstance(spec, Constant):
        return "reject"
    policy = spec.zero_dates if isinstance(spec, Date | DateTime) and reason == ZERO_DATE else spec.on_invalid
    if policy != "keep":
        return policy
    fallback: Literal["reject", "null"] = "reject" if reason in _NEVER_KEPT else "null"
    return "keep" if polars_type(spec) == pl.String and reason not in _NEVER_KEPT else fallback


def reported(spec: FieldSpec, reason: str) -> str:
    """Return the reason code that the row's rejection carries: a zero date is rejected as a date."""
    return spec.kind if reason == ZERO_DATE else reason


def _changed(spec: FieldSpec, values: pl.Series, before: pl.Series, source: pl.Series) -> pl.Series:
    """Tell where the value is not the source's: texts by their characters, other types by being there."""
    if values.dtype != pl.String or isinstance(spec, Constant | Reference | Owner | File):
        return values.is_null() == before
    return source.set(source.str.len_bytes() == 0, None).ne_missing(values)
