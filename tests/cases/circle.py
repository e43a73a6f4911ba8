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
