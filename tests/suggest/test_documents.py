"""Files of any language, in any state, become a mapping that reads them."""

import json
import os
from pathlib import Path

import pytest

from crm_migration.connections import ConnectionFields, file_root
from crm_migration.errors import MappingFault, SourceUnreadable
from crm_migration.extract.files import FileStore
from crm_migration.extract.landing import Landing
from crm_migration.mapping.model import Choice, Reference, SourceConfig
from crm_migration.suggest import documents
from crm_migration.suggest.ask import Question, name_of, suggest_for
from tests.cases import target
from tests.suggest.proposals import Proposed

FIRMS = """Kundennummer;Firma;Branche;Telefon;E-Mail;Straße;PLZ;Ort;Land;Erstellt am
K-01;Müller GmbH;Bau;030 1234567;info@mueller.example;Hauptstr. 1;01067;Dresden;Deutschland;31.01.2020
K-02;Schmidt AG;Handel;+49 40 555666;kontakt@schmidt.example;Am Markt 2;20095;Hamburg;Deutschland;01.02.2021
K-03;Huber KG;Bau;+43 1 7654321;office@huber.example;Ring 3;10105;Wien;Österreich;15.03.2021
K-04;Weber OHG;Handel;0221 998877;info@weber.example;Dom 4;50667;Köln;Deutschland;20.12.2021
"""
PEOPLE = """编号,姓,名,手机号,邮箱,职位,公司编号,创建时间
P1,王,伟,13812345678,wang@a.example,经理,K-01,2021-01-01 10:00:00
P2,李,娜,13912345678,li@b.example,总监,K-02,2021-01-02 11:00:00
P3,张,敏,13712345678,zhang@c.example,经理,K-03,2021-01-03 12:00:00
"""
DEALS = """Record ID,Deal Name,Deal Stage,Amount,Close Date,Associated Company,Last Modified Date
9001,Roof,Closed Won,"1,200.50",03/31/2024,K-01,2024-01-05 09:00
9002,Cellar,Appointment Scheduled,300.00,04/30/2024,K-02,2024-01-06 09:00
9003,Garage,Closed Won,"12,000.00",05/31/2024,K-01,2024-01-07 09:00
"""


