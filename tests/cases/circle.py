"""A source whose tables take anything: SQLite without types, four tables that refer to each other in circles."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

TABLES = {
    "accounts": (
        "id", "name", "kind", "site", "mail", "phone", "country", "parent", "person", "remark", "created", "deleted",
    ),
    "people": ("id", "first", "last", "mail", "title", "silent", "account", "boss", "remark", "created", "deleted"),
    "deals": ("id", "title", "stage", "amount", "closes", "chance", "account", "person"),
    "acts": ("kind", "id", "subject", "starts", "about", "about_id"),
}  # fmt: skip
ENTITIES = {"account": "accounts", "contact": "people", "opportunity": "deals", "activity": "acts"}
KEYS = {"account": ("id",), "contact": ("id",), "opportunity": ("id",), "activity": ("kind", "id")}

GOOD: dict[str, dict[str, list[Any]]] = {
    "accounts": {
        "name": ["Acme Ltd", "ACME LIMITED", "Müller & Söhne", "北京华信科技", "O'Neil Inc"],
        "kind": ["C", "P", "日", None],
        "country": ["DE", "France", None],
        "created": ["2024-03-31 02:30:00", "29.02.2024 23:59", None],
        "deleted": ["0", "0", "0", "1", None],
        "remark": [None, "first\r\nsecond", "👩‍👩‍👧‍👦"],
    },
    "people": {
        "first": ["Ann", "Anne", "Tom", None],
        "last": ["Lee", "LEE", "van der Berg", "李"],
        "silent": ["0", "1", "yes", None, 1],
        "created": ["2020-01-01T00:00:00Z", "2021-06-30 12:00:00.5", None],
        "deleted": ["0", "0", "0", "1"],
    },
    "deals": {
        "title": ["Licences", "Службы"], "stage": ["1", "2", 1], "amount": ["0", "-1.234,56", "999999999999,99", 5],
        "closes": ["2024-02-29", "31.12.1999", "9999-12-31"], "chance": ["0", 100, None],
    },
    "acts": {
        "kind": ["call", "mail"], "subject": ["Hello", "x" * 300], "starts": ["1970-01-01 00:00:00", None],
        "about": ["A", "C", "O", "a", None],
    },
}  # fmt: skip
KEY_OF = {"accounts": "k", "people": "p", "deals": "d", "acts": "n"}
NAMED = {"accounts": ("name",), "people": ("first", "last")}
POINTS_AT = {"parent": "k", "account": "k", "boss": "p", "person": "p"}

Rows = dict[str, list[dict[str, Any]]]


def make_source(file: Path, rows: Rows) -> str:
    """Write the rows into a new SQLite file and return its URL; a column that a row does not name is null."""
    with closing(sqlite3.connect(file)) as database, database:
        for table, columns in TABLES.items():
            database.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
            places = ", ".join(f":{column}" for column in columns)
            lines = [dict.fromkeys(columns) | row for row in rows.get(table, [])]
            database.executemany(f"INSERT INTO {table} VALUES ({places})", lines)
    return f"sqlite:///{file}"


def good_row(table: str, number: int, choice: int) -> dict[str, Any]:
    """Return a row that nothing is wrong with; `choice` picks its values and whom it refers to."""
    row: dict[str, Any] = {
        column: values[choice // at % len(values)] for at, (column, values) in enumerate(GOOD[table].items(), 1)
    }
    row["id"] = f"{KEY_OF[table]}{number}"
    if table in NAMED:
        # Who shares an address shares a name: some of these rows are to merge.
        twin = choice % 23
        row["mail"] = (f"m{twin}@example.org", f" M{twin}@Example.ORG ", None)[choice % 3]
        row |= {column: GOOD[table][column][twin % len(GOOD[table][column])] for column in NAMED[table]}
    for column in set(TABLES[table]) & POINTS_AT.keys():
        row[column] = f"{POINTS_AT[column]}{choice % 12 + 1}"
    if table == "acts":
        row["about_id"] = f"{({'A': 'k', 'C': 'p', 'O': 'd'}).get(str(row['about']).upper(), '?')}{choice % 12 + 1}"
    return dict.fromkeys(TABLES[table]) | row
