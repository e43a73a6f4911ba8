"""Files of a folder as documents: which ones, when, and from where."""

import ftplib
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import fsspec
import pytest

from crm_migration.connections import ConnectionFields, FileRoot, file_root
from crm_migration.errors import ConnectionUnknown, MappingFault, SourceUnavailable
from crm_migration.extract.document import Document
from crm_migration.extract.files import FileStore, _moment
from crm_migration.extract.formats import sniff_format
from crm_migration.extract.landing import Landing
from crm_migration.mapping.model import SourceConfig
from crm_migration.staging import RunFolder


def store(root: Path | str, landing: Path | None = None, **config: object) -> FileStore:
    described = SourceConfig.model_validate(
        {"name": "drop", "kind": "files", "connection": "drop", "settle_seconds": 0, **config}
    )
    place = FileRoot("memory", root) if isinstance(root, str) else FileRoot("file", str(root))
    return FileStore(described, place, Landing(RunFolder(str(landing), "drop", "run") if landing else None))


def names(found: list[Document]) -> list[str]:
    return [document.name for document in found]


def fill(folder: Path, *paths: str) -> None:
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(path)


def test_files_that_fit_come_by_name_and_unfinished_ones_stay(tmp_path: Path) -> None:
    fill(
        tmp_path, "b.csv", "a.csv", "A.CSV", "c.txt", ".hidden.csv", "d.csv.part", "~$e.csv", "f.csv.tmp", "below/g.csv"
    )
    assert names(store(tmp_path).named("*.csv")) == ["a.csv", "b.csv"]
    assert names(store(tmp_path).named("*")) == ["A.CSV", "a.csv", "b.csv", "c.txt"]
    assert names(store(tmp_path, recursive=True).named("*.csv")) == ["a.csv", "b.csv", "below/g.csv"]
    assert names(store(tmp_path, recursive=True).named("below/*.csv")) == ["below/g.csv"]
    assert names(store(tmp_path, folder="below").named("*.csv")) == ["g.csv"]


def test_accents_fit_however_they_are_written(tmp_path: Path) -> None:
    as_two = "Mu\u0308ller.csv"
    fill(tmp_path, as_two)
    for pattern in ("M\u00fcller.csv", "M?ller.csv", as_two):
        assert names(store(tmp_path).named(pattern)) == [as_two]


def test_a_link_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    fill(tmp_path, "secret/s.csv", "drop/a.csv")
    (tmp_path / "drop/s.csv").symlink_to(tmp_path / "secret/s.csv")
    (tmp_path / "drop/inside.csv").symlink_to(tmp_path / "drop/a.csv")
    (tmp_path / "drop/out").symlink_to(tmp_path / "secret")
    assert names(store(tmp_path / "drop", recursive=True).named("*.csv")) == ["a.csv", "inside.csv"]


@pytest.mark.parametrize("folder", ["../x", "/etc", "a/../../x"])
def test_a_folder_that_leads_out_of_the_connection_is_refused(tmp_path: Path, folder: str) -> None:
    with pytest.raises(MappingFault, match="leads out of it"):
        store(tmp_path, folder=folder).named("*")


def test_a_folder_that_is_not_there_is_the_mappings_fault_and_an_empty_one_is_none(tmp_path: Path) -> None:
    with pytest.raises(MappingFault, match="drop: expected the folder absent to be there"):
        store(tmp_path, folder="absent").named("*")
    assert store(tmp_path).named("*") == []


