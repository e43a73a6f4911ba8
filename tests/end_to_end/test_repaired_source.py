"""Who repairs what a check or preflight has refused is judged by the repaired source, not by what was fetched first."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crm_migration import cli, pipeline
from crm_migration.connections import from_environment
from crm_migration.errors import MappingFault
from crm_migration.extract.landing import Landing
from crm_migration.job import Job, Options
from crm_migration.mapping.reader import read_mapping
from crm_migration.staging import RunFolder
from tests.end_to_end.small import Books
from tests.end_to_end.sources import HEADER, MAPPING, environment, rows_of
from tests.google.fixtures import google
from tests.google.server import GoogleStandIn
from tests.google.world import Item, table

__all__ = ["google"]
WRONG = ("Nr", "Nmae", "Mail")
REPAIRED = table("People", HEADER, *rows_of("sheet"))


@pytest.fixture
def books(tmp_path: Path, google: GoogleStandIn, monkeypatch: pytest.MonkeyPatch) -> Books:
    made = Books.make(tmp_path)
    for name, value in (made.environment | environment(tmp_path, google)).items():
        monkeypatch.setenv(name, value)
    return made


@pytest.fixture
def people(google: GoogleStandIn) -> Item:
    """A spreadsheet whose header misspells a column that the mapping reads."""
    return google.world.spreadsheet("People", [table("People", WRONG, *rows_of("sheet"))])


@pytest.fixture
def mapping(people: Item, tmp_path: Path) -> Path:
    path = tmp_path / "people.yaml"
    more = f", spreadsheet: {people.id}"
    path.write_text(
        MAPPING.format(name="people", kind="google_sheet", connection="google", more=more, origin="sheet: People")
    )
    return path


def _repair(google: GoogleStandIn, people: Item) -> None:
    people.tabs[0] = REPAIRED
    google.world.edit(people)


def _job(mapping: Path, books: Books, dry_run: bool = False) -> Job:
    connection = from_environment("google")
    url = f"sqlite:///{books.target}"
    return Job(read_mapping(mapping), "one", str(books.staging), connection, url, options=Options(dry_run=dry_run))


def test_a_check_looks_at_the_source_as_it_is_and_leaves_nothing_behind(
    mapping: Path, books: Books, google: GoogleStandIn, people: Item, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "passing").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "passing"))
    refused = CliRunner().invoke(cli.app, ["check", str(mapping), "--json"])
    assert (refused.exit_code, "Nmae" in refused.stdout) == (2, True)
    _repair(google, people)
    fine = CliRunner().invoke(cli.app, ["check", str(mapping), "--json"])
    assert json.loads(fine.stdout)["problems"] == []
    assert not books.staging.exists()
    assert list((tmp_path / "passing").iterdir()) == []


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_repeated_preflight_fetches_anew(
    mapping: Path, books: Books, google: GoogleStandIn, people: Item, dry_run: bool
) -> None:
    with pytest.raises(MappingFault, match="Nmae"):
        pipeline.preflight(_job(mapping, books, dry_run))
    _repair(google, people)
    job = _job(mapping, books, dry_run)
    assert pipeline.preflight(job)["entities"] == ["contact"]
    assert job.source.describe("contact") == dict.fromkeys(HEADER, "text")


def test_a_run_that_has_loaded_keeps_what_it_has_fetched(
    mapping: Path, books: Books, google: GoogleStandIn, people: Item
) -> None:
    _repair(google, people)
    _, _, failed = pipeline.run_line(_job(mapping, books), lambda _: None)
    assert failed is None
    people.tabs[0] = table("People", HEADER, ("9", "Late", None))
    google.world.edit(people)
    asked = len(google.asked("/v4/spreadsheets/"))
    pipeline.preflight(_job(mapping, books))
    assert len(google.asked("/v4/spreadsheets/")) == asked


@pytest.mark.parametrize("root", ["{tmp}", "memory://staging"])
def test_a_cleared_landing_holds_nothing_and_can_be_used_again(root: str, tmp_path: Path) -> None:
    made: list[Path] = []

    def make(path: Path) -> None:
        made.append(path)
        path.write_text(str(len(made)))

    folder = RunFolder(root.format(tmp=tmp_path), "drop", "run")
    landing, another = Landing(folder), Landing(folder)
    first = landing.fetch("a", make)
    landing.clear()
    assert not first.exists()
    assert another.fetch("a", make).read_text() == "2"
    assert landing.fetch("a", make).read_text() == "2"
    landing.clear()
    Landing().clear()
