"""Files of records travel as copies under safe names, with an index; what may not be read does not."""

import csv
import hashlib
import tracemalloc

import pytest

from crm_migration.load.import_files.attachments import (
    Attachment,
    Note,
    safe_file_name,
    write_attachments,
    write_notes,
)


def table(path):
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def test_files_are_copied_and_indexed(tmp_path):
    staged, out = tmp_path / "staged", tmp_path / "out"
    staged.mkdir()
    (staged / "1").write_bytes(b"offer")
    given = [
        Attachment("Account", "001", "Angebot.pdf", staged / "1"),
        Attachment("Account", "=2", "../../etc/pass\0wd.txt", b"bytes"),
        Attachment("Contact", "003", "Angebot.pdf", staged / "1"),
    ]
    written = write_attachments(out, given, staged)
    assert (written.files, written.bytes, written.refused) == (3, 15, [])
    rows = table(out / "attachments.csv")
    assert [(row["object"], row["external_id"]) for row in rows] == [
        ("Account", "001"), ("Account", "'=2"), ("Contact", "003"),
    ]  # fmt: skip
    for row, content in zip(rows, (b"offer", b"bytes", b"offer"), strict=True):
        copy = out / row["path"]
        assert copy.parent == out / "attachments"
        assert copy.read_bytes() == content
        assert row["sha256"] == hashlib.sha256(content).hexdigest()
    assert rows[0]["path"] == rows[2]["path"]
    assert len(list((out / "attachments").iterdir())) == 2


def test_a_repeat_writes_the_same(tmp_path):
    given = [Attachment("Account", "001", "a.txt", b"a")]
    for _ in range(2):
        write_attachments(tmp_path / "out", given, tmp_path)
        files = {path.name: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
        assert len(files) == 2
    assert not any(name.startswith(".") for name in files)


def test_what_may_not_be_read_is_refused_and_the_others_travel(tmp_path):
    staged, out = tmp_path / "staged", tmp_path / "out"
    staged.mkdir()
    (tmp_path / "secret").write_bytes(b"key")
    (staged / "link").symlink_to(tmp_path / "secret")
    given = [
        Attachment("Account", "1", "a", staged / ".." / "secret"),
        Attachment("Account", "2", "a", tmp_path / "secret"),
        Attachment("Account", "3", "a", staged / "link"),
        Attachment("Account", "4", "a", staged / "gone"),
        Attachment("Account", "5", "a", staged),
        Attachment("Account", "6", "a", b"x" * 11),
        Attachment("Account", "7", "a", b"x" * 10),
        Attachment("Account", "8", "a", staged / "a\0b"),
        Attachment("Account", "9", "a", staged / ("x" * 5000)),
    ]
    written = write_attachments(out, given, staged, most_bytes=10)
    assert [one.external_id for one in written.refused] == ["1", "2", "3", "4", "5", "6", "8", "9"]
    assert [row["external_id"] for row in table(out / "attachments.csv")] == ["7"]
    assert [path.read_bytes() for path in (out / "attachments").iterdir()] == [b"x" * 10]
    assert {one.reason.split(",")[0] for one in written.refused} == {
        "expected a file below the folder of staged files", "expected a file", "expected a file of at most 10 bytes",
        "expected the path of a file",
    }  # fmt: skip


def test_memory_does_not_grow_with_a_file(tmp_path):
    with (tmp_path / "large").open("wb") as handle:
        handle.truncate(40 << 20)
    tracemalloc.start()
    write_attachments(tmp_path / "out", [Attachment("A", "1", "large", tmp_path / "large")], tmp_path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 << 20


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Angebot 2026.pdf", "Angebot 2026.pdf"),
        ("报价单.docx", "报价单.docx"),
        ("C:\\temp\\a.txt", "a.txt"),
        ("../..", "file"),
        (".htaccess", "htaccess"),
        ("a\r\nb:c*?.txt", "a__b_c__.txt"),
        ("x" * 300 + ".pdf", "x" * 76 + ".pdf"),
        ("", "file"),
    ],
)
def test_safe_names(name, safe):
    assert safe_file_name(name) == safe


def test_notes_are_a_table(tmp_path):
    notes = [Note("Account", "001", "=title", "two\nlines"), Note("Account", "002", "b", "- a list")]
    assert write_notes(tmp_path, notes) == 2
    assert [tuple(row.values()) for row in table(tmp_path / "notes.csv")] == [
        ("Account", "001", "'=title", "two\nlines"), ("Account", "002", "b", "'- a list"),
    ]  # fmt: skip
