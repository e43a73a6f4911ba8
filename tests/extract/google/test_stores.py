"""Google Sheets and Drive keep the promises of a source; all tasks of a run read what the first of them fetched."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crm_migration.connections import ConnectionFields
from crm_migration.errors import MappingFault, SourceUnavailable, SourceUnreadable
from crm_migration.extract.document import AT, FILE, SHEET
from crm_migration.extract.google import patience
from crm_migration.extract.google.landed import META_KEY
from crm_migration.extract.open_source import open_source
from crm_migration.extract.source import Source
from crm_migration.mapping.model import Mapping
from crm_migration.staging import RunFolder
from tests.contract.source import ENTITY, HOSTILE, SECRET, Plant, Row, mapping, whole
from tests.extract.test_document_contract import DocumentContract
from tests.google.cells import error
from tests.google.server import GoogleStandIn
from tests.google.tokens import service_account_key
from tests.google.world import Item, table


def _mapping(source: dict[str, Any], **entity: object) -> Mapping:
    described = mapping(**{"table": None, **entity}).model_dump(by_alias=True, mode="json", exclude_none=True)
    described["source"] |= source
    described["entities"][ENTITY].pop("table", None)
    return Mapping.model_validate(described)


def sheet_mapping(spreadsheet: str, **entity: object) -> Mapping:
    return _mapping({"kind": "google_sheet", "spreadsheet": spreadsheet}, **{"sheet": "things*", **entity})


def drive_mapping(folder: str, file: str, recursive: bool = False, **entity: object) -> Mapping:
    return _mapping({"kind": "google_drive", "folder": folder, "recursive": recursive}, file=file, **entity)


@pytest.fixture
def connection(google: GoogleStandIn) -> ConnectionFields:
    return google.connection("old_crm")


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for nobody, however often is asked."""
    monkeypatch.setattr(patience.Patience, "wait", lambda *_: 0.0)


def _away() -> ConnectionFields:
    extra = {"keyfile_dict": service_account_key(), "endpoint": "http://127.0.0.1:1", "num_retries": "1"}
    return ConnectionFields("old_crm", "google_cloud_platform", password=SECRET, extra=extra)


