"""Files keep the promises of a source, whatever their format; a tenth format is tested in ten lines."""

import json
import re
from pathlib import Path
from xml.sax.saxutils import escape

import polars as pl
import pytest

from crm_migration.connections import ConnectionFields
from crm_migration.errors import MappingFault, SourceUnavailable, SourceUnreadable
from crm_migration.extract.document import AT, FAULT, FILE, META, RAW
from crm_migration.extract.open_source import open_source
from crm_migration.extract.source import Source, Window
from crm_migration.mapping.model import Mapping
from crm_migration.staging import RunFolder
from tests.contract.source import COLUMNS, ENTITY, HOSTILE, SECRET, Plant, Row, SourceContract, at, mapping, whole


def files_mapping(file: str, **entity: object) -> Mapping:
    described = mapping(**{"table": None, "file": file, **entity}).model_dump(by_alias=True, mode="json")
    described["source"] |= {"kind": "files", "settle_seconds": 0}
    for key in ("schema", "folder", "recursive", "spreadsheet"):
        described["source"].pop(key)
    return Mapping.model_validate(described)


def files_source(folder: Path, file: str, **entity: object) -> Source:
    connection = ConnectionFields("old_crm", "fs", extra={"path": str(folder)})
    return open_source(files_mapping(file, **entity), connection)


NOT_IN_XML = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ufffe\\uffff]")


class DocumentContract(SourceContract):
    """A format gives `file`, a pattern, and `write`, which puts rows into a file."""

    file: str

    def write(self, path: Path, rows: list[Row]) -> None:
        raise NotImplementedError

    @pytest.fixture
    def plant(self, tmp_path: Path) -> Plant:
        def planted(rows: list[Row]) -> Source:
            # Several files are one table.
            middle = len(rows) // 2
            self.write(tmp_path / self.file.replace("*", "1"), rows[:middle])
            self.write(tmp_path / self.file.replace("*", "2"), rows[middle:])
            return files_source(tmp_path, self.file)

        return planted

    @pytest.fixture
    def away(self) -> Source:
        connection = ConnectionFields("old_crm", "ftp", "127.0.0.1", "u", SECRET, 1, extra={"path": "/in"})
        return open_source(files_mapping(self.file), connection)

    def test_a_silent_source_is_to_be_tried_again(self, away: Source) -> None:
        for attempt in (lambda: away.describe(ENTITY), lambda: whole(away)):
            with pytest.raises(SourceUnavailable, match="old: connection 'old_crm'") as caught:
                attempt()
            assert SECRET not in f"{caught.value} {caught.value.__cause__} {caught.value.__context__}"

    def test_frames_are_bounded_and_lose_nothing(self, plant: Plant) -> None:
        rows: list[Row] = [{"id": f"{n:04}", "name": f"n{n}", "changed": None} for n in range(1003)]
        frames = list(plant(rows).read(ENTITY, None, batch_rows=100))
        assert max(frame.height for frame in frames) <= 100
        assert sorted(pl.concat(frames)["id"]) == [row["id"] for row in rows]

    def test_columns_are_the_mappings_in_order_and_all_text(self, plant: Plant) -> None:
        for rows in ([], [{"id": "1", "name": "x", "changed": "2026-03-01 10:00:00"}]):
            for frame in plant(rows).read(ENTITY, None):
                assert dict(frame.schema) == {**dict.fromkeys(COLUMNS, pl.String), **META}
                assert frame.columns == [*COLUMNS, *META]

    def test_window_takes_its_start_and_leaves_its_end(self, plant: Plant) -> None:
        moments = ["09:59:59", "10:00:00", "10:00:00", "10:59:59", "11:00:00"]
        source = plant([{"id": str(n), "name": "x", "changed": f"2026-03-01 {m}"} for n, m in enumerate(moments)])
        assert whole(source, Window(at(10), at(11)))["id"].to_list() == ["1", "2", "3"]
        assert whole(source, Window(at(11), None))["id"].to_list() == ["4"]
        assert whole(source, Window(None, at(10)))["id"].to_list() == ["0"]
        assert source.count(ENTITY) is None

    def test_every_row_says_where_it_stands(self, plant: Plant) -> None:
        read = whole(plant([{"id": str(n), "name": "x", "changed": None} for n in range(4)]))
        assert read[FILE].to_list() == [self.file.replace("*", part) for part in "1122"]
        places = read.group_by(FILE).agg(pl.col(AT).n_unique())
        assert places[AT].to_list() == [2, 2]

    def test_keys_values_and_single_rows(self, plant: Plant) -> None:
        source = plant([{"id": str(n), "name": f"n{n % 2}", "changed": None} for n in range(6)])
        assert sorted(pl.concat(source.keys(ENTITY))["id"]) == list("012345")
        found = source.read_keys(ENTITY, pl.DataFrame({"id": ["4", "1", "x"]}))
        assert sorted(found["name"]) == ["n0", "n1"]
        assert source.distinct(ENTITY, ["name"]) == {"name": {"n0", "n1"}}

    def test_a_file_or_a_column_that_is_not_there_is_the_mappings_fault(self, plant: Plant, tmp_path: Path) -> None:
        plant([{"id": "1", "name": "x", "changed": None}])
        with pytest.raises(MappingFault, match=r"file 'absent\.csv'.*expected it to be there"):
            list(files_source(tmp_path, "absent.csv").read(ENTITY))
        assert whole(files_source(tmp_path, "absent*.csv")).is_empty()


