"""Staged files go into the folder of an import wizard under the record that they belong to."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_migration import pipeline
from crm_migration.errors import MappingFault
from crm_migration.load.import_files.attachments import write_attachments
from crm_migration.load.import_files.staged import AttachmentFields, staged_attachments, staged_folder
from crm_migration.staging import RunFolder
from tests.attachments.filing import Filing


@pytest.fixture
def filing(sqlite_url: str, tmp_path: Path) -> Iterator[Filing]:
    made = Filing(tmp_path / "case", sqlite_url)
    yield made
    made.close()


def test_files_are_indexed_under_their_parents(filing: Filing, tmp_path: Path) -> None:
    filing.document("d1", b"offer")
    filing.document("d2", b"offer")
    filing.document("d3", None)
    job = filing.job("one")
    pipeline.prepare_steps(job)
    fields = AttachmentFields("content", "file_name", "account_id")
    given = list(staged_attachments(job.mapping, job.folder, "document", fields))
    written = write_attachments(tmp_path / "out", given, staged_folder(job.folder))
    assert (written.files, written.refused) == (2, [])
    with (tmp_path / "out" / "attachments.csv").open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert [(row["object"], row["external_id"], row["file_name"]) for row in rows] == [
        ("account", "a1", "d1.bin"),
        ("account", "a1", "d2.bin"),
    ]
    assert {(tmp_path / "out" / row["path"]).read_bytes() for row in rows} == {b"offer"}


def test_without_a_parent_a_file_belongs_to_its_own_record(filing: Filing) -> None:
    filing.document("d1", b"offer")
    job = filing.job("one")
    pipeline.prepare_steps(job)
    (one,) = staged_attachments(job.mapping, job.folder, "document", AttachmentFields("content", "file_name"))
    assert (one.target_object, one.external_id, one.file_name) == ("attachment", "d1", "d1.bin")


def test_files_elsewhere_than_on_this_disk_are_refused() -> None:
    with pytest.raises(MappingFault, match="CRM_MIGRATION_STAGING"):
        staged_folder(RunFolder("s3://bucket/staging", "old", "one"))
