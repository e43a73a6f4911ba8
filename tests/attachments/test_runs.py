"""Notes and files travel with the records they belong to, into each kind of database."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_migration import pipeline
from crm_migration.errors import BackupUnreadable
from crm_migration.load.file_columns import FileRows
from tests.attachments.filing import Filing

BYTES = bytes(range(256)) * 300
OTHER = b"\x00\xff'\\" * 5_000


@pytest.fixture
def filing(any_database_url: str, tmp_path: Path) -> Iterator[Filing]:
    made = Filing(tmp_path / "case", any_database_url)
    made.document("d1", BYTES)
    made.document("d2", b"")
    made.document("d3", BYTES)
    made.picture("p1", OTHER)
    made.picture("p2", b"")
    made.picture("p3", "text in a column of bytes ü")
    yield made
    made.close()


def test_files_arrive_as_they_are_and_travel_once(filing: Filing) -> None:
    filing.run("one")
    assert filing.held("attachment") == {"d1": BYTES, "d2": b"", "d3": BYTES}
    assert filing.held("picture") == {"p1": OTHER, "p2": b"", "p3": "text in a column of bytes ü".encode()}
    staged = filing.root / "staging" / "old" / "one" / "_files"
    assert sorted(len(file.read_bytes()) for file in staged.iterdir()) == [0, 28, len(OTHER), len(BYTES)]
    filing.load("two")
    assert set(filing.outcomes("two", "document").values()) == {"unchanged"}
    assert set(filing.outcomes("two", "picture").values()) == {"unchanged"}


def test_a_changed_file_updates_its_record_and_rollback_brings_the_old_one_back(filing: Filing) -> None:
    filing.load("one")
    filing.document("d1", OTHER)
    filing.picture("p1", BYTES)
    filing.change("UPDATE documents SET name = 'renamed' WHERE id = 'd3'")
    filing.load("two")
    assert filing.outcomes("two", "document") == {"d1": "updated", "d2": "unchanged", "d3": "updated"}
    assert filing.held("attachment") == {"d1": OTHER, "d2": b"", "d3": BYTES}
    assert filing.held("picture")["p1"] == BYTES
    assert filing.undo("two") == []
    assert filing.held("attachment") == {"d1": BYTES, "d2": b"", "d3": BYTES}
    assert filing.held("picture")["p1"] == OTHER


def test_a_file_that_a_person_replaced_in_the_target_stays(filing: Filing) -> None:
    filing.load("one")
    edited = {"postgresql": "'\\x0102'", "mysql+pymysql": "X'0102'", "sqlite": "X'0102'"}
    literal = edited[filing.target_url.split("+psycopg")[0].split(":")[0]]
    filing.rows(f"UPDATE attachment SET content = {literal} WHERE legacy_id = 'd1'")
    filing.change("UPDATE documents SET name = 'renamed' WHERE id = 'd1'")
    filing.load("two")
    assert filing.held("attachment")["d1"] == b"\x01\x02"
    assert filing.rows("SELECT file_name FROM attachment WHERE legacy_id = 'd1'") == [("renamed",)]


def test_a_note_travels_with_the_parent_it_belongs_to_of_whichever_type(filing: Filing) -> None:
    filing.load("one")
    found = filing.rows(
        "SELECT n.legacy_id, n.body, a.legacy_id, c.legacy_id FROM note n LEFT JOIN account a ON a.id = n.account_id"
        " LEFT JOIN contact c ON c.id = n.contact_id ORDER BY n.legacy_id"
    )
    assert found == [("n1", "first line\n第二行", "a1", None), ("n2", "of a contact", None, "c1")]


@pytest.fixture
def small(sqlite_url: str, tmp_path: Path) -> Iterator[Filing]:
    made = Filing(tmp_path / "case", sqlite_url)
    yield made
    made.close()


def test_files_that_cannot_travel_are_rejected_with_their_reason(small: Filing) -> None:
    (small.root / "secret").write_bytes(b"not of the folder")
    (small.folder / "out").symlink_to(small.root / "secret")
    (small.folder / "up").symlink_to(small.root)
    os.mkfifo(small.folder / "pipe")
    (small.folder / "large").write_bytes(b"x")
    os.truncate(small.folder / "large", 30 << 20)
    paths = {
        "good": "good.bin", "absent": "absent.bin", "above": "../secret", "inside": "a/../good.bin",
        "absolute": str(small.root / "secret"), "link": "out", "by_link": "up/secret", "pipe": "pipe",
        "large": "large", "folder": ".", "windows": "..\\secret",
    }  # fmt: skip
    for key, path in paths.items():
        small.document(key, b"good" if key == "good" else None, path)
    small.load("one")
    reasons = {key: outcome.removeprefix("rejected: ") for key, outcome in small.outcomes("one", "document").items()}
    assert reasons == {
        "good": "inserted", "absent": "file_missing", "above": "file_outside", "inside": "file_outside",
        "absolute": "file_outside", "link": "file_outside", "by_link": "file_outside", "pipe": "file_unreadable",
        "large": "file_too_large", "folder": "file_missing", "windows": "file_outside",
    }  # fmt: skip
    assert small.held("attachment") == {"good": b"good"}


def test_a_missing_file_is_left_out_where_the_mapping_says_so(small: Filing) -> None:
    small.on_invalid = '"null"'
    small.write_mapping()
    small.document("d1", None, "absent.bin")
    small.load("one")
    assert small.held("attachment") == {"d1": None}


def test_bytes_beyond_the_limit_are_refused_before_they_are_read_whole(small: Filing) -> None:
    small.picture("p1", b"x" * (small.most + 1))
    small.picture("p2", b"x" * small.most)
    small.load("one")
    assert small.outcomes("one", "picture") == {"p1": "rejected: file_too_large", "p2": "inserted"}
    assert small.held("picture") == {"p2": b"x" * small.most}


def test_names_of_windows_and_of_decomposed_letters_lead_to_their_file(small: Filing) -> None:
    (small.folder / "Verträge").mkdir()
    (small.folder / "Verträge" / "a b.pdf").write_bytes(b"found")
    small.document("d1", None, "Verträge\\a b.pdf")
    small.load("one")
    assert small.held("attachment") == {"d1": b"found"}


def test_a_deleted_record_returns_with_its_file(small: Filing) -> None:
    small.gone = "delete"
    small.write_mapping()
    small.document("d1", BYTES)
    small.document("d2", OTHER)
    small.load("one")
    small.change("DELETE FROM documents WHERE id = 'd1'")
    small.load("two")
    assert small.held("attachment") == {"d2": OTHER}
    assert small.undo("two") == []
    assert small.held("attachment") == {"d1": BYTES, "d2": OTHER}


def test_a_before_image_that_was_cut_short_is_taken_again_and_missed_when_it_is_gone(small: Filing) -> None:
    small.picture("p1", BYTES)
    small.load("one")
    small.picture("p1", OTHER)
    job = small.job("two")
    pipeline.prepare_steps(job)
    pipeline.backup(job)
    image = small.root / "staging" / "old" / "two" / "_files" / hashlib.sha256(BYTES).hexdigest()
    image.write_bytes(BYTES[:100])
    small.load("two")
    assert (image.read_bytes(), small.held("picture")) == (BYTES, {"p1": OTHER})
    for spoil in (lambda: image.write_bytes(b""), image.unlink):
        spoil()
        with pytest.raises(BackupUnreadable, match=r"run two.*nothing was changed"):
            small.undo("two")
        assert small.held("picture") == {"p1": OTHER}
    image.write_bytes(BYTES)
    small.undo("two")
    assert small.held("picture") == {"p1": BYTES}


def test_a_file_that_no_rollback_could_put_back_is_not_replaced(small: Filing, monkeypatch: pytest.MonkeyPatch) -> None:
    small.picture("p1", BYTES)
    small.load("one")
    small.picture("p1", b"small")
    monkeypatch.setattr(FileRows, "_most_bytes", lambda _rows: len(BYTES) - 1)
    with pytest.raises(BackupUnreadable, match=rf"{len(BYTES)}; nothing was loaded.*max_allowed_packet"):
        small.load("two")
    assert small.held("picture") == {"p1": BYTES}
    monkeypatch.setattr(FileRows, "_most_bytes", lambda _rows: len(BYTES))
    small.load("two")
    small.undo("two")
    assert small.held("picture") == {"p1": BYTES}
