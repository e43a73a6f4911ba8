"""What the source holds on three days.

Of the rows of the first day some are gone on the second; on the third they are back, and there are new rows, changed
ones, others that are gone, and new merges.
"""

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
LATER = {12: "p17", 18: "p23", 22: "p25", 24: "p27", 26: "p35"}
"""Accounts by place, and people of theirs whom the second pass has something to do with."""
AWAY = {"acts": range(26, 28), "people": range(30, 32)}
"""Rows by place that are gone for one day."""


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
    rows = {table: _twins(draw, table, range(1, size)) for table, size in SIZES.items()}
    for at, person in LATER.items():
        rows["accounts"][at]["person"] = person
    return rows


def second_day() -> Rows:
    """Return the rows of the first day, but for some."""
    rows = first_day()
    for table, away in AWAY.items():
        del rows[table][away.start : away.stop]
    return rows


def third_day() -> Rows:
    """Return the rows of the first day as they have become, and new ones."""
    draw, rows = random.Random(8), first_day()
    for table, change in CHANGES.items():
        for row in rows[table][::5]:
            row.update(change)
        first = SIZES[table] + 1
        rows[table].extend(_twins(draw, table, range(first, first + NEW[table])))
    rows["accounts"][-1]["site"] = "9"
    _refer_to_new(rows)
    _merge_anew(rows)
    for table, gone in GONE.items():
        del rows[table][gone.start : gone.stop]
    return rows


def _refer_to_new(rows: Rows) -> None:
    """Let new rows refer to new ones, in circles, and known ones to others: the second pass has something to do."""
    for at, person in zip(LATER, reversed(LATER.values()), strict=True):
        rows["accounts"][at]["person"] = person
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
    """Write the days into SQLite files and return their URLs, by the name of the run that reads them."""
    days = {"zero": first_day(), "one": second_day(), "two": third_day()}
    return {run: make_source(folder / f"{run}.sqlite", rows) for run, rows in days.items()}
