"""A run whose staging lies behind S3 loads, and undoes, what one whose staging lies on a disk does."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_migration import pipeline
from crm_migration.connections import from_url
from crm_migration.job import Job
from tests.cases import circle, target
from tests.cases.line import Case, refuse
from tests.scale_out.fleet import object_storage

ROWS = {table: [circle.good_row(table, number, number * 7 + 3) for number in range(1, 30)] for table in circle.TABLES}


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with object_storage() as environment:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        yield environment["CRM_MIGRATION_STAGING"]


def loaded_into(root: Path, staging: str) -> tuple[Job, Case]:
    root.mkdir()
    url = f"sqlite:///{root / 'target.sqlite'}"
    target.create(url, [])
    case = Case.of("circle", circle.make_source(root / "source.sqlite", ROWS), url, root)
    job = Job(case.loaded, "first", staging or str(root / "staging"), from_url(case.source_url), url)
    made, _written, failed = pipeline.run_line(job, refuse)
    assert failed is None
    assert made.verdict.state == "green"
    return job, case


def test_staging_on_object_storage_carries_a_whole_run_and_its_rollback(bucket: str, tmp_path: Path) -> None:
    _, here = loaded_into(tmp_path / "disk", "")
    job, there = loaded_into(tmp_path / "bucket", bucket)
    assert there.content() == here.content()
    assert not (tmp_path / "bucket/staging").exists()
    undone = pipeline.undo(job)
    job.target.close()
    assert sum(counts["removed"] for counts in undone.counts.values()) > 0
    assert there.ask("SELECT count(*) FROM crm.contact") == [(0,)]
