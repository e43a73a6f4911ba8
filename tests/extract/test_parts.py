"""An extract in parts: the staged table is the one that a read in one piece makes."""

import logging
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from crm_migration.errors import SourceUnavailable
from crm_migration.extract.extract import Order, carry_out, extract
from crm_migration.extract.parts import SHARES, Parts, PutTogether
from crm_migration.extract.source import Window
from crm_migration.extract.waiting import WithWaiting
from crm_migration.staging import RunFolder, has_table, open_table
from tests.contract.source import ENTITY
from tests.extract.databases import over, run
from tests.extract.test_document_contract import files_source


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder(str(tmp_path / "staging"), "old", "run-1")


@pytest.fixture
def things(sqlite_url: str) -> str:
    run(sqlite_url, "CREATE TABLE things (id TEXT, changed, name TEXT)")
    rows = ", ".join(f"('{n:03}', '2026-03-{1 + n % 9:02} 10:00:00', 'n{n}')" for n in range(90))
    run(sqlite_url, f"INSERT INTO things VALUES {rows}")
    return sqlite_url


def parts(url: str, folder: RunFolder, window: Window | None = None, **entity: object) -> Parts:
    source = over(url, **({"watermark": "changed", "parts": 4} | entity))
    return Parts(source, source.mapping, ENTITY, folder, window)


def together(made: Parts):
    """Return the table that the parts make."""
    return extract(PutTogether(made.source, made.all()), made.mapping, ENTITY, made.folder, made.window)


def test_parts_make_the_table_of_one_read(things: str, folder: RunFolder) -> None:
    made = parts(things, folder, Window(datetime(2026, 3, 2, tzinfo=UTC), None))
    made.divide()
    rows = [made.read(number).rows for number in (2, 0, 3, 1)]
    assert sorted(rows) == [20, 20, 20, 20]
    whole = together(made)
    once = extract(made.source, made.mapping, ENTITY, replace(folder, run_id="once"), made.window)
    assert whole.frame().sort("id").drop("_row").equals(once.frame().sort("id").drop("_row"))
    assert whole.frame()["_row"].to_list() == list(range(1, 81))
    assert whole.facts | {"seconds": 0} == once.facts | {"seconds": 0}


def test_what_nobody_has_read_is_read_at_the_end(things: str, folder: RunFolder) -> None:
    made = parts(things, folder)
    assert together(made).rows == 90
    made.drop()
    made.divide()
    first = made.read(0).rows
    run(things, "DELETE FROM things WHERE id >= '080'")
    assert first < together(made).rows == 80


def test_a_part_of_another_division_is_read_anew(things: str, folder: RunFolder) -> None:
    made = parts(things, folder)
    made.divide()
    for number in range(4):
        made.read(number)
    run(things, "DELETE FROM things WHERE id >= '040'")
    made.divide()
    assert together(made).rows == 40


def test_parts_are_dropped_once_they_are_put_together(things: str, folder: RunFolder) -> None:
    made = parts(things, folder)
    together(made)
    assert has_table(folder, ENTITY, SHARES)
    made.drop()
    steps = [path.name for path in Path(folder.table(ENTITY, "extract")).parent.iterdir()]
    assert steps == ["extract"]
    made.drop()


@pytest.mark.parametrize("changed", [{"parts": 3}, {"parts": 5}, {"key": ["name"]}])
def test_a_division_for_another_mapping_is_not_taken(
    things: str, folder: RunFolder, changed: dict[str, object]
) -> None:
    made = parts(things, folder)
    made.divide()
    made.read(0)
    assert made.divided
    other = parts(things, folder, **changed)
    assert not other.divided
    whole = together(other)
    assert whole.rows == 90
    assert whole.frame()["name"].n_unique() == 90


def test_a_division_of_another_window_is_not_taken(things: str, folder: RunFolder) -> None:
    parts(things, folder, Window(datetime(2026, 3, 2, tzinfo=UTC), None)).divide()
    assert not parts(things, folder, Window(datetime(2026, 3, 3, tzinfo=UTC), None)).divided


def test_waiting_rows_come_along_once(things: str, folder: RunFolder) -> None:
    made = parts(things, folder, Window(datetime(2026, 3, 2, tzinfo=UTC), None))
    waiting = pl.DataFrame({"id": ["000", "001", "009"]})
    order = Order(made.mapping, ENTITY, folder, made.window)
    staged = carry_out(WithWaiting(PutTogether(made.source, made.all()), waiting), order)
    keys = staged.frame()["id"].to_list()
    assert len(keys) == len(set(keys)) == 82
    assert {"000", "001", "009"} <= set(keys)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    inbox = tmp_path / "in"
    inbox.mkdir()
    for number in range(5):
        lines = [f"{number}{row},2026-03-01 10:00:00,n{row}" for row in range(10)]
        (inbox / f"{number}.csv").write_text("\n".join(["id,changed,name", *lines, "broken,row"]) + "\n")
    return inbox


def test_documents_are_told_as_by_one_read(files: Path, folder: RunFolder) -> None:
    source = files_source(files, "*.csv", parts=3)
    made = Parts(source, source.mapping, ENTITY, folder)
    made.divide()
    assert [made.read(number).rows for number in range(3)] == [22, 11, 22]
    whole = together(made)
    once = extract(source, source.mapping, ENTITY, replace(folder, run_id="once"))
    assert whole.frame().equals(once.frame())
    assert whole.facts | {"seconds": 0} == once.facts | {"seconds": 0}
    assert whole.facts["unreadable"] == 5
    assert len(whole.facts["versions"]) == len(whole.facts["documents"]) == 5


def test_a_file_that_comes_later_is_in_no_part_and_one_that_goes_is_missed(files: Path, folder: RunFolder) -> None:
    source = files_source(files, "*.csv", parts=2)
    made = Parts(source, source.mapping, ENTITY, folder)
    made.divide()
    (files / "00.csv").write_text("id,changed,name\nlate,2026-03-01 10:00:00,x\n")
    assert together(made).rows == 55
    (files / "4.csv").unlink()
    made.read(0)
    with pytest.raises(SourceUnavailable, match=r"listed for this part, found .*; clear the task that divides"):
        made.read(1)
    assert "late" not in open_table(folder, ENTITY, "extract").frame()["id"]


def test_a_guess_is_told_once_and_no_other_than_before(
    files: Path, folder: RunFolder, caplog: pytest.LogCaptureFixture
) -> None:
    source = files_source(files, "*.csv", parts=3)
    made = Parts(source, source.mapping, ENTITY, folder)
    with caplog.at_level(logging.INFO, logger="crm_migration"):
        together(made)
    told = [record for record in caplog.records if "delimiter" in record.message]
    assert len(told) == 5
    assert {record.levelno for record in told} == {logging.INFO}
