"""Four sources of documents that feed the target of `small.Books`: each knows Li, and somebody whom only it knows."""

import json
from pathlib import Path

import openpyxl

from tests.google.cells import number
from tests.google.server import GoogleStandIn
from tests.google.world import table

MAPPING = """\
version: "1"
source: {{name: {name}, kind: {kind}, connection: {connection}{more}}}
target: {{name: new_books, connection: new_books}}
sample: {{minimum: 1}}
tolerances: {{rejected_share: 0.5}}
entities:
  contact:
    {origin}
    key: Nr
    target: {{object: contact, external_id: legacy_id}}
    fields:
      legacy_id: {{from: Nr, kind: text, required: true}}
      last_name: {{from: Name, kind: name, required: true, max_length: 40}}
      email: {{from: Mail, kind: email}}
    match:
      keys:
        - {{name: email, fields: [email]}}
"""
HEADER = ("Nr", "Name", "Mail")
NAMES = ("workbook", "drop", "sheet", "drive")


def rows_of(name: str) -> list[tuple[str, str, str]]:
    """Return what a source holds: Li, and one of its own."""
    return [(f"{name}-1", "Li", "LI@one.example"), (f"{name}-2", f"Own{name}", f"own@{name}.example")]


def write_workbook(folder: Path) -> None:
    """Write a workbook with a row that holds an error."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "People"
    for row in (HEADER, *rows_of("workbook")):
        sheet.append(row)
    sheet["A4"], sheet["B4"] = "workbook-3", "#N/A"
    sheet["B4"].data_type = "e"
    folder.mkdir(parents=True, exist_ok=True)
    book.save(folder / "people.xlsx")


def write_drop(folder: Path) -> None:
    """Write one row as CSV and one as a line of JSON, with a line that is none."""
    folder.mkdir(parents=True, exist_ok=True)
    first, second = rows_of("drop")
    (folder / "people_1.csv").write_text(f"{';'.join(HEADER)}\n{';'.join(first)}\n")
    (folder / "people_2.ndjson").write_text(json.dumps(dict(zip(HEADER, second, strict=True))) + "\nnot json\n")


def mappings(google: GoogleStandIn) -> dict[str, str]:
    """Return the mapping of each source; the Google ones are filled on the way."""
    spreadsheet = google.world.spreadsheet("People", [table("People", HEADER, *rows_of("sheet"))])
    folder = google.world.folder("Lists")
    first, second = rows_of("drive")
    google.world.file("people.csv", f"{','.join(HEADER)}\n{','.join(first)}\n".encode(), folder)
    google.world.spreadsheet("people", [table("Sheet1", HEADER, second, (number(7), None, None))], folder)
    told = {
        "workbook": ("files", "lists", ", settle_seconds: 0", "file: people.xlsx\n    sheet: P*"),
        "drop": ("files", "drop", ", settle_seconds: 0", "file: people_*"),
        "sheet": ("google_sheet", "google", f", spreadsheet: {spreadsheet.id}", "sheet: People"),
        "drive": ("google_drive", "google", f", folder: {folder.id}", 'file: "people*"'),
    }
    return {
        name: MAPPING.format(name=name, kind=kind, connection=connection, more=more, origin=origin)
        for name, (kind, connection, more, origin) in told.items()
    }


def environment(folder: Path, google: GoogleStandIn) -> dict[str, str]:
    """Return the sources' connections as tasks find them."""
    told = google.connection()
    return {
        "AIRFLOW_CONN_LISTS": json.dumps({"conn_type": "fs", "extra": {"path": str(folder / "lists")}}),
        "AIRFLOW_CONN_DROP": json.dumps({"conn_type": "fs", "extra": {"path": str(folder / "drop")}}),
        "AIRFLOW_CONN_GOOGLE": json.dumps({"conn_type": told.conn_type, "extra": told.extra}),
    }
