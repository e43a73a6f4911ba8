"""The staged table `extract`."""

import logging
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from crm_migration.errors import MappingFault, SourceUnavailable, StagingMissing
from crm_migration.extract import extract as room
from crm_migration.extract.extract import extract
from crm_migration.extract.source import Window
from crm_migration.staging import RunFolder, TableWriter, open_table
from tests.contract.source import ENTITY, mapping
from tests.extract.databases import over, run


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder(str(tmp_path), "old", "run-1")


@pytest.fixture
def things(sqlite_url: str) -> str:
    run(
        sqlite_url,
        "CREATE TABLE things (id TEXT, changed, name TEXT)",
        "INSERT INTO things VALUES ('a', '2026-03-01 10:00:00', 'Jane Roe')",
        "INSERT INTO things VALUES ('b', '2026-03-02 10:00:00', NULL), ('c', NULL, '')",
    )
    return sqlite_url


def staged(url: str, folder: RunFolder, window: Window | None = None, **entity: object):
    """Extract `things` and return the staged table."""
    source = over(url, **({"watermark": "changed"} | entity))
    return extract(source, source.mapping, ENTITY, folder, window)


def test_rows_are_numbered_and_columns_text(things: str, folder: RunFolder) -> None:
    frame = staged(things, folder).frame()
    assert dict(frame.schema) == {"_row": pl.Int64, "id": pl.String, "changed": pl.String, "name": pl.String}
    assert frame.rows() == [
        (1, "a", "2026-03-01 10:00:00", "Jane Roe"), (2, "b", "2026-03-02 10:00:00", None), (3, "c", None, ""),
    ]  # fmt: skip


def test_facts_tell_table_window_and_watermark(things: str, folder: RunFolder) -> None:
    facts = staged(things, folder).facts
    assert facts.pop("seconds") >= 0
    assert facts == {
        "table": "things", "rows": 3, "window_start": None, "window_end": None, "max_watermark": "2026-03-02 10:00:00",
        "unreadable": 0, "documents": [], "versions": {},
    }  # fmt: skip
    window = Window(datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC))
    facts = staged(things, folder, window).facts
    assert facts["rows"] == 2
    assert facts["window_start"] == "2026-03-02T00:00:00+00:00"
    assert facts["window_end"] == "2026-03-03T00:00:00+00:00"


@pytest.mark.parametrize(
    ("values", "greatest"),
    [
        (["9", "10"], "10"),
        (["-9", "-10"], "-9"),
        (["2026-01-01", "x"], "x"),
        ([None, "3"], "3"),
        ([None, None], None),
        ([], None),
    ],
)
def test_the_greatest_watermark_counts_numbers_as_numbers(sqlite_url, folder, values, greatest) -> None:
    run(sqlite_url, "CREATE TABLE things (id, changed, name)")
    for value in values:
        literal = "NULL" if value is None else f"'{value}'"
        run(sqlite_url, f"INSERT INTO things VALUES ('k', {literal}, 'x')")
    assert staged(sqlite_url, folder).facts["max_watermark"] == greatest


def test_numbers_run_on_through_the_parts(sqlite_url: str, folder: RunFolder) -> None:
    run(
        sqlite_url,
        "CREATE TABLE things (id, changed, name)",
        "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 120000) "
        "INSERT INTO things SELECT n, n, 'x' FROM s",
    )
    table = staged(sqlite_url, folder)
    assert [frame.height <= 100_000 for frame in table.frames()] == [True] * len(table.parts)
    numbers = table.frame(["_row"])["_row"]
    assert numbers.equals(pl.Series("_row", range(1, 120_001), dtype=pl.Int64))
    assert table.facts["max_watermark"] == "120000"


def test_no_rows_still_make_a_table_with_columns(things: str, folder: RunFolder) -> None:
    run(things, "DELETE FROM things")
    table = staged(things, folder)
    assert table.rows == 0
    assert open_table(folder, ENTITY, "extract").frame().columns == ["_row", "id", "changed", "name"]


def test_a_read_that_breaks_stages_nothing(folder: RunFolder) -> None:
    frame = pl.DataFrame({"id": ["1"], "changed": [None], "name": ["x"]}, schema_overrides={"changed": pl.String})

    class Broken:
        def count(self, entity: str, window: Window | None = None) -> int:
            return 2

        def read(self, entity, window, batch_rows=1):
            yield frame
            raise SourceUnavailable("gone")

    with pytest.raises(SourceUnavailable):
        extract(Broken(), mapping(), ENTITY, folder, None)
    with pytest.raises(StagingMissing):
        open_table(folder, ENTITY, "extract")
    assert not list(Path(folder.table(ENTITY, "extract")).glob("*.parquet"))


def test_a_part_that_cannot_be_stored_fails_the_step(things: str, folder: RunFolder, monkeypatch) -> None:
    def full(self, frame: pl.DataFrame) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(TableWriter, "write", full)
    with pytest.raises(OSError, match="No space left"):
        staged(things, folder)
    with pytest.raises(StagingMissing):
        open_table(folder, ENTITY, "extract")


def test_a_column_called_like_the_row_number_is_refused(things: str, folder: RunFolder) -> None:
    with pytest.raises(MappingFault, match="'_row' is this tool's own"):
        staged(things, folder, watermark="_row")


def test_progress_is_logged_without_data(things: str, folder: RunFolder, caplog, monkeypatch) -> None:
    monkeypatch.setattr(room, "LOG_ROWS", 1)
    with caplog.at_level(logging.DEBUG, logger=room.logger.name):
        staged(things, folder)
    assert "old: thing: 3 rows read" in caplog.text
    assert "Jane" not in caplog.text
