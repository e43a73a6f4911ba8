"""A copy of everything the mapping writes to: whole, of one moment, readable, and gone when it is too old."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa

from crm_migration.errors import BackupUnreadable, MappingFault
from crm_migration.extract.staged_files import StagedFiles
from crm_migration.ledger.ledger import now
from crm_migration.load.backup import back_up
from crm_migration.load.full_backup import back_up_all, expire, retention, verify_latest
from crm_migration.load.rollback import roll_back
from crm_migration.mapping.model import Mapping
from crm_migration.staging import has_table, open_table
from tests.load.small import Bench, account, contact, make_target, mapping


@pytest.fixture
def bench(any_database_url: str, tmp_path: Path) -> Iterator[Bench]:
    make_target(any_database_url).dispose()
    made = Bench(any_database_url, tmp_path / "staging", mapping())
    yield made
    made.target.close()


@pytest.fixture
def loaded(sqlite_url: str, tmp_path: Path) -> Iterator[Bench]:
    make_target(sqlite_url).dispose()
    made = Bench(sqlite_url, tmp_path / "staging", mapping())
    load(made, "one", "name")
    yield made
    made.target.close()


def load(bench: Bench, run_id: str, name: str) -> None:
    bench.stage(run_id, "account", [account("a1", name), account("a2")])
    bench.stage(run_id, "contact", [contact("c1", "a1")])
    for entity in ("account", "contact"):
        back_up(bench.job(run_id, planned=True), bench.folder(run_id), entity)
    bench.load(run_id)


def test_it_holds_every_column_of_every_row(bench: Bench) -> None:
    load(bench, "one", "Müller")
    done = back_up_all(bench.target, str(bench.root))
    assert done.rows == {"account": 2, "contact": 1}
    copy = open_table(done.folder, "account", "content").frame()
    assert copy["name"].to_list() == ["Müller", "Acme"]
    assert copy["note"].to_list() == ["by the target"] * 2
    assert set(copy.columns) == {"id", "legacy_id", "name", "revenue", "parent_id", "active", "note"}
    assert verify_latest(bench.target, str(bench.root)) == done


def test_an_empty_target_can_be_backed_up(sqlite_url: str, tmp_path: Path) -> None:
    make_target(sqlite_url).dispose()
    bench = Bench(sqlite_url, tmp_path, mapping())
    assert back_up_all(bench.target, str(tmp_path)).rows == {"account": 0, "contact": 0}
    bench.target.close()


def test_a_damaged_copy_is_told(loaded: Bench) -> None:
    with pytest.raises(BackupUnreadable, match="found none"):
        verify_latest(loaded.target, str(loaded.root))
    done = back_up_all(loaded.target, str(loaded.root))
    part = next(Path(done.folder.table("account", "content")).glob("part-*"))
    part.write_bytes(part.read_bytes()[:-9] + b"\0" * 9)
    with pytest.raises(BackupUnreadable, match="account"):
        verify_latest(loaded.target, str(loaded.root))


def test_old_backups_end_and_the_latest_never_does(loaded: Bench) -> None:
    root = str(loaded.root)
    first, second = back_up_all(loaded.target, root), back_up_all(loaded.target, root)
    assert expire(loaded.target, root, timedelta(days=1)) == 0
    assert expire(loaded.target, root, timedelta(0)) == 1
    assert verify_latest(loaded.target, root) == second
    assert not Path(first.folder.table("account", "content")).exists()


def test_another_source_of_the_same_target_neither_vouches_for_a_copy_nor_ends_it(
    loaded: Bench, sqlite_url: str, tmp_path: Path
) -> None:
    whole = mapping().model_dump(by_alias=True, exclude_unset=True)
    accounts = {"account": whole["entities"]["account"]}
    other = Bench(
        sqlite_url,
        tmp_path / "staging",
        Mapping.model_validate({**whole, "source": {**whole["source"], "name": "other"}, "entities": accounts}),
    )
    root = str(loaded.root)
    done = back_up_all(loaded.target, root)
    with pytest.raises(BackupUnreadable, match="found none"):
        verify_latest(other.target, root)
    assert back_up_all(other.target, root).rows == {"account": 2}
    assert verify_latest(loaded.target, root) == done
    assert expire(other.target, root, timedelta(0)) == 0
    assert verify_latest(loaded.target, root) == done
    other.target.close()


def test_a_run_whose_images_have_ended_is_not_rolled_back(loaded: Bench) -> None:
    load(loaded, "two", "another name")
    run = loaded.target.ledger.find_run("old", "two")
    loaded.target.ledger.update_run(run.run_no, status="green", finished_at=now() - timedelta(days=40))
    assert expire(loaded.target, str(loaded.root), timedelta(days=60)) == 0
    left = [("account", "retiring"), ("account", "retiring_crosswalk"), ("contact", "joined"), ("contact", "repointed")]
    for entity, step in left:
        loaded._write("two", entity, step, pl.DataFrame({"target_id": ["1"]}))
    kept, ended = (StagedFiles(loaded.folder(run_id)) for run_id in ("one", "two"))
    names = [files.put([b"a picture"], 100) for files in (kept, ended)]
    assert expire(loaded.target, str(loaded.root), timedelta(days=30)) == 2
    assert not [step for entity, step in left if Path(loaded.folder("two").table(entity, step)).exists()]
    assert [files.has(name) for files, name in zip((kept, ended), names, strict=True)] == [True, False]
    assert has_table(loaded.folder("two"), "account", "outcome")
    with pytest.raises(BackupUnreadable, match="gone from staging"):
        roll_back(loaded.undo("two"))
    assert loaded.rows("SELECT name FROM account WHERE legacy_id = 'a1'") == [("another name",)]


def test_how_long_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CRM_MIGRATION_BACKUP_DAYS", raising=False)
    assert retention() is None
    monkeypatch.setenv("CRM_MIGRATION_BACKUP_DAYS", "30")
    assert retention() == timedelta(days=30)
    for wrong in ("soon", "0", "-1", "nan"):
        monkeypatch.setenv("CRM_MIGRATION_BACKUP_DAYS", wrong)
        with pytest.raises(MappingFault, match="CRM_MIGRATION_BACKUP_DAYS"):
            retention()


def test_the_copy_is_of_one_moment(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record that is written between two tables is in neither."""
    engine = make_target(postgres_url)
    bench = Bench(postgres_url, tmp_path, mapping())
    real, told = bench.target.table, []

    def table(name: str) -> sa.Table:
        if name == "contact" and not told:
            told.append(name)
            with engine.begin() as other:
                other.execute(sa.text("INSERT INTO contact (legacy_id, last_name) VALUES ('late', 'Late')"))
        return real(name)

    monkeypatch.setattr(bench.target, "table", table)
    assert back_up_all(bench.target, str(tmp_path)).rows == {"account": 0, "contact": 0}
    assert told == ["contact"]
    engine.dispose()
    bench.target.close()
