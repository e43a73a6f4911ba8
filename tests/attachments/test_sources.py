"""Columns of bytes are read exactly from each kind of database, in memory that does not grow with what they hold."""

import gc
import os
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from crm_migration.extract.database import DatabaseSource
from crm_migration.extract.extract import extract
from crm_migration.extract.staged_files import StagedFiles, name_of
from crm_migration.mapping.model import Mapping
from crm_migration.staging import RunFolder

LIMIT = 600_000
CONTENTS: dict[str, bytes | None] = {
    "all": bytes(range(256)) * 40,
    "empty": b"",
    "none": None,
    "hex": b"6869",
    "limit": os.urandom(LIMIT),
    "beyond": os.urandom(LIMIT + 1),
    "far_beyond": os.urandom(4 * LIMIT),
}


def mapping(**field: Any) -> Mapping:
    spec = {"from": "body", "kind": "file", "of": "bytes", "max_bytes": LIMIT} | field
    return Mapping.model_validate(
        {
            "version": "1",
            "source": {"name": "old", "connection": "old"},
            "target": {"name": "new", "connection": "new"},
            "entities": {
                "picture": {
                    "table": "pictures",
                    "key": "id",
                    "target": {"object": "picture", "external_id": "id"},
                    "fields": {"id": {"from": "id", "kind": "text"}, "content": spec},
                }
            },
        }
    )


def fill(url: str, contents: dict[str, bytes | None]) -> None:
    engine = sa.create_engine(url)
    blob = sa.LargeBinary().with_variant(mysql.LONGBLOB(), "mysql")
    table = sa.Table(
        "pictures", sa.MetaData(), sa.Column("id", sa.String(20), primary_key=True), sa.Column("body", blob)
    )
    table.create(engine)
    with engine.begin() as connection:
        for key, content in contents.items():
            connection.execute(table.insert(), {"id": key, "body": content})
    engine.dispose()


def test_bytes_are_staged_exactly_and_named(any_database_url: str, tmp_path: Path) -> None:
    fill(any_database_url, CONTENTS)
    folder = RunFolder(str(tmp_path / "staging"), "old", "one")
    source = DatabaseSource(any_database_url, mapping(), folder=folder)
    staged = extract(source, mapping(), "picture", folder).frame()
    found = dict(staged.select("id", "body").iter_rows())
    wanted = {key: name_of(content) if content is not None else None for key, content in CONTENTS.items()}
    assert found == wanted | {"beyond": "file_too_large", "far_beyond": "file_too_large"}
    files = StagedFiles(folder)
    for key in ("all", "empty", "hex", "limit"):
        assert files.read(found[key]) == CONTENTS[key]
    again = source.read_keys("picture", staged.filter(staged["id"].is_in(["all", "far_beyond"])).select("id"))
    assert dict(again.select("id", "body").iter_rows()) == {key: found[key] for key in ("all", "far_beyond")}


def peak() -> int:
    """Return the most memory that this process has held since the mark was last reset, in bytes."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))


@pytest.mark.skipif(not os.access("/proc/self/clear_refs", os.W_OK), reason="the mark of the peak cannot be reset")
def test_many_large_files_take_little_memory(any_database_url: str, tmp_path: Path) -> None:
    size, count = 3 << 20, 60
    fill(any_database_url, {f"p{at}": os.urandom(1 << 10) * (size >> 10) for at in range(count)})
    folder = RunFolder(str(tmp_path / "staging"), "old", "one")
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")
    before = peak()
    described = mapping(max_bytes=size)
    staged = extract(DatabaseSource(any_database_url, described, folder=folder), described, "picture", folder)
    assert staged.rows == count
    assert len(list(Path(StagedFiles(folder).path).iterdir())) == count
    assert peak() - before < count * size