class TestDriveOfFiles(DocumentContract):
    file = "things_*.ndjson"

    def write(self, path: Path, rows: list[Row]) -> None:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))

    @pytest.fixture
    def plant(self, google: GoogleStandIn, connection: ConnectionFields, tmp_path: Path) -> Plant:
        def planted(rows: list[Row]) -> Source:
            folder = google.world.folder("Export")
            for part, some in (("1", rows[: len(rows) // 2]), ("2", rows[len(rows) // 2 :])):
                path = tmp_path / "upload"
                self.write(path, some)
                google.world.file(self.file.replace("*", part), path.read_bytes(), folder)
            return open_source(drive_mapping(folder.id, self.file), connection)

        return planted

    @pytest.fixture
    def away(self) -> Source:
        return open_source(drive_mapping("1folder", self.file), _away())

    def test_a_file_or_a_column_that_is_not_there_is_the_mappings_fault(self, plant: Plant, tmp_path: Path) -> None:
        store = plant([]).store  # type: ignore[attr-defined]
        absent = open_source(drive_mapping(store.config.folder, "absent.csv"), store.connection)
        with pytest.raises(MappingFault, match=r"file 'absent\.csv'.*expected it to be there"):
            list(absent.read(ENTITY))
        pattern = open_source(drive_mapping(store.config.folder, "absent*.csv"), store.connection)
        assert whole(pattern).is_empty()


class TestSheet(DocumentContract):
    """A cell of a sheet cannot hold the empty text."""

    @pytest.fixture
    def plant(self, google: GoogleStandIn, connection: ConnectionFields) -> Plant:
        def planted(rows: list[Row]) -> Source:
            head, middle = ["id", "name", "changed"], len(rows) // 2
            tabs = [
                table(f"things {part}", head, *([row[name] for name in head] for row in some))
                for part, some in (("1", rows[:middle]), ("2", rows[middle:]))
            ]
            item = google.world.spreadsheet("Kunden", tabs)
            return open_source(sheet_mapping(item.id), connection)

        return planted

    @pytest.fixture
    def away(self) -> Source:
        return open_source(sheet_mapping("1sheet"), _away())

    def test_every_value_arrives_as_it_was(self, plant: Plant) -> None:
        rows: list[Row] = [{"id": f"{n:03}", "name": text, "changed": None} for n, text in enumerate(HOSTILE)]
        read = whole(plant(rows))
        assert dict(read.select("id", "name").iter_rows()) == {row["id"]: row["name"] or None for row in rows}

    def test_null_is_not_the_empty_text(self, plant: Plant) -> None:
        source = plant([{"id": "1", "name": None, "changed": None}, {"id": "2", "name": "", "changed": None}])
        assert whole(source)["name"].to_list() == [None, None]

    def test_every_row_says_where_it_stands(self, plant: Plant) -> None:
        read = whole(plant([{"id": str(n), "name": "x", "changed": None} for n in range(4)]))
        assert read[FILE].unique().to_list() == ["Kunden"]
        assert read[SHEET].to_list() == ["things 1", "things 1", "things 2", "things 2"]
        assert read[AT].to_list() == [2, 3, 2, 3]

    def test_a_file_or_a_column_that_is_not_there_is_the_mappings_fault(self, plant: Plant, tmp_path: Path) -> None:
        store = plant([]).store  # type: ignore[attr-defined]
        absent = open_source(sheet_mapping(store.config.spreadsheet, sheet="thing 1"), store.connection)
        with pytest.raises(MappingFault, match=r"expected a sheet 'thing 1' \(did you mean 'things 1'\?\)"):
            list(absent.read(ENTITY))
        other = open_source(sheet_mapping(store.config.spreadsheet, key="nr"), store.connection)
        with pytest.raises(MappingFault, match="no column 'nr'"):
            list(other.read(ENTITY))


def test_files_and_sheets_of_one_folder_are_one_table(google: GoogleStandIn, connection: ConnectionFields) -> None:
    folder = google.world.folder("Export")
    inner = google.world.folder("2024", folder)
    google.world.file("a.csv", b"id,name\n1,one\n", folder)
    google.world.file("b.json", b'[{"id": "2", "name": "two"}]', inner)
    google.world.spreadsheet("c", [table("Liste", ["id", "name"], ["3", "three"], ["4", error("REF")])], inner)
    source = open_source(drive_mapping(folder.id, "*", recursive=True, watermark=None), connection)
    read = pl.concat(source.read(ENTITY))
    assert read.sort(FILE, AT).select("id", "name", FILE, AT, "_fault").rows() == [
        ("2", "two", "2024/b.json", 1, None),
        ("3", "three", "2024/c", 2, None),
        (None, None, "2024/c", 3, "error_cell"),
        ("1", "one", "a.csv", 2, None),
    ]


def test_what_a_folder_holds_and_is_not_read_is_a_warning(
    google: GoogleStandIn, connection: ConnectionFields, caplog: pytest.LogCaptureFixture
) -> None:
    folder, old = google.world.folder("Export"), google.world.file("old.csv", b"id,name\n1,one\n")
    old.trashed = True
    google.world.shortcut("to the bin.csv", old, folder)
    source = open_source(drive_mapping(folder.id, "*", watermark=None), connection)
    with caplog.at_level("WARNING"):
        assert whole(source).is_empty()
    assert "old: to the bin.csv: a shortcut to a file in the bin, not read" in caplog.messages


def test_all_tasks_of_a_run_read_what_the_first_fetched(
    google: GoogleStandIn, connection: ConnectionFields, tmp_path: Path
) -> None:
    folder = google.world.folder("Export")
    file = google.world.file("a.csv", b"id,name\n1,old\n", folder)
    sheet = google.world.spreadsheet("b", [table("Liste", ["id", "name"], ["2", "old"])], folder)
    described = drive_mapping(folder.id, "*", watermark=None)

    def read(run: str) -> tuple[dict[str, str], list[str]]:
        source = open_source(described, connection, RunFolder(str(tmp_path), "old", run))
        versions = {one.identity: one.version for one in source.documents(ENTITY)}  # type: ignore[attr-defined]
        return versions, sorted(pl.concat(source.read(ENTITY))["name"])

    first = read("one")
    assert first == ({file.id: file.md5, sheet.id: "1"}, ["old", "old"])
    google.world.edit(file, b"id,name\n1,new\n")
    sheet.tabs[0] = table("Liste", ["id", "name"], ["2", "new"])
    google.world.edit(sheet)
    google.world.file("late.csv", b"id,name\n3,new\n", folder)
    asked = len(google.questions)
    assert read("one") == first
    assert len(google.questions) == asked

    versions, names = read("two")
    assert names == ["new", "new", "new"]
    assert (versions[file.id], versions[sheet.id]) == (file.md5, "2")


def test_the_version_is_that_of_the_bytes_that_were_fetched(
    google: GoogleStandIn, connection: ConnectionFields
) -> None:
    folder = google.world.folder("Export")
    file = google.world.file("a.csv", b"id,name\n1,old\n", folder)
    google.fault(path=f"/files/{file.id}", before=lambda: google.world.edit(file, b"id,name\n1,new\n"))
    source = open_source(drive_mapping(folder.id, "*", watermark=None), connection)
    (document,) = source.documents(ENTITY)  # type: ignore[attr-defined]
    assert document.version == file.md5
    assert pl.concat(source.read(ENTITY))["name"].to_list() == ["new"]


def test_a_file_that_poses_as_a_landed_sheet_is_read_as_what_it_is(
    google: GoogleStandIn, connection: ConnectionFields, tmp_path: Path
) -> None:
    posing = pa.table({"id": ["1"]}).replace_schema_metadata({META_KEY: b"{}"})
    pq.write_table(posing, tmp_path / "posing")
    folder = google.world.folder("Export")
    google.world.file("x.sheet", (tmp_path / "posing").read_bytes(), folder)
    source = open_source(drive_mapping(folder.id, "*", watermark=None), connection)
    with pytest.raises((SourceUnreadable, MappingFault), match=r"^(old: thing: .*)?x\.sheet"):
        list(source.read(ENTITY))


@pytest.mark.parametrize(
    ("described", "told"),
    [
        (_mapping({"kind": "google_sheet"}, sheet="x"), "expected the id of a Google Sheet as source.spreadsheet"),
        (_mapping({"kind": "google_drive"}, file="x"), "expected the id of a folder as source.folder"),
    ],
)
def test_a_mapping_that_names_nothing_is_told(connection: ConnectionFields, described: Mapping, told: str) -> None:
    with pytest.raises(MappingFault, match=told):
        list(open_source(described, connection).read(ENTITY))


def test_messages_begin_with_the_source(google: GoogleStandIn, connection: ConnectionFields, tmp_path: Path) -> None:
    sheet: Item = google.world.spreadsheet("b", [table("Liste", ["id"])])
    sheet.shared = False
    with pytest.raises(MappingFault, match=rf"^old: connection 'old_crm': file or folder {sheet.id}: .*share it"):
        list(open_source(sheet_mapping(sheet.id), connection).read(ENTITY))
    with pytest.raises(SourceUnavailable, match=r"^old: connection 'old_crm': file or folder 1sheet"):
        list(open_source(sheet_mapping("1sheet"), _away()).read(ENTITY))