def test_a_file_is_read_once_it_stands_still(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    fill(tmp_path, "a.csv")
    slept: list[float] = []

    def write_on(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) < 3:
            file.write_text("more" * len(slept))
        else:
            os.utime(file, (time.time() - 60, time.time() - 60))

    config = SourceConfig(name="drop", kind="files", connection="drop", settle_seconds=5)
    waiting = FileStore(config, FileRoot("file", str(tmp_path)), Landing(), sleep=write_on)
    (found,) = waiting.named("*.csv")
    assert len(slept) == 3
    assert all(0 < seconds <= 5 for seconds in slept)
    assert found.path.read_text() == "moremore"
    assert waiting.unchanged(found)


def test_a_file_that_never_stands_still_is_tried_again_later(tmp_path: Path) -> None:
    fill(tmp_path, "a.csv")
    config = SourceConfig(name="drop", kind="files", connection="drop", settle_seconds=5)
    waiting = FileStore(config, FileRoot("file", str(tmp_path)), Landing(), sleep=lambda _: fill(tmp_path, "a.csv"))
    with pytest.raises(SourceUnavailable, match=r"a\.csv: expected a file that is finished"):
        waiting.named("*.csv")


def test_a_file_that_changes_while_it_is_read_is_noticed(tmp_path: Path) -> None:
    fill(tmp_path, "a.csv")
    kept = store(tmp_path)
    (found,) = kept.named("a.csv")
    assert kept.unchanged(found)
    with found.path.open("a") as handle:
        handle.write("x")
    assert not kept.unchanged(found)


def test_files_from_elsewhere_land_once_under_safe_names_and_new_versions_anew(tmp_path: Path) -> None:
    memory = fsspec.filesystem("memory")
    memory.pipe("/bucket/in/../x; rm -rf ~.csv", b"one")
    memory.pipe("/bucket/in/a.csv", b"first")
    try:
        kept = store("/bucket", tmp_path, folder="in")
        (found,) = kept.named("a.csv")
        assert (found.name, found.path.read_bytes()) == ("a.csv", b"first")
        assert found.path.resolve().is_relative_to(tmp_path)
        assert store("/bucket", tmp_path, folder="in").named("a.csv")[0].path == found.path
        memory.pipe("/bucket/in/a.csv", b"second")
        (again,) = store("/bucket", tmp_path, folder="in").named("a.csv")
        assert (again.path.read_bytes(), found.path.read_bytes()) == (b"second", b"first")
        assert again.version != found.version
        for document in store("/bucket", tmp_path, folder="in").named("*"):
            assert document.path.resolve().is_relative_to(tmp_path)
    finally:
        memory.rm("/bucket", recursive=True)


def test_landed_files_pass_over_staging_on_object_storage() -> None:
    memory = fsspec.filesystem("memory")
    made: list[Path] = []

    def make(path: Path) -> None:
        made.append(path)
        path.write_bytes(b"content")

    folder = RunFolder("memory://staging", "drop", "run")
    try:
        assert Landing(folder).fetch("a.csv.v1", make).read_bytes() == b"content"
        assert Landing(folder).fetch("a.csv.v1", make).read_bytes() == b"content"
        assert len(made) == 1
        assert len(memory.find("/staging/drop/run/_landing/files")) == 1
    finally:
        memory.rm("/staging", recursive=True)


def test_a_failed_fetch_leaves_nothing(tmp_path: Path) -> None:
    landing = Landing(RunFolder(str(tmp_path), "drop", "run"))

    def fail(path: Path) -> None:
        path.write_bytes(b"half")
        raise SourceUnavailable("away")

    with pytest.raises(SourceUnavailable):
        landing.fetch("a.csv", fail)
    assert list((tmp_path / "drop/run/_landing/files").iterdir()) == []


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"conn_type": "fs", "extra": {"path": "/data/drop"}}, ("file", "/data/drop", {})),
        ({"conn_type": "file", "schema": "data/drop"}, ("file", "/data/drop", {})),
        (
            {
                "conn_type": "aws", "login": "k", "password": "s",
                "extra": {"path": "s3://bucket/in", "endpoint_url": "http://x", "region_name": "r"},
            },
            (
                "s3", "bucket/in",
                {"key": "k", "secret": "s", "client_kwargs": {"endpoint_url": "http://x", "region_name": "r"}},
            ),
        ),
        (
            {"conn_type": "google_cloud_platform", "extra": {"bucket": "b", "keyfile_dict": "{}"}},
            ("gs", "b", {"token": "{}"}),
        ),
        (
            {"conn_type": "sftp", "host": "h", "port": 22, "login": "l", "password": "p", "extra": {"path": "/in"}},
            ("sftp", "/in", {"host": "h", "port": 22, "username": "l", "password": "p"}),
        ),
        (
            {"conn_type": "memory", "extra": {"path": "/m", "storage_options": {"a": 1}}},
            ("memory", "/m", {"a": 1}),
        ),
    ],
)  # fmt: skip
def test_a_connection_names_the_folder_and_its_file_system(fields: dict, expected: tuple) -> None:
    root = file_root(ConnectionFields("drop", **fields))
    assert (root.protocol, root.path, root.options) == expected
    assert "secret" not in repr(root)
    assert "password" not in repr(root)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"conn_type": "postgres"}, "expected one of"),
        ({"conn_type": "fs"}, "expected the folder as `path`"),
        ({"conn_type": "fs", "extra": {"path": "relative"}}, "expected the folder as `path`"),
    ],
)
def test_a_connection_without_a_folder_is_refused(fields: dict, said: str) -> None:
    with pytest.raises(ConnectionUnknown, match=said):
        file_root(ConnectionFields("drop", **fields))


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", b"[1],2", "delimited"),
        ("a.txt", b"", "delimited"),
        ("a", b"id;name", "delimited"),
        ("a", b' \n[{"id": 1}]', "json"),
        ("a", b'\xef\xbb\xbf{"id": 1}', "json"),
        ("a", '{"id": 1}'.encode("utf-16"), "json"),
        ("a.JSONL", b"", "json"),
        ("a", b"\xef\xbb\xbf<?xml version='1.0'?><a/>", "xml"),
        ("a.xml.gz", b"<a/>", "xml"),
        ("a.xls", b"<html>", "workbook"),
        ("a.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "workbook"),
    ],
)
def test_formats_are_found_by_content_then_by_name(tmp_path: Path, name: str, content: bytes, expected: str) -> None:
    (tmp_path / "f").write_bytes(content)
    assert sniff_format(Document(tmp_path / "f", name)) == expected


