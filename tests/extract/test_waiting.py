"""Rows that wait come along with a window in as few passes as their source needs."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from crm_migration.extract.document import Document, Reading
from crm_migration.extract.documents import DocumentSource, Store
from crm_migration.extract.formats import Wanted
from crm_migration.extract.source import Window
from crm_migration.extract.waiting import AT_ONCE, WithWaiting
from crm_migration.mapping.model import Entity
from tests.contract.source import ENTITY, at
from tests.extract.databases import over, run
from tests.extract.test_document_contract import files_source

ROWS = 2 * AT_ONCE + 1
NOTHING_NEW = Window(at(10), at(11))


@dataclass
class Counting:
    """A store that counts how often a document is opened."""

    store: Store
    opened: list[str] = field(default_factory=list)

    def documents(self, entity: Entity) -> list[Document]:
        return self.store.documents(entity)

    def reading(self, document: Document, wanted: Wanted) -> Reading:
        self.opened.append(document.name)
        return self.store.reading(document, wanted)

    def unchanged(self, document: Document) -> bool:
        return self.store.unchanged(document)


def _keys() -> pl.DataFrame:
    return pl.DataFrame({"id": [str(number) for number in range(ROWS)]})


def _read(frames: Iterator[pl.DataFrame]) -> list[str]:
    return pl.concat(frames)["id"].to_list()


def test_documents_are_read_once_for_all_rows_that_wait(tmp_path: Path) -> None:
    lines = [f"{number},n,2026-01-01 00:00:00\n" for number in range(ROWS)]
    (tmp_path / "things.csv").write_text("id,name,changed\n" + "".join(lines), encoding="utf-8")
    source = files_source(tmp_path, "things.csv", watermark="changed")
    assert isinstance(source, DocumentSource)
    store = Counting(source.store)
    waiting = WithWaiting(replace(source, store=store), _keys())
    frames = list(waiting.read(ENTITY, NOTHING_NEW, batch_rows=100))
    assert store.opened == ["things.csv"] * 2
    assert _read(iter(frames)) == _keys()["id"].to_list()
    assert max(frame.height for frame in frames) <= 100


def test_a_database_is_asked_for_a_few_hundred_keys_at_once(sqlite_url: str) -> None:
    rows = ", ".join(f"('{number}', '2026-01-01 00:00:00', 'n')" for number in range(ROWS))
    run(sqlite_url, "CREATE TABLE things (id TEXT, changed TEXT, name TEXT)", f"INSERT INTO things VALUES {rows}")
    frames = list(WithWaiting(over(sqlite_url, watermark="changed"), _keys()).read(ENTITY, NOTHING_NEW))
    assert [frame.height for frame in frames if frame.height] == [AT_ONCE, AT_ONCE, 1]
    assert sorted(_read(iter(frames))) == sorted(_keys()["id"])
