"""How documents were understood is told by their extract: briefly, and for every one that was read."""

import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from crm_migration.extract.documents import DocumentSource
from crm_migration.extract.extract import extract
from crm_migration.extract.source import Window
from crm_migration.extract.understood import MOST_LOGGED, DocumentsRead, log_notes
from crm_migration.extract.waiting import WithWaiting
from crm_migration.staging import RunFolder
from tests.contract.source import ENTITY
from tests.extract.test_document_contract import files_mapping, files_source

LATER = Window(datetime(2026, 3, 2, tzinfo=UTC), None)


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    """A folder with a file whose encoding is guessed, one of rows to reject, and one without rows."""
    folder = tmp_path / "drop"
    folder.mkdir()
    guessed = "id;name;changed\n" + "1;M\u00fcller stra\u00dfe;2026-03-01 10:00:00\n" * 2
    (folder / "a.csv").write_bytes(guessed.encode("cp1252"))
    (folder / "b.csv").write_text("id,name,changed\n2,n,2026-03-02 10:00:00\n3,n,x,y,z\n", encoding="utf-8")
    (folder / "c.csv").write_text("id,name,changed\n", encoding="utf-8")
    return folder


def _source(drop: Path) -> DocumentSource:
    source = files_source(drop, "*.csv", watermark="changed")
    assert isinstance(source, DocumentSource)
    return source


def _told(source: Any, folder: Path, window: Window | None = None) -> dict[str, dict[str, Any]]:
    described = files_mapping("*.csv", watermark="changed")
    staged = extract(source, described, ENTITY, RunFolder(str(folder), "old", "one"), window)
    return {line["name"]: line for line in staged.facts["documents"]}


def test_each_document_is_told_with_its_format_details_and_notes(
    drop: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        told = _told(_source(drop), tmp_path / "staging")
    assert {name: (line["rows"], line["unreadable"]) for name, line in told.items()} == {
        "a.csv": (2, 0), "b.csv": (2, 1), "c.csv": (0, 0),
    }  # fmt: skip
    assert {line["format"] for line in told.values()} == {"delimited"}
    assert (told["a.csv"]["details"]["encoding"], told["a.csv"]["details"]["delimiter"]) == ("cp1252", ";")
    assert told["b.csv"]["details"]["encoding"] == "utf-8"
    assert "columns" not in told["a.csv"]["details"]
    (note,) = [note for note in told["a.csv"]["notes"] if note.startswith("encoding guessed as cp1252")]
    assert f"old: {ENTITY}: a.csv: {note}" in caplog.messages


def test_a_document_that_has_none_of_the_rows_that_wait_is_not_told(drop: Path, tmp_path: Path) -> None:
    source = _source(drop)
    read_keys = source.read_keys(ENTITY, pl.DataFrame({"id": ["2"]}))
    assert read_keys["id"].to_list() == ["2"]
    assert list(source.understood(ENTITY)) == ["b.csv"]
    told = _told(WithWaiting(source, pl.DataFrame({"id": ["1"]})), tmp_path / "staging", LATER)
    assert {name: line["rows"] for name, line in told.items()} == {"a.csv": 2, "b.csv": 2, "c.csv": 0}
    assert "cp1252" in told["a.csv"]["details"].values()


def test_the_log_names_the_first_notes_and_how_many_more_there_are(caplog: pytest.LogCaptureFixture) -> None:
    documents = [{"name": f"{number}.csv", "notes": ["guessed"]} for number in range(MOST_LOGGED + 3)]
    log_notes("old: thing", [*documents, {"name": "of a database"}])
    assert len(caplog.messages) == MOST_LOGGED + 1
    assert caplog.messages[0] == "old: thing: 0.csv: guessed"
    assert caplog.messages[-1] == "old: thing: 3 more notes on documents, kept with the extract"


def _logged(drop: Path, staging: Path, caplog: pytest.LogCaptureFixture, run_id: str) -> dict[str, str]:
    """Extract, and return the levels of what was said about documents, by sentence."""
    caplog.clear()
    described = files_mapping("*.csv", watermark="changed")
    with caplog.at_level(logging.INFO):
        extract(_source(drop), described, ENTITY, RunFolder(str(staging), "old", run_id))
    told = [record for record in caplog.records if ".csv: " in record.getMessage()]
    return {record.getMessage().split(".csv: ")[-1]: record.levelname for record in told}


def test_a_guess_without_doubt_is_a_warning_only_where_it_changes(
    drop: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for file in ("a.csv", "c.csv"):
        (drop / file).unlink()
    staging = tmp_path / "staging"
    assert _logged(drop, staging, caplog, "one") == {"delimiter guessed as ','": "INFO"}
    assert _logged(drop, staging, caplog, "two") == {"delimiter guessed as ','": "INFO"}
    (drop / "b.csv").write_text("id;name;changed\n2;n;2026-03-02 10:00:00\n3;o;2026-03-02 10:00:00\n", encoding="utf-8")
    assert _logged(drop, staging, caplog, "three") == {"delimiter guessed as ';', otherwise than before": "WARNING"}
    assert _logged(drop, staging, caplog, "four") == {"delimiter guessed as ';'": "INFO"}


def test_a_doubt_is_a_warning_every_time(drop: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for run_id in ("one", "two"):
        levels = _logged(drop, tmp_path / "staging", caplog, run_id)
        (level,) = [level for sentence, level in levels.items() if sentence.startswith("encoding guessed as cp1252")]
        assert level == "WARNING"


def test_long_details_and_notes_are_cut(drop: Path, tmp_path: Path) -> None:
    source = _source(drop)
    list(source.read(ENTITY))
    facts = source.understood(ENTITY)["a.csv"]
    facts.notes[:] = ["x" * 1000] * 100
    facts.details |= {"sheets": ["s"] * 1000, "sheet": "y" * 1000, "hidden": None, "tree": {"a": 1}}

    class Known:
        def understood(self, _entity: str) -> dict[str, Any]:
            return {"a.csv": facts}

    (line,) = DocumentsRead().told(Known(), ENTITY)
    assert [len(note) for note in line["notes"]] == [300] * 20
    assert (len(line["details"]["sheets"]), len(line["details"]["sheet"])) == (20, 300)
    assert not {"hidden", "tree"} & set(line["details"])