def test_times_carry_a_zone(tmp_path: Path) -> None:
    fill(tmp_path, "a.csv")
    (found,) = store(tmp_path).named("a.csv")
    assert found.modified is not None
    assert abs((datetime.now(UTC) - found.modified).total_seconds()) < 60


def test_a_folder_that_cannot_be_listed_is_not_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, "a.csv", "below/b.csv")
    kept = store(tmp_path, recursive=True)
    listing = kept._filesystem.ls

    def ls(path: str, **options: object) -> list:
        if path.endswith("below"):
            raise TimeoutError("quotes s3cret")
        return listing(path, **options)

    monkeypatch.setattr(kept._filesystem, "ls", ls)
    with pytest.raises(SourceUnavailable, match=r"the storage did not answer \(TimeoutError\)") as told:
        kept.named("*.csv")
    assert "s3cret" not in str(told.value)


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (ftplib.error_perm("550 s3cret"), MappingFault),
        (PermissionError("s3cret"), MappingFault),
        (ModuleNotFoundError("s3cret"), MappingFault),
        (FileNotFoundError("s3cret"), SourceUnavailable),
        (ValueError("s3cret"), SourceUnavailable),
    ],
)
def test_whatever_a_storage_raises_is_told_by_what_to_do(tmp_path: Path, raised: Exception, expected: type) -> None:
    kept = store(tmp_path)
    with pytest.raises(expected) as told, kept._answering():
        raise raised
    assert "s3cret" not in str(told.value)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"mtime": 0}, "1970-01-01T00:00:00+00:00"),
        ({"modify": "20260131102030.5"}, "2026-01-31T10:20:30+00:00"),
        ({"updated": "2026-01-31T10:20:30Z"}, "2026-01-31T10:20:30+00:00"),
        ({"modified": "yesterday"}, None),
        ({}, None),
    ],
)
def test_times_are_read_as_storages_write_them(entry: dict, expected: str | None) -> None:
    found = _moment(entry)
    assert (found.isoformat() if found else None) == expected


def test_a_time_in_the_future_or_none_is_no_obstacle(tmp_path: Path) -> None:
    fill(tmp_path, "a.csv")
    ahead = time.time() + 86_400
    os.utime(tmp_path / "a.csv", (ahead, ahead))
    slept: list[float] = []
    config = SourceConfig(name="drop", kind="files", connection="drop", settle_seconds=5)
    waiting = FileStore(config, FileRoot("file", str(tmp_path)), Landing(), sleep=slept.append)
    assert names(waiting.named("a.csv")) == ["a.csv"]
    assert slept == [5]
    first = waiting.look(["*.csv"], {})
    assert first.moving == ["a.csv"]
    assert waiting.look(["*.csv"], first.versions).moving == []


def test_a_pattern_of_a_folder_below_reaches_it(tmp_path: Path) -> None:
    fill(tmp_path, "a.csv", "below/b.csv")
    assert names(store(tmp_path).named("below/*.csv")) == ["below/b.csv"]


def test_a_remote_file_that_changes_while_it_is_fetched_does_not_land(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = fsspec.filesystem("memory")
    memory.pipe("/bucket/a.csv", b"first")
    kept = store("/bucket", tmp_path)

    def get_file(path: str, to: str) -> None:
        Path(to).write_bytes(b"fir")
        memory.pipe(path, b"second version")

    monkeypatch.setattr(kept._filesystem, "get_file", get_file)
    try:
        with pytest.raises(SourceUnavailable, match="found it changed"):
            kept.named("a.csv")
        assert list((tmp_path / "drop/run/_landing/files").iterdir()) == []
    finally:
        monkeypatch.undo()
        memory.rm("/bucket", recursive=True)


def test_a_remote_file_without_a_time_is_told_by_its_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = fsspec.filesystem("memory")
    versions = []
    try:
        for run, content in enumerate((b"one", b"two", b"two")):
            memory.pipe("/bucket/a.csv", content)
            kept = store("/bucket", tmp_path / str(run))
            told = {"size": len(content), "type": "file", "name": "/bucket/a.csv"}
            monkeypatch.setattr(kept._filesystem, "info", lambda _path, told=told: told)
            monkeypatch.setattr(kept._filesystem, "ls", lambda *_, told=told, **__: [told])
            versions.append(kept.named("a.csv")[0].version)
    finally:
        monkeypatch.undo()
        memory.rm("/bucket", recursive=True)
    assert versions[0] != versions[1] == versions[2]
