"""Why one JSON record is rejected: a code that reports count by, and a sentence for a person."""

from typing import Final, NamedTuple

from crm_migration.extract.json.limits import MOST_AROUND, MOST_DEPTH, MOST_RECORD, MOST_VALUES

MOST_NAME: Final = 80
KINDS: Final = {"{": "an object", "[": "an array", '"': "a text", "t": "true", "f": "false", "n": "null"}


class Fault(NamedTuple):
    """A short code and a sentence that holds no value of the record."""

    code: str
    message: str


NOT_A_NUMBER: Final = Fault("not_a_number", "expected a number as JSON has it, found NaN or Infinity")
ENCODING: Final = Fault("encoding", "expected whole characters, found a part of one")
TOO_DEEP: Final = Fault("too_deep", f"expected at most {MOST_DEPTH} levels of objects and arrays, found more")
TOO_LARGE: Final = Fault(
    "too_large", f"expected a record of at most {MOST_RECORD} letters and {MOST_VALUES} values, found a larger one"
)
TOO_MUCH_AROUND: Final = Fault(
    "too_large", f"expected at most {MOST_AROUND} letters in the columns of what encloses the record, found more"
)


def duplicate_key(key: str) -> Fault:
    """Return the fault of a record that names a column twice."""
    name = key.encode("ascii", "backslashreplace").decode() if not key.isprintable() else key
    return Fault("duplicate_key", f"expected every key once, found {name[:MOST_NAME]!r} twice")


def not_an_object(text: str, start: int) -> Fault:
    """Return the fault of a value that stands where a record is expected."""
    return Fault("not_an_object", f"expected an object, found {KINDS.get(text[start : start + 1], 'a number')}")


def not_json(column: int, found: str) -> Fault:
    """Return the fault of a line that is not JSON."""
    return Fault("not_json", f"expected one JSON object on the line, found an error at column {column}: {found}")
