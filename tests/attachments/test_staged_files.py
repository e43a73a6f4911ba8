"""Staged files are there whole or not at all, and lie where nobody's paths lead."""

import os
from pathlib import Path
from typing import Any

import fsspec
import pytest

from crm_migration.connections import ConnectionFields, FileRoot
from crm_migration.errors import ConnectionUnknown, MappingFault, StagingMissing
from crm_migration.extract.file_folder import FileFolder, Folders
from crm_migration.extract.staged_files import FileRefused, StagedFiles, is_name, name_of
from crm_migration.mapping.fields import File
from crm_migration.mapping.model import Entity, SourceConfig
from crm_migration.staging import RunFolder


@pytest.fixture
def files(tmp_path: Path) -> StagedFiles:
    return StagedFiles(RunFolder(str(tmp_path / "staging"), "old", "one"))


def test_a_file_is_staged_once_under_its_hash_and_read_back(files: StagedFiles) -> None:
    name = files.put([b"ab", b"c"], 3)
    assert name == files.put([b"abc"], 3) == name_of(b"abc")
    assert (is_name(name), files.read(name), len(list(Path(files.path).iterdir()))) == (True, b"abc", 1)


def test_nothing_is_left_of_a_file_that_is_too_large(files: StagedFiles) -> None:
    with pytest.raises(FileRefused):
        files.put([b"ab", b"cd"], 3)
    assert list(Path(files.path).iterdir()) == []


def test_a_staged_file_that_was_changed_or_is_gone_is_not_taken(files: StagedFiles) -> None:
    name = files.put([b"abc"], 3)
    (Path(files.path) / name.split(":")[1]).write_bytes(b"abd")
    with pytest.raises(StagingMissing):
        files.read(name)
    with pytest.raises(StagingMissing):
        files.read(name_of(b"never"))
    with pytest.raises(StagingMissing):
        files.read("../../etc/passwd")


def test_a_file_that_was_cut_short_is_whole_when_it_is_staged_again(files: StagedFiles) -> None:
    name = files.put([b"abc"], 3)
    place = Path(files.path) / name.split(":")[1]
    for left in (b"", b"ab", b"abd"):
        place.write_bytes(left)
        assert not files.is_whole(name)
        assert files.put([b"abc"], 3) == name
        assert (files.is_whole(name), files.read(name), list(Path(files.path).iterdir())) == (True, b"abc", [place])
    place.unlink()
    assert not files.is_whole(name)


def test_a_folder_behind_fsspec_is_read_within_its_limit(files: StagedFiles) -> None:
    remote = fsspec.filesystem("memory")
    remote.pipe("/crm/upload/a.bin", b"abc")
    remote.pipe("/crm/other/b.bin", b"not of the folder")
    folder = FileFolder(FileRoot("memory", "/crm/upload"), files, remote)
    assert files.read(folder.stage("a.bin", 3)) == b"abc"
    found = {}
    for path, most in (("a.bin", 2), ("../other/b.bin", 99), ("absent", 99), ("a\x00.bin", 99), ("x" * 9_000, 99)):
        with pytest.raises(FileRefused) as refused:
            folder.stage(path, most)
        found[path[:12]] = refused.value.reason
    assert list(found.values()) == ["file_too_large", "file_outside", "file_missing", "file_missing", "file_missing"]


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="only Linux tells where an opened file is")
def test_a_folder_that_becomes_a_link_while_a_file_is_opened_leads_nowhere(
    files: StagedFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    within, outside, real_open = tmp_path / "root" / "a", tmp_path / "outside", os.open
    for place, content in ((within, b"inside"), (outside, b"secret")):
        place.mkdir(parents=True)
        (place / "f").write_bytes(content)
    folder = FileFolder(FileRoot("file", str(tmp_path / "root")), files, None)
    assert files.read(folder.stage("a/f", 99)) == b"inside"
    handles: list[int] = []

    def late(path: Path, flags: int, *rest: Any, **more: Any) -> int:
        if path == within / "f":
            within.rename(tmp_path / "root" / "b")
            within.symlink_to(outside)
            handles.append(real_open(path, flags, *rest, **more))
            return handles[0]
        return real_open(path, flags, *rest, **more)

    monkeypatch.setattr(os, "open", late)
    with pytest.raises(FileRefused) as refused:
        folder.stage("a/f", 99)
    assert refused.value.reason == "file_outside"
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(handles[0])
    assert len(list(Path(files.path).iterdir())) == 1


def entity(**field: str) -> Entity:
    spec = {"kind": "file", "from": "path", "of": "path", **field}
    return Entity.model_validate(
        {"table": "t", "key": "id", "target": {"object": "o", "external_id": "e"}, "fields": {"content": spec}}
    )


def test_the_folder_of_a_field_is_that_of_its_connection(tmp_path: Path) -> None:
    (tmp_path / "upload").mkdir()
    run = RunFolder(str(tmp_path), "old", "one")
    path = {"path": str(tmp_path / "upload")}
    source, own = SourceConfig(name="old", connection="old"), ConnectionFields("old", "fs", extra=path)
    other = ConnectionFields("uploads", "fs", extra=path)
    for wanted, folders in (
        (entity(), Folders(source, own)),
        (entity(connection="uploads"), Folders(source, own, {"uploads": other})),
        (entity(connection=str(tmp_path / "upload")), Folders(source, own)),
        (entity(connection=f"file://{tmp_path / 'upload'}"), Folders(source, own)),
    ):
        assert folders.of(wanted, run)["content"].root.path == str(tmp_path / "upload")
    with pytest.raises(ConnectionUnknown, match="uploads"):
        Folders(source, own).of(entity(connection="uploads"), run)
    with pytest.raises(MappingFault, match="'content'"):
        Folders(source, own).of(entity(connection=str(tmp_path / "absent")), run)
    assert isinstance(entity().fields["content"], File)
