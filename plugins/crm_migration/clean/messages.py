"""What a person reads about a rejected row: what was expected, and what to do. Never the value itself."""

from crm_migration.clean.dates import ZERO_DATE
from crm_migration.mapping.model import (
    Constant,
    Date,
    DateTime,
    FieldBase,
    FieldSpec,
    Integer,
    Number,
    TextBase,
)

_EXPECTED = {
    "email": "one e-mail address such as name@example.com",
    "phone": "a telephone number that its country's numbering plan has",
    "boolean": "one of the words that 'true' and 'false' list",
    "choice": "a value that the value map has",
    "country": "the name or the ISO 3166 code of a country",
    "language": "the name or the BCP 47 tag of a language",
    "url": "a web address such as https://example.com/page",
    "owner": "a user that the target has",
    "currency": "a currency that its code, its name or the row's country tells",
    "other_currency": "an amount in the field's own currency",
    "nul": "text without NUL characters",
    ZERO_DATE: "a date; the source has only zeros",
    "file_missing": "the path of a file below the folder of files",
    "file_too_large": "a file of no more bytes than the field's 'max_bytes' allows",
    "file_unreadable": "a regular file that can be read",
    "file_outside": "the path of a file below the folder of files, without '..' or a link out of it",
}
_AT_THE_SOURCE = "correct it at the source, or change the field's rule in the mapping"


def refusal(name: str, spec: FieldSpec, reason: str) -> str:
    """Return the message for field `name` of a row that is refused for `reason`."""
    return f"{name}: expected {expected(spec, reason)}{_where(spec)}, {_AT_THE_SOURCE}"


def key_refusal(columns: list[str], reason: str) -> str:
    """Return the message for a row whose key in `columns` cannot identify it."""
    where = f"in {_listed(columns)}"
    match reason:
        case "key_duplicate":
            return (
                f"key: expected a value {where} that no other row has, remove the copies at the source or "
                "choose other key columns"
            )
        case "nul":
            return f"key: expected text without NUL characters {where}, correct it at the source"
        case _:
            return (
                f"key: expected a value {where}, and none that ends like the label of a row without key, "
                "correct it at the source"
            )


def unclassified_refusal(columns: list[str], entities: list[str]) -> str:
    """Return the message for a row that no rule takes, though entities share the rows of its origin by rules."""
    return (
        f"when: expected {_listed(columns)} to hold what the rule of one of {', '.join(entities)} takes, let a rule "
        "take such rows or a filter of each entity leave them out, or correct them at the source"
    )


def expected(spec: FieldSpec, reason: str) -> str:
    """Return what a value refused for `reason` should have been."""
    if reason in _EXPECTED:
        return _EXPECTED[reason]
    match spec:
        case TextBase() if reason == "length":
            return f"at most {spec.max_length} characters"
        case Date() | DateTime() if reason != "required":
            return f"a real {spec.kind} in the format {' or '.join(spec.formats)}"
        case Integer() if reason == "integer":
            return f"a whole number{_bounds(spec)}"
        case Number() if reason == "decimal":
            before, mark = spec.precision - spec.scale, spec.decimal_mark
            return f"a number with at most {before} digits before and {spec.scale} after '{mark}'"
        case _:
            return "a value that can be read"


def _bounds(spec: Integer) -> str:
    low = f" of at least {spec.minimum}" if spec.minimum is not None else ""
    high = f" of at most {spec.maximum}" if spec.maximum is not None else ""
    return low + high


def _where(spec: FieldBase | Constant) -> str:
    return f" in {_listed(spec.columns)}" if spec.columns else ""


def _listed(columns: list[str]) -> str:
    return ("column " if len(columns) == 1 else "columns ") + ", ".join(f"'{column}'" for column in columns)