class TestLines(DocumentContract):
    file = "things_*.ndjson"

    def write(self, path: Path, rows: list[Row]) -> None:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))


class TestJson(DocumentContract):
    file = "things_*.json"

    def write(self, path: Path, rows: list[Row]) -> None:
        path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")


class TestXml(DocumentContract):
    file = "things_*.xml"

    def write(self, path: Path, rows: list[Row]) -> None:
        parts = [
            "".join(f"<{name}>{_xml(value)}</{name}>" for name, value in row.items() if value is not None)
            for row in rows
        ]
        path.write_bytes(f"<things>{''.join(f'<thing>{part}</thing>' for part in parts)}</things>".encode())

    def test_every_value_arrives_as_it_was(self, plant: Plant) -> None:
        """XML has no place for control characters; all else of the contract's values it has."""
        kept = [text for text in HOSTILE if not NOT_IN_XML.search(text)]
        assert len(kept) > len(HOSTILE) - 5
        rows: list[Row] = [{"id": f"{n:03}", "name": text, "changed": None} for n, text in enumerate(kept)]
        assert whole(plant(rows))["name"].to_list() == kept


def _xml(text: str) -> str:
    return escape(text).replace("\r", "&#13;")


class TestDelimited(DocumentContract):
    file = "things_*.csv"

    def write(self, path: Path, rows: list[Row]) -> None:
        lines = [",".join(_quoted(row[name]) for name in ("id", "name", "changed")) for row in rows]
        path.write_bytes("".join(f"{line}\r\n" for line in ["id,name,changed", *lines]).encode())


def _quoted(text: str | None) -> str:
    """Return a cell of CSV; a null is nothing at all, and the empty text is in quotes."""
    return "" if text is None else f'"{text.replace(chr(34), chr(34) * 2)}"'


def test_rows_that_cannot_be_read_come_along_whatever_the_window(tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").write_text('{"id": "1", "changed": "2026-03-01 10:00:00"}\nnot json\n')
    source = files_source(tmp_path, "a.ndjson")
    read = pl.concat(source.read(ENTITY, Window(at(11), at(12))))
    assert read.select("id", FILE, AT, FAULT, RAW).rows() == [(None, "a.ndjson", 2, "not_json", "not json")]


def test_a_document_refused_as_a_whole_names_itself(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"id": "1"}, {"id"')
    with pytest.raises(SourceUnreadable, match=r"^a\.json: "):
        list(files_source(tmp_path, "a.json").read(ENTITY))


def test_documents_that_the_last_load_has_read_are_left_out_of_a_window(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.ndjson").write_text(json.dumps({"id": name}) + "\n")
    described = files_mapping("*.ndjson", watermark=None)
    connection = ConnectionFields("old_crm", "fs", extra={"path": str(tmp_path)})
    (first, _second) = open_source(described, connection).documents(ENTITY)  # type: ignore[attr-defined]
    folder = RunFolder(str(tmp_path / "staging"), "old", "run")
    source = open_source(described, connection, folder, lambda _entity: {first.identity: first.version})
    assert pl.concat(source.read(ENTITY, Window()))["id"].to_list() == ["b"]
    assert pl.concat(source.read(ENTITY))["id"].to_list() == ["a", "b"]
    (tmp_path / "a.ndjson").write_text(json.dumps({"id": "new"}) + "\n")
    assert pl.concat(source.read(ENTITY, Window()))["id"].to_list() == ["new", "b"]
