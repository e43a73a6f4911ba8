"""What the source holds on two days: the second has new rows, changed ones, some that are gone, and new merges."""

import random
from pathlib import Path

from tests.cases.circle import Rows, good_row, make_source

SIZES = {"accounts": 40, "people": 48, "deals": 36, "acts": 36}
NEW = {"accounts": 6, "people": 8, "deals": 6, "acts": 6}
CHANGES: dict[str, dict[str, object]] = {
    "accounts": {"remark": "changed"},
    "people": {"remark": "changed"},
    "deals": {"amount": "77,70"},
    "acts": {"subject": "changed"},
}
GONE = {"acts": range(20, 25), "people": range(20, 22), "accounts": range(6, 8)}
"""Rows by place; accounts are referred to by others, so that the target must keep them."""


def _twins(draw: random.Random, table: str, numbers: range) -> list[dict[str, object]]:
    """Return rows two by two: the second of each pair is a twin of the first where the table has e-mail addresses."""
    rows = []
    for number in numbers[::2]:
        choice = draw.randrange(2**16)
        mail = {"mail": f"m{number}@example.org"} if table in ("accounts", "people") else {}
        rows += [good_row(table, number + twin, choice) | mail for twin in (0, 1)]
    return rows


def first_day() -> Rows:
    """Return some hundred rows that refer to each other in circles."""
    draw = random.Random(7)
    return {table: _twins(draw, table, range(1, size)) for table, size in SIZES.items()}


def second_day() -> Rows:
    """Return the rows of the first day as they have become, and new ones."""
    draw, rows = random.Random(8), first_day()
    for table, change in CHANGES.items():
        for row in rows[table][::5]:
            row.update(change)
        first = SIZES[table] + 1
        rows[table].extend(_twins(draw, table, range(first, first + NEW[table])))
    _refer_to_new(rows)
    _merge_anew(rows)
    for table, gone in GONE.items():
        del rows[table][gone.start : gone.stop]
    return rows


def _refer_to_new(rows: Rows) -> None:
    """Let new rows refer to new ones, in circles, so that the second pass has something to do."""
    firms, people = (rows[table][SIZES[table] :] for table in ("accounts", "people"))
    for at, firm in enumerate(firms):
        firm.update(parent=firms[at - 2]["id"], person=people[at]["id"])
    for at, person in enumerate(people):
        person.update(account=firms[at % len(firms)]["id"], boss=people[at - 2]["id"])


def _merge_anew(rows: Rows) -> None:
    """Let two customers turn out to be one, and one row move from its record to another."""
    for table, names in (("accounts", ("name",)), ("people", ("first", "last"))):
        shared = {name: rows[table][0][name] for name in ("mail", *names)}
        for at in (10, 11, 14):
            rows[table][at] |= shared


def make_sources(folder: Path) -> dict[str, str]:
    """Write both days into SQLite files and return their URLs."""
    return {
        "one": make_source(folder / "first.sqlite", first_day()),
        "two": make_source(folder / "second.sqlite", second_day()),
    }
