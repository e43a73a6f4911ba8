"""Staged tables are there whole or not at all, under names that stay where they belong."""

import os
import posixpath
import subprocess
import sys
import uuid
from pathlib import Path

import fsspec
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_migration.errors import StagingMissing
from crm_migration.staging import (
    MANIFEST,
    RunFolder,
    TableWriter,
    has_table,
    latest_run,
    open_table,
    own_texts,
    safe_name,
)

ROOT = Path(__file__).parents[2]
FIRST = pl.DataFrame({"_key": ["a", "b"], "amount": [1, None]})
SECOND = pl.DataFrame({"_key": ["c"], "amount": [3]})


@pytest.fixture(params=["path", "file", "memory"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> RunFolder:
    """A run's folder as a plain path, a URL, and on a file system that is not the disk."""
    name = uuid.uuid4().hex
    roots = {"path": str(tmp_path), "file": f"file://{tmp_path}", "memory": f"memory://{name}"}
    return RunFolder(roots[request.param], "old", "run one")


@pytest.fixture
def local(tmp_path: Path) -> RunFolder:
    return RunFolder(str(tmp_path), "old", "one")


def write(folder: RunFolder, *frames: pl.DataFrame, **facts: object) -> None:
    with TableWriter(folder, "account", "clean") as writer:
        for frame in frames:
            writer.write(frame)
        writer.finish(**facts)


class Crash(Exception):
    """Something went wrong inside a step."""


def write_and_crash(folder: RunFolder, frame: pl.DataFrame, *, finish: bool = False) -> None:
    with TableWriter(folder, "account", "clean") as writer:
        writer.write(frame)
        if finish:
            writer.finish()
        raise Crash


def rows(folder: RunFolder) -> list[tuple]:
    return open_table(folder, "account", "clean").frame().rows()


def files(folder: RunFolder) -> list[str]:
    filesystem, path = fsspec.core.url_to_fs(folder.table("account", "clean"))
    return sorted(str(found).rsplit("/", 1)[-1] for found in filesystem.ls(path, detail=False))


def test_a_table_is_read_back_as_it_was_written(folder: RunFolder) -> None:
    write(folder, FIRST, SECOND, window="all")
    staged = open_table(folder, "account", "clean")
    assert staged.frame().rows() == FIRST.rows() + SECOND.rows()
    assert [frame.height for frame in staged.frames(["_key"])] == [2, 1]
    assert staged.columns == {"_key": "String", "amount": "Int64"}
    assert staged.reference() == {
        "path": folder.table("account", "clean"),
        "rows": 3,
        "sha256": staged.sha256,
        "facts": {"window": "all"},
    }
    assert has_table(folder, "account", "clean")
    assert not has_table(folder, "account", "match")


def test_what_is_told_of_each_document_stays_in_the_manifest(local: RunFolder) -> None:
    documents, versions = [{"name": "Ann Example.csv", "rows": 2}], {"Ann Example.csv": "1"}
    write(local, FIRST, rows=2, documents=documents, versions=versions)
    staged = open_table(local, "account", "clean")
    assert staged.reference()["facts"] == {"rows": 2}
    assert (staged.facts["documents"], staged.facts["versions"]) == (documents, versions)


def test_the_hash_follows_the_content(local: RunFolder) -> None:
    hashes = []
    for frames in ([FIRST, SECOND], [FIRST, SECOND], [SECOND, FIRST], [FIRST]):
        write(local, *frames)
        hashes.append(open_table(local, "account", "clean").sha256)
    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == 3


def test_an_empty_table_keeps_its_columns(folder: RunFolder) -> None:
    write(folder, FIRST.clear(), FIRST.clear())
    staged = open_table(folder, "account", "clean")
    assert (staged.rows, staged.frame().schema, len(staged.parts)) == (0, FIRST.schema, 1)


def test_a_new_attempt_replaces_the_earlier_one_only_when_it_is_finished(folder: RunFolder) -> None:
    write(folder, FIRST, FIRST)
    writer = TableWriter(folder, "account", "clean")
    writer.write(SECOND)
    assert rows(folder) == FIRST.rows() * 2
    writer.finish()
    assert rows(folder) == SECOND.rows()
    assert len(files(folder)) == 2
    assert MANIFEST in files(folder)


def test_a_failed_attempt_leaves_the_earlier_one_and_no_trace(folder: RunFolder) -> None:
    write(folder, FIRST)
    before = files(folder)
    with pytest.raises(Crash):
        write_and_crash(folder, SECOND)
    assert rows(folder) == FIRST.rows()
    assert files(folder) == before


def test_what_was_published_stays_when_the_block_fails_afterwards(folder: RunFolder) -> None:
    with pytest.raises(Crash):
        write_and_crash(folder, FIRST, finish=True)
    assert rows(folder) == FIRST.rows()


def test_a_killed_attempt_leaves_the_earlier_one_and_is_swept_by_the_next(local: RunFolder) -> None:
    write(local, FIRST)
    killed = f"""
import os, polars
from crm_migration.staging import RunFolder, TableWriter
writer = TableWriter(RunFolder({local.root!r}, "old", "one"), "account", "clean")
writer.write(polars.DataFrame({{"_key": ["z"], "amount": [0]}}))
os._exit(9)
"""
    environment = {"PYTHONPATH": str(ROOT / "plugins")}
    assert subprocess.run([sys.executable, "-c", killed], env=environment, check=False).returncode == 9
    assert len(files(local)) == 3
    assert rows(local) == FIRST.rows()
    write(local, SECOND)
    assert rows(local) == SECOND.rows()
    assert len(files(local)) == 2


def test_a_table_that_was_never_finished_is_missing_and_the_message_says_what_to_do(folder: RunFolder) -> None:
    TableWriter(folder, "account", "clean").write(FIRST)
    with pytest.raises(StagingMissing) as missing:
        open_table(folder, "account", "clean")
    assert str(missing.value) == (
        f"old/run one: account: no finished 'clean' table at {folder.table('account', 'clean')}; "
        "clear the task that writes it (step 'clean') and run it again"
    )


def test_a_part_that_is_gone_is_missed(folder: RunFolder) -> None:
    write(folder, FIRST, SECOND)
    staged = open_table(folder, "account", "clean")
    filesystem, path = fsspec.core.url_to_fs(staged.path)
    filesystem.rm(f"{path}/{staged.parts[1]}")
    for ask in (staged.frame, lambda: list(staged.checksums())):
        with pytest.raises(
            StagingMissing, match=f"clean: a part named by the manifest is missing: {staged.parts[1]}; clear the task"
        ):
            ask()


def test_a_part_that_was_changed_shows_in_its_checksum(local: RunFolder) -> None:
    write(local, FIRST)
    staged = open_table(local, "account", "clean")
    before = list(staged.checksums())
    part = Path(staged.path) / staged.parts[0]
    part.write_bytes(part.read_bytes() + b" ")
    assert list(staged.checksums()) != before


@pytest.mark.parametrize(
    "text", ["../../x", "..", ".", "", "/etc/passwd", "a/../../b", "a\\..\\b", "a\0b", "~", "C:\\x"]
)
def test_a_hostile_run_id_stays_in_its_source(tmp_path: Path, text: str) -> None:
    folder = RunFolder(str(tmp_path / "staging"), "old", text)
    write(folder, FIRST)
    found = [path.relative_to(tmp_path).parts for path in tmp_path.rglob(MANIFEST)]
    assert [(len(parts), parts[:2], parts[3:5]) for parts in found] == [(6, ("staging", "old"), ("account", "clean"))]


@given(st.text(max_size=400))
def test_any_text_becomes_one_segment_of_a_path(text: str) -> None:
    name = safe_name(text)
    assert name not in {"", ".", ".."}
    assert len(name) <= 255
    assert name.isascii()
    assert posixpath.normpath(f"/root/{name}") == f"/root/{name}"
    assert posixpath.dirname(f"/root/{name}") == "/root"


@given(st.lists(st.text(max_size=6), min_size=2, max_size=8, unique=True))
def test_no_two_texts_share_a_segment(texts: list[str]) -> None:
    assert len({safe_name(text) for text in texts}) == len(texts)


@pytest.mark.parametrize(("one", "other"), [("首次", "二次"), ("a:b", "a_b"), ("x", "x."), ("y" * 300, "y" * 301)])
def test_runs_whose_names_look_alike_do_not_share_their_staging(local: RunFolder, one: str, other: str) -> None:
    write(RunFolder(local.root, "old", one), FIRST)
    write(RunFolder(local.root, "old", other), SECOND)
    assert rows(RunFolder(local.root, "old", one)) == FIRST.rows()


@pytest.mark.parametrize("text", ["legacy_crm", "cli-2026.11", "_run", "load.account", "Z9"])
def test_a_plain_name_is_kept(text: str) -> None:
    assert safe_name(text) == text


def test_the_latest_run_is_the_one_that_finished_the_step_last(tmp_path):
    assert latest_run(str(tmp_path), "crm", "contact", "clean") is None
    moments = {"b:2026": 100, "a": 200, "c": 300}
    for run, moment in moments.items():
        folder = RunFolder(str(tmp_path), "crm", run)
        with TableWriter(folder, "contact", "extract" if run == "c" else "clean") as writer:
            writer.write(pl.DataFrame({"_key": [run]}))
        for manifest in tmp_path.rglob(MANIFEST):
            if safe_name(run) in str(manifest):
                os.utime(manifest, (moment, moment))
    found = latest_run(str(tmp_path), "crm", "contact", "clean")
    assert found is not None
    assert open_table(found, "contact", "clean").frame()["_key"].item() == "a"
    os.utime(next(tmp_path.glob("crm/b*/contact/clean/manifest.json")), (400, 400))
    later = latest_run(str(tmp_path), "crm", "contact", "clean")
    assert open_table(later, "contact", "clean").frame()["_key"].item() == "b:2026"


def test_an_attempt_that_fails_after_another_has_replaced_it_ends_with_its_own_error(folder: RunFolder) -> None:
    late = TableWriter(folder, "account", "clean")
    late.write(FIRST)
    write(folder, SECOND)
    with pytest.raises(ZeroDivisionError), late:
        raise ZeroDivisionError
    assert open_table(folder, "account", "clean").frame().equals(SECOND)


def test_texts_of_its_own_leave_those_of_the_frame_it_was_taken_from() -> None:
    texts = ["", None, "北京", *(f"a text of some length, the number {number}" for number in range(1000))]
    whole = pl.DataFrame({"text": texts, "place": range(len(texts)), "bytes": [b"\x00"] * len(texts)})
    some = whole.filter(pl.col("place") < 4)
    found = own_texts(some)
    assert found.equals(some)
    assert found.schema == some.schema
    assert _held(some) > 20_000
    assert _held(found) < 1_000


def _held(frame: pl.DataFrame) -> int:
    return sum(part.size for part in frame["text"].to_arrow(compat_level=pl.CompatLevel.newest()).buffers() if part)
