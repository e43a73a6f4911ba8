"""A Google Sheet and a folder of Google Drive become a mapping that reads them."""

import json
from pathlib import Path

import pytest

from crm_migration.suggest.ask import Question, suggest_for
from tests.cases import target
from tests.google.fixtures import google
from tests.google.server import GoogleStandIn
from tests.google.world import Tab, table
from tests.suggest.proposals import Proposed

__all__ = ["google"]
FIRMS = table(
    "Companies", ["Customer No", "Company", "Phone"], ["001", "Acme", "+1 212 555 0100"], ["002", "Globex", None]
)
PEOPLE = table("People", ["ID", "Surname", "E-Mail", "Company"], ["7", "Lee", "ann@acme.example", "001"])


@pytest.fixture
def crm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, google: GoogleStandIn) -> str:
    """A target and the stand-in for Google, as the command line knows them."""
    target.create(f"sqlite:///{tmp_path / 'crm.sqlite'}", [])
    connection = google.connection("g")
    monkeypatch.setenv("AIRFLOW_CONN_CRM", json.dumps({"conn_type": "sqlite", "host": str(tmp_path / "crm.sqlite")}))
    told = {"conn_type": connection.conn_type, "extra": connection.extra}
    monkeypatch.setenv("AIRFLOW_CONN_G", json.dumps(told))
    return f"sqlite:///{tmp_path / 'crm.sqlite'}"


def propose(google: GoogleStandIn, crm: str, home: Path, **question: object) -> Proposed:
    proposed = Proposed.of(suggest_for(Question(origin="g", target="crm", **question)), home)
    assert proposed.faults(google.connection("g"), crm, home) == []
    return proposed


def test_a_google_sheet_names_its_worksheets(crm: str, google: GoogleStandIn, tmp_path: Path) -> None:
    item = google.world.spreadsheet("Customers", [FIRMS, PEOPLE])
    entities = propose(google, crm, tmp_path, kind="google_sheet", spreadsheet=item.id).mapping.entities
    assert {name: (one.file, one.sheet, one.key) for name, one in entities.items()} == {
        "account": (None, "Companies", "Customer No"),
        "contact": (None, "People", "ID"),
    }
    assert entities["contact"].fields["account_id"].columns == ["Company"]


def test_charts_and_hidden_worksheets_are_not_proposed(crm: str, google: GoogleStandIn, tmp_path: Path) -> None:
    hidden = table("Old people", ["ID", "Surname"], ["1", "Gone"], hidden=True)
    item = google.world.spreadsheet("Customers", [Tab("Chart", [], kind="OBJECT"), FIRMS, hidden, PEOPLE])
    entities = propose(google, crm, tmp_path, kind="google_sheet", spreadsheet=item.id).mapping.entities
    assert {one.sheet for one in entities.values()} == {"Companies", "People"}


def test_a_drive_folder_names_its_files(crm: str, google: GoogleStandIn, tmp_path: Path) -> None:
    folder = google.world.folder("Export")
    google.world.file("firms.csv", b"Customer No,Company,Phone\n001,Acme,+1 212 555 0100\n002,Globex,\n", folder)
    google.world.spreadsheet("persons", [PEOPLE], folder)
    entities = propose(google, crm, tmp_path, kind="google_drive", folder=folder.id).mapping.entities
    assert {name: (one.file, one.sheet) for name, one in entities.items()} == {
        "account": ("firms.csv", None),
        "contact": ("persons", None),
    }
