"""A source with five rows that are rejected, each for another reason, and the target they belong in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import openpyxl
import sqlalchemy as sa

from crm_migration import pipeline
from crm_migration.connections import from_url
from crm_migration.job import Job, Reload
from crm_migration.ledger.rejected import Settled, settled
from crm_migration.mapping.reader import read_mapping
from crm_migration.report.error_workbook import write_error_workbook
from crm_migration.report.model import Report
from crm_migration.report.rejected_rows import RejectedOf

MAPPING = """\
version: "1"
source: {name: old, connection: old}
target: {name: new, connection: new}
start_date: "2026-01-01"
tolerances: {rejected_share: 0.9}
entities:
  firm:
    table: firms
    key: id
    target: {object: firm, external_id: legacy_id}
    fields:
      legacy_id: {from: id, kind: text, required: true}
      name: {from: name, kind: company, required: true}
  person:
    table: people
    key: id
    target: {object: person, external_id: legacy_id}
    fields:
      legacy_id: {from: id, kind: text, required: true}
      last_name: {from: last, kind: name, required: true}
      email: {from: mail, kind: email}
      state: {from: state, kind: choice, values: {active: A, inactive: I, prospect: P}, on_invalid: reject}
      born: {from: born, kind: date}
      note: {from: note, kind: text, multiline: true}
      firm_id: {from: firm, kind: reference, to: firm}
"""
FIRMS = [("f1", "Alpha"), ("f2", "Beta")]
PEOPLE = [
    ("p1", "Li", "li@one.example", "active", "1980-01-02", None, "f1"),
    ("p2", "Ng", "ng@one.example", "inactive", None, "  two\r\nlines ", "f2"),
    ("007", "Bond", "bond (at) one,example", "active", "1970-01-02", "=1+1", "f1"),
    ("p4", None, "x@one.example", "prospect", None, "", "f1"),
    ("p5", "Ma", "ma@one.example", "actve", "1980-31-12", None, "f2"),
    ("p6", "Xu", "xu@one.example", "active", None, None, "f9"),
    (None, "Ho", "ho@one.example", "active", None, None, "f2"),
]
REJECTED = {"007", "p4", "p5", "p6", "⟨row 7⟩"}


@dataclass(frozen=True)
class Firm:
    """Source, target and staging of one test."""

    root: Path
    source_url: str
    target_url: str
    jobs: list[Job] = field(default_factory=list)

    @classmethod
    def make(cls, root: Path, target_url: str | None = None) -> "Firm":
        """Create the source with its rows and an empty target."""
        made = cls(root, f"sqlite:///{root / 'old.sqlite'}", target_url or f"sqlite:///{root / 'new.sqlite'}")
        (root / "old.yaml").write_text(MAPPING, encoding="utf-8")
        made.change(
            "CREATE TABLE firms (id TEXT, name TEXT)",
            "CREATE TABLE people (id TEXT, last TEXT, mail TEXT, state TEXT, born TEXT, note TEXT, firm TEXT)",
        )
        with _connected(made.source_url) as connection:
            connection.exec_driver_sql("INSERT INTO firms VALUES (?, ?)", FIRMS)
            connection.exec_driver_sql("INSERT INTO people VALUES (?, ?, ?, ?, ?, ?, ?)", PEOPLE)
        metadata = sa.MetaData()
        key = sa.BigInteger().with_variant(sa.Integer, "sqlite")
        text = sa.Text()
        firm = [sa.Column("id", key, sa.Identity(), primary_key=True), sa.Column("legacy_id", text, unique=True)]
        sa.Table("firm", metadata, *firm, sa.Column("name", text, nullable=False))
        sa.Table(
            "person",
            metadata,
            sa.Column("id", key, sa.Identity(), primary_key=True),
            sa.Column("legacy_id", text, unique=True),
            *(sa.Column(name, text) for name in ("last_name", "email", "state", "note")),
            sa.Column("born", sa.Date),
            sa.Column("firm_id", sa.ForeignKey("firm.id")),
        )
        with _connected(made.target_url) as connection:
            metadata.create_all(connection)
        return made

    def change(self, *statements: str) -> None:
        """Change the source behind everybody's back."""
        with _connected(self.source_url) as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def job(self, run_id: str) -> Job:
        """Return an ordinary run."""
        loaded = read_mapping(self.root / "old.yaml")
        return self._kept(Job(loaded, run_id, str(self.root / "staging"), from_url(self.source_url), self.target_url))

    def _kept(self, job: Job) -> Job:
        self.jobs.append(job)
        return job

    def close(self) -> None:
        """Close every connection that a job has opened."""
        for job in self.jobs:
            if "target" in job.__dict__:
                job.target.close()

    def run(self, run_id: str) -> Report:
        """Carry out an ordinary run, which must be green."""
        return _green(self.job(run_id))

    def reload(self, run_id: str, original: str, file: Path | str) -> Report:
        """Load the corrected rows of a workbook, which must be green."""
        return _green(self.reloading(run_id, original, file))

    def reloading(self, run_id: str, original: str, file: Path | str) -> Job:
        """Return the run that loads corrected rows."""
        return self._kept(replace(self.job(run_id), reload=Reload(original, str(file))))

    def of(self, run_id: str) -> RejectedOf:
        """Return the rejected rows of a run."""
        job = self.job(run_id)
        return RejectedOf(job.mapping, job.target.ledger, job.folder)

    def workbook(self, run_id: str, name: str = "rejected.xlsx") -> Path:
        """Write the workbook of a run's open rejected rows."""
        write_error_workbook(self.of(run_id), self.root / name)
        return self.root / name

    def settled(self, run_id: str) -> list[Settled]:
        """Return what became of the rejected rows of a run."""
        of = self.of(run_id)
        return settled(of.ledger, of.run_no)

    def people(self) -> dict[str, str]:
        """Return the people in the target, by their keys."""
        with _connected(self.target_url) as connection:
            rows = connection.exec_driver_sql("SELECT legacy_id, last_name FROM person ORDER BY legacy_id")
            return dict(map(tuple, rows))


@contextmanager
def _connected(url: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def _green(job: Job) -> Report:
    made, _, failed = pipeline.run_line(job, lambda _job: None)
    assert failed is None, f"{failed}\n{made.verdict.reasons}"
    return made


def edit(file: Path, changes: dict[tuple[str, str], str | None], sheet: str = "person") -> Path:
    """Edit cells of a sheet, by the row's key and the column's name, as a spreadsheet program saves it."""
    book = openpyxl.load_workbook(file)
    page = book[sheet]
    columns = {cell.value: cell.column for cell in page[1]}
    rows = {page.cell(number, columns["» row"]).value: number for number in range(2, page.max_row + 1)}
    for (key, column), value in changes.items():
        page.cell(rows[key], columns[column]).value = value
    book.save(file)
    return file


def cells(file: Path, sheet: str = "person") -> dict[str, dict[str, str | None]]:
    """Return the cells of a sheet by the row's key and the column's name."""
    page = openpyxl.load_workbook(file)[sheet]
    titles = [str(cell.value) for cell in page[1]]
    rows = [dict(zip(titles, (cell.value for cell in row), strict=True)) for row in page.iter_rows(min_row=2)]
    return {str(row["» row"]): row for row in rows}


__all__ = ["FIRMS", "MAPPING", "PEOPLE", "REJECTED", "Firm", "cells", "edit"]