@pytest.fixture
def crm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A target as the command line knows it."""
    url = f"sqlite:///{tmp_path / 'crm.sqlite'}"
    target.create(url, [])
    monkeypatch.setenv("AIRFLOW_CONN_CRM", json.dumps({"conn_type": "sqlite", "host": str(tmp_path / "crm.sqlite")}))
    return url


@pytest.fixture
def inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a connection of its own."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    monkeypatch.setenv("AIRFLOW_CONN_INBOX", json.dumps({"conn_type": "fs", "extra": {"path": str(folder)}}))
    return folder


def propose(crm: str, inbox: Path, **question: object) -> Proposed:
    # The files have stood still for long.
    for file in inbox.iterdir():
        os.utime(file, (0, 0))
    asked = Question(**{"origin": "inbox", "target": "crm"} | question)
    proposed = Proposed.of(suggest_for(asked), inbox.parent)
    folder = ConnectionFields("inbox", "fs", extra={"path": str(inbox)})
    assert proposed.faults(folder, crm, inbox.parent) == []
    return proposed


def test_a_folder_of_files_in_three_languages(crm: str, inbox: Path) -> None:
    for name, text in (("kunden.csv", FIRMS), ("联系人.csv", PEOPLE), ("deals-export.csv", DEALS)):
        (inbox / name).write_text(text, encoding="utf-8")
    entities = propose(crm, inbox).mapping.entities
    read = {name: {field: spec.columns[0] for field, spec in one.fields.items()} for name, one in entities.items()}
    assert read == {
        "account": {
            "legacy_id": "Kundennummer",
            "name": "Firma",
            "industry": "Branche",
            "email": "E-Mail",
            "phone": "Telefon",
            "billing_street": "Straße",
            "billing_city": "Ort",
            "billing_postal_code": "PLZ",
            "billing_country": "Land",
            "created_at": "Erstellt am",
        },
        "contact": {
            "legacy_id": "编号",
            "first_name": "名",
            "last_name": "姓",
            "email": "邮箱",
            "mobile": "手机号",
            "title": "职位",
            "account_id": "公司编号",
            "created_at": "创建时间",
        },
        "opportunity": {
            "legacy_id": "Record ID",
            "name": "Deal Name",
            "stage": "Deal Stage",
            "amount": "Amount",
            "close_date": "Close Date",
            "account_id": "Associated Company",
            "updated_at": "Last Modified Date",
        },
    }
    assert entities["account"].fields["created_at"].formats == ["%d.%m.%Y"]
    assert entities["opportunity"].fields["close_date"].formats == ["%m/%d/%Y"]
    assert entities["opportunity"].fields["amount"].thousands == ","
    reference = entities["contact"].fields["account_id"]
    assert isinstance(reference, Reference)
    assert reference.to == "account"


def test_one_file_for_one_object_whatever_it_is_called(crm: str, inbox: Path) -> None:
    (inbox / "export [2024] final.csv").write_text("ID,Campaign\n007,Spring\n008,Autumn\n", encoding="utf-8")
    proposed = propose(crm, inbox, origin=str(inbox / "export [2024] final.csv"), objects=("campaign",))
    campaign = proposed.mapping.entities["campaign"]
    assert (campaign.key, campaign.fields["name"].columns) == ("ID", ["Campaign"])
    assert campaign.file == "export [[]2024] final.csv"
    assert proposed.mapping.source.name == "export_2024_final"


def test_names_and_values_that_yaml_would_change_stay_what_they_are(crm: str, inbox: Path) -> None:
    header = 'id,"name # no",status: x,"type\nof it"\n'
    rows = [f'{n},Camp {n},{value},"{value}"\n' for n, value in enumerate(["yes", "010", "- a", "~", "{b}", "'"] * 3)]
    (inbox / "campaigns.csv").write_text(header + "".join(rows), encoding="utf-8")
    (inbox / "accounts.csv").write_text(header.replace("type", "Type") + "".join(rows), encoding="utf-8")
    proposed = propose(crm, inbox)
    kind = proposed.mapping.entities["account"].fields["type"]
    assert isinstance(kind, Choice)
    assert kind.columns == ["Type\nof it"]
    assert set(kind.values) == {"yes", "010", "- a", "~", "{b}", "'"}


def test_a_file_that_is_refused_is_named_and_the_others_are_read(crm: str, inbox: Path) -> None:
    (inbox / "kunden.csv").write_text(FIRMS, encoding="utf-8")
    (inbox / "broken.json").write_text('[{"a": 1}, {"a"', encoding="utf-8")
    proposed = propose(crm, inbox)
    assert list(proposed.mapping.entities) == ["account"]
    assert "# - broken.json: " in proposed.text
    (inbox / "kunden.csv").unlink()
    with pytest.raises(SourceUnreadable, match=r"broken\.json"):
        propose(crm, inbox)


def test_where_nothing_fits_the_reasons_are_told(crm: str, inbox: Path) -> None:
    (inbox / "weather.csv").write_text("day,degrees\n2024-01-01,3\n2024-01-01,4\n", encoding="utf-8")
    with pytest.raises(MappingFault, match="weather: no column identifies its rows"):
        propose(crm, inbox)


def test_an_unknown_object_is_refused_by_name(crm: str, inbox: Path) -> None:
    with pytest.raises(MappingFault, match=r"expected one of its objects .*account.*, found 'acount'"):
        propose(crm, inbox, objects=("acount",))


@pytest.mark.parametrize(
    ("text", "name"),
    [("Kunden 2024.csv", "kunden_2024_csv"), ("2024", "source_2024"), ("客户", "source"), ("a_b", "a_b")],
)
def test_names_of_sources_suit_the_ledger(text: str, name: str) -> None:
    assert name_of(text) == name


def test_samples_of_many_files_stay_small_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "SAMPLE_BYTES", 100_000)
    monkeypatch.setattr(documents, "LEAST_ROWS", 10)
    for number in range(4):
        rows = "".join(f"{number}-{row},{'letters' * 10}\n" for row in range(500))
        (tmp_path / f"{number}.csv").write_text("id,note\n" + rows)
    fields = ConnectionFields("inbox", "fs", extra={"path": str(tmp_path)})
    config = SourceConfig(name="inbox", kind="files", connection="inbox", settle_seconds=0)
    tables = documents.DocumentTables(FileStore(config, file_root(fields), Landing())).tables()

    assert sum(table.sample.estimated_size() for table in tables) < 150_000
    assert [table.whole for table in tables] == [True, False, False, False]
    assert all(table.sample.height >= 10 for table in tables)
    assert all(table.columns["id"].kind.rows == 500 for table in tables)
