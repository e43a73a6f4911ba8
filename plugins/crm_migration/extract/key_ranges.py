"""Ranges of an entity's first key column, by which several workers read one table or query.

A row belongs to the last range whose lower bound it reaches, so it is in exactly one, whatever a collation makes of
the order of texts; a row without a key is in the first. Bounds are values of the column itself, compared by the
database that gave them, and written down as JSON of their kind and text.
"""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa

from crm_migration.extract.printing import AnyColumn, AnySelect, Kind, plain_select

Clause = sa.ColumnElement[bool]
Bound = tuple[str, str]

COMPARABLE: Final[frozenset[Kind]] = frozenset({"text", "number", "bytes"})
LONGEST_TEXT = 255

_READ: Final[dict[str, tuple[Callable[[str], Any], sa.types.TypeEngine[Any]]]] = {
    "int": (int, sa.BigInteger()),
    "Decimal": (Decimal, sa.Numeric()),
    "float": (float, sa.Double()),
    "str": (str, sa.String()),
    "bytes": (bytes.fromhex, sa.LargeBinary()),
}


def compared(column: AnyColumn, kind: Kind) -> AnyColumn:
    """Return what of a key column is compared: itself, of a kind that has no literal its text."""
    return column if kind in COMPARABLE else sa.cast(column, sa.String(LONGEST_TEXT))


def bounds(
    connection: sa.Connection, source: sa.FromClause, column: AnyColumn, where: Clause | None, parts: int
) -> list[Bound]:
    """Return the lower bounds of all ranges but the first, `parts` - 1 or fewer, each with about as many rows."""
    present = column.is_not(None) if where is None else sa.and_(where, column.is_not(None))
    total: AnyColumn = sa.func.count()
    rows = int(connection.execute(plain_select(source, [total], present)).scalar_one())
    found = []
    for position in sorted({rows * part // parts for part in range(1, parts)} - {0}):
        ordered: AnySelect = plain_select(source, [column], present).order_by(column).limit(1).offset(position)
        value = connection.execute(ordered).scalar()
        if value is not None:
            found.append(_written(value))
    return list(dict.fromkeys(found))


def described(found: list[Bound], parts: int) -> list[str]:
    """Return a description of each of `parts` ranges; those beyond the bounds hold nothing."""
    return [json.dumps({"bounds": found, "range": part}) for part in range(parts)]


def within_range(column: AnyColumn, description: str) -> Clause:
    """Return the condition that a row is in the range that `described` has described."""
    told = json.loads(description)
    reached = [column >= _literal(bound) for bound in told["bounds"]]
    number = told["range"]
    if number > len(reached):
        return sa.false()
    beyond = sa.not_(sa.or_(sa.false(), *reached[number:]))
    return sa.or_(column.is_(None), beyond) if number == 0 else sa.and_(reached[number - 1], beyond)


def _written(value: Any) -> Bound:
    if isinstance(value, bytes | bytearray | memoryview):
        return "bytes", bytes(value).hex()
    return type(value).__name__, repr(value) if isinstance(value, float) else str(value)


def _literal(bound: Bound) -> sa.BindParameter[Any]:
    kind, text = bound
    read, of = _READ[kind]
    # Not a number of the database's default width: keys grow beyond it.
    return sa.literal(read(text), of)
